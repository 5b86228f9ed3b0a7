"""Which package of a distribution owns a file."""

from collections.abc import Collection, Iterable, Mapping

from plimsoll.model.package import Owned
from plimsoll.trees.index import SYMLINK
from plimsoll.trees.tree import Tree

_MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Folders that are links into usr/ where a distribution has merged them; its packages list files under either name."""


def owners(paths: Collection[str], owned: Iterable[Owned], tree: Tree) -> Mapping[str, str]:
    """Give the name of the package that owns each of these real paths; no entry where none does."""
    if not paths:
        return {}
    links = _links(tree)
    asked = {alias: path for path in paths for alias in _aliases(path, links)}
    found: dict[str, str] = {}
    for each in owned:
        for line in asked.keys() & set(each.paths.split("\n")):
            found.setdefault(asked[line], each.owner)
    return found


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
