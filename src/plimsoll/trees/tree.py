"""The merged, read-only file system of an image or directory: layers with whiteouts, never unpacked to disk."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from plimsoll.trees.index import DIRECTORY, FILE, HARDLINK, SYMLINK, Entry, LayerIndex
from plimsoll.trees.paths import follow


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An entry and the number of the layer it comes from, 0 being the lowest."""

    entry: Entry
    layer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Where a file's bytes are: the entry at `path` in a layer, or the layer's entry number `origin` (-1: none)."""

    path: str
    layer: int
    origin: int = -1


class Tree:
    """Ordered layers, lowest first, joined as overlay file systems join them (OCI image spec, layer.md).

    Paths are relative to the root, without leading slash. `skipped(path)` hides what the user asked not to
    look at. Answers are computed on demand, so that a tree costs nothing until it is asked.
    """

    def __init__(
        self,
        layers: Sequence[LayerIndex],
        *,
        symlinks: float = 40,
        skipped: Callable[[str], bool] = lambda path: False,  # noqa: ARG005 - the default skips nothing
    ) -> None:
        """Join the layers; at most `symlinks` links are followed for one path."""
        self.layers = tuple(layers)
        self._symlinks = symlinks
        self._skipped = skipped

    def lookup(self, path: str) -> Placed | None:
        """Give what lies at a path, not following a symbolic link in its last name or its folders."""
        if self._skipped(path):
            return None
        parent: Placed | None = None
        folder = path[: path.rfind("/")] if "/" in path else ""
        for number in range(len(self.layers) - 1, -1, -1):
            layer = self.layers[number]
            entry = layer.entry(path)
            if entry is None:
                if path in layer.whiteouts or layer.closes(folder):
                    break
            elif parent is None and path in layer.implied:
                # Only its name is known here: a lower layer may have the directory itself.
                parent = Placed(entry=entry, layer=number)
                if layer.hides(path):
                    break
            elif parent is None or entry.kind == DIRECTORY:
                return Placed(entry=entry, layer=number)
            else:
                break
        return parent

    def resolve(self, path: str) -> str | None:
        """Follow symbolic links in all names of a path, never out of the root; None for loops and dead ends."""
        return follow(path, self._link_at, self._symlinks)

    def _link_at(self, path: str) -> str | None:
        found = self.lookup(path)
        if found is None:
            return None
        return (found.entry.link or None) if found.entry.kind == SYMLINK else ""

    def is_visible(self, layer: int, path: str) -> bool:
        """Say whether a layer's own entry at a path is what the joined tree shows there."""
        found = self.lookup(path)
        return found is not None and found.layer == layer

    def content(self, path: str) -> Content | None:
        """Say where the bytes of a visible file are: in its own entry, or in the one its hard link was made from."""
        found = self.lookup(path)
        for _ in range(int(self._symlinks)):
            if found is None or found.entry.kind not in {FILE, HARDLINK}:
                return None
            layer = self.layers[found.layer]
            origin = layer.origins.get(found.entry.path, -1) if found.entry.kind == HARDLINK else -1
            if found.entry.kind == FILE or origin >= 0:
                return Content(path=found.entry.path, layer=found.layer, origin=origin)
            found = self._below(found.entry.link, found.layer - 1)
        return None

    def _below(self, path: str, layer: int) -> Placed | None:
        """Look up a path as a lower layer shows it."""
        for number in range(layer, -1, -1):
            entry = self.layers[number].entry(path)
            if entry is not None:
                return Placed(entry=entry, layer=number)
            if self.layers[number].hides(path):
                return None
        return None

    def children(self, folder: str) -> list[str]:
        """List the paths that are visible directly in a real folder, in order."""
        names = {name for layer in self.layers for name in layer.children(folder)}
        return sorted(name for name in names if self.lookup(name) is not None)

    def entries(self) -> Iterator[Placed]:
        """Walk all visible entries; implied directories are not among them."""
        seen: set[str] = set()
        for number in range(len(self.layers) - 1, -1, -1):
            for path in self.layers[number].names:
                if path not in seen:
                    seen.add(path)
                    found = self.lookup(path)
                    if found is not None and found.layer == number:
                        yield found

    def deleted(self) -> Iterator[Placed]:
        """Walk the entries that later layers deleted or replaced; directories that only got new entries are not."""
        for number, layer in enumerate(self.layers[:-1]):
            for path in layer.names:
                found = self.lookup(path)
                if found is not None and found.layer == number:
                    continue
                entry = layer.entry(path)
                if entry is None or self._skipped(path):
                    continue
                if found is not None and entry.kind == DIRECTORY == found.entry.kind:
                    continue
                yield Placed(entry=entry, layer=number)
