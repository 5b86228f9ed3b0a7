"""What a layer holds: its entries by path, whiteouts and opaque marks; columns, so that it is small and quick."""

from array import array  # noqa: TC003 - dataclass fields are read at run time by tools
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

FILE, DIRECTORY, SYMLINK, HARDLINK, DEVICE = b"fdlhv"
"""Kinds of entries, one byte each; DEVICE stands for character and block devices and FIFOs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a tree. `size` in bytes, `mode` the permission bits; `link` the target of links, as written."""

    path: str
    kind: int
    mode: int
    size: int
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class LayerIndex:
    """The entries of one layer in columns: `names[i]` has `kinds[i]`, `modes[i]`, `sizes[i]`.

    `links` maps the path of a symbolic or hard link to its target as written (hard links: cleaned path); `origins` maps
    a hard link to the number, in the order of the archive, of the entry whose content it has (-1: in a lower layer).
    `whiteouts` are paths that hide lower layers, `opaques` directories whose lower content is hidden,
    `implied` directories that only appear as parents. `faults` are entries that were refused, with reasons.
    """

    names: list[str]
    kinds: bytes
    modes: "array[int]"
    sizes: "array[int]"
    links: dict[str, str]
    origins: dict[str, int] = field(default_factory=dict)
    whiteouts: frozenset[str] = frozenset()
    opaques: frozenset[str] = frozenset()
    implied: frozenset[str] = frozenset()
    faults: tuple[str, ...] = ()
    fault_count: int = 0
    positions: dict[str, int] = field(default_factory=dict)

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each path stands in the columns."""
        return self.positions or {name: i for i, name in enumerate(self.names)}

    def entry(self, path: str) -> Entry | None:
        """Give what this layer itself holds at a path; an implied directory is one with mode 0755."""
        at = self.position.get(path)
        if at is not None:
            return Entry(
                path=path, kind=self.kinds[at], mode=self.modes[at], size=self.sizes[at], link=self.links.get(path, "")
            )
        if path in self.implied or not path:
            return Entry(path=path, kind=DIRECTORY, mode=0o755, size=0)
        return None

    def children(self, folder: str) -> Iterator[str]:
        """Give the paths of this layer directly in a folder; a search in one text, quicker than a look at each name."""
        if folder and folder not in self.position and folder not in self.implied:
            return
        text = "\0" + "\0".join(self.names) + "\0"
        start = f"\0{folder}/" if folder else "\0"
        at = text.find(start)
        while at >= 0:
            end = text.find("\0", at + 1)
            if text.find("/", at + len(start), end) < 0 and end > at + len(start):
                yield text[at + 1 : end]
            at = text.find(start, end)

    def hides(self, path: str) -> bool:
        """Say whether lower layers' entry at `path` is hidden by this layer, which holds nothing there itself."""
        return path in self.whiteouts or self.closes(path[: path.rfind("/")] if "/" in path else "")

    @cached_property
    def _closed(self) -> dict[str, bool]:
        """What was found out about folders; every question is about one of few of them."""
        return {"": "" in self.opaques}

    def closes(self, folder: str) -> bool:
        """Say whether nothing of lower layers shows in a folder: it, or one above it, is new or no folder here."""
        known = self._closed
        closed = known.get(folder)
        return closed if closed is not None else self._climbed(folder, known)

    def _climbed(self, folder: str, known: dict[str, bool]) -> bool:
        climbed = []
        while (closed := known.get(folder)) is None:
            climbed.append(folder)
            folder = folder[: folder.rfind("/")] if "/" in folder else ""
        for below in reversed(climbed):
            closed = known[below] = closed or self._begins_anew(below)
        return closed

    def _begins_anew(self, folder: str) -> bool:
        at = self.position.get(folder)
        is_no_folder = at is not None and self.kinds[at] != DIRECTORY
        return is_no_folder or folder in self.whiteouts or folder in self.opaques
