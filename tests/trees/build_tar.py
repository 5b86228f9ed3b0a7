"""Builds tar layers byte by byte, also such as no honest tool would write."""

import io
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass

BLOCK = 512


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry: a file by default; `type` is the tar typeflag."""

    name: str | bytes
    data: bytes = b""
    type: bytes = b"0"
    link: str | bytes = b""
    mode: int = 0o644
    size: int | None = None


def header(item: Item, *, magic: bytes = b"ustar\x0000", prefix: bytes = b"", size_field: bytes | None = None) -> bytes:
    """One 512-byte header with a right checksum."""
    block = bytearray(BLOCK)
    block[0:100] = _bytes(item.name)[:100].ljust(100, b"\0")
    block[100:108] = b"%07o\0" % item.mode
    block[108:124] = b"0000000\0" * 2
    size = len(item.data) if item.size is None else item.size
    block[124:136] = size_field or (b"%011o\0" % size)
    block[136:148] = b"%011o\0" % 0
    block[156:157] = item.type
    block[157:257] = _bytes(item.link)[:100].ljust(100, b"\0")
    block[257:265] = magic
    block[345 : 345 + len(prefix)] = prefix
    return checksummed(block)


def checksummed(block: bytearray) -> bytes:
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def entry(item: Item) -> bytes:
    return header(item) + padded(item.data)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def layer(items: Iterable[Item], *, end: bytes = bytes(2 * BLOCK)) -> bytes:
    """A whole archive of raw headers."""
    return b"".join(map(entry, items)) + end


def pax_record(key: str, value: bytes) -> bytes:
    body = f" {key}=".encode() + value + b"\n"
    length = len(body)
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return str(length).encode() + body


def by_tarfile(items: Iterable[Item], form: int) -> bytes:
    """The same by Python's own writer, in GNU, PAX or ustar format."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for item in items:
            info = tarfile.TarInfo(_bytes(item.name).decode())
            info.type = item.type
            info.mode = item.mode
            info.linkname = _bytes(item.link).decode()
            info.size = len(item.data)
            archive.addfile(info, io.BytesIO(item.data))
    return out.getvalue()


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
