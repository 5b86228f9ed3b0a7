"""Arch packages: pacman keeps one folder for each, with `desc` and `files` (libalpm, be_local.c; alpm-db-desc(5)).

Both are made of sections: a line `%FIELD%`, its values one on each line, an empty line.
"""

import re

from plimsoll.ecosystems.stanzas import words
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, Owned, PackageRecord

_Sections = dict[bytes, list[bytes]]

_RELATION = re.compile(r"[^\s<>=:]+")
"""What a relation speaks of, without the version; optional ones add a reason after a colon."""
_LIBRARY = re.compile(r".*\.so(?:\.|$)", re.DOTALL)
_FILES = "/files"


def parse(path: str, data: bytes) -> Observed:
    """Read one `desc`, or one `files`. Total: what has no name or version becomes a fault."""
    sections = _sections(data)
    if path.endswith(_FILES):
        return Observed(owned=_owned(path, sections.get(b"%FILES%", [])))
    try:
        return Observed(packages=(_package(sections),))
    except ValueError as error:
        return Observed(faults=(str(error),))


def _sections(data: bytes) -> _Sections:
    sections: _Sections = {}
    for section in data.split(b"\n\n"):
        name, *values = section.strip(b"\n").split(b"\n")
        sections.setdefault(name, values)
    return sections


def _package(sections: _Sections) -> PackageRecord:
    def value(name: bytes) -> str:
        return words(b"".join(sections.get(name, [])[:1]).strip())

    name, version = value(b"%NAME%"), value(b"%VERSION%")
    if not name or not version:
        raise ValueError("the package has no name or no version")
    return PackageRecord(
        name=name,
        version=version,
        source=value(b"%BASE%") or name,
        # The packages of one base are built in one go, so its version is theirs.
        source_version=version,
        architecture=value(b"%ARCH%"),
        licence=words(b" AND ".join(sections.get(b"%LICENSE%", []))),
        requires=_requires(name, sections.get(b"%DEPENDS%", [])),
    )


def _requires(name: str, relations: list[bytes]) -> tuple[str, ...]:
    """Give the packages that are needed; libraries (`libz.so=1-64`) name none."""
    found = (_RELATION.match(words(relation)) for relation in relations)
    names = dict.fromkeys(match[0] for match in found if match)
    return tuple(other for other in names if other != name and not _LIBRARY.match(other))


def _owned(path: str, files: list[bytes]) -> tuple[Owned, ...]:
    """Give the files of the package that the folder `name-version-release` is named after."""
    folder = path.removesuffix(_FILES).rpartition("/")[2]
    owner = folder.rsplit("-", 2)[0].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if not owner or not files:
        return ()
    return (Owned(owner=owner, paths=b"\n".join(files).decode("utf-8", "backslashreplace")),)


PACMAN = Ecosystem(
    name="pacman",
    title="Arch packages",
    version=1,
    system="alpm",
    paths=("var/lib/pacman/local/*/desc", "var/lib/pacman/local/*/files"),
    at_root=True,
    parse=parse,
)
