"""What readers say of files, within bounds: files are small or come one at a time, and what is kept of them is counted.

`file_size` and `kept_size` bound what is read. Readers make objects of it, so memory needs bounds of its own: a large
file is held by one thread only, and the texts that are kept of one layer have a room that is theirs.
"""

from dataclasses import dataclass, field, replace
from threading import Lock

from plimsoll.errors import LimitError
from plimsoll.model.limits import Limits
from plimsoll.model.package import Observed, PackageRecord

LARGE = 8 << 20
"""Bytes from which a file is large; layers are read in up to eight threads, each of which may hold a smaller one."""

MOST_COPIES = 4
"""How often over the packages limit the databases of all layers may come together: each layer may have a whole one."""

MOST_TEXT = 256 << 20
"""Characters that may be kept of what readers say of one layer: as many as of its paths."""

_OF_A_RECORD = 400
"""Characters that a package weighs besides its texts: what its object takes."""

_one_large_file = Lock()


@dataclass(slots=True)
class LargeFile:
    """The right to hold a large file, which one thread has at a time; others wait for it to be read."""

    _held: bool = field(default=False, init=False)

    def hold(self, size: int) -> None:
        """Wait for the right where a file is large, and give it back where it is small."""
        if size < LARGE:
            self.release()
        elif not self._held:
            _one_large_file.acquire()
            self._held = True

    def release(self) -> None:
        """Give the right back, however the reading ended."""
        if self._held:
            self._held = False
            _one_large_file.release()


@dataclass(slots=True, kw_only=True)
class Room:
    """What may still be kept of a layer; `used` are characters."""

    limits: Limits
    used: int = 0
    packages: int = 0

    def kept(self, observed: Observed) -> Observed:
        """Keep of what a plug-in says all that there is room for, and say what that leaves out: owners of files first.

        Raises LimitError where the packages of one layer are far over `packages`.
        """
        self.packages += len(observed.packages)
        if self.packages > MOST_COPIES * self.limits.packages:
            raise LimitError("packages", self.limits.packages, "all that the files of one layer state")
        reason = f"what is said of the files of one layer is over {MOST_TEXT} characters"
        without = replace(observed, owned=(), faults=(*observed.faults, f"which files it owns is not known: {reason}"))
        for choice in (observed, without) if observed.owned else (observed,):
            weight = weight_of(choice)
            if self.used + weight <= MOST_TEXT:
                self.used += weight
                return choice
        return Observed(faults=(reason,))


def weight_of(observed: Observed) -> int:
    """Give roughly how many characters an observation holds."""
    weight = sum(map(_weight, observed.packages))
    weight += sum(len(owned.paths) for owned in observed.owned)
    weight += sum(len(name) + len(value) for name, value in observed.facts)
    weight += sum(map(len, observed.faults))
    weight += sum(_OF_A_RECORD + len(doubt.fault) for doubt in observed.doubts)
    return weight + sum(_OF_A_RECORD + len(wanted.versions) for wanted in observed.wanted)


def _weight(record: PackageRecord) -> int:
    weight = _OF_A_RECORD + len(record.name) + len(record.version) + len(record.licence) + len(record.inside)
    if record.requires:
        weight += sum(map(len, record.requires))
    return weight + 80 * len(record.hashes)
