"""Files that lie in a tar archive or in a folder, by name: how image layouts are stored."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from plimsoll.errors import HostileInputError, LimitError, TargetError
from plimsoll.model.limits import Limits
from plimsoll.trees.index import LayerIndex
from plimsoll.trees.memory import Identity
from plimsoll.trees.paths import clean, text
from plimsoll.trees.tar import BLOCK, TarReader
from plimsoll.trees.tree import Tree

PIECE = 2 << 20
"""Bytes read at a time. Archives are read by pread, never mapped: mapped pages count as memory."""


class Files(Protocol):
    """A set of named files."""

    def has(self, name: str) -> bool:
        """Say whether there is a file of this name."""
        ...

    def read(self, name: str, limits: Limits) -> bytes:
        """Read a small file whole, up to `manifest_size` bytes."""
        ...

    def size(self, name: str) -> int:
        """Give a file's size in bytes."""
        ...

    def stream(self, name: str) -> Iterator[bytes]:
        """Read a file in pieces."""
        ...

    def identity(self, name: str) -> Identity | None:
        """Say where the file's bytes lie, as the system identifies them; None where that says nothing lasting."""
        ...


class FolderFiles:
    """Files below a folder; links are not followed, so none lies elsewhere."""

    def __init__(self, folder: Path) -> None:
        """Take a folder that exists."""
        self._folder = folder

    def has(self, name: str) -> bool:
        try:
            return stat.S_ISREG(self._path(name).stat(follow_symlinks=False).st_mode)
        except (OSError, HostileInputError):
            return False

    def read(self, name: str, limits: Limits) -> bytes:
        return _whole(self.stream(name), name, limits)

    def size(self, name: str) -> int:
        return self._state(name).st_size

    def stream(self, name: str) -> Iterator[bytes]:
        with open(self._open(name), "rb", buffering=0) as file:  # noqa: PTH123 - a descriptor, not a path
            while piece := file.read(PIECE):
                yield piece

    def identity(self, name: str) -> Identity | None:
        return _identity(self._state(name), 0, self._state(name).st_size)

    def _path(self, name: str) -> Path:
        return self._folder / text(clean(name.encode("utf-8", "surrogateescape")))

    def _state(self, name: str) -> os.stat_result:
        try:
            return self._path(name).stat(follow_symlinks=False)
        except OSError as error:
            raise self._missing(name) from error

    def _open(self, name: str) -> int:
        path = self._path(name)
        root = self._folder.resolve()
        if not path.parent.resolve().is_relative_to(root):
            raise HostileInputError(f"{name} lies outside of {self._folder}")
        self._expect_regular(self._state(name), name)  # opening a device may do something already
        try:
            file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            raise self._missing(name) from error
        try:
            self._expect_regular(os.fstat(file), name)
        except HostileInputError:
            os.close(file)
            raise
        return file

    def _expect_regular(self, state: os.stat_result, name: str) -> None:
        if not stat.S_ISREG(state.st_mode):
            raise HostileInputError(f"{name} in {self._folder} is no regular file", advice="Save the image again.")

    def _missing(self, name: str) -> HostileInputError:
        return HostileInputError(f"{self._folder} holds no file {name}", advice="Save the image again.")


class TarFiles:
    """Files in a plain tar archive that can be read anywhere (pread)."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Index the archive by its headers. Raises HostileInputError or TargetError."""
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise TargetError(f"{path} cannot be read: {error.strerror}") from error
        self._what = str(path)
        self._state = os.fstat(self._file)
        self._members, index = _members(self._file, self._state.st_size, limits, self._what)
        self._tree = Tree([index], symlinks=limits.symlinks)

    def __del__(self) -> None:
        """Close the file when nothing reads from it any more."""
        if hasattr(self, "_file"):
            os.close(self._file)

    def has(self, name: str) -> bool:
        return self._member(name) is not None

    def read(self, name: str, limits: Limits) -> bytes:
        return _whole(self.stream(name), name, limits)

    def size(self, name: str) -> int:
        return self._expect(name)[1]

    def stream(self, name: str) -> Iterator[bytes]:
        at, size = self._expect(name)
        end = at + size
        while at < end:
            piece = os.pread(self._file, min(PIECE, end - at), at)
            if not piece:
                raise HostileInputError(f"{self._what} is cut off in {name}", advice="Save the image again.")
            at += len(piece)
            yield piece

    def identity(self, name: str) -> Identity | None:
        at, size = self._expect(name)
        return _identity(os.fstat(self._file), at, size)

    def _expect(self, name: str) -> tuple[int, int]:
        member = self._member(name)
        if member is None:
            raise HostileInputError(f"{self._what} holds no file {name}", advice="Save the image again.")
        return member

    def _member(self, name: str) -> tuple[int, int] | None:
        real = self._tree.resolve(name)
        found = self._tree.content(real) if real else None
        if found is None:
            return None
        return self._members.get(found.path if found.origin < 0 else found.origin)


Members = dict[str | int, tuple[int, int]]
"""Where the files of an archive lie: offset and size in bytes, by path (the last of that name) and by number."""


def _members(file: int, size: int, limits: Limits, what: str) -> tuple[Members, LayerIndex]:
    """Walk the headers of an archive, leaping over the data."""
    members: Members = {}
    at = 0

    def select(path: str, mode: int, length: int) -> int:  # noqa: ARG001 - the reader's contract
        members.pop(path, None)
        if length >= 0:
            members[path] = members[reader.ordinal] = (at + BLOCK, length)
        if reader.ordinal >= limits.archive_entries:
            raise LimitError("archive_entries", limits.archive_entries, what)
        return -1

    reader = TarReader(select, lambda path, data: None, limits, what)  # noqa: ARG005 - nothing is kept
    while at < size and not reader.ended:
        reader.feed(os.pread(file, BLOCK, at))
        at += BLOCK + reader.leap()
    if at > size + BLOCK or any(offset + length > size for offset, length in members.values()):
        raise HostileInputError(f"{what} ends in the middle of an entry", advice="Save the image again.")
    return members, reader.finish()


def _whole(pieces: Iterator[bytes], name: str, limits: Limits) -> bytes:
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > limits.manifest_size:
            raise LimitError("manifest_size", limits.manifest_size, name)
    return bytes(data)


def _identity(state: os.stat_result, offset: int, length: int) -> Identity | None:
    """Identify a part of a file; one without a name (a spooled archive) is gone before it could come again."""
    if not state.st_nlink:
        return None
    return Identity(
        device=state.st_dev,
        inode=state.st_ino,
        size=state.st_size,
        mtime_ns=state.st_mtime_ns,
        ctime_ns=state.st_ctime_ns,
        offset=offset,
        length=length,
    )
