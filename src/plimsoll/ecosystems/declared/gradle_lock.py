"""Java packages that Gradle locked (Gradle user manual, "Locking versions").

`gradle.lockfile` has `group:artifact:version=configurations`; before Gradle 7 each configuration had a file of its
own in `gradle/dependency-locks/`, with the coordinates alone.
"""

import re

from plimsoll.ecosystems.gathering import Gathering, text_lines
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_TEST = re.compile(r"test|.*Test")
_BUILD = re.compile(r"annotationProcessor|.*AnnotationProcessor|kapt|ksp")


def parse(path: str, data: bytes) -> Observed:
    """Read one lock file; what only tests or the build itself need says so in its scope."""
    gathering = Gathering()
    name = path.rpartition("/")[2]
    for number, line in text_lines(data, gathering):
        stated = line.strip()
        if not stated or stated.startswith(("#", "empty=")):
            continue
        coordinates, is_new, configurations = stated.partition("=")
        parts = coordinates.split(":")
        if len(parts) != 3 or not all(parts):
            gathering.fault(f"{stated[:100]!r} is not group:artifact:version", number)
            continue
        used_in = configurations.split(",") if is_new else [name.removesuffix(".lockfile")]
        scope = "build" if name in _OF_THE_BUILD else _scope(used_in)
        gathering.add(PackageRecord.simple(":".join(parts[:2]), parts[2], line=number, scope=scope))
    return gathering.observed()


def _scope(configurations: list[str]) -> str:
    """Give what a package is for, by the names that Gradle's plug-ins give their configurations."""
    if all(_TEST.match(name) for name in configurations):
        return "test"
    if all(_BUILD.match(name) for name in configurations):
        return "build"
    return ""


_OF_THE_BUILD = frozenset({"buildscript-gradle.lockfile", "settings-gradle.lockfile"})

GRADLE_LOCK = Ecosystem(
    name="gradle-lock",
    title="Java packages locked by Gradle",
    version=1,
    system="maven",
    paths=("gradle.lockfile", *sorted(_OF_THE_BUILD), "gradle/dependency-locks/*.lockfile"),
    declared=True,
    parse=parse,
)
