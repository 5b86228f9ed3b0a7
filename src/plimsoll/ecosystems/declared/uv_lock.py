"""Python packages as uv resolved them: uv.lock (uv documentation, "Locking and syncing")."""

from collections.abc import Iterator, Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.shapes import mapping, mappings, text, texts
from plimsoll.ecosystems.declared.npm_writing import reached, scope
from plimsoll.ecosystems.declared.pypi_writing import Table, digests, files, read_tables
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

Place = tuple[int, str]
"""A package by its number, and one of its extras, "" for the package alone."""


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read every package but the project itself and the members of its workspace."""
    gathering = Gathering()
    try:
        document, tables = read_tables(data, "package", gathering)
    except DocumentError as error:
        return fault(error)
    gathering.expect(document, "version", "package")
    _Lock([table for table, _ in tables]).tell([line for _, line in tables], gathering)
    return gathering.observed()


class _Lock:
    """All packages, by number."""

    def __init__(self, tables: list[Table]) -> None:
        self._tables = tables
        self._by_name: dict[str, list[int]] = {}
        self._by_version: dict[tuple[str, str], list[int]] = {}
        for number, table in enumerate(tables):
            name = text(table.get("name"))
            self._by_name.setdefault(name, []).append(number)
            self._by_version.setdefault((name, text(table.get("version"))), []).append(number)

    def tell(self, lines: list[int], gathering: Gathering) -> None:
        """Give every package."""
        own = {number for number, table in enumerate(self._tables) if _is_own(table)}
        asked = {
            "": {place for number in own for place in self._places(self._tables[number].get("dependencies"))},
            "optional": {place for number in own for place in self._grouped(number, "optional-dependencies")},
            "dev": {place for number in own for place in self._grouped(number, "dev-dependencies")},
        }
        groups = [{number for number, _ in reached(asked[kind], self._next)} for kind in ("", "optional", "dev")]
        direct = {number for places in asked.values() for number, _ in places}
        for number, table in enumerate(self._tables):
            if number in own:
                continue
            record = PackageRecord.simple(
                text(table.get("name")),
                text(table.get("version")),
                line=lines[number],
                direct=number in direct if own else None,
                scope=scope(number, *groups),
                hashes=digests(file.get("hash") for file in files(table, "sdist", "wheels")),
                requires=tuple(dict.fromkeys(self._required(table))),
            )
            gathering.add(record)

    def _next(self, place: Place) -> Iterator[Place]:
        number, extra = place
        table = self._tables[number]
        if extra:
            yield number, ""
            yield from self._places(mapping(table.get("optional-dependencies")).get(extra))
        else:
            yield from self._places(table.get("dependencies"))

    def _grouped(self, number: int, key: str) -> Iterator[Place]:
        for group in mapping(self._tables[number].get(key)).values():
            yield from self._places(group)

    def _places(self, dependencies: object) -> Iterator[Place]:
        """Give what a list of dependencies leads to."""
        for each in mappings(dependencies):
            extras = texts(each.get("extra")) or [""]
            for number in self._numbers(each):
                yield from ((number, extra) for extra in extras)

    def _numbers(self, dependency: Table) -> list[int]:
        """Give the packages meant; where a name has several, the dependency says which version."""
        name, version = text(dependency.get("name")), text(dependency.get("version"))
        numbers = self._by_name.get(name, [])
        return numbers if len(numbers) == 1 else self._by_version.get((name, version), [])[:1]

    def _required(self, table: Table) -> Iterator[str]:
        for each in mappings(table.get("dependencies")):
            name = text(each.get("name"))
            version = next((text(self._tables[number].get("version")) for number in self._numbers(each)), "")
            yield f"{name} {version}" if version else name


def _is_own(table: Mapping[str, object]) -> bool:
    """Say whether this is the project or a member of its workspace, which lie where the lockfile lies."""
    return not mapping(table.get("source")).keys().isdisjoint({"virtual", "editable"})


UV_LOCK = Ecosystem(
    name="uv-lock",
    title="Python packages of a project, by uv",
    version=1,
    system="pypi",
    paths=("uv.lock",),
    declared=True,
    parse=parse,
)
