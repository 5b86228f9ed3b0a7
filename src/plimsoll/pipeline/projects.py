"""Projects of a source tree: which manifest and which lockfile belong together, and what is told only once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from plimsoll.model.package import Package
from plimsoll.pipeline.databases import Found
from plimsoll.pipeline.settling import Asked
from plimsoll.systems.known import systems
from plimsoll.trees.paths import ancestors

_OF_TOOLS = frozenset({"gradle", "obj", "requirements", "vendor"})
"""Folders inside a project where its tools keep such files (vendor/modules.txt, obj/project.assets.json)."""

Key = tuple[str, str, str]
"""System, normalised name and version of a package."""


def project_of(path: str) -> str:
    """Give the folder of the project that a file belongs to; the root is ""."""
    folder = path.rpartition("/")[0]
    above, _, last = folder.rpartition("/")
    return above if last in _OF_TOOLS else folder


def projects_above(folder: str) -> Sequence[str]:
    """Give a project's folder and those above it, nearest first."""
    return tuple(dict.fromkeys((folder, *ancestors(folder), "")))


def told_once(packages: Sequence[Package], found: Iterable[Found], relying: Asked) -> list[Package]:
    """Leave out what another file of another kind in the same project tells better.

    Better is the file that knows how packages depend on each other, then which ones the project asks for, then their
    digests. What others rely on (a Directory.Packages.props) is left out where it is told in all of their projects.
    """
    kinds = {each.path: each.plugin.name for each in found if each.plugin.declared}
    worth = _worth(packages)
    best: dict[tuple[str, Key], tuple[tuple[bool, ...], str]] = {}
    for package in packages:
        if package.declared:
            place = (project_of(package.path), key_of(package))
            best[place] = max(best.get(place, ((), "")), (worth[package.path], kinds.get(package.path, "")))
    return [each for each in packages if not (each.declared and _is_told(each, worth, kinds, best, relying))]


def key_of(package: Package) -> Key:
    """Give what makes two statements speak of one package."""
    return package.ecosystem, systems()[package.ecosystem].normalise(package.name), package.version


def _worth(packages: Iterable[Package]) -> Mapping[str, tuple[bool, ...]]:
    """Say of each file of declared packages what it knows."""
    worth: dict[str, tuple[bool, ...]] = defaultdict(lambda: (False, False, False))
    for package in packages:
        if package.declared:
            says = (bool(package.requires), package.direct is not None, bool(package.hashes))
            known = worth[package.path]
            worth[package.path] = tuple(a or b for a, b in zip(known, says, strict=True))
    return worth


def _is_told(
    package: Package,
    worth: Mapping[str, tuple[bool, ...]],
    kinds: Mapping[str, str],
    best: Mapping[tuple[str, Key], tuple[tuple[bool, ...], str]],
    relying: Asked,
) -> bool:
    key = key_of(package)
    own = project_of(package.path)
    mine = (worth[package.path], kinds.get(package.path, ""))
    others = {project_of(f"{folder}/") for folder in relying.get((package.path, key[1]), ())}
    return all(_is_better(best.get((folder, key)), mine) for folder in others or {own})


def _is_better(other: tuple[tuple[bool, ...], str] | None, mine: tuple[tuple[bool, ...], str]) -> bool:
    """Between two kinds that know the same, the later by name wins, so that one of them stays."""
    return other is not None and other[1] != mine[1] and other > mine
