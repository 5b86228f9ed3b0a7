"""Merging of Compose files, so that every value still knows the file and the place that it came from.

The rules are those of the Compose specification, chapter 13 (merge): mappings are merged, lists are put together, each
with its exceptions; what stands only once has a name that tells it from others.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from plimsoll.documents.bounds import too_large
from plimsoll.documents.scalars import is_null, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.estate import Document, Position
from plimsoll.model.fact import Place
from plimsoll.platforms.compose_facts import Open, opened
from plimsoll.platforms.compose_tags import OVERRIDE, RESET, tags_of
from plimsoll.platforms.docker_words import short_mount, short_port

MOST_MERGED = 1_000_000
"""Values that may be put together in one project, each counted as often as it is."""


class Origin(NamedTuple):
    """Where a value came from."""

    document: Document
    at: Place


class Merged(dict[str, object]):
    """A mapping put together of several, with where each of its values came from."""

    __slots__ = ("origins",)

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.origins: dict[str, Origin] = {}

    def put(self, key: str, value: object, origin: Origin) -> None:
        """Set a value."""
        self[key] = value
        self.origins[key] = origin


class MergedList(list[object]):
    """A list put together of several, with where each of its elements came from."""

    __slots__ = ("origins",)

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.origins: list[Origin] = []


class Node(NamedTuple):
    """A value with its origin."""

    value: object
    origin: Origin

    def inner(self, step: str | int) -> "Node":
        """Give a value inside; Node(None, …) where there is none."""
        value = self.value
        here = Origin(self.origin.document, (*self.origin.at, step))
        if isinstance(value, dict) and isinstance(step, str) and step in value:
            return Node(value[step], value.origins[step] if isinstance(value, Merged) else here)
        if isinstance(value, list) and isinstance(step, int) and step < len(value):
            return Node(value[step], value.origins[step] if isinstance(value, MergedList) else here)
        return Node(None, here)

    def entries(self) -> Iterator[tuple[str, "Node"]]:
        """Give the values of a mapping; nothing for what is none."""
        return ((key, self.inner(key)) for key in mapping(self.value))

    def elements(self) -> Iterator["Node"]:
        """Give the elements of a list; a scalar counts as a list of one."""
        if isinstance(self.value, list):
            return (self.inner(index) for index in range(len(self.value)))
        return iter(() if is_null(self.value) or isinstance(self.value, dict) else (self,))


class MergedDocument:
    """What several files say together. `path` is that of the first; `path_of` says which file a place stands in."""

    def __init__(self, node: Node) -> None:
        """Take the root, merged."""
        self._node = node
        self.path = node.origin.document.path
        self.root = node.value

    def origin(self, at: Place) -> Origin:
        """Give the document and the place in it that a value came from, or would stand in."""
        node = self._node
        for index, step in enumerate(at):
            if not isinstance(node.value, Merged | MergedList):
                return Origin(node.origin.document, (*node.origin.at, *at[index:]))
            node = node.inner(step)
        return node.origin

    def position(self, at: Place) -> Position | None:
        """Give where a place stands, with its file where that is not the first."""
        document, place = self.origin(at)
        found = document.position(place)
        return found if found is None or document.path == self.path else found._replace(path=document.path)

    def path_of(self, at: Place) -> str:
        """Give the file that a place stands in."""
        return self.origin(at).document.path


class Merger:
    """Merges nodes; it stops at MOST_MERGED values, so that no file makes much of little."""

    def __init__(self) -> None:
        """Begin with the whole allowance."""
        self._left = MOST_MERGED
        self._tags: dict[int, tuple[Mapping[Place, str], Document]] = {}

    def _tag(self, origin: Origin) -> str:
        """Give the tag of a value as its file has it, "" where there is none."""
        document = origin.document
        if id(document) not in self._tags:
            self._tags[id(document)] = tags_of(document), document
        return self._tags[id(document)][0].get(origin.at, "")

    def spend(self, amount: int) -> None:
        """Count values. Raises DocumentError over MOST_MERGED."""
        self._left -= amount
        if self._left < 0:
            raise too_large(MOST_MERGED)

    def mapping(self, entries: Iterator[tuple[str, Node]]) -> Merged:
        """Make a mapping of entries; of equal keys the last holds."""
        made = Merged()
        for key, node in entries:
            self.spend(1)
            made.put(key, *node)
        return made

    def merge(self, base: Node, over: Node, way: tuple[str, ...] = ()) -> Node:
        """Merge one value over another; `way` is where they stand, with `*` for names. Raises DocumentError."""
        if is_null(over.value):
            return base
        is_whole = way in _REPLACED or self._tag(over.origin) == OVERRIDE or _is_another_driver(base, over, way)
        if is_null(base.value) or is_whole:
            return over
        kind = _KINDS.get(way)
        if kind is not None and kind.separators:
            base, over = self._by_name(base, kind.separators), self._by_name(over, kind.separators)
        if isinstance(base.value, dict) and isinstance(over.value, dict):
            return Node(self._mappings(base, over, way), base.origin)
        if isinstance(over.value, list) or (isinstance(base.value, list) and not isinstance(over.value, dict)):
            return Node(self._lists(base, over, kind.key if kind else _itself), base.origin)
        if kind is not None and kind.is_list and not isinstance(over.value, dict):
            return Node(self._lists(base, over, kind.key), base.origin)
        return over

    def _mappings(self, base: Node, over: Node, way: tuple[str, ...]) -> Merged:
        made = self.mapping(base.entries())
        for key, node in over.entries():
            self.spend(1)
            if self._tag(node.origin) == RESET:
                made.pop(key, None)
                continue
            old = Node(made[key], made.origins[key]) if key in made else None
            made.put(key, *(self.merge(old, node, _below(way, key)) if old else node))
        return made

    def _lists(self, base: Node, over: Node, key: Callable[[Node], str]) -> MergedList:
        made = MergedList()
        places: dict[str, int] = {}
        for node in (*base.elements(), *over.elements()):
            self.spend(1)
            name = key(node)
            if name and name in places:
                made[places[name]], made.origins[places[name]] = node
                continue
            places[name] = len(made)
            made.append(node.value)
            made.origins.append(node.origin)
        return made

    def _by_name(self, node: Node, separators: str) -> Node:
        """Make a mapping of a list of `NAME=VALUE`."""
        if isinstance(node.value, dict):
            return node
        made = Merged()
        for element in node.elements():
            self.spend(1)
            text = written(element.value)
            separator = next((each for each in separators if each in text), separators[0])
            name, said, value = text.partition(separator)
            if isinstance(element.value, Open):
                value = opened(value, element.value.reason)
            made.put(name.strip(), value if said else None, element.origin)
        return Node(made, node.origin)


def _below(way: tuple[str, ...], key: str) -> tuple[str, ...]:
    """Give the way to a key; the second step is a name, which stands for all names."""
    return (*way, "*") if len(way) == 1 else (*way, key)


def _itself(node: Node) -> str:
    return "" if isinstance(node.value, dict | list) else written(node.value)


def _target(node: Node) -> str:
    """Tell mounts apart by where they are mounted."""
    if isinstance(node.value, dict):
        body = node.value
        return written(next((body[key] for key in ("target", "destination", "dst", "source") if key in body), ""))
    mount = short_mount(written(node.value), ())
    return mount.target.stated if mount else written(node.value)


def _port(node: Node) -> str:
    """Tell ports apart by address, both numbers and protocol."""
    body = node.value
    if isinstance(body, dict):
        address, published = written(body.get("host_ip")), written(body.get("published"))
        return f"{address}:{published}:{written(body.get('target'))}/{written(body.get('protocol')) or 'tcp'}"
    text = written(body)
    port = short_port(text, ())
    if port is None or port.published is None or not port.container.is_known or not port.published.is_known:
        return text
    first, last = port.published.stated
    published = "" if not first else f"{first}" if first == last else f"{first}-{last}"
    return f"{port.address.stated}:{published}:{port.container.stated}/{port.protocol}"


class _Kind(NamedTuple):
    """How lists are merged: `separators` of name and value where they are mappings in disguise, else by `key`."""

    key: Callable[[Node], str] = _itself
    separators: str = ""
    is_list: bool = False


_BY_NAME = _Kind(separators="=")
_LIST = _Kind(is_list=True)
_MOUNTS = _Kind(key=_target)


def _of_service(kind: _Kind, *keys: str) -> dict[tuple[str, ...], _Kind]:
    return {("services", "*", *key.split("/")): kind for key in keys}


_KINDS: dict[tuple[str, ...], _Kind] = {
    **_of_service(_BY_NAME, "environment", "labels", "annotations", "sysctls", "depends_on", "networks"),
    **_of_service(_BY_NAME, "build/args", "build/labels", "deploy/labels", "build/additional_contexts"),
    **_of_service(_Kind(separators="=:"), "extra_hosts", "build/extra_hosts"),
    **_of_service(_LIST, "dns", "dns_search", "dns_opt", "env_file", "tmpfs", "expose", "external_links", "label_file"),
    **_of_service(_MOUNTS, "volumes", "secrets", "configs", "devices"),
    **_of_service(_Kind(key=_port), "ports"),
    **{(key, "*", "labels"): _BY_NAME for key in ("networks", "volumes", "secrets", "configs")},
}
_REPLACED = frozenset({("services", "*", *way) for way in (("command",), ("entrypoint",), ("healthcheck", "test"))})


def _is_another_driver(base: Node, over: Node, way: tuple[str, ...]) -> bool:
    """Say whether logging is by another driver, for which the options of the first one mean nothing."""
    if way != ("services", "*", "logging"):
        return False
    first, second = mapping(base.value).get("driver"), mapping(over.value).get("driver")
    return not is_null(first) and not is_null(second) and first != second
