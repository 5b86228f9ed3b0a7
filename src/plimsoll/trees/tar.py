"""A tar reader that is fed pieces of a stream and keeps what was asked for.

Formats: POSIX.1-1988 ustar, GNU long names and sparse headers, POSIX.1-2001 PAX records, star, V7. What container
engines do with odd input (Go's archive/tar and the engines' extraction) is the rule, for what they show must not be
hidden from us: which of several names counts, header-only types have no data whatever their size says, two zero
blocks end the archive.
"""

from collections.abc import Callable

from plimsoll.errors import HostileInputError, LimitError
from plimsoll.model.limits import Limits
from plimsoll.trees.bounded import LARGE
from plimsoll.trees.entries import Entries
from plimsoll.trees.headers import (
    Format,
    checksum_holds,
    decimal,
    format_of,
    is_sparse,
    mode_of,
    name_of,
    number,
    pax_records,
    sum_is,
    text_field,
)
from plimsoll.trees.index import DEVICE, DIRECTORY, FILE, HARDLINK, SYMLINK, LayerIndex

BLOCK = 512
_ZERO = bytes(BLOCK)
_KINDS = {
    0x00: FILE, 0x30: FILE, 0x37: FILE, 0x31: HARDLINK, 0x32: SYMLINK,
    0x33: DEVICE, 0x34: DEVICE, 0x35: DIRECTORY, 0x36: DEVICE,
}  # fmt: skip
_PLAIN = {0x30: FILE, 0x35: DIRECTORY}
_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL, _GNU_SPARSE = b"LKxgS"
_META = frozenset({_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL})
_FIELD_ENDS = b"\0 "

_OVERLAY = "SCHILY.xattr.trusted.overlay."
"""Extended attributes by which an overlay file system shows something else than the layer holds."""

SPARSE, LINKED = -1, -2
"""Instead of a size: the file is sparse, or a hard link, so its content cannot be kept in passing."""

Select = Callable[[str, int, int], int]
"""Asked for each regular file and hard link with path, mode and size (or SPARSE, LINKED): how many of its first bytes
to keep; -1: none. A path may come again; only the last one counts."""

Keep = Callable[[str, bytes], tuple[int, int] | None]
"""Given the bytes that were asked for, whole. May ask for more of the same file: from one offset, not before what was
read already, to another; these bytes are then given to it, too."""


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
        self._large = bytearray()  # one block, which goes back to the system; many pieces would stay with the thread
        self._wanted = 0
        self._unwanted = 0
        self._after: Callable[[bytes], None] | None = None
        self.ended = False
        self._zero_seen = False
        self._records: dict[str, bytes] = {}
        self._long_name = b""
        self._long_link = b""
        self._pending = False
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
        if self._unwanted:
            step = min(self._unwanted, len(piece) - at)
            self._unwanted -= step
            self._wanted -= step
            return at + step
        part = piece[at : at + self._wanted]
        self._wanted -= len(part)
        if self._large or self._wanted >= LARGE:
            self._large += part
        else:
            self._collect.append(part)
        if not self._wanted:
            data = bytes(self._large) or b"".join(self._collect)
            self._collect, self._large = [], bytearray()
            if self._after:
                self._after(data)
        return at + len(part)

    @property
    def ordinal(self) -> int:
        """The number of the entry that `select` is asked about, counted in the order of the archive."""
        return len(self._entries.names) - 1

    def _plain(self, block: bytes) -> bool:
        """Read the header of an ordinary file or directory; False leaves anything else to `_header`.

        Nearly all entries end here, and the interpreter's time is what a scan waits for: hence in one piece.
        """
        kind = _PLAIN.get(block[156])
        if kind is None or block[345] or self._pending or self._zero_seen:
            return False
        digits = block[124:135]
        if not digits.isdigit() or block[135] not in _FIELD_ENDS:
            return False
        try:
            size, mode, claimed = int(digits, 8), int(block[100:107], 8), int(block[148:154], 8)
        except ValueError:
            return False
        if not sum_is(block, claimed):
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
        size = number(block[124:136])
        if self._zero_seen or size is None or not checksum_holds(block):
            raise HostileInputError(f"{self._what} is not a valid tar archive", advice="Save the image again.")
        kind = block[156]
        if kind in _META:
            self._meta(kind, size)
        else:
            self._entry(block, kind, size)

    def _meta(self, kind: int, size: int) -> None:
        """Gather a record that speaks of the next entry: of two of one kind the last counts."""
        if not 0 <= size <= self._limits.header_size:
            raise LimitError("header_size", self._limits.header_size, f"{self._what}: a header record")
        self._skip = -size % BLOCK
        self._pending = True
        self._after = lambda data: self._note(kind, data)
        self._take(size)

    def _note(self, kind: int, data: bytes) -> None:
        if kind == _LONG_NAME:
            self._long_name = text_field(data)
        elif kind == _LONG_LINK:
            self._long_link = text_field(data)
        else:
            self._records = pax_records(data, self._what)
            if kind == _PAX_GLOBAL:
                # Engines take it for an entry of its own, and forget what was noted for the next one.
                self._forget()

    def _forget(self) -> None:
        self._records, self._long_name, self._long_link, self._pending = {}, b"", b"", False

    def _take(self, size: int) -> None:
        self._wanted = size
        if not size and self._after:
            self._after(b"")

    def _entry(self, block: bytes, typeflag: int, size: int) -> None:
        records = self._records
        name = self._long_name or records.get("path") or name_of(block)
        link = self._long_link or records.get("linkpath") or text_field(block[157:257])
        size = decimal(records["size"], self._what) if records.get("size") else size
        sparse = is_sparse(records)
        if sparse:
            name = records.get("GNU.sparse.name") or name
        overlay = any(key.startswith(_OVERLAY) for key in records) if records else False
        self._forget()
        kind = _KINDS.get(typeflag, FILE)
        if typeflag == 0 and name[-1:] == b"/":
            kind = DIRECTORY
        size = size if kind == FILE else 0
        if size < 0 or (typeflag == _GNU_SPARSE and format_of(block) is not Format.GNU):
            raise HostileInputError(f"{self._what}: an entry has no valid size", advice="Save the image again.")
        self._skip = -(-size // BLOCK) * BLOCK
        if typeflag == _GNU_SPARSE and block[482]:
            self._after = self._sparse_map
            self._take(BLOCK)
        mode = mode_of(block)
        path = self._entries.add(name, kind, mode, size, link)
        if path is None:
            return
        if overlay:
            self._entries.fault(path, "it has overlay attributes, by which an engine may show something else here")
        if sparse or typeflag == _GNU_SPARSE:
            self._select(path, mode, SPARSE)
        elif kind == HARDLINK:
            self._select(path, mode, LINKED)
        elif kind == FILE:
            self._ask(path, mode, size)

    def _ask(self, path: str, mode: int, size: int) -> None:
        wanted = self._select(path, mode, size)
        if wanted < 0:
            return
        wanted = min(wanted, size)
        self._skip -= wanted
        self._after = lambda data: self._more(path, data, wanted, size)
        self._take(wanted)

    def _more(self, path: str, data: bytes, read: int, size: int) -> None:
        """Hand over what was gathered of a file, and gather more of it where that is asked for."""
        further = self._keep(path, data)
        if further is None:
            return
        start, stop = max(read, further[0]), min(size, further[1])
        if start >= stop:
            self._more(path, b"", read, size)
            return
        self._skip -= stop - read
        self._unwanted = start - read
        self._after = lambda rest: self._more(path, rest, stop, size)
        self._take(stop - read)

    def _sparse_map(self, block: bytes) -> None:
        """Old GNU sparse headers continue in blocks whose byte 504 says whether one more follows."""
        if block[504]:
            self._take(BLOCK)
