"""Which package of a distribution owns a file."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from plimsoll.model.package import Owned
from plimsoll.trees.index import SYMLINK
from plimsoll.trees.tree import Tree

_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Folders that are links into usr/ where a distribution has merged them; its packages list files under either name."""

_PIECE = 4 << 20
"""Characters of a list that are split at a time; the lists of nearly all packages are shorter."""


def owners(paths: Collection[str], owned: Iterable[Owned], tree: Tree) -> Mapping[str, str]:
    """Give the name of the package that owns each of these real paths; no entry where none does."""
    if not paths:
        return {}
    links = _links(tree)
    asked = {alias: path for path in paths for alias in _aliases(path, links)}
    found: dict[str, str] = {}
    for each in owned:
        for lines in _pieces(each.paths):
            for line in asked.keys() & set(lines.split("\n")):
                found.setdefault(asked[line], each.owner)
    return found


def _pieces(paths: str) -> Iterator[str]:
    """Cut a list at ends of lines, so that a huge one is not turned into objects at once."""
    start = 0
    while len(paths) - start > _PIECE and (end := paths.find("\n", start + _PIECE)) >= 0:
        yield paths[start:end]
        start = end + 1
    yield paths[start:]


def _links(tree: Tree) -> dict[str, str]:
    links = {}
    for name in _MERGED:
        there = tree.lookup(name)
        real = tree.resolve(name) if there is not None and there.entry.kind == SYMLINK else None
        if real:
            links[name] = real
    return links


def _aliases(path: str, links: Mapping[str, str]) -> Iterable[str]:
    yield path
    for name, real in links.items():
        if path.startswith(f"{real}/"):
            yield name + path[len(real) :]
