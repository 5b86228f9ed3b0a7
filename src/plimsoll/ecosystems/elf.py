"""The tables of an ELF file: segments and sections (System V ABI, "Object Files"), read from bytes that may lie."""

from dataclasses import dataclass
from struct import Struct
from typing import Literal

MAGIC = b"\x7fELF"

LOADED = 1
"""PT_LOAD: a segment that is mapped from the file."""

READ_ONLY_AFTER_START = 0x6474E552
"""PT_GNU_RELRO: the part of writable data that is made read-only once it is relocated."""

WRITABLE = 2
"""PF_W among a segment's flags."""

PLAIN = 1
"""SHT_PROGBITS: a section whose bytes only the program itself understands."""

_MOST_SEGMENTS = 256
_MOST_SECTIONS = 4096
"""Programs have some dozen of each; more of them is no reason to refuse the file, but not all are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One row of the program header table; `offset` and `size` are bytes of the file."""

    kind: int
    flags: int
    offset: int
    address: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One row of the section header table; `name` is where its name begins in the section of names."""

    name: int
    kind: int
    flags: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the header and the rows of one class (32 or 64 bits) and byte order are laid out."""

    header: Struct
    segment: Struct
    section: Struct
    flags_last: bool
    """In 32-bit segments the flags stand behind the sizes."""


def _layouts() -> dict[bytes, Layout]:
    layouts = {}
    for byte, order in ((1, "<"), (2, ">")):
        narrow = Layout(
            header=Struct(f"{order}28xII4x2xHHHHH"),
            segment=Struct(f"{order}IIIIIIII"),
            section=Struct(f"{order}IIIIIIIIII"),
            flags_last=True,
        )
        wide = Layout(
            header=Struct(f"{order}32xQQ4x2xHHHHH"),
            segment=Struct(f"{order}IIQQQQQQ"),
            section=Struct(f"{order}IIQQQQIIQQ"),
            flags_last=False,
        )
        layouts[bytes((1, byte))] = narrow
        layouts[bytes((2, byte))] = wide
    return layouts


_BY_CLASS = _layouts()

_SECTIONS_AT: dict[bytes, tuple[int, int, Literal["little", "big"]]] = {
    b"\1\1": (32, 36, "little"),
    b"\1\2": (32, 36, "big"),
    b"\2\1": (40, 48, "little"),
    b"\2\2": (40, 48, "big"),
}

LAYOUTS = tuple(_BY_CLASS.values())
"""Every class and byte order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Where an ELF file says its two tables lie. Nothing of it need be true."""

    layout: Layout
    segments_at: int
    segments: int
    sections_at: int
    sections: int
    names: int
    """The number of the section that holds the names of sections."""

    @property
    def sections_end(self) -> int:
        """The byte behind the section header table."""
        return self.sections_at + self.sections * self.layout.section.size


def tables(head: bytes) -> Tables | None:
    """Read the file header; None for what is no ELF file, or one with rows of another size than its class has."""
    layout = _BY_CLASS.get(head[4:6]) if head.startswith(MAGIC) else None
    if layout is None or len(head) < layout.header.size:
        return None
    segments_at, sections_at, segment_size, segments, section_size, sections, names = layout.header.unpack_from(head)
    if segments and segment_size != layout.segment.size:
        return None
    if sections and section_size != layout.section.size:
        return None
    return Tables(
        layout=layout,
        segments_at=segments_at,
        segments=min(segments, _MOST_SEGMENTS),
        sections_at=sections_at,
        sections=min(sections, _MOST_SECTIONS),
        names=names,
    )


def sections_at(head: bytes) -> int:
    """Give only where the section header table begins, 0 for none; several times as fast as `tables`."""
    field = _SECTIONS_AT.get(head[4:6])
    return int.from_bytes(head[field[0] : field[1]], field[2]) if field else 0


def segments(data: bytes, where: Tables) -> list[Segment]:
    """Read the program header table, as far as it lies within `data`."""
    rows = []
    for row in _rows(data, where.layout.segment, where.segments_at, where.segments):
        if where.layout.flags_last:
            kind, offset, address, _, size, _, flags, _ = row
        else:
            kind, flags, offset, address, _, size, _, _ = row
        rows.append(Segment(kind=kind, flags=flags, offset=offset, address=address, size=size))
    return rows


def sections(data: bytes, where: Tables) -> list[Section]:
    """Read the section header table, as far as it lies within `data`."""
    stop = where.sections_at + where.sections * where.layout.section.size
    return rows_of(data[where.sections_at : stop], where.layout)


def rows_of(table: bytes, layout: Layout) -> list[Section]:
    """Read the whole rows at the start of a section header table."""
    rows = []
    for name, kind, flags, _, offset, size, *_ in _rows(table, layout.section, 0, _MOST_SECTIONS):
        rows.append(Section(name=name, kind=kind, flags=flags, offset=offset, size=size))
    return rows


def name_of(data: bytes, section: Section, names: Section) -> bytes:
    """Give the name of a section, b"" where it lies outside the file; `names` is the section of names."""
    start = names.offset + section.name
    stop = data.find(b"\0", start, min(names.offset + names.size, start + 256))
    return data[start:stop] if stop >= 0 else b""


def _rows(data: bytes, row: Struct, start: int, count: int) -> list[tuple[int, ...]]:
    if start < 0:
        return []
    whole = min(count, max(0, len(data) - start) // row.size)
    return list(row.iter_unpack(data[start : start + whole * row.size]))
