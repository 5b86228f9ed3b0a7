"""Packages of .NET applications and of the runtime: *.deps.json (.NET SDK, "runtime configuration files")."""

from collections.abc import Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json
from plimsoll.documents.shapes import mapping, text
from plimsoll.ecosystems.gathering import Gathering, digest, fault, resolved
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_KINDS = frozenset({"package", "project", "runtimepack"})
_LOADED = ("runtime", "runtimeTargets", "native")
_PACK = "runtimepack."
"""What stands before the name of the runtime that an application brings along."""


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the libraries that are loaded at run time, the application's own projects among them.

    Libraries of which the target that runs loads nothing (only the compiler needs them) lie on no disk: left out.
    Total: libraries without a name or version become faults.
    """
    try:
        document = mapping(read_json(data))
    except DocumentError as error:
        return fault(error)
    libraries = mapping(document.get("libraries"))
    if not document.keys() & {"libraries", "targets", "runtimeTarget"}:
        return fault("it lists no libraries")
    target = mapping(mapping(document.get("targets")).get(_running(document)))
    gathering = Gathering()
    versions = dict(each.rsplit("/", 1) for each in libraries if "/" in each)
    for identity, stated in libraries.items():
        library, loads = mapping(stated), mapping(target.get(identity))
        if library.get("type") in _KINDS and (identity not in target or any(map(loads.get, _LOADED))):
            gathering.add(_record(identity, library, mapping(loads.get("dependencies")), versions))
    return gathering.observed()


def _running(document: Mapping[str, object]) -> str:
    """Give the name of the target that runs: a text since .NET Core 1, an object with a name since 2."""
    named = document.get("runtimeTarget")
    return text(named) or text(mapping(named).get("name"))


def _record(
    identity: str, library: Mapping[str, object], wanted: Mapping[str, object], versions: Mapping[str, str]
) -> PackageRecord:
    name, _, version = identity.rpartition("/")
    return PackageRecord.simple(
        name.removeprefix(_PACK) if name else version,
        version if name else "",
        hashes=digest("sha512", text(library.get("sha512")).removeprefix("sha512-")),
        requires=resolved(wanted, versions),
    )


NUGET = Ecosystem(
    name="nuget",
    title="NuGet packages",
    version=1,
    system="nuget",
    paths=("*.deps.json",),
    parse=parse,
)
