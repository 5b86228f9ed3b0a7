"""Rust programs that say what they are made of: the section `.dep-v0` of `cargo auditable` (its PARSING.md).

The section holds JSON in a zlib stream: the packages, each with the numbers of those that it depends on.
"""

import zlib
from collections.abc import Mapping, Sequence

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json
from plimsoll.ecosystems import elf
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import MOST_RECORDS, Observed, PackageRecord

_SECTION = b".dep-v0"
_NAMES_KNOWN = b"\0.shstrtab\0"

_BEFORE = 2048
_LEAST = 64
"""Bytes before the section header table, where linkers write the names of sections; the first are the file's."""

_SMALLEST = 32
"""Bytes of the smallest list that a program could have."""

_LARGEST = 16 << 20
"""Bytes of a list; one package takes some hundred, and the largest programs have a few thousand."""

_LONGEST = 4096
"""Characters of a name or a version; more is no package."""

_MOST_RELATIONS = 1_000_000
"""Dependencies of all packages together; the largest programs have some 20,000."""

_MOST_FAULTS = 20


def window(head: bytes, size: int) -> tuple[int, int] | None:
    """Give the section header table, and a little before it; None for a file that has none, or none that fits."""
    where = elf.tables(head)
    if where is None or where.sections == 0:
        return None
    if where.sections_at < _LEAST or where.sections_end > size:
        return None
    return max(where.sections_at - _BEFORE, _LEAST), where.sections_end


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the list of a whole file (it begins with the magic of ELF), or say from a window whether to look for one."""
    if not data.startswith(elf.MAGIC):
        return Observed(again=_may_have_list(data))
    where = elf.tables(data)
    if where is None:
        return Observed()
    rows = elf.sections(data, where)
    if where.names >= len(rows):
        return Observed()
    for row in rows:
        if elf.name_of(data, row, rows[where.names]) == _SECTION:
            return _read(data[row.offset : row.offset + min(row.size, _LARGEST)], row.size)
    return Observed()


def _may_have_list(window_: bytes) -> bool:
    """Say whether the window holds the section's name or, where it holds no names, a section that it could be."""
    if _SECTION + b"\0" in window_:
        return True
    return _NAMES_KNOWN not in window_ and _has_candidate(window_)


def _has_candidate(window_: bytes) -> bool:
    """Look for a plain section that is not loaded and has no flags; debug information has the same looks.

    The table ends the window, but its class and byte order stand in the file header: every one is tried.
    """
    for layout in elf.LAYOUTS:
        tail = len(window_) % layout.section.size
        for row in elf.rows_of(window_[tail:], layout):
            if row.kind == elf.PLAIN and row.flags == 0 and _SMALLEST <= row.size <= _LARGEST and row.name:
                return True
    return False


def _read(section: bytes, stated: int) -> Observed:
    if len(section) != stated:
        return _unread("its section reaches beyond the file, or is too large")
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(section, _LARGEST)
        if not inflater.eof:
            return _unread(f"it is cut, or larger than {_LARGEST} bytes")
        packages = _packages(read_json(text))
    except (zlib.error, DocumentError, ValueError) as error:
        return _unread(str(error))
    return _observed(packages)


def _unread(reason: str) -> Observed:
    return Observed(faults=(f"the list of crates in {_SECTION.decode()} cannot be read: {reason}",))


def _packages(document: object) -> Sequence[object]:
    packages = document.get("packages") if isinstance(document, Mapping) else None
    if not isinstance(packages, list):
        raise ValueError("it has no packages")  # noqa: TRY004 - of the document, not of this program
    return packages


def _observed(packages: Sequence[object]) -> Observed:
    faults = []
    if len(packages) > MOST_RECORDS:
        faults.append(f"only the first {MOST_RECORDS} packages were read")
    named = [_named(package) for package in packages[:MOST_RECORDS]]
    told = [" ".join(each or ()) for each in named]  # one text for all that require it
    records, left = [], _MOST_RELATIONS
    for number, package in enumerate(packages[:MOST_RECORDS]):
        if not isinstance(package, Mapping) or not named[number]:
            if len(faults) < _MOST_FAULTS:
                faults.append(f"package {number} has no name or no version that could be one")
            continue
        records.append(_record(package, told, left))
        left -= len(records[-1].requires)
    if left <= 0:
        faults.append(f"only the first {_MOST_RELATIONS} dependencies were read")
    return Observed(packages=tuple(records), faults=tuple(faults))


def _named(package: object) -> tuple[str, str] | None:
    if not isinstance(package, Mapping):
        return None
    name, version = package.get("name"), package.get("version")
    if not isinstance(name, str) or not isinstance(version, str):
        return None
    return (name, version) if 0 < len(name) <= _LONGEST and 0 < len(version) <= _LONGEST else None


def _record(package: Mapping[str, object], told: Sequence[str], most: int) -> PackageRecord:
    numbers = package.get("dependencies")
    numbers = numbers[: max(most, 0)] if isinstance(numbers, list) else ()
    requires = dict.fromkeys(_known(number, told) for number in numbers)
    return PackageRecord.simple(
        str(package["name"]),
        str(package["version"]),
        requires=tuple(name for name in requires if name),
        scope="build" if package.get("kind") == "build" else "",
    )


def _known(number: object, told: Sequence[str]) -> str:
    return told[number] if isinstance(number, int) and 0 <= number < len(told) else ""


CARGO = Ecosystem(
    name="cargo",
    title="Rust crates",
    version=1,
    paths=(),
    system="cargo",
    window=window,
    parse=parse,
)
