"""Python packages of requirements files (pip documentation, "Requirements File Format")."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from plimsoll.documents.bounds import as_utf8
from plimsoll.documents.errors import DocumentError
from plimsoll.ecosystems.declared.pypi_writing import digests, is_for_developing
from plimsoll.ecosystems.gathering import Gathering, fault, text_lines
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_LONGEST = 1 << 20
"""Characters of one requirement with all its lines."""
_SHOWN = 80
_MOST_CONSTRAINTS = 20
_COMMENT = re.compile(r"(?:^|\s)#.*", re.DOTALL)
_NAMED = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*+(?<=[A-Za-z0-9]))?)\s*+(?:\[[^\]]*+\])?\s*+(.*)", re.DOTALL)
_OPTIONS = re.compile(r"\s(?:--[a-z]|-[A-Z]\s)")
_HASH = re.compile(r"--hash[= ]\s*+(\S++)")
_PINNED = re.compile(r"===?\s*+([A-Za-z0-9][A-Za-z0-9._!+-]*+)")
_OTHER_FILE = re.compile(r"(-r|--requirement|-c|--constraint)[\s=]*+(.*)", re.DOTALL)
_FOLDER = re.compile(r"(?:-e|--editable)?[\s=]*+((?:\.|/|file:).*)", re.DOTALL)
_KINDS = ("dev", "doc", "docs", "lint", "test", "tests")
_WORDS = re.compile(r"[a-z]+")


@dataclass(slots=True)
class _File:
    """One file: what it is for, and what only the whole of it can tell: lines, names and texts without a version."""

    scope: str
    gathering: Gathering
    constraints: dict[str, None] = field(default_factory=dict)
    unpinned: list[tuple[int, str, str]] = field(default_factory=list)


def parse(path: str, data: bytes) -> Observed:
    """Read what is pinned to one version (`==`, `===`); whatever else is asked for is a fault that names it.

    Files named by `-r` and `-c` are files of their own, and constraints (`-c`) may pin what is not pinned here; options
    that speak of no package are passed over.
    """
    gathering = Gathering()
    try:
        text = as_utf8(data)
    except DocumentError as error:
        return fault(error)
    file = _File(_scope(path), gathering)
    for line, written in _joined(text, gathering):
        _tell(written, line, file)
    for line, name, asked in file.unpinned:
        if name and file.constraints:
            gathering.doubt(f"{asked} is not pinned to one version", line, files=tuple(file.constraints), package=name)
        else:
            gathering.fault(f"{asked} is not pinned to one version", line)
    return gathering.observed()


def _joined(data: bytes, gathering: Gathering) -> Iterator[tuple[int, str]]:
    """Give each requirement without comments, lines that end in a backslash joined to the next."""
    parts: list[str] = []
    first = length = 0
    for number, line in text_lines(data, gathering):
        first = first if parts else number
        length += len(line)
        parts.append(line[:-1] if line.endswith("\\") else _COMMENT.sub("", line))
        if line.endswith("\\") and length < _LONGEST:
            continue
        if length >= _LONGEST:
            gathering.fault(f"a requirement is longer than {_LONGEST} characters", first)
        else:
            yield first, "".join(parts).strip()
        parts, length = [], 0
    if parts:
        yield first, "".join(parts).strip()


def _tell(written: str, line: int, file: _File) -> None:
    gathering = file.gathering
    other = _OTHER_FILE.fullmatch(written)
    folder = _FOLDER.fullmatch(written)
    if other:
        _tell_other(other[1], other[2].strip("\"' "), line, file)
    elif folder and folder[1] not in {".", "./"}:
        gathering.fault(f"{_shown(folder[1])} is a folder or file, whose version is not known", line)
    elif written.startswith(("-e", "--editable")) and not folder:
        gathering.fault(f"{_shown(written)} is no version of an index", line)
    elif written and not written.startswith("-") and not folder:
        _tell_package(written, line, file)


def _tell_other(option: str, name: str, line: int, file: _File) -> None:
    """Name another file; what would pin everything here is remembered."""
    if "://" in name:
        file.gathering.fault(f"{_shown(name)} is no file of this project", line)
        return
    if option in {"-c", "--constraint"} and len(file.constraints) < _MOST_CONSTRAINTS:
        file.constraints[name] = None
    file.gathering.doubt(f"the file {_shown(name)} is not in this tree", line, files=(name,), reads=True)


def _tell_package(written: str, line: int, file: _File) -> None:
    options = _OPTIONS.search(written)
    asked = (written[: options.start()] if options else written).partition(";")[0].strip()
    named = _NAMED.fullmatch(asked)
    pinned = [found for each in _specifiers(named[2]) if (found := _PINNED.fullmatch(each))] if named else []
    if not named or not pinned:
        if file.gathering.has_room(len(file.unpinned)):
            file.unpinned.append((line, named[1] if named else "", _shown(asked)))
        return
    hashes = digests(found[1] for found in _HASH.finditer(written, options.start() if options else len(written)))
    file.gathering.add(PackageRecord.simple(named[1], pinned[0][1], line=line, scope=file.scope, hashes=hashes))


def _specifiers(written: str) -> list[str]:
    """Give each version specifier; they may stand in brackets (dependency specifiers, "Version specifiers")."""
    return [each.strip() for each in written.strip().removeprefix("(").removesuffix(")").split(",")]


def _shown(written: str) -> str:
    return written if len(written) <= _SHOWN else written[:_SHOWN] + "…"


def _scope(path: str) -> str:
    """Say what a file is for by its name: requirements-dev.txt, test_requirements.txt."""
    name = path.rpartition("/")[2].lower().removesuffix(".txt")
    kinds = [word for word in _WORDS.findall(name) if word not in {"requirements", "requirement"}]
    return "dev" if kinds and is_for_developing(kinds) else ""


REQUIREMENTS = Ecosystem(
    name="requirements",
    title="Python packages of a requirements file",
    version=2,
    system="pypi",
    paths=("requirements*.txt", "requirements/*.txt", *(f"{kind}-requirements.txt" for kind in _KINDS)),
    declared=True,
    parse=parse,
)
