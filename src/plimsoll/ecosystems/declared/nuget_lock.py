"""NuGet packages as restored: packages.lock.json (NuGet, "Locking dependencies")."""

from collections.abc import Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import key_lines, read_json
from plimsoll.documents.shapes import mapping, text
from plimsoll.ecosystems.gathering import Gathering, digest, fault, resolved
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the packages of all target frameworks; other projects of the same solution are no packages."""
    try:
        document = read_json(data)
        lines = key_lines(data)
    except DocumentError as error:
        return fault(error)
    frameworks = mapping(document).get("dependencies")
    if not isinstance(frameworks, dict):
        return fault("it has no dependencies")
    gathering = Gathering()
    for entries in map(mapping, frameworks.values()):
        versions = {name: text(mapping(entry).get("resolved")) for name, entry in entries.items()}
        for name, entry in entries.items():
            if text(mapping(entry).get("type")) != "Project":
                gathering.add(_record(name, mapping(entry), versions, lines.get(name, [0])[0]))
    return gathering.observed()


def _record(name: str, entry: Mapping[str, object], versions: Mapping[str, str], line: int) -> PackageRecord:
    return PackageRecord.simple(
        name,
        text(entry.get("resolved")),
        line=line,
        direct=text(entry.get("type")) == "Direct",
        requires=resolved(mapping(entry.get("dependencies")), versions),
        hashes=digest("sha512", text(entry.get("contentHash"))),
    )


NUGET_LOCK = Ecosystem(
    name="nuget-lock",
    title="NuGet packages of a project",
    version=1,
    system="nuget",
    paths=("packages.lock.json",),
    declared=True,
    parse=parse,
)
