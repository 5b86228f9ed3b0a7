"""Java and Scala packages that sbt locked: build.sbt.lock (the plug-in sbt-dependency-lock)."""

import re
from collections.abc import Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json
from plimsoll.documents.shapes import mapping, mappings, sequence, text, texts
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_ORGANISATION = re.compile(rb'^[ \t]*+"org"[ \t]*+:', re.MULTILINE)
_SHA1 = re.compile(r"sha1:[0-9a-f]{40}")


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every dependency; what only tests need says so in its scope."""
    try:
        document = mapping(read_json(data))
    except DocumentError as error:
        return fault(error)
    if not isinstance(document.get("dependencies"), list):
        return fault("it has no dependencies")
    gathering = Gathering()
    dependencies = list(mappings(document["dependencies"]))
    if len(dependencies) < len(sequence(document["dependencies"])):
        gathering.fault("its dependencies are not all dependencies")
    lines = _lines(data)
    is_whole = len(lines) == len(dependencies)
    for number, dependency in enumerate(dependencies):
        gathering.add(_record(dependency, lines[number] if is_whole else 0))
    return gathering.observed()


def _record(dependency: Mapping[str, object], line: int) -> PackageRecord:
    organisation, name, version = (text(dependency.get(key)) for key in ("org", "name", "version"))
    configurations = texts(dependency.get("configurations"))
    hashes = (text(artifact.get("hash")) for artifact in mappings(dependency.get("artifacts")))
    return PackageRecord.simple(
        f"{organisation}:{name}" if organisation and name else "",
        version,
        line=line,
        scope="test" if configurations and all("test" in each.lower() for each in configurations) else "",
        hashes=tuple(each for each in hashes if _SHA1.fullmatch(each)),
    )


def _lines(data: bytes) -> list[int]:
    lines: list[int] = []
    line, at = 1, 0
    for found in _ORGANISATION.finditer(data):
        line += data.count(b"\n", at, found.start())
        at = found.start()
        lines.append(line)
    return lines


SBT_LOCK = Ecosystem(
    name="sbt-lock",
    title="Java packages locked by sbt",
    version=1,
    system="maven",
    paths=("build.sbt.lock",),
    declared=True,
    parse=parse,
)
