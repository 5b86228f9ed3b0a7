"""NuGet packages of older projects: packages.config (NuGet, "packages.config reference")."""

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.xml import read_xml
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every package; the file lists the transitive ones as well, and does not tell which they are."""
    try:
        root = read_xml(data)
    except DocumentError as error:
        return fault(error)
    if root.name != "packages":
        return fault(f"it holds {root.name!r} instead of packages")
    gathering = Gathering()
    for package in root.all("package"):
        said = package.attributes
        scope = "dev" if said.get("developmentDependency", "").lower() == "true" else ""
        gathering.add(PackageRecord.simple(said.get("id", ""), said.get("version", ""), line=package.line, scope=scope))
    return gathering.observed()


NUGET_PACKAGES_CONFIG = Ecosystem(
    name="nuget-packages-config",
    title="NuGet packages of an older project",
    version=1,
    system="nuget",
    paths=("packages.config",),
    declared=True,
    parse=parse,
)
