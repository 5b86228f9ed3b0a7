"""Go programs: the module list that the linker leaves in them (`debug/buildinfo`, `runtime/debug.BuildInfo`).

Build information begins with a magic text at a multiple of 16 bytes, in the writable data of the program. Since Go
1.18 the version of Go and the module list follow in place; before, there are pointers to them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from plimsoll.ecosystems import elf
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import MOST_RECORDS, Observed, PackageRecord

_MAGIC = b"\xff Go buildinf:"
_ALIGNED = 16
_HEADER = 32
_IN_PLACE = 2
_BIG_ENDIAN = 1

_NOTE = re.compile(rb"Go\0\0")  # twice as fast as bytes.find on these bytes
_NOTE_TYPES = (b"\x04\0\0\0", b"\0\0\0\x04")
"""The build id's note has type 4 (cmd/internal/buildid); the word stands before the owner's name."""

_LARGEST_WINDOW = 4 << 20
"""Bytes of a data segment that are looked at before the whole file is asked for."""

_MOST_PLACES = 64
_MOST_FAULTS = 20
_LONGEST_VERSION = 200
_LARGEST_LIST = 16 << 20
"""Bytes of a module list; a module takes some hundred, and the largest programs have a few thousand."""

_VERSION = re.compile(r"go([0-9]{1,6})\.([0-9]{1,6})(?:\.([0-9]{1,6}))?(?:(beta|rc)([0-9]{1,6}))?(?![0-9.])")
_WITHOUT_MODULES = ("cmd/", "command-line-arguments")
"""Main packages that may have no modules: Go's own, and single files that need none."""

_FACTS = ("vcs", "vcs.revision", "vcs.time", "vcs.modified")


class _CutError(Exception):
    """What is wanted lies beyond the bytes at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Module:
    name: str
    version: str
    sum: str = ""


@dataclass(slots=True, kw_only=True)
class _Info:
    path: str = ""
    main: _Module | None = None
    modules: list[_Module] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def window(head: bytes, size: int) -> tuple[int, int] | None:
    """Give the writable data of a Go program; None for what shows no sign of Go.

    Signs are the note with the build id, which every linker keeps on the first page, and, where it was left out
    (`-ldflags=-buildid=`), a section header table on that page: only Go's own linker puts it there.
    """
    if not head.startswith(elf.MAGIC) or not (_has_note(head) or _has_sections(head)):
        return None
    where = elf.tables(head)
    if where is None:
        return None
    rows = elf.segments(head, where)
    data = [row for row in rows if _may_hold_info(row, size)]
    if not data:
        return (0, size) if _has_note(head) else None
    return _behind_relocated(data[-1], rows, size)


def _behind_relocated(data: elf.Segment, rows: list[elf.Segment], size: int) -> tuple[int, int]:
    """Give the part of a writable segment that stays writable; what is read-only after start can be far larger."""
    stop = min(data.offset + data.size, size)
    ends = [row.offset + row.size for row in rows if row.kind == elf.READ_ONLY_AFTER_START]
    start = max((end for end in ends if data.offset <= end < stop), default=data.offset) & -_ALIGNED
    return start, min(stop, start + _LARGEST_WINDOW)


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the build information in a window, or in a whole file (which begins with the magic of ELF).

    Asks for the whole file where the window holds only pointers, a part, or nothing.
    """
    if data.startswith(elf.MAGIC):
        return _in_file(data)
    for at in _places(data, 0, len(data)):
        try:
            found = _in_place(data, at)
        except _CutError:
            break
        if found is not None:
            return _observed(*found)
    return Observed(again=True)


def _has_note(head: bytes) -> bool:
    found = _NOTE.search(head)
    while found:
        at = found.start()
        if head[at - 4 : at] in _NOTE_TYPES:
            return True
        found = _NOTE.search(head, at + 1)
    return False


def _has_sections(head: bytes) -> bool:
    """Say whether the section header table lies within the head; asked of every executable, so no more is read."""
    start = elf.sections_at(head)
    if not 0 < start < len(head):
        return False
    where = elf.tables(head)
    return where is not None and where.sections > 0 and where.sections_end <= len(head)


def _may_hold_info(segment: elf.Segment, size: int) -> bool:
    writable = segment.kind == elf.LOADED and segment.flags & elf.WRITABLE
    return bool(writable and segment.size and segment.offset < size)


def _in_file(data: bytes) -> Observed:
    where = elf.tables(data)
    loaded = [s for s in elf.segments(data, where) if s.kind == elf.LOADED] if where else []
    # A program that reads build information has the magic as a constant too, but not in writable data.
    ranges = [(s.offset, s.offset + s.size) for s in loaded if s.flags & elf.WRITABLE]
    tried: set[int] = set()  # segments may overlap, all of them be the whole file
    for start, stop in [*dict.fromkeys(ranges), (0, len(data))]:
        for at in _places(data, start, min(stop, len(data))):
            if at in tried:
                continue
            tried.add(at)
            try:
                found = _in_place(data, at) or _by_pointers(data, at, loaded)
            except _CutError:
                continue
            if found is not None:
                return _observed(*found)
    if _has_note(data[:4096]):
        return Observed(faults=("a Go program without build information: built before Go 1.13, or packed",))
    return Observed()


def _places(data: bytes, start: int, stop: int) -> Iterator[int]:
    """Find the first places where build information may begin."""
    at = data.find(_MAGIC, start, stop)
    for _ in range(_MOST_PLACES):
        if at < 0:
            return
        if at % _ALIGNED == 0:
            yield at
        at = data.find(_MAGIC, at + 1, stop)


def _in_place(data: bytes, at: int) -> tuple[str, bytes] | None:
    """Read version and module list behind the header; None where the header says that they are elsewhere.

    Raises _CutError where they are longer than the data, or are pointers into a file of which this is a part.
    """
    if at + _HEADER > len(data):
        raise _CutError
    if not data[at + 15] & _IN_PLACE:
        if not data.startswith(elf.MAGIC):
            raise _CutError
        return None
    version, end = _counted(data, at + _HEADER, _LONGEST_VERSION)
    modules, _ = _counted(data, end, _LARGEST_LIST)
    return _if_go(version, modules)


def _counted(data: bytes, at: int, most: int) -> tuple[bytes, int]:
    """Read a text behind its length, an unsigned LEB128 number; also give where it ends. Raises _CutError."""
    length = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            if length > most or at + length > len(data):
                break
            return data[at : at + length], at + length
    raise _CutError


def _by_pointers(data: bytes, at: int, loaded: list[elf.Segment]) -> tuple[str, bytes] | None:
    """Follow the two pointers of Go before 1.18, each to a pointer and a length. Raises _CutError."""
    size = data[at + 14]
    if size not in {4, 8}:
        return None
    order = "big" if data[at + 15] & _BIG_ENDIAN else "little"
    texts = []
    for pointer in (at + 16, at + 16 + size):
        text = _mapped(data, loaded, _number(data, pointer, size, order), 2 * size)
        length = _number(text, size, size, order)
        if length > _LARGEST_LIST:
            raise _CutError
        texts.append(_mapped(data, loaded, _number(text, 0, size, order), length))
    return _if_go(texts[0], texts[1])


def _number(data: bytes, at: int, size: int, order: str) -> int:
    return int.from_bytes(data[at : at + size], "big" if order == "big" else "little")


def _mapped(data: bytes, loaded: list[elf.Segment], address: int, length: int) -> bytes:
    """Give the bytes of the file that the program finds at an address; b"" for the null pointer. Raises _CutError."""
    if address == 0 or length == 0:
        return b""
    for segment in loaded:
        start = segment.offset + address - segment.address
        if segment.address <= address and address + length <= segment.address + segment.size:
            if start + length > len(data):
                break
            return data[start : start + length]
    raise _CutError


def _if_go(version: bytes, modules: bytes) -> tuple[str, bytes] | None:
    """Check that this is build information, and take the module list out of its frame of 16 bytes on each side."""
    if not version.startswith((b"go", b"devel")) or len(version) > _LONGEST_VERSION:
        return None
    framed = len(modules) >= 33 and modules[-17] == 0x0A
    return version.decode("utf-8", "backslashreplace"), modules[16:-16] if framed else b""


def _observed(version: str, modules: bytes) -> Observed:
    info = _read(modules)
    if info.main is None and not info.modules and not info.path.startswith(_WITHOUT_MODULES):
        info.faults.append("it says its version of Go but not its modules: they are not known")
    standard = PackageRecord.simple("stdlib", _standard_version(version))
    found = {(module.name, module.version): _record(module) for module in info.modules}
    main = []
    if info.main is not None:
        found.pop((info.main.name, info.main.version), None)
        requires = tuple(f"{name} {number}" for name, number in [("stdlib", standard.version), *found])
        main = [_record(info.main, requires)]
    return Observed(
        packages=(*main, standard, *found.values()), facts=tuple(info.facts.items()), faults=tuple(info.faults)
    )


def _record(module: _Module, requires: tuple[str, ...] = ()) -> PackageRecord:
    hashes = (module.sum,) if module.sum.startswith("h1:") else ()
    return PackageRecord.simple(module.name, module.version, hashes=hashes, requires=requires)


def _standard_version(text: str) -> str:
    """Spell Go's version as its vulnerability database does: `go1.21rc2` is 1.21.0-rc.2; experiments are left out.

    What has no number (`devel +abc`) stays as written: no version of the database compares to it.
    """
    found = _VERSION.match(text)
    if found is None:
        return " ".join(text.split()[:2])
    major, minor, patch, stage, count = found.groups()
    return f"{major}.{minor}.{patch or 0}" + (f"-{stage}.{count}" if stage else "")


def _read(text: bytes) -> _Info:
    """Read the lines of `runtime/debug.BuildInfo.String`: a word, then fields behind tabs."""
    info = _Info()
    for line in text.decode("utf-8", "backslashreplace").split("\n"):
        kind, _, rest = line.partition("\t")
        if kind == "mod":
            info.main = _module(rest)
        elif kind == "dep":
            if len(info.modules) >= MOST_RECORDS:
                info.faults.append(f"only the first {MOST_RECORDS} modules were read")
                break
            _add(info, _module(rest), line)
        elif kind == "=>":
            _replace(info, _module(rest), line)
        elif kind == "path":
            info.path = rest[:4096]
            info.facts["path"] = info.path
        elif kind == "build":
            key, _, value = rest.partition("=")
            if key in _FACTS:
                info.facts[key] = value[:200]
    return info


def _module(fields: str) -> _Module | None:
    """Read path, version and sum; a module without version is what Go itself calls `(devel)`."""
    name, version, total = (*fields.split("\t"), "", "", "")[:3]
    if not name or len(name) > 4096 or len(version) > 4096:
        return None
    return _Module(name=name, version=version or "(devel)", sum=total[:200])


def _add(info: _Info, module: _Module | None, line: str) -> None:
    if module is None:
        _unread(info, line)
    else:
        info.modules.append(module)


def _replace(info: _Info, by: _Module | None, line: str) -> None:
    """Put the replacement in the place of the module before it; a folder has neither name nor version of its own."""
    if by is None or not info.modules:
        _unread(info, line)
        return
    if by.name.startswith((".", "/")) or by.name[1:2] == ":":
        by = _Module(name=info.modules[-1].name, version="(devel)")
    info.modules[-1] = by


def _unread(info: _Info, line: str) -> None:
    if len(info.faults) < _MOST_FAULTS:
        info.faults.append(f"a line of the module list cannot be read: {line[:80]!r}")


GO = Ecosystem(
    name="go",
    title="Go programs",
    version=1,
    paths=(),
    system="go",
    window=window,
    parse=parse,
)
