"""Python packages of pylock.toml and pylock.*.toml (Python packaging, "pylock.toml Specification", PEP 751)."""

from collections.abc import Iterator

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.shapes import mapping, mappings, text
from plimsoll.ecosystems.declared.pypi_writing import Table, Versions, digests, files, read_tables
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_SOURCES = ("wheels", "sdist", "archive")


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every package; those from a folder or a repository may have no version, which is a fault."""
    gathering = Gathering()
    try:
        document, tables = read_tables(data, "packages", gathering)
    except DocumentError as error:
        return fault(error)
    gathering.expect(document, "lock-version", "packages")
    versions = Versions(table for table, _ in tables)
    for table, line in tables:
        record = PackageRecord.simple(
            text(table.get("name")),
            text(table.get("version")),
            line=line,
            scope=_scope(text(table.get("marker"))),
            hashes=digests(_hashes(table)),
            requires=tuple(dict.fromkeys(_required(table, versions))),
        )
        gathering.add(record)
    return gathering.observed()


def _hashes(table: Table) -> Iterator[str]:
    for file in files(table, *_SOURCES):
        for algorithm, value in mapping(file.get("hashes")).items():
            yield f"{algorithm}:{value}"


def _required(table: Table, versions: Versions) -> Iterator[str]:
    for each in mappings(table.get("dependencies")):
        name, version = text(each.get("name")), text(each.get("version"))
        yield from [f"{name} {version}"] if version else versions.needed([name])


def _scope(marker: str) -> str:
    """Say what a package is for: its marker may ask for an extra or a group."""
    if " in dependency_groups" in marker:
        return "dev"
    return "optional" if " in extras" in marker else ""


PYLOCK = Ecosystem(
    name="pylock",
    title="Python packages of a project, by pylock.toml",
    version=1,
    system="pypi",
    paths=("pylock.toml", "pylock.*.toml"),
    declared=True,
    parse=parse,
)
