"""Root file systems in a directory: walked without following links, so nothing outside is ever read."""

import os
import stat
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from plimsoll.errors import LimitError, TargetError
from plimsoll.model.subject import Subject
from plimsoll.trees.index import DEVICE, DIRECTORY, FILE, SYMLINK, LayerIndex
from plimsoll.trees.memory import Identity
from plimsoll.trees.observe import LayerObservation, Plan
from plimsoll.trees.source import Advance, Check, Opened, Request, SourceKind

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
)
"""A directory with one of these is a root file system."""

_VIRTUAL = frozenset({"proc", "sys", "dev"})
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def recognises(path: Path) -> bool:
    """Say whether a directory is a root file system."""
    return path.is_dir() and any((path / mark).exists() or (path / mark).is_symlink() for mark in MARKS)


def open_directory(request: Request) -> Opened:
    """Open any directory as a root file system."""
    if not request.path.is_dir():
        raise TargetError(f"{request.name} is no directory", advice="Name a directory, or leave out dir:")
    return Opened(
        subject=Subject(id=f"dir:{request.name}", kind="root file system", name=request.name),
        took="root file system in a directory",
        layers=(_Root(path=request.path),),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Root:
    """The directory as one layer without digest: it is read anew each time, for it may have changed."""

    path: Path

    @property
    def what(self) -> str:
        return str(self.path)

    @property
    def size(self) -> int:
        return 0

    @property
    def identity(self) -> Identity | None:
        return None

    def observe(self, plan: Plan, check: Check, advance: Advance) -> LayerObservation:
        walk = _Walk(plan, check, advance)
        try:
            root = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise TargetError(f"{self.path} cannot be read: {error.strerror}") from error
        with _closing(root):
            walk.folder(root, "")
        index = walk.index()
        return LayerObservation(diff_id="", size=sum(index.sizes), index=index, facts=plan.facts(index))

    def read(self, path: str, plan: Plan, check: Check) -> bytes | None:
        check()
        with _closing(os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)) as root:
            return _read_below(root, path.split("/"), int(plan.limits.file_size))


class _Walk:
    """Fills the columns of a layer index from open directory descriptors."""

    def __init__(self, plan: Plan, check: Check, advance: Advance) -> None:
        self._plan = plan
        self._check = check
        self._advance = advance
        self._names: list[str] = []
        self._kinds = bytearray()
        self._modes = array("H")
        self._sizes = array("Q")
        self._links: dict[str, str] = {}
        self._faults: list[str] = []
        self._names_size = 0
        self._device = -1

    def folder(self, folder: int, path: str) -> None:
        """Walk one directory and those below it; what cannot be read becomes a fault."""
        self._check()
        if not path:
            self._device = os.fstat(folder).st_dev
        if path.count("/") >= self._plan.limits.path_depth:
            raise LimitError("path_depth", self._plan.limits.path_depth, path)
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            below = f"{path}/{entry.name}" if path else entry.name
            try:
                self._entry(folder, entry, below)
            except OSError as error:
                self._faults.append(f"{below!r}: {error.strerror}")

    def _entry(self, folder: int, entry: "os.DirEntry[str]", path: str) -> None:
        state = entry.stat(follow_symlinks=False)
        kind = _kind(state.st_mode)
        self._add(path, kind, state)
        if kind == DIRECTORY:
            if path in _VIRTUAL and state.st_dev != self._device:
                return
            with _closing(os.open(entry.name, _FOLDER, dir_fd=folder)) as below:
                self.folder(below, path)
        elif kind == SYMLINK:
            self._links[path] = os.readlink(entry.name, dir_fd=folder)
        elif kind == FILE:
            wanted = self._plan.select(path, state.st_mode, state.st_size)
            if wanted >= 0:
                data = _read(entry.name, folder, min(wanted, state.st_size))
                self._advance(len(data))
                self._plan.keep(path, data)

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
            faults=tuple(self._faults[:20]),
            fault_count=len(self._faults),
        )


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


def _read(name: str, folder: int, most: int) -> bytes:
    """Read up to `most` bytes of a regular file; a device or pipe that took its place is not waited for."""
    with _closing(os.open(name, _FILE, dir_fd=folder)) as file:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return b""
        return b"".join(_pieces(file, most))


def _pieces(file: int, most: int) -> Iterator[bytes]:
    while most > 0 and (piece := os.read(file, min(most, 1 << 20))):
        most -= len(piece)
        yield piece


def _read_below(folder: int, names: list[str], most: int) -> bytes | None:
    with suppress(OSError):
        if len(names) == 1:
            return _read(names[0], folder, most)
        with _closing(os.open(names[0], _FOLDER, dir_fd=folder)) as below:
            return _read_below(below, names[1:], most)
    return None


DIRECTORY_KIND = SourceKind(
    name="dir",
    title="root file system in a directory",
    recognises=recognises,
    open=open_directory,
    precedence=10,
)
