"""Bounded reading of feed files: whole JSON documents, zip members, compressed lines."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.model.limits import Limits

T = TypeVar("T")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

_LONGEST = 60

AGAIN = "Fetch the feed again."


def whole(path: str, file: Path, limits: Limits) -> bytes:
    """Read one feed file whole. Raises LimitError over `file_size`, KnowledgeError if it cannot be read."""
    with unreadable(path), file.open("rb") as stream:
        return bounded(stream, limits, path)


def bounded(stream: IO[bytes], limits: Limits, what: str) -> bytes:
    """Read a stream to its end. Raises LimitError over `file_size`."""
    data = stream.read(int(limits.file_size) + 1)
    if len(data) > limits.file_size:
        raise LimitError("file_size", limits.file_size, what)
    return data


def decoded(data: bytes | msgspec.Raw, kind: type[T], what: str) -> T:
    """Decode one whole JSON document into a type. Raises KnowledgeError for anything else."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise KnowledgeError(f"{what} is not what its publisher serves: {error}", advice=AGAIN) from error


@contextmanager
def unreadable(what: str) -> Iterator[None]:
    """Turn errors of the operating system and of decompressors into KnowledgeError.

    On damaged archives `zipfile` also raises ValueError (names that are no text), RuntimeError (encrypted members,
    unknown methods), struct.error and OverflowError (sizes).
    """
    import lzma
    import struct
    import zipfile
    import zlib

    damage = (zlib.error, lzma.LZMAError, zipfile.BadZipFile, struct.error, ValueError, RuntimeError, OverflowError)
    try:
        yield
    except (OSError, EOFError, *damage) as error:
        reason = str(error) or type(error).__name__
        raise KnowledgeError(f"{what} cannot be read: {reason}", advice=AGAIN) from error


def cleaned(text: str) -> str:
    """Give a publisher's text as an id to show: printable, single spaces, 60 characters at most."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[:1000]).split())[:_LONGEST].rstrip()


def is_day(text: str) -> bool:
    """Say whether a text begins with an ISO day that the calendar has."""
    from datetime import date

    if not _DAY.fullmatch(text[:10]):
        return False
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def as_list(found: list[T] | T | None) -> list[T]:
    """Give what a document holds once or in a list, or not at all, as a list."""
    return [] if found is None else found if isinstance(found, list) else [found]
