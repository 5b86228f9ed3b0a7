"""Symbolic links, pipes and devices whose names readers look for: read where they lead in the tree, else said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.gap import Gap
from plimsoll.model.package import Observed
from plimsoll.pipeline.databases import Found, Seen
from plimsoll.trees.index import DEVICE, SYMLINK
from plimsoll.trees.patterns import PathPatterns
from plimsoll.trees.tree import Content

_MOST_READ = 256 << 20
"""Bytes of files that are read through links; who links more than that means no good."""


@dataclass(frozen=True, slots=True)
class _Link:
    """A link whose file nobody reads under its own name, and the reader that wants it."""

    plugin: Ecosystem
    path: str
    real: str
    content: Content


def linked(seen: Seen, gaps: list[Gap]) -> Iterator[Found]:
    """Read the files that links lead to; of what is declared, add to `gaps` the links that lead nowhere, and pipes.

    Nothing outside of the tree is read. Files whose own names readers look for are read there anyway, programs are
    known by their own names, and databases of the root follow links themselves.
    """
    plugins = {name: plugin for name, plugin in seen.ecosystems.items() if not plugin.at_root and not plugin.unowned}
    patterns = PathPatterns({name: plugin.paths for name, plugin in plugins.items()})
    wanted: dict[int, list[_Link]] = {}
    for number, path, kind in _odd(seen):
        seen.check()
        names = patterns.find(path)
        if not names or not seen.tree.is_visible(number, path):
            continue
        real = seen.tree.resolve(path) if kind == SYMLINK else None
        content = seen.tree.content(real) if real else None
        elsewhere = patterns.find(real) if real else ()
        for plugin in (plugins[name] for name in names if name not in elsewhere):
            if content and real:
                wanted.setdefault(content.layer, []).append(_Link(plugin, path, real, content))
            elif plugin.declared:
                gaps.append(_unread(seen, plugin, path, kind))
    for layer, links in sorted(wanted.items()):
        yield from _read(seen, layer, links)


def _odd(seen: Seen) -> Iterator[tuple[int, str, int]]:
    """Give layer, path and kind of all links, pipes and devices."""
    for number, layer in enumerate(seen.layers):
        index = layer.index
        for path in index.links:
            if index.kinds[index.position[path]] == SYMLINK:
                yield number, path, SYMLINK
        at = index.kinds.find(DEVICE)
        while at >= 0:
            yield number, index.names[at], DEVICE
            at = index.kinds.find(DEVICE, at + 1)


def _unread(seen: Seen, plugin: Ecosystem, path: str, kind: int) -> Gap:
    link = "it is a symbolic link that leads to no file of this tree, and links out of it are not followed"
    return Gap(
        subject=seen.subject,
        what="unreadable-entries",
        question=f"{plugin.title} in {path}",
        reason=link if kind == SYMLINK else "it is a pipe or a device, not a file",
    )


def _read(seen: Seen, layer: int, links: list[_Link]) -> Iterator[Found]:
    """Read the files of one layer, each once, and let each reader see it under the name by which it was looked for."""
    chosen: dict[Content, None] = {}
    size = 0
    for content in dict.fromkeys(link.content for link in links):
        placed = seen.tree.lookup(content.path)
        size += placed.entry.size if placed else 0
        if size <= _MOST_READ:
            chosen[content] = None
    known = seen.read_again(layer, chosen.keys())
    told: set[tuple[str, str]] = set()
    for link in links:
        seen.check()
        if (link.plugin.name, link.real) not in told:
            told.add((link.plugin.name, link.real))
            yield Found(link.plugin, link.real, layer, _observed(link, known))


def _observed(link: _Link, known: Mapping[Content, bytes]) -> Observed:
    data = known.get(link.content)
    if data is None:
        return Observed(faults=(f"what the link {link.path} leads to could not be read, or is over a limit",))
    return link.plugin.parse(link.path, data)
