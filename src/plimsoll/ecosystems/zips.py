"""Zip archives in memory: the central directory and single members, bounded (APPNOTE.TXT 6.3.10, sections 4.3 and 4.5).

The standard library's reader makes one object per member, which costs more than everything else here: a jar has ten
thousand members and three of interest.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

MOST_MEMBERS = 500_000
"""Members of one archive that are looked at; the largest jars in use have some 100,000."""

_END = Struct("<4s4H2LH")
_END_64 = Struct("<4sQ2H2L4Q")
_LOCATOR_64 = 20
_ENTRY = Struct("<4s6H3L5H2L")
_ENTRY_LENGTHS = Struct("<3H")
_LOCAL_LENGTHS = Struct("<2H")
_LONGEST_COMMENT = 0xFFFF
_UNSAID = 0xFFFFFFFF
"""A field of 32 bits that stands in the zip64 record instead."""
_LEAST_COST = 4096
"""What opening a member costs at least, so that a million empty ones are too many."""


_TOO_LARGE = "it unfolds to far more than its size, or than is held in memory"


class ZipError(ValueError):
    """An archive or a member of it that cannot be read; the text is the reason."""


@dataclass(slots=True)
class Budget:
    """Bytes that may still be looked at below one outer archive, however its members overlap and unfold."""

    left: int

    def spend(self, size: int) -> None:
        """Take off the bytes of one member. Raises ZipError when they are too many."""
        self.left -= max(size, _LEAST_COST)
        if self.left < 0:
            raise ZipError(_TOO_LARGE)


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive: `start` and `stop` say where its packed bytes lie in the archive's data."""

    name: str
    method: int
    encrypted: bool
    at: int
    packed: int


@dataclass(frozen=True, slots=True)
class Zip:
    """An archive that lies in `data` from `start` to `stop`: a stored archive in an archive needs no copy."""

    data: bytes
    start: int
    stop: int

    def members(self, endings: frozenset[bytes]) -> Iterator[Member]:
        """Find the members whose last four bytes, in small letters, are one of `endings`.

        Raises ZipError, possibly after some members, where the directory is not there or damaged.
        """
        data = self.data
        at, stop, base = self._directory()
        for _ in range(MOST_MEMBERS):
            if at + _ENTRY.size > stop:
                return
            name_size, extra_size, comment_size = _ENTRY_LENGTHS.unpack_from(data, at + 28)
            name = at + _ENTRY.size
            end = name + name_size
            if data[end - 4 : end].lower() in endings:
                yield self._member(at, base)
            elif data[at : at + 4] != b"PK\1\2":
                raise ZipError("its list of members is damaged")
            at = end + extra_size + comment_size
        raise ZipError(f"only the first {MOST_MEMBERS} members were looked at")

    def whole(self, member: Member, budget: Budget, most: int) -> "Zip":
        """Give a member as an archive of its own, a copy of at most `most` bytes where it is compressed.

        Raises ZipError where it cannot be unfolded.
        """
        start, stop = self._place(member)
        if member.method == 0:
            budget.spend(stop - start)
            return Zip(self.data, start, stop)
        unfolded = self._unfolded(start, stop, min(budget.left, most))
        budget.spend(len(unfolded))
        return Zip(unfolded, 0, len(unfolded))

    def text(self, member: Member, budget: Budget, most: int) -> bytes:
        """Give the first bytes of a member, at most `most`. Raises ZipError where it cannot be unfolded."""
        start, stop = self._place(member)
        budget.spend(min(most, stop - start))
        if member.method == 0:
            return self.data[start : min(stop, start + most)]
        try:
            text = zlib.decompressobj(-15).decompress(memoryview(self.data)[start:stop], most)
        except zlib.error as error:
            raise ZipError("its compressed bytes are damaged") from error
        budget.spend(len(text))
        return text

    def _directory(self) -> tuple[int, int, int]:
        """Say where the central directory begins and ends, and what offsets of members count from."""
        end = self._end_record()
        _, _, _, _, _, size, offset, _ = _END.unpack_from(self.data, end)
        if _UNSAID in (size, offset) or self.data[end - _LOCATOR_64 : end - _LOCATOR_64 + 4] == b"PK\6\7":
            record = end - _LOCATOR_64 - _END_64.size
            if record >= self.start and self.data[record : record + 4] == b"PK\6\6":
                size, offset = _END_64.unpack_from(self.data, record)[-2:]
                end = record
        # Programs may stand before the archive (a shell script that starts it): offsets do not count them.
        begin = end - size
        if begin < self.start or begin - offset < self.start:
            raise ZipError("its list of members lies outside of it")
        return begin, end, begin - offset

    def _end_record(self) -> int:
        """Find the record at the end: the last one whose comment ends with the archive, else the last one."""
        earliest = max(self.start, self.stop - _LONGEST_COMMENT - _END.size)
        at = last = self.data.rfind(b"PK\5\6", earliest, self.stop)
        while at >= 0:
            if at + _END.size <= self.stop and at + _END.size + _END.unpack_from(self.data, at)[-1] == self.stop:
                return at
            at = self.data.rfind(b"PK\5\6", earliest, at)
        if last < 0 or last + _END.size > self.stop:
            raise ZipError("it is no zip archive, or cut off")
        return last

    def _member(self, at: int, base: int) -> Member:
        fields = _ENTRY.unpack_from(self.data, at)
        signature, flags, method = fields[0], fields[3], fields[4]
        if signature != b"PK\1\2":
            raise ZipError("its list of members is damaged")
        packed, size, offset = fields[8], fields[9], fields[16]
        name = at + _ENTRY.size
        extra = name + fields[10]
        if _UNSAID in (packed, offset):
            packed, offset = self._from_zip64(extra, extra + fields[11], size, packed, offset)
        return Member(
            name=self.data[name:extra].decode("utf-8", "backslashreplace"),
            method=method,
            encrypted=bool(flags & 1),
            at=base + offset,
            packed=packed,
        )

    def _from_zip64(self, at: int, stop: int, size: int, packed: int, offset: int) -> tuple[int, int]:
        """Read the long fields that stand in the extra field 0x0001, in this order and only if unsaid before."""
        stop = min(stop, self.stop)
        while at + 4 <= stop:
            kind, length = _LOCAL_LENGTHS.unpack_from(self.data, at)
            if kind == 1:
                count = min(length, stop - at - 4) // 8
                values = iter(Struct(f"<{count}Q").unpack_from(self.data, at + 4))
                if size == _UNSAID:
                    next(values, 0)
                packed = next(values, packed) if packed == _UNSAID else packed
                return packed, next(values, offset) if offset == _UNSAID else offset
            at += 4 + length
        return packed, offset

    def _place(self, member: Member) -> tuple[int, int]:
        """Find a member's packed bytes. Raises ZipError where they are not there or not readable."""
        if member.encrypted:
            raise ZipError("it is encrypted")
        if member.method not in (0, 8):
            raise ZipError(f"its compression method {member.method} is not known")
        header = member.at
        if not self.start <= header <= self.stop - 30 or self.data[header : header + 4] != b"PK\3\4":
            raise ZipError("it is not where the list of members says")
        start = header + 30 + sum(_LOCAL_LENGTHS.unpack_from(self.data, header + 26))
        if start + member.packed > self.stop:
            raise ZipError("it ends outside of the archive")
        return start, start + member.packed

    def _unfolded(self, start: int, stop: int, most: int) -> bytes:
        machine = zlib.decompressobj(-15)
        try:
            unfolded = machine.decompress(memoryview(self.data)[start:stop], max(most, 1))
        except zlib.error as error:
            raise ZipError("its compressed bytes are damaged") from error
        if not machine.eof:
            raise ZipError(_TOO_LARGE if len(unfolded) >= most else "it is cut off")
        return unfolded
