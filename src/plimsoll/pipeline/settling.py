"""Doubts that other files settle: files named by files, versions stated above, modules that only go.sum has."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from plimsoll.model.package import Doubt, Observed
from plimsoll.pipeline.databases import Found, Seen
from plimsoll.systems.known import systems
from plimsoll.trees.paths import ancestors, clean, leaves_root, text
from plimsoll.trees.patterns import PathPatterns

_MOST_FAULTS = 20
_UNREAD = "it could not be read, or is over file_size"

Asked = Mapping[tuple[str, str], set[str]]
"""Path of a file and normalised name of a package that it states → folders of the files that rely on it."""


@dataclass(frozen=True, slots=True)
class _Answers:
    """What has settled doubts: `relying` as in Asked, `askers` the files that rely on a whole file, by its path."""

    relying: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    askers: dict[str, list[Found]] = field(default_factory=lambda: defaultdict(list))


def settled(seen: Seen, found: Sequence[Found]) -> tuple[list[Found], Asked]:
    """Turn doubts that no file settles into faults, read the files that files name, and drop what nobody asked for."""
    everything = [*found, *_followed(seen, found)]
    names = _Names(everything)
    answers = _Answers()
    judged = [_judged(seen, each, names, answers) for each in everything]
    return [_called_for(each, answers.askers) if each.observed.spare else each for each in judged], answers.relying


def _followed(seen: Seen, found: Sequence[Found]) -> Iterator[Found]:
    """Read the files that others name and that nobody reads for their own name's sake, and those that they name."""
    known = {(each.plugin.name, each.path) for each in found}
    waiting = [each for each in found if any(doubt.reads for doubt in each.observed.doubts)]
    while waiting:
        seen.check()
        asking = waiting.pop()
        wanted = PathPatterns({"": asking.plugin.paths})
        for path in _named(seen, asking):
            if (asking.plugin.name, path) not in known and not wanted.find(path):
                known.add((asking.plugin.name, path))
                each = _read(seen, asking, path)
                yield each
                waiting.append(each)


def _named(seen: Seen, asking: Found) -> Iterator[str]:
    for doubt in asking.observed.doubts:
        if doubt.reads:
            yield from _places(seen, asking, doubt)


def _read(seen: Seen, asking: Found, path: str) -> Found:
    content = seen.tree.content(path)
    data = seen.read_again(content.layer, [content]).get(content) if content else None
    observed = Observed(faults=(_UNREAD,)) if data is None else asking.plugin.parse(path, data)
    return Found(asking.plugin, path, content.layer if content else asking.layer, observed)


def _places(seen: Seen, asking: Found, doubt: Doubt) -> Iterator[str]:
    """Give the real paths of the files that would settle a doubt and are there; none lies outside of the tree."""
    above = ancestors(asking.path)
    own = above[0] if above else ""
    for folder in [*above, ""] if doubt.above else [own]:
        for name in doubt.files:
            joined = f"{folder}/{name}".encode("utf-8", "surrogateescape")
            if name.startswith("/") or b"\0" in joined or leaves_root(joined.lstrip(b"/")):
                continue
            real = seen.tree.resolve(text(clean(joined)))
            if real and seen.tree.content(real):
                yield real


class _Names:
    """The normalised names of the packages that each file states."""

    def __init__(self, found: Iterable[Found]) -> None:
        self._found: dict[str, list[Found]] = defaultdict(list)
        self._known: dict[str, frozenset[str]] = {}
        for each in found:
            self._found[each.path].append(each)

    def of(self, path: str) -> frozenset[str]:
        if path not in self._known:
            self._known[path] = frozenset(
                _spelled(each, package.name) for each in self._found.get(path, ()) for package in each.observed.packages
            )
        return self._known[path]


def _spelled(found: Found, name: str) -> str:
    return systems()[found.plugin.system].normalise(name)


def _judged(seen: Seen, asking: Found, names: _Names, answers: _Answers) -> Found:
    doubts = asking.observed.doubts
    if not doubts:
        return asking
    places: dict[tuple[str, ...], list[str]] = {}
    faults = []
    for doubt in doubts:
        seen.check()
        if doubt.files not in places:
            places[doubt.files] = list(_places(seen, asking, doubt))
        if not _is_settled(asking, doubt, places[doubt.files], names, answers):
            faults.append(doubt.fault)
    more = [f"{len(faults) - _MOST_FAULTS} more faults of this kind"] if len(faults) > _MOST_FAULTS else []
    return replace(
        asking,
        observed=replace(asking.observed, doubts=(), faults=(*asking.observed.faults, *faults[:_MOST_FAULTS], *more)),
    )


def _is_settled(asking: Found, doubt: Doubt, places: list[str], names: _Names, answers: _Answers) -> bool:
    """Say whether one of the files that are there settles a doubt; note whom each of those is relied on by."""
    if not doubt.package:
        for path in places:
            answers.askers[path].append(asking)
        return bool(places)
    package = _spelled(asking, doubt.package)
    stating = [path for path in places if path != asking.path and package in names.of(path)]
    for path in stating:
        answers.relying[path, package].add(asking.path.rpartition("/")[0])
    return bool(stating)


def _called_for(spare: Found, askers: Mapping[str, list[Found]]) -> Found:
    """Keep of spare packages what was asked for, and is not stated by those who ask."""
    asking = askers.get(spare.path, ())
    stated = {package.name for each in asking for package in each.observed.packages}
    packages = tuple(each for each in spare.observed.packages if asking and each.name not in stated)
    return replace(spare, observed=replace(spare.observed, packages=packages))
