"""Join what was observed per layer into what is installed: packages, the distribution, and what was not read."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from plimsoll.errors import LimitError
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.gap import Gap
from plimsoll.model.limits import Limits
from plimsoll.model.package import Distro, Observed, Package, PackageRecord
from plimsoll.model.purl import purl, purl_key
from plimsoll.model.recipe import Recipe
from plimsoll.trees.index import DIRECTORY
from plimsoll.trees.observe import LayerObservation
from plimsoll.trees.tree import Content, Tree

ReadAgain = Callable[[int, Collection[Content]], dict[Content, bytes]]
"""Reads some files of one layer (its number, 0 the lowest) again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What a target holds. `unread` counts what ecosystems without a reader found, by their title."""

    packages: tuple[Package, ...]
    distro: Distro | None
    gaps: tuple[Gap, ...]
    unread: dict[str, int]


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


def take_inventory(seen: Seen, distro: Distro | None) -> Inventory:
    """List what is installed. `distro` is what os-release said, or what the user says it is."""
    packages: list[Package] = []
    gaps: list[Gap] = list(_refused(seen))
    unread: dict[str, int] = {}
    for plugin in seen.ecosystems.values():
        if plugin.parse is None:
            count = sum(1 for _ in _visible_paths(seen, plugin))
            if count:
                unread[plugin.title] = count
        elif plugin.at_root and plugin.purl_type:
            for path, observed in databases(seen, plugin, gaps):
                packages.extend(_packages(seen, plugin, path, observed, distro))
                gaps.extend(_faults(seen, plugin, path, observed))
            gaps.extend(_elsewhere(seen, plugin))
    if len(packages) > seen.limits.packages:
        raise LimitError("packages", seen.limits.packages, seen.subject)
    gaps.extend(_no_reader(seen.subject, unread))
    return Inventory(
        packages=tuple(sorted(set(packages), key=lambda p: (p.ecosystem, p.name, p.version, p.purl, p.path))),
        distro=distro,
        gaps=tuple(gaps),
        unread=unread,
    )


def databases(seen: Seen, plugin: Ecosystem, gaps: list[Gap]) -> Iterator[tuple[str, Observed]]:
    """Find the databases that describe the tree's root, through links: real path and what it says.

    What lies there but could not be read is added to `gaps`.
    """
    if plugin.parse is None:
        return
    places = {real: path for pattern in plugin.paths for path, real in _places(seen, pattern)}
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


def _places(seen: Seen, pattern: str) -> Iterator[tuple[str, str]]:
    """Give the paths that a pattern means at the root, each with its real path; folders are no databases."""
    folder, _, last = pattern.rpartition("/")
    real = seen.tree.resolve(folder if "*" in last else pattern)
    if real is None:
        return
    for path in seen.tree.children(real) if "*" in last else [real]:
        target = seen.tree.resolve(path)
        found = seen.tree.lookup(target) if target is not None else None
        if target is not None and found is not None and found.entry.kind != DIRECTORY:
            yield path, target


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


def _visible_paths(seen: Seen, plugin: Ecosystem) -> Iterator[str]:
    for number, layer in enumerate(seen.layers):
        for path in layer.facts[plugin.name]:
            seen.check()
            if seen.tree.is_visible(number, path):
                yield path


def _packages(seen: Seen, plugin: Ecosystem, path: str, observed: Observed, distro: Distro | None) -> Iterator[Package]:
    brought_by = _layers_of(seen, plugin, path, observed)
    namespace = distro.id if distro else ""
    for record in observed.packages:
        number = brought_by[record]
        yield Package(
            ecosystem=plugin.name,
            name=record.name,
            version=record.version,
            purl=purl(
                plugin.purl_type,
                namespace,
                record.name,
                record.version,
                {"arch": record.architecture, "distro": distro.product.replace(":", "-") if distro else ""},
            ),
            key=purl_key(plugin.purl_type, namespace, record.source),
            source=record.source,
            source_version=record.source_version,
            architecture=record.architecture,
            licence=record.licence,
            path=path,
            layer=seen.layers[number].diff_id,
            instruction=_instruction(seen.recipe, number),
        )


def _layers_of(seen: Seen, plugin: Ecosystem, path: str, observed: Observed) -> dict[PackageRecord, int]:
    """Say which layer brought each package: going down while the database of the lower layer has it too."""
    placed = seen.tree.content(path)
    top = placed.layer if placed else 0
    brought = dict.fromkeys(observed.packages, top)
    staying = set(observed.packages)
    for number in range(top - 1, -1, -1):
        if seen.layers[number + 1].index.hides(path):
            break
        lower = seen.layers[number].facts[plugin.name].get(path)
        if lower is None:
            continue
        staying &= set(lower.packages)
        for record in staying:
            brought[record] = number
    return brought


def _instruction(recipe: Recipe | None, layer: int) -> str:
    return recipe.steps[layer].instruction if recipe and layer < len(recipe.steps) else ""


def _faults(seen: Seen, plugin: Ecosystem, path: str, observed: Observed) -> Iterator[Gap]:
    if observed.faults:
        yield Gap(
            subject=seen.subject,
            what="unreadable-entries",
            question=f"{plugin.title} in {path}",
            reason="; ".join(observed.faults[:3]),
            count=len(observed.faults),
        )


def _elsewhere(seen: Seen, plugin: Ecosystem) -> Iterator[Gap]:
    """Databases below another folder describe another root (a chroot, a copied image): said, not mixed in."""
    roots = {real for pattern in plugin.paths for _, real in _places(seen, pattern)}
    others = sorted(path for path in _visible_paths(seen, plugin) if path not in roots)
    if others:
        yield Gap(
            subject=seen.subject,
            what="nested-root",
            question=f"{plugin.title} in {', '.join(others[:3])}",
            reason="the database does not describe this root file system",
            count=len(others),
            advice="Scan that folder as a root file system of its own: plimsoll scan dir:FOLDER",
        )


def _refused(seen: Seen) -> Iterator[Gap]:
    faults = Counter({number: layer.index.fault_count for number, layer in enumerate(seen.layers)})
    for number, count in sorted(faults.items()):
        if count:
            index = seen.layers[number].index
            yield Gap(
                subject=seen.subject,
                what="refused-entries",
                question=f"{count} {'entry' if count == 1 else 'entries'} of {_place(seen, number)}",
                reason="; ".join(index.faults[:3]),
                count=count,
            )


def _place(seen: Seen, number: int) -> str:
    return f"layer {number + 1}" if seen.recipe else "the directory"


def _no_reader(subject: str, unread: Mapping[str, int]) -> Iterator[Gap]:
    for title, count in unread.items():
        yield Gap(
            subject=subject,
            what="no-reader",
            question=f"{title}: {count} found",
            reason="Plimsoll cannot read this kind of package yet",
            count=count,
        )
