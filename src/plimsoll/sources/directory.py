"""Root file systems in a directory: walked without following links, so nothing outside is ever read."""

import os
import stat
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from plimsoll.errors import LimitError, TargetError
from plimsoll.model.limits import Limits
from plimsoll.model.subject import Subject
from plimsoll.trees.index import DEVICE, DIRECTORY, FILE, SYMLINK, LayerIndex
from plimsoll.trees.memory import Identity
from plimsoll.trees.observe import Claim, LayerObservation, Plan
from plimsoll.trees.source import Advance, Check, Opened, Request, SourceKind
from plimsoll.trees.tree import Content

MARKS = (
    "etc/os-release",
    "usr/lib/os-release",
    "etc/debian_version",
    "etc/alpine-release",
    "var/lib/dpkg/status",
    "var/lib/dpkg/status.d",
    "lib/apk/db/installed",
    "usr/lib/apk/db/installed",
    "var/lib/rpm",
    "usr/lib/sysimage/rpm",
    "var/lib/pacman/local",
)
"""A directory with one of these is a root file system."""

_MOST_OPEN = 512
"""Folders that are open at once, each with those above it: half of the descriptors a process usually may have."""

_MOST_FAULTS = 20
"""Faults that are kept in words; all are counted."""

_VIRTUAL = frozenset({"proc", "sys", "dev"})
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def recognises(path: Path, _limits: Limits) -> bool:
    """Say whether a directory is a root file system."""
    return path.is_dir() and any((path / mark).exists() or (path / mark).is_symlink() for mark in MARKS)


def open_directory(request: Request) -> Opened:
    """Open any directory as a root file system."""
    if not request.path.is_dir():
        raise TargetError(f"{request.name} is no directory", advice="Name a directory, or leave out dir:")
    return Opened(
        subject=Subject(id=f"dir:{request.name}", kind="root file system", name=request.name),
        took="root file system in a directory",
        layers=(DirectoryLayer(path=request.path),),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryLayer:
    """A directory as one layer without digest: it is read anew each time, for it may have changed.

    Folders named in `left_out` are not entered; `only` is the path of the one file that is looked at, "" for all.
    """

    path: Path
    left_out: frozenset[str] = frozenset()
    only: str = ""

    @property
    def what(self) -> str:
        return str(self.path)

    @property
    def claim(self) -> Claim:
        return Claim(what=str(self.path))

    @property
    def size(self) -> int:
        return 0

    @property
    def identity(self) -> Identity | None:
        return None

    def observe(self, plan: Plan, check: Check, advance: Advance) -> LayerObservation:
        walk = _Walk(plan, check, advance, self)
        try:
            root = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise TargetError(f"{self.path} cannot be read: {error.strerror}") from error
        walk.walk(root)
        index = walk.index()
        return LayerObservation(diff_id="", size=sum(index.sizes), index=index, facts=plan.facts(index))

    def read(self, wanted: Collection[Content], limits: Limits, check: Check) -> dict[Content, bytes]:
        found = {}
        with _closing(os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)) as root:
            for content in wanted:
                check()
                data = _read_below(root, content.path.split("/"), int(limits.file_size) + 1)
                if data is not None and len(data) <= limits.file_size:
                    found[content] = data
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Folder:
    """A folder on the way: its open descriptor, its path, and what is still to be seen of it."""

    descriptor: int
    path: str
    rest: "Iterator[os.DirEntry[str]]"


class _Walk:
    """Fills the columns of a layer index from open directory descriptors."""

    def __init__(self, plan: Plan, check: Check, advance: Advance, layer: DirectoryLayer) -> None:
        self._plan = plan
        self._left_out = layer.left_out
        self._only = layer.only
        self._check = check
        self._advance = advance
        self._names: list[str] = []
        self._kinds = bytearray()
        self._modes = array("H")
        self._sizes = array("Q")
        self._links: dict[str, str] = {}
        self._faults: list[str] = []
        self._fault_count = 0
        self._names_size = 0
        self._device = -1

    def walk(self, root: int) -> None:
        """Walk all below a directory, and close it; what cannot be read becomes a fault.

        Nothing recurses: each folder above the current one keeps a descriptor open, up to _MOST_OPEN.
        """
        self._device = os.fstat(root).st_dev
        above = [_Folder(descriptor=root, path="", rest=iter(()))]
        try:
            above[0] = self._listed(root, "")
            while above:
                here = above[-1]
                entry = next(here.rest, None)
                if entry is None:
                    os.close(above.pop().descriptor)
                elif (below := self._entry_of(here, entry)) is not None:
                    above.append(below)
        finally:
            for folder in above:
                os.close(folder.descriptor)

    def _listed(self, folder: int, path: str) -> _Folder:
        self._check()
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        if self._only:
            listed = [entry for entry in listed if f"{self._only}/".startswith(f"{_join(path, entry.name)}/")]
        return _Folder(descriptor=folder, path=path, rest=iter(listed))

    def _entry_of(self, folder: _Folder, entry: "os.DirEntry[str]") -> _Folder | None:
        """Record one entry; give the folder that it is, opened, where that is to be walked."""
        path = _join(folder.path, entry.name)
        try:
            state = entry.stat(follow_symlinks=False)
            kind = _kind(state.st_mode)
            self._add(path, kind, state)
            if kind == DIRECTORY and entry.name not in self._left_out:
                return self._enter(folder.descriptor, entry.name, path, state)
            if kind == SYMLINK:
                self._links[path] = os.readlink(entry.name, dir_fd=folder.descriptor)
            elif kind == FILE:
                self._file(folder.descriptor, entry.name, path, state)
        except OSError as error:
            self._fault(path, str(error.strerror))
        return None

    def _enter(self, folder: int, name: str, path: str, state: os.stat_result) -> _Folder | None:
        if path in _VIRTUAL and state.st_dev != self._device:
            return None
        depth, limits = path.count("/"), self._plan.limits
        if depth >= limits.path_depth:
            self._fault(path, f"not entered, for it is over the limit path_depth = {limits.path_depth:g}")
            return None
        if depth >= _MOST_OPEN:
            self._fault(path, f"not entered, for folders are read to a depth of {_MOST_OPEN}")
            return None
        below = os.open(name, _FOLDER, dir_fd=folder)
        try:
            return self._listed(below, path)
        except BaseException:
            os.close(below)
            raise

    def _file(self, folder: int, name: str, path: str, state: os.stat_result) -> None:
        wanted = self._plan.select(path, state.st_mode, state.st_size)
        if wanted < 0:
            return
        further: tuple[int, int] | None = (0, min(wanted, state.st_size))
        while further is not None:
            data = _read(name, folder, further[1] - further[0], further[0])
            self._advance(len(data))
            further = self._plan.keep(path, data)

    def _fault(self, path: str, reason: str) -> None:
        self._fault_count += 1
        if len(self._faults) < _MOST_FAULTS:
            self._faults.append(f"{path[:200]!r}: {reason}")

    def _add(self, path: str, kind: int, state: os.stat_result) -> None:
        if len(self._names) >= self._plan.limits.entries:
            raise LimitError("entries", self._plan.limits.entries, "the directory")
        self._names_size += len(path)
        if self._names_size > self._plan.limits.names_size:
            raise LimitError("names_size", self._plan.limits.names_size, "the directory")
        self._names.append(path)
        self._kinds.append(kind)
        self._modes.append(state.st_mode & 0o7777)
        self._sizes.append(state.st_size)

    def index(self) -> LayerIndex:
        return LayerIndex(
            names=self._names,
            kinds=bytes(self._kinds),
            modes=self._modes,
            sizes=self._sizes,
            links=self._links,
            faults=tuple(self._faults),
            fault_count=self._fault_count,
        )


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


class _closing:  # noqa: N801 - reads like contextlib.closing, for a descriptor
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> int:
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def _kind(mode: int) -> int:
    if stat.S_ISREG(mode):
        return FILE
    if stat.S_ISDIR(mode):
        return DIRECTORY
    return SYMLINK if stat.S_ISLNK(mode) else DEVICE


def _read(name: str, folder: int, most: int, start: int = 0) -> bytes:
    """Read up to `most` bytes of a regular file; a device or pipe that took its place is not waited for."""
    with _closing(os.open(name, _FILE, dir_fd=folder)) as file:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return b""
        if start:
            os.lseek(file, start, os.SEEK_SET)
        return b"".join(_pieces(file, most))


def _pieces(file: int, most: int) -> Iterator[bytes]:
    while most > 0 and (piece := os.read(file, min(most, 1 << 20))):
        most -= len(piece)
        yield piece


def _read_below(folder: int, names: Sequence[str], most: int) -> bytes | None:
    """Read a file by the names of its folders and its own, following no link."""
    here = os.dup(folder)
    try:
        for name in names[:-1]:
            below = os.open(name, _FOLDER, dir_fd=here)
            os.close(here)
            here = below
        return _read(names[-1], here, most)
    except OSError:
        return None
    finally:
        os.close(here)


DIRECTORY_KIND = SourceKind(
    name="dir",
    title="root file system in a directory",
    recognises=recognises,
    open=open_directory,
    precedence=10,
)
