"""Image layouts on disk: a folder, a tar, or a compressed tar that is spooled first."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from plimsoll.errors import LimitError
from plimsoll.model.limits import Limits
from plimsoll.sources.files import PIECE, Files, FolderFiles, TarFiles
from plimsoll.trees.headers import checksum_holds
from plimsoll.trees.inflate import LONGEST_MAGIC, compression, inflate
from plimsoll.trees.source import Request


def files_at(request: Request) -> Files:
    """Open the files of a layout. Raises TargetError when there is nothing readable."""
    path = request.path
    if path.is_dir():
        return FolderFiles(path)
    return TarFiles(path, request.limits)


def holds(path: Path, limits: Limits, *names: str) -> bool:
    """Say whether a folder or plain tar holds files of all these names.

    What starts with a tar header is a tar: raises HostileInputError where it is malformed or ends in the middle,
    LimitError where it is over a limit.
    """
    if path.is_dir():
        files: Files = FolderFiles(path)
    elif is_tar(path):
        files = TarFiles(path, limits)
    else:
        return False
    return all(files.has(name) for name in names)


def is_tar(path: Path) -> bool:
    """Say whether a file starts with a tar header."""
    with path.open("rb") as file:
        block = file.read(512)
    return len(block) == 512 and block != bytes(512) and checksum_holds(block)


def spool(source: Iterator[bytes], into: IO[bytes], limits: Limits, what: str) -> None:
    """Write a stream, inflated, to a file.

    Raises LimitError when it grows over `spool_size`, HostileInputError when it is corrupt.
    """
    size = 0
    for piece in inflate(source, limits, what):
        size += len(piece)
        if size > limits.spool_size:
            raise LimitError("spool_size", limits.spool_size, what)
        into.write(piece)
    into.flush()


def is_compressed(path: Path) -> bool:
    """Say whether a file is a compressed stream, also one that cannot be inflated here."""
    with path.open("rb") as file:
        return bool(compression(file.read(LONGEST_MAGIC)))


def pieces(path: Path) -> Iterator[bytes]:
    """Read a file in pieces."""
    with path.open("rb", buffering=0) as file:
        while piece := file.read(PIECE):
            yield piece
