"""The databases that describe a tree's root, found through links; and all that was observed of a target."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.gap import Gap
from plimsoll.model.limits import Limits
from plimsoll.model.package import Observed
from plimsoll.model.recipe import Recipe
from plimsoll.trees.index import DIRECTORY, SYMLINK
from plimsoll.trees.observe import LayerObservation
from plimsoll.trees.tree import Content, Tree

ReadAgain = Callable[[int, Collection[Content]], dict[Content, bytes]]
"""Reads some files of one layer (its number, 0 the lowest) again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that was observed: layers lowest first, joined as a tree, with the plug-ins that looked."""

    subject: str
    layers: Sequence[LayerObservation]
    tree: Tree
    ecosystems: Mapping[str, Ecosystem]
    recipe: Recipe | None
    read_again: ReadAgain
    limits: Limits
    check: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What one plug-in read in one visible file of a layer."""

    plugin: Ecosystem
    path: str
    layer: int
    observed: Observed


def databases(seen: Seen, plugin: Ecosystem, gaps: list[Gap]) -> Iterator[tuple[str, Observed]]:
    """Find the databases that describe the tree's root, through links: real path and what it says.

    What lies there but could not be read is added to `gaps`.
    """
    places = {real: path for path, real in _places(seen, plugin)}
    contents = {real: seen.tree.content(real) for real in places}
    known = _read(seen, plugin, [content for content in contents.values() if content])
    for real, content in sorted(contents.items()):
        facts = known.get(content) if content else None
        if isinstance(facts, bytes):
            facts = plugin.parse(places[real], facts)
        if facts is not None:
            yield real, facts
        else:
            gaps.append(
                Gap(
                    subject=seen.subject,
                    what="unreadable-database",
                    question=f"{plugin.title} in {real}",
                    reason="the file could not be read",
                )
            )


def elsewhere(seen: Seen, plugin: Ecosystem) -> Iterator[Gap]:
    """Databases below another folder describe another root (a chroot, a copied image): said, not mixed in."""
    roots = {real for _, real in _places(seen, plugin)}
    others = sorted(path for path in visible_paths(seen, plugin) if path not in roots)
    if others:
        yield Gap(
            subject=seen.subject,
            what="nested-root",
            question=f"{plugin.title} in {', '.join(others[:3])}",
            reason="the database does not describe this root file system",
            count=len(others),
            advice="Scan that folder as a root file system of its own: plimsoll scan dir:FOLDER",
        )


def visible_paths(seen: Seen, plugin: Ecosystem) -> Iterator[str]:
    """Give the files that a plug-in read, as far as the joined tree shows them."""
    for number, layer in enumerate(seen.layers):
        for path in layer.facts[plugin.name]:
            seen.check()
            if seen.tree.is_visible(number, path):
                yield path


def _places(seen: Seen, plugin: Ecosystem) -> Iterator[tuple[str, str]]:
    """Give the paths that a plug-in's patterns mean at the root, each with its real path; folders are no databases.

    A star stands in the last name, or in the one above it (`local/*/desc`).
    """
    for pattern in plugin.paths:
        for path in _named(seen, plugin, pattern):
            target: str | None = path
            found = seen.tree.lookup(path)
            if found is None or found.entry.kind == SYMLINK:
                target = seen.tree.resolve(path)
                found = seen.tree.lookup(target) if target is not None else None
            if target is not None and found is not None and found.entry.kind != DIRECTORY:
                yield path, target


def _named(seen: Seen, plugin: Ecosystem, pattern: str) -> Iterable[str]:
    """Give the paths at the root that a pattern may mean."""
    if "*" not in pattern:
        return [pattern]
    fixed = pattern[: pattern.index("*")].rpartition("/")[0]
    real = seen.tree.resolve(fixed)
    if real is None:
        return []
    if real != fixed:
        return _listed(seen, real, pattern[len(fixed) + 1 :])
    return _observed(seen, plugin, pattern, fixed)


def _observed(seen: Seen, plugin: Ecosystem, pattern: str, fixed: str) -> set[str]:
    """Give what was read in passing below a folder that is no link, and what the links in it may lead to."""
    shape = re.compile("/".join(re.escape(name).replace(r"\*", "[^/]*") for name in pattern.split("/")))
    depth, start = pattern.count("/"), f"{fixed}/"
    found = {
        path
        for layer in seen.layers
        for path in layer.facts[plugin.name]
        if path.startswith(start) and shape.fullmatch(path)
    }
    for layer in seen.layers:
        for link in layer.index.links:
            if not link.startswith(start):
                continue
            if link.count("/") == depth and shape.fullmatch(link):
                found.add(link)
            elif link.count("/") == depth - 1 and not pattern.endswith("*"):
                path = f"{link}/{pattern.rpartition('/')[2]}"
                if shape.fullmatch(path):
                    found.add(path)
    return found


def _listed(seen: Seen, folder: str, pattern: str) -> Iterator[str]:
    """Walk a real folder for what a pattern of one or two names means in it."""
    first, _, rest = pattern.partition("/")
    beginning, _, ending = first.partition("*")
    for path in seen.tree.children(folder):
        name = path[path.rfind("/") + 1 :]
        if name.startswith(beginning) and name.endswith(ending):
            yield f"{path}/{rest}" if rest else path


def _read(seen: Seen, plugin: Ecosystem, contents: Sequence[Content]) -> dict[Content, Observed | bytes]:
    """Give what was observed in passing, and read what was not (links to odd places) once for each layer."""
    known: dict[Content, Observed | bytes] = {}
    unread: dict[int, set[Content]] = {}
    for content in contents:
        facts = seen.layers[content.layer].facts[plugin.name].get(content.path) if content.origin < 0 else None
        if facts is not None:
            known[content] = facts
        else:
            unread.setdefault(content.layer, set()).add(content)
    for layer, wanted in sorted(unread.items()):
        known.update(seen.read_again(layer, wanted))
    return known
