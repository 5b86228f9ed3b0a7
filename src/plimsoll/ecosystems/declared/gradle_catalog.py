"""Java packages that a Gradle build may ask for: version catalogues, *.versions.toml (Gradle, "Version catalogs")."""

import re
from collections.abc import Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.shapes import mapping, text
from plimsoll.documents.toml import read_toml
from plimsoll.ecosystems.gathering import Gathering, fault, text_lines
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_FIXED = re.compile(r"[^\[\](),+\s]+")
"""A version that is no range and does not float (`1.+`, `latest.release` floats as well)."""
_LONGEST = 100
"""Characters of a version; many libraries may refer to one."""
_KEY = re.compile(r"\s*+([A-Za-z0-9_.-]++|\"[^\"]*+\")\s*+=")


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the libraries; bundles only group them, and plug-ins of Gradle are no libraries."""
    try:
        document = read_toml(data)
    except DocumentError as error:
        return fault(error)
    gathering = Gathering()
    versions, lines = mapping(document.get("versions")), _lines(data)
    for alias, library in mapping(document.get("libraries")).items():
        name, version = _coordinates(library, versions)
        if version and not _is_fixed(version):
            gathering.fault(f"{name} has no fixed version but {version[:_LONGEST]!r}", lines.get(alias, 0))
        else:
            gathering.add(PackageRecord.simple(name, version, line=lines.get(alias, 0), direct=True))
    return gathering.observed()


def _coordinates(library: object, versions: Mapping[str, object]) -> tuple[str, str]:
    """Read `"group:name:version"` or a table; gives `group:name` and the version, "" where it is not stated."""
    if isinstance(library, str):
        group, _, rest = library.partition(":")
        name, _, version = rest.partition(":")
        return f"{group}:{name}" if group and name else "", version
    table = mapping(library)
    group, name = text(table.get("group")), text(table.get("name"))
    module = text(table.get("module")) or (f"{group}:{name}" if group and name else "")
    return module, _version(table.get("version"), versions)


def _version(value: object, versions: Mapping[str, object]) -> str:
    """Read a version, a reference to one, or a rich one: what is preferred within a range, else what is required."""
    if reference := text(mapping(value).get("ref")):
        value = versions.get(reference)
    if isinstance(value, str):
        return value
    rich = [text(mapping(value).get(key)) for key in ("strictly", "require", "prefer")]
    stated = [version for version in rich if version]
    return next(filter(_is_fixed, stated), stated[0] if stated else "")


def _is_fixed(version: str) -> bool:
    return len(version) <= _LONGEST and bool(_FIXED.fullmatch(version)) and not version.startswith("latest.")


def _lines(data: bytes) -> dict[str, int]:
    """Give the line of each alias in [libraries]."""
    lines: dict[str, int] = {}
    section = ""
    for number, line in text_lines(data, Gathering()):
        if line.startswith("["):
            section = line.partition("#")[0].strip()
        elif section == "[libraries]" and (found := _KEY.match(line)):
            lines.setdefault(found[1].strip('"').partition(".")[0], number)
    return lines


GRADLE_CATALOG = Ecosystem(
    name="gradle-catalog",
    title="Java packages of a Gradle version catalogue",
    version=1,
    system="maven",
    paths=("*.versions.toml",),
    declared=True,
    parse=parse,
)
