"""npm packages as Bun resolved them: bun.lock, the text (Bun documentation, "Lockfile")."""

from collections.abc import Iterator, Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import key_lines, read_json_with_comments
from plimsoll.documents.shapes import mapping, text
from plimsoll.ecosystems.declared.npm_writing import aliased, integrity, is_version, needed, reached, scope, split
from plimsoll.ecosystems.gathering import Gathering, fault
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

Entry = Mapping[str, object]
Links = dict[str, list[str]]
"""Places, for each kind of dependency."""

_RUNNING = ("dependencies", "peerDependencies")
_KINDS = (*_RUNNING, "optionalDependencies", "devDependencies")
_LONGEST_PLACE = 1024
"""Characters of a place: bounds its parents, below all of which a package is looked for."""


def parse(path: str, data: bytes) -> Observed:
    """Read every package but the project's own workspaces."""
    if path.endswith(".lockb"):
        return fault("Bun's binary lockfile is not read; bun install --save-text-lockfile writes one that is")
    try:
        document = read_json_with_comments(data)
    except DocumentError as error:
        return fault(error)
    if not isinstance(document, dict):
        return fault("it is no JSON object")
    gathering = Gathering()
    gathering.expect(document, "lockfileVersion", "packages", "workspaces")
    if not isinstance(document.get("packages", {}), dict):
        gathering.fault("'packages' is no JSON object")
    lines = {place: found[0] for place, found in key_lines(data, b"[").items()}
    lock = _Lock(mapping(document.get("workspaces")))
    for place, entry in mapping(document.get("packages")).items():
        if not lock.take(place, entry):
            gathering.fault(f"{place} is not written as a package", lines.get(place, 0))
    lock.tell(gathering, lines)
    return gathering.observed()


class _Lock:
    """All packages by their place: `name`, or `parent/name` where the parent gets another version than the rest."""

    def __init__(self, workspaces: Entry) -> None:
        self._workspaces = workspaces
        self._named: dict[str, tuple[str, str]] = {}
        self._about: dict[str, Entry] = {}
        self._hashes: dict[str, tuple[str, ...]] = {}
        self._holders: dict[str, dict[str, str]] = {}

    def take(self, place: str, entry: object) -> bool:
        """Take `[name@version, registry, {dependencies …}, digest]`, of which only the first is always there."""
        if not isinstance(entry, list) or not entry or not isinstance(entry[0], str) or len(place) > _LONGEST_PLACE:
            return False
        parent, name = _divided(place)
        self._holders.setdefault(name, {})[parent] = place
        self._named[place] = aliased(*split(entry[0]))
        self._about[place] = next((part for part in entry if isinstance(part, dict)), {})
        self._hashes[place] = integrity(text(entry[-1])) if len(entry) > 1 else ()
        return True

    def tell(self, gathering: Gathering, lines: Mapping[str, int]) -> None:
        """Give every package, now that all are known."""
        written = {place: needed(*named) for place, named in self._named.items()}
        links = {place: self._links(place, about) for place, about in self._about.items()}
        scopes, direct = self._scopes(links)
        for place, (name, version) in self._named.items():
            if version.startswith(("workspace:", "root:")):
                continue
            if not is_version(version):
                gathering.fault(f"{name} has no registry's version: {version or 'none'}", lines.get(place, 0))
                continue
            missing = self._missing(place) if len(links[place]["dependencies"]) < self._count(place) else ()
            record = PackageRecord.simple(
                name,
                version,
                line=lines.get(place, 0),
                direct=place in direct if self._workspaces else None,
                scope=scopes[place],
                hashes=self._hashes[place],
                requires=(*dict.fromkeys(written[found] for kind in _KINDS for found in links[place][kind]), *missing),
            )
            gathering.add(record)

    def _scopes(self, links: Mapping[str, Links]) -> tuple[dict[str, str], set[str]]:
        """Say what each package is for, and give those that the project and its workspaces ask for."""
        asked: dict[str, set[str]] = {kind: set() for kind in _KINDS}
        for folder, workspace in self._workspaces.items():
            about = mapping(workspace)
            for kind, places in self._links(text(about.get("name")) if folder else "", about).items():
                asked[kind].update(places)
        running = reached(
            asked["dependencies"] | asked["peerDependencies"],
            lambda place: (found for kind in _RUNNING for found in links[place][kind]),
        )
        groups = [
            reached(starts, lambda place: (found for kind in _KINDS for found in links[place][kind]))
            for starts in (running | asked["optionalDependencies"], asked["devDependencies"])
        ]
        return {place: scope(place, running, *groups) for place in links}, set().union(*asked.values())

    def _links(self, place: str, about: Entry) -> Links:
        """Give the places of what a package or workspace depends on, for each kind of dependency."""
        above = list(_above(place))
        links: Links = {}
        for kind in _KINDS:
            names = mapping(about.get(kind)) if kind in about else ()
            links[kind] = [found for name in names if (found := self._find(above, name)) is not None]
        return links

    def _count(self, place: str) -> int:
        return len(mapping(self._about[place].get("dependencies")))

    def _missing(self, place: str) -> list[str]:
        above = list(_above(place))
        return [name for name in mapping(self._about[place].get("dependencies")) if self._find(above, name) is None]

    def _find(self, above: list[str], name: str) -> str | None:
        """Find a package as seen from a place: below it, then below each of its parents, then at the top."""
        holders = self._holders.get(name)
        return next((holders[place] for place in above if place in holders), None) if holders else None


def _divided(place: str) -> tuple[str, str]:
    """Divide `a/@scope/b` into the place of the parent and the name: a scope belongs to the name after it."""
    parent, _, name = place.rpartition("/")
    above, _, last = parent.rpartition("/")
    return (above, f"{last}/{name}") if last.startswith("@") else (parent, name)


def _above(place: str) -> Iterator[str]:
    while place:
        yield place
        place = _divided(place)[0]
    yield ""


BUN_LOCK = Ecosystem(
    name="bun-lock",
    title="npm packages of a project, by Bun",
    version=1,
    system="npm",
    paths=("bun.lock", "bun.lockb"),
    declared=True,
    parse=parse,
)
