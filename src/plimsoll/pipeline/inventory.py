"""Join what was observed per layer into what a target holds: packages, and what was not read."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from plimsoll.errors import LimitError
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.gap import Gap
from plimsoll.model.package import Distro, Observed, Owned, Package, PackageRecord
from plimsoll.model.recipe import Recipe
from plimsoll.model.wording import some_of
from plimsoll.pipeline.databases import Found, Seen, databases, elsewhere
from plimsoll.pipeline.declaring import completed, incomplete, unlocked
from plimsoll.pipeline.links import hard_linked
from plimsoll.pipeline.naming import Place, package_of, related
from plimsoll.pipeline.ownership import owners
from plimsoll.pipeline.projects import told_once
from plimsoll.pipeline.settling import settled
from plimsoll.pipeline.symlinks import linked
from plimsoll.systems.known import systems
from plimsoll.trees.paths import ancestors
from plimsoll.trees.tree import Content

_READ_AGAIN = 256 << 20
"""Bytes of files that are read again at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What a target holds. `unread` counts what could not be read of it, by the title of who would have."""

    packages: tuple[Package, ...]
    distro: Distro | None
    gaps: tuple[Gap, ...]
    unread: dict[str, int]


def take_inventory(seen: Seen, distro: Distro | None) -> Inventory:
    """List what is there. `distro` is what os-release said, or what the user says it is."""
    gaps: list[Gap] = list(_refused(seen))
    packages, owned = _of_distribution(seen, distro, gaps)
    found = [Found(plugin, path, layer, observed) for plugin, path, layer, observed in _visible(seen)]
    found.extend(hard_linked(seen))
    found.extend(linked(seen, gaps))
    named = {package.name: package.purl for package in packages}
    owning = owners({each.path for each in found}, owned, seen.tree)
    owning = {path: named[name] for path, name in owning.items() if name in named}
    whole, relying = settled(seen, list(_read_again(seen, found, owning)))
    for each in whole:
        owner = owning.get(each.path, "")
        packages.extend(_packages(seen, each.plugin, each.path, each.observed, distro, owner))
        if not owner:  # else its owner speaks for it, whatever it says of itself
            gaps.extend(_faults(seen, each.plugin, each.path, each.observed))
    gaps.extend(unlocked(seen.subject, packages, whole))
    gaps.extend(incomplete(seen.subject, packages, whole))
    packages = told_once(completed(packages, whole), whole, relying)
    gaps.extend(_guessed(seen.subject, packages))
    if len(packages) > seen.limits.packages:
        raise LimitError("packages", seen.limits.packages, seen.subject)
    return Inventory(
        packages=_ordered(related(_once(packages))), distro=distro, gaps=_joined(gaps), unread=_unread(gaps)
    )


def _of_distribution(seen: Seen, distro: Distro | None, gaps: list[Gap]) -> tuple[list[Package], list[Owned]]:
    """Read the databases that describe the root."""
    packages: list[Package] = []
    owned: list[Owned] = []
    stated: dict[str, str] = {}
    for plugin in seen.ecosystems.values():
        if not plugin.at_root:
            continue
        for path, observed in databases(seen, plugin, gaps):
            owned.extend(observed.owned)
            stated.update(observed.facts)
            if plugin.system:
                packages.extend(_packages(seen, plugin, path, observed, distro))
            gaps.extend(_faults(seen, plugin, path, observed))
        if plugin.system:
            gaps.extend(elsewhere(seen, plugin))
    return [_licensed(package, stated) for package in packages], owned


def _licensed(package: Package, stated: Mapping[str, str]) -> Package:
    """Add the licence that another file of the distribution states, where the database has none."""
    licence = "" if package.licence else stated.get(f"licence:{package.name}", "")
    return replace(package, licence=licence) if licence else package


def _visible(seen: Seen) -> Iterator[tuple[Ecosystem, str, int, Observed]]:
    """Give what was read in files that may lie anywhere, as far as the joined tree shows them."""
    for plugin in seen.ecosystems.values():
        if plugin.at_root:
            continue
        for number, layer in enumerate(seen.layers):
            for path, observed in layer.facts[plugin.name].items():
                seen.check()
                if seen.tree.is_visible(number, path):
                    yield plugin, path, number, observed


def _read_again(seen: Seen, found: list[Found], owning: Mapping[str, str]) -> Iterator[Found]:
    """Read whole files where a first look did not do, unless a package of the distribution owns them."""
    again: dict[int, list[tuple[Found, Content | None]]] = {}
    for each in found:
        if each.path in owning and (each.plugin.unowned or each.observed.again):
            continue
        if not each.observed.again:
            yield each
        else:
            content = seen.tree.content(each.path)
            again.setdefault(content.layer if content else each.layer, []).append((each, content))
    for layer, wanted in sorted(again.items()):
        for batch in _batches(seen, wanted):
            read = seen.read_again(layer, {_bytes_of(content): content for _, content in batch if content}.values())
            known = {_bytes_of(content): data for content, data in read.items()}
            for each, content in batch:
                seen.check()
                data = known.get(_bytes_of(content)) if content else None
                yield replace(each, observed=_whole(each.plugin, each.path, data))


def _whole(plugin: Ecosystem, path: str, data: bytes | None) -> Observed:
    if data is None:
        return Observed(faults=("it could not be read, or is over file_size",))
    observed = plugin.parse(path, data)
    if not observed.again:
        return observed
    return replace(observed, again=False, faults=(*observed.faults, "its format is not understood"))


def _batches(seen: Seen, wanted: list[tuple[Found, Content | None]]) -> Iterator[list[tuple[Found, Content | None]]]:
    batch: list[tuple[Found, Content | None]] = []
    size = 0
    for each in wanted:
        more = _size(seen, each[1])
        if batch and size + more > _READ_AGAIN:
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += more
    if batch:
        yield batch


def _size(seen: Seen, content: Content | None) -> int:
    """Give the size of a file's content; a hard link has that of the file at its target, if that still lies there."""
    if content is None:
        return 0
    index = seen.layers[content.layer].index
    at = index.position.get(content.path if content.origin < 0 else index.links[content.path])
    return 0 if at is None else index.sizes[at]


def _bytes_of(content: Content) -> str | int:
    """Name the bytes: hard links to one entry share them, and only one of them is given these."""
    return content.path if content.origin < 0 else content.origin


def _packages(  # noqa: PLR0913, PLR0917 - what one file says, and where
    seen: Seen, plugin: Ecosystem, path: str, observed: Observed, distro: Distro | None, owner: str = ""
) -> Iterator[Package]:
    if not observed.packages:  # a file that only tells of other facts may be of no packaging system
        return
    system = systems()[plugin.system]
    brought_by = _layers_of(seen, plugin, path, observed)
    places: dict[int, Place] = {}
    for record in observed.packages:
        number = brought_by[record]
        if number not in places:
            layer, instruction = seen.layers[number].diff_id, _instruction(seen.recipe, number)
            places[number] = Place(
                path=path, layer=layer, instruction=instruction, owner=owner, declared=plugin.declared
            )
        yield package_of(record, system, distro, places[number])


def _layers_of(seen: Seen, plugin: Ecosystem, path: str, observed: Observed) -> dict[PackageRecord, int]:
    """Say which layer brought each package: going down while the file of the lower layer states it too."""
    placed = seen.tree.content(path)
    top = placed.layer if placed else 0
    brought = dict.fromkeys(observed.packages, top)
    staying = set(observed.packages) if top else set()
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


def _once(packages: list[Package]) -> list[Package]:
    """Leave out what is told twice: exactly alike, or declared where it is installed below the same folder."""
    kept = list(dict.fromkeys(packages))
    installed: set[tuple[str, str, str, str]] = set()
    if any(package.declared for package in kept):
        for package in kept:
            if not package.declared:
                for folder in (*ancestors(package.path), ""):
                    installed.add((package.ecosystem, package.name, package.version, folder))
    return [
        package
        for package in kept
        if not package.declared
        or (package.ecosystem, package.name, package.version, package.path.rpartition("/")[0]) not in installed
    ]


def _ordered(packages: list[Package]) -> tuple[Package, ...]:
    return tuple(sorted(packages, key=lambda p: (p.ecosystem, p.name, p.version, p.purl, p.path, p.line, p.layer)))


def _faults(seen: Seen, plugin: Ecosystem, path: str, observed: Observed) -> Iterator[Gap]:
    if observed.faults:
        yield Gap(
            subject=seen.subject,
            what="unreadable-entries",
            question=f"{plugin.title} in {path}",
            reason="; ".join(observed.faults[:3]),
            count=len(observed.faults),
        )


def _guessed(subject: str, packages: Iterable[Package]) -> Iterator[Gap]:
    """Say once how many names are guessed: what no advisory is found for may have some all the same."""
    names = sorted(
        {f"{package.name} {package.version}" for package in packages if package.guessed and not package.owner}
    )
    if names:
        yield Gap(
            subject=subject,
            what="guessed-names",
            question=f"Are these called so: {some_of(names, _NAMES_SHOWN)}?",
            reason="no pom names them, only hints in their manifests, so advisories may be missed",
            count=len(names),
        )


_NAMES_SHOWN = 5


_UNREAD = frozenset({"unreadable-entries", "unreadable-database", "no-lockfile"})


def _unread(gaps: Iterable[Gap]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for gap in gaps:
        if gap.what in _UNREAD:
            counted[gap.question.partition(" in ")[0]] += gap.count
    return dict(sorted(counted.items()))


_MOST_ALIKE = 5
_OF_FILES = frozenset({"unreadable-entries", "no-lockfile", "transitive-unknown"})
"""Kinds of gaps that each file of a tree may have."""


def _joined(gaps: list[Gap]) -> tuple[Gap, ...]:
    """Tell the first of many files with gaps one by one, and the rest in a number for each reader and reason."""
    told: list[Gap] = []
    counted: Counter[tuple[str, str, str]] = Counter()
    many: dict[tuple[str, str, str], list[Gap]] = {}
    for gap in gaps:
        kind = (gap.what, gap.reason, gap.question.partition(" in ")[0])
        counted[kind] += 1
        if gap.what not in _OF_FILES or counted[kind] <= _MOST_ALIKE:
            told.append(gap)
        else:
            many.setdefault(kind, []).append(gap)
    for rest in many.values():
        names = f"{rest[0].question} and {len(rest) - 1} more alike" if len(rest) > 1 else rest[0].question
        told.append(replace(rest[0], question=names, count=sum(gap.count for gap in rest)))
    return tuple(told)


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
