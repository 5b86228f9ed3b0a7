"""Python packages as PDM resolved them: pdm.lock (PDM documentation, "Lock file specification")."""

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.shapes import mapping, mappings, text, texts
from plimsoll.ecosystems.declared.pypi_writing import Table, Versions, digests, is_for_developing, name_in, read_tables
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every package. Which of them the project itself asks for, only pyproject.toml says."""
    gathering = Gathering()
    try:
        document, tables = read_tables(data, "package", gathering)
    except DocumentError as error:
        return fault(error)
    gathering.expect(document, "package", "metadata")
    versions = Versions(table for table, _ in tables)
    files = mapping(mapping(document.get("metadata")).get("files"))
    for table, line in tables:
        name, version = text(table.get("name")), text(table.get("version"))
        # Before version 4.4 the digests stand in a table of their own.
        archives = mappings(table.get("files") or files.get(f"{name} {version}"))
        record = PackageRecord.simple(
            name,
            version,
            line=line,
            scope=_scope(table),
            hashes=digests(archive.get("hash") for archive in archives),
            requires=versions.needed(name_in(each) for each in texts(table.get("dependencies"))),
        )
        gathering.add(record)
    return gathering.observed()


def _scope(table: Table) -> str:
    """Say what a package is for; extras and groups for development differ only by their names."""
    groups = texts(table.get("groups")) or ["default"]
    if "default" in groups:
        return ""
    return "dev" if is_for_developing(groups) else "optional"


PDM_LOCK = Ecosystem(
    name="pdm-lock",
    title="Python packages of a project, by PDM",
    version=1,
    system="pypi",
    paths=("pdm.lock",),
    declared=True,
    parse=parse,
)
