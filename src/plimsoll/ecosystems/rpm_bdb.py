"""The `Packages` of older releases: a Berkeley DB hash table (db/src/dbinc/db_page.h), in either byte order.

All hash pages are read one after another, whatever bucket they belong to: every package is wanted. A page's entries are
offsets of items that alternate between key (the package's number) and value; an item ends where the one before it
begins. A value stands on its page or, as headers mostly do, on a chain of overflow pages.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import unpack_from
from typing import Final

MAGIC: Final = 0x061561
MAGIC_AT: Final = 12

_META_SIZE = 72
_HASH_META, _HASH_UNSORTED, _HASH, _OVERFLOW = 8, 2, 13, 7
_PAGE_HEAD = 26
_LEAST_PAGE, _MOST_PAGE = 512, 65536
_ON_PAGE, _OFF_PAGE = 1, 3
_OFF_PAGE_SIZE = 12
_NEXT_NUMBER = b"\0\0\0\0"
"""The key under which rpm keeps the number of the next package."""


@dataclass(frozen=True, slots=True)
class _Pages:
    """The pages of a table. `order` is struct's sign for the byte order; `used` marks overflow pages once read."""

    data: bytes
    order: str
    size: int
    used: bytearray


def byte_order(data: bytes) -> str:
    """Say in which order the numbers of a hash table stand, `<` or `>`; "" for what is none."""
    written = data[MAGIC_AT : MAGIC_AT + 4]
    return {MAGIC.to_bytes(4, "little"): "<", MAGIC.to_bytes(4, "big"): ">"}.get(written, "")


def read_bdb(data: bytes, say: Callable[[str], None]) -> Iterator[bytes]:
    """Give the header of each package; `say` is told of each that cannot be read.

    Every page is read at most once, so chains can neither run in circles nor be shared. Raises ValueError for a meta
    page that cannot be right.
    """
    pages = _pages(data)
    for number in range(1, len(data) // pages.size):
        kind = data[number * pages.size + 25]
        if kind not in (_HASH_UNSORTED, _HASH):
            continue
        try:
            items = _items(pages, number)
        except ValueError as error:
            say(str(error))
            continue
        for key, value in zip(items[::2], items[1::2], strict=False):
            if key[1:] == _NEXT_NUMBER:
                continue
            try:
                yield _value(pages, value)
            except ValueError as error:
                say(str(error))
        if len(items) % 2:
            say(f"page {number} has a key without a value")
    (last,) = unpack_from(f"{pages.order}I", data, 32)
    if last >= len(data) // pages.size:
        say(f"{last + 1 - len(data) // pages.size} pages are missing at the end")


def _pages(data: bytes) -> _Pages:
    if len(data) < _META_SIZE:
        raise ValueError("the meta page is cut off")
    order = byte_order(data)
    (size,) = unpack_from(f"{order}I", data, 20)
    encryption, kind = data[24], data[25]
    if kind != _HASH_META or not _LEAST_PAGE <= size <= _MOST_PAGE or size & (size - 1):
        raise ValueError("the meta page describes no hash table")
    if encryption:
        raise ValueError("the database is encrypted")
    return _Pages(data=data, order=order, size=size, used=bytearray(len(data) // size))


def _items(pages: _Pages, number: int) -> list[bytes]:
    """Give the items of a hash page, each with the byte that says its kind."""
    start = number * pages.size
    (entries,) = unpack_from(f"{pages.order}H", pages.data, start + 20)
    if _PAGE_HEAD + 2 * entries > pages.size:
        raise ValueError(f"page {number} claims more entries than it can hold")
    offsets = unpack_from(f"{pages.order}{entries}H", pages.data, start + _PAGE_HEAD)
    items = []
    end = pages.size
    for offset in offsets:
        if not _PAGE_HEAD + 2 * entries <= offset < end:
            raise ValueError(f"page {number} has items out of order")
        items.append(pages.data[start + offset : start + end])
        end = offset
    return items


def _value(pages: _Pages, item: bytes) -> bytes:
    kind = item[0]
    if kind == _ON_PAGE:
        return item[1:]
    if kind != _OFF_PAGE or len(item) < _OFF_PAGE_SIZE:
        raise ValueError(f"a value is of the unknown kind {kind}")
    first, length = unpack_from(f"{pages.order}II", item, 4)
    return _chain(pages, first, length)


def _chain(pages: _Pages, number: int, length: int) -> bytes:
    """Join the overflow pages from `number` on; together they hold `length` bytes."""
    parts = []
    missing = length
    while missing > 0:
        if not 0 < number < len(pages.used):
            raise ValueError("a value ends before its length, or lies outside the file")
        if pages.used[number]:
            raise ValueError(f"page {number} belongs to two values, or to one twice")
        pages.used[number] = 1
        start = number * pages.size
        number, _entries, filled = unpack_from(f"{pages.order}IHH", pages.data, start + 16)
        if pages.data[start + 25] != _OVERFLOW or not 0 < filled <= pages.size - _PAGE_HEAD:
            raise ValueError("a value leads to a page that is no overflow page")
        parts.append(pages.data[start + _PAGE_HEAD : start + _PAGE_HEAD + min(filled, missing)])
        missing -= filled
    return b"".join(parts)
