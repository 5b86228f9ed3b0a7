"""Java packages that a project asks for: pom.xml (Maven, "POM reference"), read by itself.

What the parent or an imported bill of materials (BOM) decides is not here: such a package is a fault that names them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.xml import Element, read_xml
from plimsoll.ecosystems.declared.properties import Properties
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import COMPLETED_BY, Observed, PackageRecord

_REFERENCE = re.compile(r"\$\{([^${}]{1,200})\}")
_RANGE = re.compile(r"[\[(]([^\[\](),]*)(,?).*[\])]")
_COMPLETED_BY = "mvn org.cyclonedx:cyclonedx-maven-plugin:makeAggregateBom"
_LONGEST = 1000
"""Characters of a name or a version; many dependencies may refer to one."""
_SCOPES = {"test": "test", "provided": "build"}
"""What is `provided` is needed to build; at run time the container brings its own."""


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the dependencies of the project and of the profiles that are active by default."""
    try:
        project = read_xml(data)
    except DocumentError as error:
        return fault(error)
    if project.name != "project":
        return fault(f"it holds {project.name!r} instead of a project")
    gathering = Gathering()
    parts = [project, *_active_profiles(project, gathering)]
    pom = _Pom(project, parts)
    for part in parts:
        for dependency in _dependencies(part):
            pom.gather(dependency, gathering)
    return replace(gathering.observed(), facts=((COMPLETED_BY, _COMPLETED_BY),))


def _active_profiles(project: Element, gathering: Gathering) -> Iterator[Element]:
    """Give the profiles that hold unless something else is asked for; the others are faults if they add packages."""
    for profiles in project.all("profiles"):
        for profile in profiles.all("profile"):
            if profile.text_of("activation", "activeByDefault") == "true":
                yield profile
            elif count := sum(1 for _ in _dependencies(profile)):
                name = profile.text_of("id")
                gathering.fault(f"{count} packages of the profile {name!r} are not listed", profile.line)


def _dependencies(part: Element) -> Iterator[Element]:
    return (each for found in part.all("dependencies") for each in found.all("dependency"))


class _Pom:
    """What the dependencies of one file refer to: properties, managed versions, the parent."""

    def __init__(self, project: Element, parts: list[Element]) -> None:
        self._properties = Properties(_properties(project, parts), _REFERENCE)
        self._managed: dict[str, Element] = {}
        self._elsewhere = [_coordinates(parent) for parent in project.all("parent")]
        managed = (
            each for part in parts for found in part.all("dependencyManagement") for each in _dependencies(found)
        )
        for entry in managed:
            if entry.text_of("scope") == "import":
                self._elsewhere.append(self._properties.fill(_coordinates(entry)))
            else:
                self._managed.setdefault(self._name(entry), entry)

    def _name(self, dependency: Element) -> str:
        group, artifact = (self._properties.fill(dependency.text_of(key)) for key in ("groupId", "artifactId"))
        return f"{group}:{artifact}"

    def gather(self, dependency: Element, gathering: Gathering) -> None:
        """Take a dependency, or say why its name or version cannot be known from this file."""
        name, line = self._name(dependency), dependency.line
        managed = self._managed.get(name, dependency)
        written = dependency.text_of("version") or managed.text_of("version")
        version = self._properties.fill(written)
        if max(len(name), len(version)) > _LONGEST:
            gathering.fault(f"a name or version is longer than {_LONGEST} characters", line)
        elif name.startswith(":") or name.endswith(":"):
            gathering.fault(f"a dependency has no {'groupId' if name.startswith(':') else 'artifactId'}", line)
        elif "${" in name or "${" in version:
            open_ = ", ".join(dict.fromkeys(_REFERENCE.findall(f"{name} {version}")))
            gathering.fault(f"{name}: the property {open_} is not set here{self._where()}", line)
        elif not version:
            gathering.fault(f"{name} has no version here{self._where()}", line)
        else:
            lowest = _lowest(version)
            if lowest != version:
                gathering.fault(f"{name} asks for {version}, {f'read as {lowest}' if lowest else 'of no start'}", line)
            if lowest:
                gathering.add(_record(name, lowest, dependency, managed))

    def _where(self) -> str:
        """Name the files that would say."""
        more = ", …" if self._elsewhere[3:] else ""
        return f"; {', '.join(self._elsewhere[:3])}{more} may say so" if self._elsewhere else ""


def _record(name: str, version: str, dependency: Element, managed: Element) -> PackageRecord:
    scope = _SCOPES.get(dependency.text_of("scope") or managed.text_of("scope"), "")
    optional = (dependency.text_of("optional") or managed.text_of("optional")) == "true"
    return PackageRecord.simple(
        name, version, line=dependency.line, direct=True, scope=scope or ("optional" if optional else "")
    )


def _properties(project: Element, parts: list[Element]) -> Mapping[str, str]:
    """Give what `${…}` may refer to: the project's own values, its parent's, and properties; profiles come last."""
    values: dict[str, str] = {}
    for key in ("groupId", "artifactId", "version"):
        parents = project.text_of("parent", key)
        inherited = parents if key != "artifactId" else ""
        values |= {f"{prefix}parent.{key}": parents for prefix in ("project.", "pom.", "") if parents}
        if own := project.text_of(key) or inherited:
            values |= {f"{prefix}{key}": own for prefix in ("project.", "pom.", "")}
    for part in parts:
        values |= {each.name: each.text for found in part.all("properties") for each in found.children}
    return values


def _coordinates(element: Element) -> str:
    return ":".join(element.text_of(key) or "?" for key in ("groupId", "artifactId", "version"))


def _lowest(version: str) -> str:
    """Give a version, or the lowest that a range allows, "" where it has none ("Version ranges")."""
    found = _RANGE.fullmatch(version)
    return found[1].strip() if found else version


MAVEN_POM = Ecosystem(
    name="maven-pom",
    title="Java packages that a project asks for",
    version=2,
    system="maven",
    paths=("pom.xml",),
    declared=True,
    parse=parse,
)
