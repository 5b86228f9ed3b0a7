"""NuGet packages as restored: project.assets.json, which `dotnet restore` writes into obj/."""

from collections.abc import Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import key_lines, read_json
from plimsoll.documents.shapes import mapping, text, texts
from plimsoll.ecosystems.gathering import Gathering, digest, fault, resolved
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the libraries that are packages; what they require is per target framework."""
    try:
        document = mapping(read_json(data))
        lines = key_lines(data)
    except DocumentError as error:
        return fault(error)
    libraries = document.get("libraries")
    if not isinstance(libraries, dict):
        return fault("it has no libraries")
    gathering = Gathering()
    required = _required(mapping(document.get("targets")))
    asked = _asked(mapping(document.get("projectFileDependencyGroups")))
    for key, library in libraries.items():
        name, _, version = key.partition("/")
        if text(mapping(library).get("type")) == "project":
            continue
        gathering.add(
            PackageRecord.simple(
                name,
                version,
                line=lines.get(key, [0])[-1],
                direct=name.lower() in asked,
                requires=tuple(required.get(key, ())),
                hashes=digest("sha512", text(mapping(library).get("sha512"))),
            )
        )
    return gathering.observed()


def _required(targets: Mapping[str, object]) -> dict[str, dict[str, None]]:
    """Give what each `name/version` requires, in all target frameworks together."""
    required: dict[str, dict[str, None]] = {}
    for target in map(mapping, targets.values()):
        versions = dict(key.split("/", 1) for key in target if "/" in key)
        for key, library in target.items():
            names = resolved(mapping(mapping(library).get("dependencies")), versions)
            required.setdefault(key, {}).update(dict.fromkeys(names))
    return required


def _asked(groups: Mapping[str, object]) -> set[str]:
    """Give the names of `Name >= 1.0.0`, which the project file asks for."""
    return {written.partition(" ")[0].lower() for group in groups.values() for written in texts(group)}


NUGET_ASSETS = Ecosystem(
    name="nuget-assets",
    title="NuGet packages that a build restored",
    version=1,
    system="nuget",
    paths=("project.assets.json",),
    declared=True,
    parse=parse,
)
