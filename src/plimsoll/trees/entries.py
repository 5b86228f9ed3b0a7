"""The entries of one layer, as they come: what an engine's extraction would make of them within that layer."""

from array import array

from plimsoll.errors import HostileInputError, LimitError
from plimsoll.model.limits import Limits
from plimsoll.trees.index import DIRECTORY, FILE, HARDLINK, SYMLINK, LayerIndex
from plimsoll.trees.paths import ancestors, clean, follow, is_clean, leaves_root, text

_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"
_MOST_FAULTS = 20
_LINKS = frozenset({SYMLINK, HARDLINK})
_UNKNOWN = "\0"
"""No folder's name."""


class Entries:
    """Collects the columns of a layer and applies what an engine's extraction would do within one layer."""

    def __init__(self, limits: Limits, what: str) -> None:
        self._limits = limits
        self._what = what
        self.names: list[str] = []
        self.kinds = bytearray()
        self.modes = array("H")
        self.sizes = array("Q")
        self.links: dict[str, str] = {}
        self._origins: dict[str, int] = {}
        self._whiteouts: dict[str, int] = {}
        self._opaques: dict[str, int] = {}
        self._implied: set[str] = set()
        self._position: dict[str, int] = {}
        self._replaced: dict[str, int] = {}
        self._names_size = 0
        self._most = int(limits.entries)
        self._most_names = int(limits.names_size)
        self._longest = int(limits.path_size)
        self._faults: list[str] = []
        self._fault_count = 0
        self._parent = ""
        self._parent_as = ""

    def add(  # noqa: C901 - nearly all the interpreter's time of a scan is spent here, so it is one piece
        self, name: bytes, kind: int, mode: int, size: int, link: bytes
    ) -> str | None:
        """Record one entry; give its path, or None for whiteouts, the root and entries that are refused."""
        if name[-1:] == b"/":
            name = name[:-1]
        if not is_clean(name):
            name = self._cleaned(name)
            if not name:
                return None
        path = name.decode("utf-8", "surrogateescape")
        cut = path.rfind("/")
        parent = path[:cut] if cut > 0 else ""
        if parent != self._parent:
            problem = self._enter(parent)
            if problem:
                self._refuse(name, problem)
                return None
        if self._parent_as != parent:
            path = f"{self._parent_as}/{path[cut + 1 :]}" if self._parent_as else path[cut + 1 :]
        if ".wh." in path and self._is_whiteout(path):
            return None
        if kind in _LINKS:
            kind = self._link(path, kind, link)
            if not kind:
                return None
        if path in self._position or path in self._implied:
            self._replace(path, kind)
        self._position[path] = count = len(self.names)
        self._names_size += len(path)
        if count >= self._most or self._names_size > self._most_names or len(path) > self._longest:
            self._stop(path)
        self.names.append(path)
        self.kinds.append(kind)
        self.modes.append(mode)
        self.sizes.append(size if kind == FILE else 0)
        return path

    def _stop(self, path: str) -> None:
        limits = self._limits
        if len(path) > limits.path_size:
            raise LimitError("path_size", limits.path_size, f"{self._what}: a path of {len(path)} characters")
        if self._names_size > limits.names_size:
            raise LimitError("names_size", limits.names_size, self._what)
        raise LimitError("entries", limits.entries, self._what)

    def _cleaned(self, name: bytes) -> bytes:
        """Clean an odd name; b"" for the root and for names that are refused."""
        if leaves_root(name):
            self._refuse(name, "it leaves the root; taken as lying in it")
        try:
            return clean(name)
        except HostileInputError as error:
            self._refuse(name, error.message)
            return b""

    def _link(self, path: str, kind: int, target: bytes) -> int:
        """Note where a link leads; give its kind, or 0 for one that could not be made.

        A hard link is the very file that lay at its target when it came, whatever takes its place later.
        """
        # The current folder may lead somewhere else now.
        self._parent = _UNKNOWN
        self._charge(len(target))
        if len(target) > self._longest or (kind == HARDLINK and b"\0" in target):
            self._refuse(path.encode("utf-8", "surrogateescape"), "it links to no possible path")
            return 0
        if kind == SYMLINK:
            self.links[path] = text(target.split(b"\0", 1)[0])
            return kind
        folder, _, base = text(clean(target)).rpartition("/")
        real = self._resolved(folder)
        place = f"{real}/{base}" if real else base
        at = self._position.get(place) if real is not None else None
        if at is not None and self.kinds[at] == SYMLINK:
            self.links[path] = self.links[place]
            return SYMLINK
        origin = -1 if at is None else self._origins.get(place, at)
        self.links[path] = self.links.get(place, place) if origin < 0 else place
        self._origins[path] = origin
        return kind

    def _charge(self, size: int) -> None:
        """Count what is kept beside the entries themselves against the limits."""
        self._names_size += size
        self._most -= 1
        if self._most < 0 or self._names_size > self._most_names:
            self._stop("")

    def _replace(self, path: str, kind: int) -> None:
        """Let an entry take the place of another, and of all below it where that was a directory."""
        at = self._position.get(path)
        if kind != DIRECTORY and (at is None or self.kinds[at] == DIRECTORY):
            self._replaced[path] = len(self.names)
        self._implied.discard(path)
        if kind not in _LINKS:
            self.links.pop(path, None)
        if kind != HARDLINK:
            self._origins.pop(path, None)
        self._parent = _UNKNOWN

    def _enter(self, parent: str) -> str:
        """Make `parent` the current folder; give the reason when an entry cannot lie there."""
        self._parent = self._parent_as = parent
        if not parent:
            return ""
        if parent.count("/") >= self._limits.path_depth:
            raise LimitError("path_depth", self._limits.path_depth, f"{self._what}: a path")
        at = self._position.get(parent)
        if at is not None and self.kinds[at] == DIRECTORY and not self._replaced:
            # An entry of its own, which was resolved when it came, and nothing above it changed since.
            return ""
        real = self._resolved(parent)
        if real is None:
            self._parent = _UNKNOWN
            return "its folder is no directory"
        self._parent_as = real
        for folder in (real, *ancestors(real)) if real else ():
            if folder in self._implied or folder in self._position:
                break
            self._charge(len(folder))
            self._implied.add(folder)
        return ""

    def _resolved(self, folder: str) -> str | None:
        """Follow this layer's own symbolic links in a folder's path; None where it is no folder."""
        return follow(folder, self._link_at, self._limits.symlinks)

    def _link_at(self, place: str) -> str | None:
        at = self._position.get(place)
        if at is None or self.kinds[at] == DIRECTORY:
            return ""
        return (self.links[place] or None) if self.kinds[at] == SYMLINK else None

    def _is_whiteout(self, path: str) -> bool:
        folder, _, base = path.rpartition("/")
        if not base.startswith(_WHITEOUT):
            return False
        self._charge(len(path))
        if base == _OPAQUE:
            self._opaques[folder] = len(self.names)
        elif not base.startswith(".wh..wh."):
            hidden = base[len(_WHITEOUT) :]
            if hidden:
                self._whiteouts[f"{folder}/{hidden}" if folder else hidden] = len(self.names)
        return True

    def fault(self, path: str, reason: str) -> None:
        """Say that an entry may be something else than it seems."""
        self._refuse(path.encode("utf-8", "surrogateescape"), reason)

    def _refuse(self, name: bytes, reason: str) -> None:
        self._fault_count += 1
        if len(self._faults) < _MOST_FAULTS:
            self._faults.append(f"{text(name[:200])!r}: {reason}")

    def finish(self) -> LayerIndex:
        """Drop what a later entry of the same layer replaced, and freeze."""
        keep = self._survivors()
        if keep is not None:
            self.names = [self.names[i] for i in keep]
            self.kinds = bytearray(self.kinds[i] for i in keep)
            self.modes = array("H", [self.modes[i] for i in keep])
            self.sizes = array("Q", [self.sizes[i] for i in keep])
            self._position = {name: i for i, name in enumerate(self.names)}
            self.links = {path: link for path, link in self.links.items() if path in self._position}
            self._implied = {path for path in self._implied if not _lies_below(path, self._replaced)}
            self._origins = {path: origin for path, origin in self._origins.items() if path in self._position}
            self._opaques = {path: at for path, at in self._opaques.items() if not self._is_replaced(path, at)}
            self._whiteouts = {path: at for path, at in self._whiteouts.items() if not self._is_replaced(path, at)}
        self._doubt_deleted_folders()
        return LayerIndex(
            names=self.names,
            kinds=bytes(self.kinds),
            modes=self.modes,
            sizes=self.sizes,
            links=self.links,
            origins=self._origins,
            whiteouts=frozenset(self._whiteouts),
            opaques=frozenset(self._opaques),
            implied=frozenset(self._implied - self._position.keys()),
            faults=tuple(self._faults),
            fault_count=self._fault_count,
            positions=self._position,
        )

    def _survivors(self) -> list[int] | None:
        """Give the positions that stay, or None when all do (nearly always)."""
        if len(self._position) == len(self.names) and not self._replaced:
            return None
        replaced = self._replaced
        return sorted(
            at
            for path, at in self._position.items()
            if not replaced or not any(replaced.get(above, -1) > at for above in ancestors(path))
        )

    def _is_replaced(self, path: str, at: int) -> bool:
        """Say whether a mark's folder gave way to something else after the mark."""
        return any(self._replaced.get(folder, -1) >= at for folder in (path, *ancestors(path)))

    def _doubt_deleted_folders(self) -> None:
        """Where one layer both deletes a folder and has it, engines differ on what of lower layers is seen."""
        for path in sorted(self._whiteouts):
            at = self._position.get(path)
            if path in self._implied or (at is not None and self.kinds[at] == DIRECTORY):
                self.fault(path, "the layer deletes this folder and has it again; engines differ on what it holds")


def _lies_below(path: str, folders: dict[str, int]) -> bool:
    return any(above in folders for above in ancestors(path))
