"""Programs that no package owns, known by the file's name and the version text inside: `classifiers.toml`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from pathlib import Path

from plimsoll.ecosystems import elf
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_AROUND = 128
"""Bytes on both sides of `find` in which the version must stand."""

_MOST_PLACES = 100_000
"""Times that `find` is met in one file before the search is given up; the real ones are among the first thousands."""

_LARGEST_TEXT = 64 << 10
_NAMED = re.compile(r"[0-9]{1,2}\.[0-9]{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """One row of the table, which says what its fields mean."""

    name: str
    cpe: str
    files: tuple[str, ...]
    find: str
    version: str
    text: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    row: Classifier
    names: re.Pattern[str]

    def version_in(self, path: str, data: bytes) -> str:
        """Give the version that a file states, "" for none."""
        named = _NAMED.search(path.rpartition("/")[2])
        if "{named}" in self.row.find and not named:
            return ""
        marker, expression = _search(self.row, named[0] if named else "")
        for at in _places(data, marker):
            start = max(0, at - _AROUND)
            found = expression.search(data, start, at + len(marker) + _AROUND)
            if found:
                return next(group for group in found.groups() if group is not None).decode("ascii")
        return ""


@cache
def classifiers() -> tuple[Classifier, ...]:
    """Read the table, once."""
    import tomllib

    document = tomllib.loads((Path(__file__).parent / "classifiers.toml").read_text("utf-8"))
    return tuple(Classifier(**{**row, "files": tuple(row["files"])}) for row in document["program"])


def parse(path: str, data: bytes) -> Observed:
    """Find the versions of the programs that a file of this name could be; `data` is the whole file."""
    binary = data.startswith(elf.MAGIC)
    packages, faults = [], []
    for wanted in _compiled():
        if wanted.row.text == binary or not wanted.names.fullmatch(path):
            continue
        version = wanted.version_in(path, data if binary else data[:_LARGEST_TEXT])
        if version:
            packages.append(PackageRecord.simple(wanted.row.name, version, cpe=wanted.row.cpe))
        elif wanted.row.always:
            faults.append(f"by its name it is {wanted.row.name}, but it does not say its version")
    return Observed(packages=tuple(packages), faults=tuple(faults))


@cache
def _compiled() -> tuple[_Compiled, ...]:
    return tuple(_Compiled(row=row, names=_names(row.files)) for row in classifiers())


def _names(files: tuple[str, ...]) -> re.Pattern[str]:
    shapes = "|".join(translate(shape).replace(".*", "[^/]*") for shape in files)
    return re.compile(rf"(?s:(?:.*/)?(?:{shapes}))")


@cache
def _search(row: Classifier, named: str) -> tuple[bytes, re.Pattern[bytes]]:
    marker = row.find.replace("{named}", named)
    expression = row.version.replace("{named}", re.escape(named))
    return marker.encode("latin-1"), re.compile(expression.encode("latin-1"))


def _places(data: bytes, marker: bytes) -> Iterator[int]:
    at = data.find(marker)
    for _ in range(_MOST_PLACES):
        if at < 0:
            return
        yield at
        at = data.find(marker, at + 1)


def _paths() -> tuple[str, ...]:
    """Give the shapes of names that the files are looked for by: literal ones, and literal beginnings."""
    shapes = (shape for row in classifiers() for shape in row.files)
    return tuple(dict.fromkeys(shape[: shape.index("*") + 1] if "*" in shape else shape for shape in shapes))


GENERIC = Ecosystem(
    name="generic",
    title="Programs that no package owns",
    version=1,
    paths=_paths(),
    system="generic",
    parse=parse,
    unowned=True,
)
