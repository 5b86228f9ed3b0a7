"""Small rpm databases of every kind, written for tests: what a header holds, and how each format keeps it."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from struct import pack
from zlib import adler32

from plimsoll.ecosystems import rpm_header as tags

Value = bytes | int | Sequence[bytes] | Sequence[int]

PAGE = 4096
BASH = {tags.NAME: b"bash", tags.VERSION: b"5.1.8", tags.RELEASE: b"6.el9", tags.ARCH: b"x86_64"}


def header(values: Mapping[int, Value]) -> bytes:
    """Write a header with these values by tag: strings, string arrays, numbers and number arrays."""
    entries, data = b"", b""
    for tag, value in values.items():
        kind, count, written = _written(value)
        if kind == 4:
            data += bytes(-len(data) % 4)
        entries += pack(">IIII", tag, kind, len(data), count)
        data += written
    return pack(">II", len(values), len(data)) + entries + data


def _written(value: Value) -> tuple[int, int, bytes]:
    if isinstance(value, bytes):
        return 6, 1, value + b"\0"
    if isinstance(value, int):
        return 4, 1, pack(">I", value)
    texts = [item for item in value if isinstance(item, bytes)]
    numbers = [item for item in value if isinstance(item, int)]
    if texts:
        return 8, len(texts), b"".join(text + b"\0" for text in texts)
    return 4, len(numbers), pack(f">{len(numbers)}I", *numbers)


def sqlite(
    *blobs: bytes, also: str = "", table: str = "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob)"
) -> bytes:
    """Write an SQLite database; `also` is more SQL, `table` makes the table."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(f"{table};{also}")
        if blobs:
            connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
        connection.commit()
        return connection.serialize()


def ndb(*blobs: bytes) -> bytes:
    """Write an ndb database of one page of slots."""
    slots, area = b"", b""
    for number, blob in enumerate(blobs, start=1):
        kept = pack("<4sIII", b"BlbS", number, 1, len(blob)) + blob
        kept += bytes(-(len(kept) + 12) % 16)
        kept += pack("<II4s", adler32(kept), len(blob), b"BlbE")
        slots += pack("<4sIII", b"Slot", number, (PAGE + len(area)) // 16, len(kept) // 16)
        area += kept
    head = pack("<4sIIIIIII", b"RpmP", 0, 1, 1, len(blobs) + 1, 0, 0, 0)
    free = pack("<4sIII", b"Slot", 0, 0, 0)
    return head + slots + free * ((PAGE - len(head) - len(slots)) // 16) + area


def bdb(*blobs: bytes, order: str = "<", kind: int = 13, on_page: bool = False) -> bytes:
    """Write a Berkeley DB hash table: one hash page, then the overflow pages of each blob."""
    items, overflow = [b"\1" + bytes(4), b"\1" + pack(f"{order}I", len(blobs) + 1)], b""
    for number, blob in enumerate(blobs, start=1):
        items.append(b"\1" + pack(f"{order}I", number))
        if on_page:
            items.append(b"\1" + blob)
            continue
        items.append(pack(f"{order}B3xII", 3, 2 + len(overflow) // PAGE, len(blob)))
        overflow += _overflow(blob, 2 + len(overflow) // PAGE, order)
    last = 1 + len(overflow) // PAGE
    meta = pack(f"{order}8xIIIIBBBxIIIII", 0, 0x061561, 9, PAGE, 0, 8, 0, 0, last, 0, len(blobs), len(blobs))
    return meta.ljust(PAGE, b"\0") + hash_page(items, order, kind) + overflow


def hash_page(items: Sequence[bytes], order: str = "<", kind: int = 13) -> bytes:
    """Write page 1 with these items."""
    offsets, at = [], PAGE
    for item in items:
        at -= len(item)
        offsets.append(at)
    head = pack(f"{order}8xIIIHHBB", 1, 0, 0, len(items), at, 0, kind) + pack(f"{order}{len(items)}H", *offsets)
    return head.ljust(at, b"\0") + b"".join(reversed(items))


def _overflow(blob: bytes, first: int, order: str) -> bytes:
    room = PAGE - 26
    parts = [blob[at : at + room] for at in range(0, len(blob), room)]
    pages = b""
    for number, part in enumerate(parts, start=first):
        following = number + 1 if number < first + len(parts) - 1 else 0
        pages += (pack(f"{order}8xIIIHHBB", number, 0, following, 1, len(part), 0, 7) + part).ljust(PAGE, b"\0")
    return pages
