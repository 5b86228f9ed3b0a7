"""Python packages as Poetry resolved them: poetry.lock, versions 1 and 2 (Poetry documentation)."""

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.shapes import mapping, mappings, text, texts
from plimsoll.ecosystems.declared.pypi_writing import Table, Versions, digests, read_tables
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
        name = text(table.get("name"))
        # Before Poetry 1.4 the digests stand in a table of their own.
        archives = mappings(table.get("files") or files.get(name))
        record = PackageRecord.simple(
            name,
            text(table.get("version")),
            line=line,
            scope=_scope(table),
            hashes=digests(archive.get("hash") for archive in archives),
            requires=versions.needed(mapping(table.get("dependencies"))),
        )
        gathering.add(record)
    return gathering.observed()


def _scope(table: Table) -> str:
    """Say what a package is for: by category until Poetry 1.4, by groups since Poetry 2; between, nothing says so."""
    groups = texts(table.get("groups")) or [text(table.get("category")) or "main"]
    if "main" not in groups:
        return "dev"
    return "optional" if table.get("optional") is True else ""


POETRY_LOCK = Ecosystem(
    name="poetry-lock",
    title="Python packages of a project, by Poetry",
    version=1,
    system="pypi",
    paths=("poetry.lock",),
    declared=True,
    parse=parse,
)
