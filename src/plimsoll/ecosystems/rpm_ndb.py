"""The `Packages.db` of SUSE: rpm's own "ndb" (lib/backend/ndb/rpmpkg.c). Little-endian; slots point at blobs.

Page 0 begins with a head of 32 bytes; slots of 16 bytes (magic, package, block, blocks) fill the rest of the first
pages. A blob stands at a multiple of 16: a head of 16 bytes (magic, package, generation, length), the header, zeros up
to the next multiple of 16 less 12, and a tail of 12 bytes (Adler-32 of all before it, length, magic).
"""

from collections.abc import Callable, Iterator
from struct import iter_unpack, pack, unpack_from
from typing import Final
from zlib import adler32

MAGIC: Final = b"RpmP"

_SLOT_MAGIC, _HEAD_MAGIC, _TAIL_MAGIC = b"Slot", b"BlbS", b"BlbE"
_HEAD = 32
_PAGE = 4096
_BLOCK = 16
_BLOB_HEAD, _BLOB_TAIL = 16, 12


def read_ndb(data: bytes, say: Callable[[str], None]) -> Iterator[bytes]:
    """Give the header of each package; `say` is told of each that cannot be read or does not match its checksum.

    Raises ValueError for a head that cannot be right, and when blobs together are larger than the file, which means
    that several slots share one.
    """
    if len(data) < _HEAD:
        raise ValueError("the head of the ndb database is cut off")
    version, _generation, pages = unpack_from("<III", data, 4)
    if version != 0 or not 0 < pages <= len(data) // _PAGE:
        raise ValueError("the head of the ndb database names another version, or more pages than there are")
    left = len(data)
    for magic, package, block, blocks in iter_unpack("<4sIII", memoryview(data)[_HEAD : pages * _PAGE]):
        if package == 0 and magic == _SLOT_MAGIC:
            continue  # a free slot
        try:
            blob = _blob(data, magic, package, block, blocks)
        except ValueError as error:
            say(str(error))
            continue
        left -= blocks * _BLOCK  # what its checksum is taken of, however short the header is said to be
        if left < 0:
            raise ValueError("packages together are larger than the file")
        if not _checks(data, block, blocks):
            say(f"package {package} does not match its checksum")
        yield blob


def _blob(data: bytes, magic: bytes, package: int, block: int, blocks: int) -> bytes:
    start, end = block * _BLOCK, (block + blocks) * _BLOCK
    if magic != _SLOT_MAGIC:
        raise ValueError("a slot does not begin as one")
    if end > len(data) or end - start < _BLOB_HEAD + _BLOB_TAIL:
        raise ValueError(f"package {package} lies outside the file")
    head, number, _generation, length = unpack_from("<4sIII", data, start)
    if head != _HEAD_MAGIC or number != package or length > end - start - _BLOB_HEAD - _BLOB_TAIL:
        raise ValueError(f"package {package} does not stand where its slot says")
    return data[start + _BLOB_HEAD : start + _BLOB_HEAD + length]


def _checks(data: bytes, block: int, blocks: int) -> bool:
    tail = (block + blocks) * _BLOCK - _BLOB_TAIL
    checksum = pack("<I", adler32(memoryview(data)[block * _BLOCK : tail]))
    return data[tail : tail + 4] == checksum and data[tail + 8 : tail + 12] == _TAIL_MAGIC
