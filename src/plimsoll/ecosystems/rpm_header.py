"""The header of an rpm package: tagged entries and their data, as every kind of rpm database keeps it.

Source: rpm's "Header Structure" (docs/manual/format_header.md), and lib/rpmtag.h for the tags. In a database a header
has no magic: two big-endian counts (entries, bytes of data), the entries of 16 bytes each, the data.
"""

from operator import add
from struct import iter_unpack, unpack_from
from typing import Final

NAME: Final = 1000
VERSION: Final = 1001
RELEASE: Final = 1002
EPOCH: Final = 1003
LICENCE: Final = 1014
ARCH: Final = 1022
OLD_FILE_NAMES: Final = 1027
SOURCE_RPM: Final = 1044
PROVIDE_NAME: Final = 1047
REQUIRE_NAME: Final = 1049
DIR_INDEXES: Final = 1116
BASE_NAMES: Final = 1117
DIR_NAMES: Final = 1118
MODULARITY_LABEL: Final = 5096

_WANTED = frozenset(
    {
        *(NAME, VERSION, RELEASE, EPOCH, LICENCE, ARCH, SOURCE_RPM, PROVIDE_NAME, REQUIRE_NAME, MODULARITY_LABEL),
        *(OLD_FILE_NAMES, DIR_INDEXES, BASE_NAMES, DIR_NAMES),
    }
)
_INT32, _STRING, _STRINGS, _TRANSLATED = 4, 6, 8, 9

_COUNTS_SIZE = 8
_ENTRY_SIZE = 16
_MOST_ENTRIES = 0xFFFF
"""rpm refuses headers with more entries (lib/header.c)."""
_MOST_VALUES = 1_000_000
"""Values of one entry; the largest packages have some 100,000 files."""
_LARGEST_PATHS = 64 << 20
"""Characters of the file list of one package; directory names repeat in it, so a small header could make a huge one."""


class Header:
    """Gives the values of one package by tag; every access checks that it stays inside the data."""

    __slots__ = ("_blob", "_end", "_entries", "_start")

    def __init__(self, blob: bytes) -> None:
        """Read the entries that matter. Raises ValueError for a header that is cut off or claims too much."""
        if len(blob) < _COUNTS_SIZE:
            raise ValueError("its header is cut off")
        entries, size = unpack_from(">II", blob)
        start = _COUNTS_SIZE + entries * _ENTRY_SIZE
        if not 0 < entries <= _MOST_ENTRIES or start + size > len(blob):
            raise ValueError("its header claims more than there is")
        # Entries added after the package was built stand last, and replace its own (lib/header.c).
        found = iter_unpack(">IIII", memoryview(blob)[_COUNTS_SIZE:start])
        self._entries = {tag: (kind, offset, count) for tag, kind, offset, count in found if tag in _WANTED}
        self._blob, self._start, self._end = blob, start, start + size

    def text(self, tag: int) -> bytes:
        """Give a string, or the first of several; b"" where there is none. Raises ValueError for a damaged one."""
        kind, offset, count = self._entries.get(tag, (_STRING, 0, 0))
        if count == 0:
            return b""
        if kind not in (_STRING, _STRINGS, _TRANSLATED):
            raise ValueError(f"tag {tag} is no string")
        end = self._blob.find(b"\0", self._start + offset, self._end)
        if end < 0:
            raise ValueError(f"tag {tag} is cut off")
        return self._blob[self._start + offset : end]

    def texts(self, tag: int) -> list[bytes]:
        """Give an array of strings, [] where there is none. Raises ValueError for a damaged one."""
        kind, offset, count = self._entries.get(tag, (_STRINGS, 0, 0))
        if count == 0:
            return []
        if kind not in (_STRING, _STRINGS, _TRANSLATED):
            raise ValueError(f"tag {tag} holds no strings")
        if count > _MOST_VALUES:
            raise ValueError(f"tag {tag} claims more than there is")
        if kind == _STRING:
            count = 1
        strings = self._blob[self._start + offset : self._end].split(b"\0", count)
        if len(strings) <= count:
            raise ValueError(f"tag {tag} is cut off")
        return strings[:count]

    def numbers(self, tag: int) -> tuple[int, ...]:
        """Give an array of 32-bit numbers, () where there is none. Raises ValueError for a damaged one."""
        kind, offset, count = self._entries.get(tag, (_INT32, 0, 0))
        if count == 0:
            return ()
        if kind != _INT32 or count > _MOST_VALUES or self._start + offset + 4 * count > self._end:
            raise ValueError(f"tag {tag} holds no numbers, or more than there are")
        return unpack_from(f">{count}I", self._blob, self._start + offset)

    def paths(self) -> str:
        """Give the files and folders of the package, relative to the root, one on each line; "" without any.

        Signs that are not UTF-8 are escaped. Raises ValueError for a damaged list.
        """
        names = _decoded(self.texts(BASE_NAMES))
        if not names:
            return "\n".join(path.lstrip("/") for path in _decoded(self.texts(OLD_FILE_NAMES)))
        folders = [folder.lstrip("/") for folder in _decoded(self.texts(DIR_NAMES))]
        indexes = self.numbers(DIR_INDEXES)
        if len(indexes) != len(names) or max(indexes) >= len(folders):
            raise ValueError("its file list names folders that it does not have")
        sizes = list(map(len, folders))
        if sum(map(sizes.__getitem__, indexes)) > _LARGEST_PATHS:
            raise ValueError(f"its file list is longer than {_LARGEST_PATHS} characters")
        return "\n".join(map(add, map(folders.__getitem__, indexes), names))


def _decoded(strings: list[bytes]) -> list[str]:
    """Decode all at once: a list of files may have many thousand names, and none of them holds a NUL."""
    return b"\0".join(strings).decode("utf-8", "backslashreplace").split("\0") if strings else []
