"""Files with workloads: a single one, or those of a folder. Only regular files below the root are ever read."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from plimsoll.errors import HostileInputError, LimitError, TargetError
from plimsoll.model.limits import Limits
from plimsoll.sources.left_out import LEFT_OUT
from plimsoll.trees.paths import clean, text

ENDINGS = (".yaml", ".yml", ".json")
_NAMES = frozenset({"Kustomization"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationFolder:
    """A folder whose files may be read by their path in it; links are followed as long as they stay inside."""

    root: Path
    limits: Limits
    is_skipped: Callable[[str], bool]
    _real: dict[str, str] = field(default_factory=dict, init=False)

    def paths(self) -> Iterator[str]:
        """Give the paths of all files that may hold workloads, in order. Raises LimitError over `entries`."""
        seen = 0
        for folder, names, files in os.walk(self.root):
            inside = os.path.relpath(folder, self.root)
            before = "" if inside == "." else f"{inside}/"
            names[:] = sorted(name for name in names if name not in LEFT_OUT and not self.is_skipped(before + name))
            seen += len(names) + len(files)
            if seen > self.limits.entries:
                raise LimitError("entries", self.limits.entries, str(self.root))
            for name in sorted(files):
                if (name.endswith(ENDINGS) or name in _NAMES) and not self.is_skipped(before + name):
                    yield before + name

    def has(self, path: str) -> bool:
        """Say whether there is a regular file at a path inside the folder."""
        try:
            return stat.S_ISREG(self._inside(path).stat().st_mode)
        except (OSError, HostileInputError, ValueError):
            return False

    def read(self, path: str) -> bytes:
        """Read a file whole. Raises HostileInputError outside of the folder, TargetError, LimitError."""
        try:
            place = self._inside(path)
        except ValueError as error:
            raise HostileInputError(f"{path!r} is no path: {error}") from error
        return read_configuration(place, path, self.limits)

    def _inside(self, path: str) -> Path:
        folder, name = os.path.split(text(clean(path.encode("utf-8", "surrogateescape"))))
        real = os.path.join(self._folder(folder), name)  # noqa: PTH118 - pathlib takes longer than reading the file
        if os.path.islink(real):  # noqa: PTH114 - as above
            real = os.path.realpath(real)
        top = self._folder("")
        if real != top and not real.startswith(top.rstrip("/") + "/"):
            raise HostileInputError(f"{path} lies outside of {self.root}", advice="Only files of the target are read.")
        return Path(real)

    def _folder(self, folder: str) -> str:
        """Give where a folder really is; each is looked at once."""
        if folder not in self._real:
            self._real[folder] = os.path.realpath(self.root / folder)
        return self._real[folder]


def read_configuration(path: Path, name: str, limits: Limits) -> bytes:
    """Read one file whole. Raises TargetError where it cannot be read, LimitError over `configuration_size`."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123 - a descriptor
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise TargetError(f"{name} is no regular file")
            data = file.read(int(limits.configuration_size) + 1)
    except OSError as error:
        raise TargetError(f"{name} cannot be read: {error.strerror}", advice="Check its mode.") from error
    if len(data) > limits.configuration_size:
        raise LimitError("configuration_size", limits.configuration_size, name)
    return data
