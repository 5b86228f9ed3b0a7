"""Files under a further name: hard links, whose content lies elsewhere in the archive, so nobody read it in passing."""

from collections.abc import Iterator

from plimsoll.model.package import Observed
from plimsoll.pipeline.databases import Found, Seen
from plimsoll.trees.patterns import PathPatterns


def hard_linked(seen: Seen) -> Iterator[Found]:
    """Give what the visible hard links of all layers tell."""
    yield from _looked_for(seen)
    yield from _left(seen)


def _looked_for(seen: Seen) -> Iterator[Found]:
    """Give the visible hard links whose names plug-ins look for, each to be read as a whole.

    Package managers link what they install to a store, where files have other names (pnpm, uv), and archives hold
    the content wherever it comes first. Databases of the root find their content themselves.
    """
    plugins = {name: plugin for name, plugin in seen.ecosystems.items() if not plugin.at_root}
    patterns = PathPatterns({name: plugin.paths for name, plugin in plugins.items()})
    for number, layer in enumerate(seen.layers):
        for path in layer.index.origins:
            seen.check()
            wanted = patterns.find(path)
            if wanted and seen.tree.is_visible(number, path):
                for name in wanted:
                    yield Found(plugins[name], path, number, Observed(again=True))


def _left(seen: Seen) -> Iterator[Found]:
    """Give the programs whose names are all the same to plug-ins, where only a further name of them was left."""
    plugins = [plugin for plugin in seen.ecosystems.values() if plugin.window]
    for number, layer in enumerate(seen.layers):
        for path in layer.index.origins:
            first = layer.index.links[path]
            for plugin in plugins:
                observed = layer.facts[plugin.name].get(first)
                if observed and not seen.tree.is_visible(number, first) and seen.tree.is_visible(number, path):
                    yield Found(plugin, path, number, observed)
