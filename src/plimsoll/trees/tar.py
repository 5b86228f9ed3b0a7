"""A tar reader that is fed pieces of a stream and keeps what was asked for.

Formats: POSIX.1-1988 ustar, GNU long names and sparse headers, POSIX.1-2001 PAX records, V7. What container
engines do with odd input (Go's archive/tar and the engines' extraction) is the rule: names are cleaned, header-
only types have no data whatever their size says, two zero blocks end the archive.
"""

from collections.abc import Callable

from plimsoll.errors import HostileInputError, LimitError
from plimsoll.model.limits import Limits
from plimsoll.trees.entries import Entries
from plimsoll.trees.headers import checksum_holds, decimal, mode_of, name_of, number, pax_records, sum_is
from plimsoll.trees.index import DEVICE, DIRECTORY, FILE, HARDLINK, SYMLINK, LayerIndex

BLOCK = 512
_ZERO = bytes(BLOCK)
_KINDS = {
    0x00: FILE, 0x30: FILE, 0x37: FILE, 0x31: HARDLINK, 0x32: SYMLINK,
    0x33: DEVICE, 0x34: DEVICE, 0x35: DIRECTORY, 0x36: DEVICE,
}  # fmt: skip
_PLAIN = {0x30: FILE, 0x35: DIRECTORY}
_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL, _GNU_SPARSE = b"LKxgS"

Select = Callable[[str, int, int], int]
"""Asked for each regular file with path, mode and size: how many of its first bytes to keep; -1: not wanted."""

Keep = Callable[[str, bytes], None]
"""Given the bytes that were asked for, whole."""


class TarReader:
    """Reads one layer. Feed it all pieces, then call `finish`.

    Raises HostileInputError for malformed archives and LimitError where a limit is passed. Single entries
    that no engine could extract are refused and counted in the index's `faults`.
    """

    def __init__(self, select: Select, keep: Keep, limits: Limits, what: str) -> None:
        """Keep the files that `select` wants; `what` names the archive in errors."""
        self._select = select
        self._keep = keep
        self._limits = limits
        self._what = what
        self._rest = b""
        self._skip = 0
        self._collect: list[bytes] = []
        self._wanted = 0
        self._after: Callable[[bytes], None] | None = None
        self.ended = False
        self._zero_seen = False
        self._override: dict[str, bytes] = {}
        self._entries = Entries(limits, what)

    def feed(self, piece: bytes) -> None:
        """Read one more piece of the archive, of any size."""
        if self.ended:
            return
        if self._rest:
            piece = self._rest + piece
            self._rest = b""
        at, size = 0, len(piece)
        while at < size:
            if self._wanted:
                at = self._gather(piece, at)
                continue
            if self._skip:
                step = min(self._skip, size - at)
                self._skip -= step
                at += step
                continue
            if size - at < BLOCK:
                self._rest = piece[at:]
                return
            block = piece[at : at + BLOCK]
            at += BLOCK
            if not self._plain(block):
                self._header(block)
            if self.ended:
                return

    def leap(self) -> int:
        """Give the number of bytes that hold nothing wanted and come next; the next piece must start after them."""
        if self._wanted:
            return 0
        ahead, self._skip = self._skip, 0
        return ahead

    def finish(self) -> LayerIndex:
        """Give what was read. Raises HostileInputError when the archive ends in the middle of something."""
        if not self.ended and (self._wanted or self._skip >= BLOCK or self._rest.strip(b"\0")):
            raise HostileInputError(f"{self._what} ends in the middle of an entry", advice="Save the image again.")
        return self._entries.finish()

    def _gather(self, piece: bytes, at: int) -> int:
        part = piece[at : at + self._wanted]
        self._collect.append(part)
        self._wanted -= len(part)
        if not self._wanted:
            data = b"".join(self._collect)
            self._collect = []
            if self._after:
                self._after(data)
        return at + len(part)

    def _plain(self, block: bytes) -> bool:
        """Read the header of an ordinary file or directory; False leaves anything else to `_header`.

        Nearly all entries end here, and the interpreter's time is what a scan waits for: hence in one piece.
        """
        kind = _PLAIN.get(block[156])
        if kind is None or block[345] or self._override or self._zero_seen:
            return False
        try:
            size, mode, claimed = int(block[124:135], 8), int(block[100:107], 8), int(block[148:154], 8)
        except ValueError:
            return False
        if size < 0 or not sum_is(block, claimed):
            return False
        end = block.find(0, 0, 100)
        path = self._entries.add(block[:end] if end >= 0 else block[:100], kind, mode & 0o7777, size, b"")
        if kind == FILE:
            self._skip = -(-size // BLOCK) * BLOCK
            if path is not None:
                self._ask(path, mode, size)
        return True

    def _header(self, block: bytes) -> None:
        if block[0] == 0 and block == _ZERO:
            self.ended = self._zero_seen
            self._zero_seen = True
            return
        if self._zero_seen or not checksum_holds(block):
            raise HostileInputError(f"{self._what} is not a valid tar archive", advice="Save the image again.")
        size = number(block[124:136])
        if size < 0:
            raise HostileInputError(f"{self._what}: an entry has a negative size")
        kind = block[156]
        if kind in {_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL}:
            self._special(kind, size)
            return
        self._entry(block, kind, size)

    def _special(self, kind: int, size: int) -> None:
        if size > self._limits.header_size:
            raise LimitError("header_size", self._limits.header_size, f"{self._what}: a header record")
        self._skip = -size % BLOCK
        if kind == _LONG_NAME:
            self._after = lambda data: self._set("path", data.split(b"\0", 1)[0])
        elif kind == _LONG_LINK:
            self._after = lambda data: self._set("linkpath", data.split(b"\0", 1)[0])
        elif kind == _PAX:
            self._after = lambda data: self._override.update(pax_records(data, self._what))
        else:
            self._after = None
        self._take(size)

    def _set(self, key: str, value: bytes) -> None:
        self._override[key] = value

    def _take(self, size: int) -> None:
        self._wanted = size
        if not size and self._after:
            self._after(b"")

    def _entry(self, block: bytes, typeflag: int, size: int) -> None:
        override = self._override
        if override:
            self._override = {}
            if "size" in override:
                size = decimal(override["size"], self._what)
        name = override.get("GNU.sparse.name") or override.get("path") if override else None
        if name is None:
            name = name_of(block)
        kind = _KINDS.get(typeflag, FILE)
        if kind == FILE and typeflag != 0x30 and name[-1:] == b"/":
            kind = DIRECTORY
        sparse = typeflag == _GNU_SPARSE or (bool(override) and any(key.startswith("GNU.sparse") for key in override))
        if kind != FILE:
            size = 0
        self._skip = -(-size // BLOCK) * BLOCK
        if typeflag == _GNU_SPARSE and block[482]:
            self._after = self._sparse_map
            self._take(BLOCK)
        link = override.get("linkpath") if override else None
        if link is None:
            link = block[157:257].split(b"\0", 1)[0] if kind in {SYMLINK, HARDLINK} else b""
        mode = mode_of(block)
        path = self._entries.add(name, kind, mode, size, link)
        if kind == FILE and path is not None and not sparse:
            self._ask(path, mode, size)

    def _ask(self, path: str, mode: int, size: int) -> None:
        wanted = self._select(path, mode, size)
        if wanted < 0:
            return
        wanted = min(wanted, size)
        self._skip -= wanted
        self._after = lambda data: self._keep(path, data)
        self._take(wanted)

    def _sparse_map(self, block: bytes) -> None:
        """Old GNU sparse headers continue in blocks whose byte 504 says whether one more follows."""
        if block[504]:
            self._take(BLOCK)
