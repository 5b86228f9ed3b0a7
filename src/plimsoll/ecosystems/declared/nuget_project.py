"""NuGet packages that project files ask for: *.csproj and its kin, Directory.Packages.props (MSBuild XML).

MSBuild is not run: properties count only where the file itself sets them, conditions are not judged.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.xml import Element, read_xml
from plimsoll.ecosystems.declared.properties import Properties
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import COMPLETED_BY, Observed, PackageRecord

_ITEMS = frozenset({"PackageReference", "PackageVersion", "GlobalPackageReference", "PackageDownload"})
_REFERENCE = re.compile(r"\$\(([A-Za-z0-9_.-]{1,200})\)")
_LOWEST = re.compile(r"\[([0-9A-Za-z.+-]+)(?:\]|,.*)")
"""`[1.0]` and `[1.0,2.0)`: NuGet takes the lowest version that is allowed ("Dependency resolution")."""
_SAY_VERSIONS = (
    *("packages.lock.json", "obj/project.assets.json", "Directory.Packages.props", "Packages.props"),
    *("Directory.Build.props", "Directory.Build.targets"),
)
_FIXED = re.compile(r"[0-9][0-9A-Za-z.+-]*")


def parse(path: str, data: bytes) -> Observed:
    """Read the packages that have a version here; those that have none must have it in a file above or in a lock."""
    try:
        root = read_xml(data)
    except DocumentError as error:
        return fault(error)
    if root.name != "Project":
        return fault(f"it holds {root.name!r} instead of a Project")
    gathering = Gathering()
    properties = Properties({each.name: each.text for each in _within(root, "PropertyGroup")}, _REFERENCE)
    for item in _within(root, "ItemGroup"):
        if item.name in _ITEMS:
            _gather(item, properties, gathering)
    facts = ((COMPLETED_BY, "dotnet restore --use-lock-file"),) if path.endswith("proj") else ()
    return replace(gathering.observed(), facts=facts)


def _within(root: Element, group: str) -> Iterator[Element]:
    return (each for found in root.all(group) for each in found.children)


def _gather(item: Element, properties: Properties, gathering: Gathering) -> None:
    name = properties.fill(_said(item, "Include") or _said(item, "Update"))
    written = _said(item, "VersionOverride") or _said(item, "Version")
    version = _version(properties.fill(written))
    if not name or "$(" in name:
        gathering.fault(f"a {item.name} has no name", item.line)
    elif not written:
        what = f"{name} has no version here, nor in a Directory.Packages.props above"
        gathering.doubt(what, item.line, files=_SAY_VERSIONS, package=name, above=True)
    elif not version:
        gathering.fault(f"{name} has no fixed version but {written!r}", item.line)
    else:
        gathering.add(PackageRecord.simple(name, version, line=item.line, direct=True))


def _said(item: Element, name: str) -> str:
    """Give metadata of an item, which is an attribute or an element."""
    return (item.attributes.get(name, "") or item.text_of(name)).strip()


def _version(text: str) -> str:
    """Give the version that NuGet takes, "" where only NuGet knows."""
    if lowest := _LOWEST.fullmatch(text):
        return lowest[1]
    return text if _FIXED.fullmatch(text) else ""


NUGET_PROJECT = Ecosystem(
    name="nuget-project",
    title="NuGet packages that a project asks for",
    version=2,
    system="nuget",
    paths=(
        *("*.csproj", "*.fsproj", "*.vbproj"),
        *("Directory.Packages.props", "Directory.Build.props", "Directory.Build.targets", "packages.props"),
        "Packages.props",
    ),
    declared=True,
    parse=parse,
)
