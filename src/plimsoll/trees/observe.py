"""One pass over one layer: digests verified, entries indexed, files of interest parsed."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic

from plimsoll.errors import HostileInputError, LimitError
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.limits import Limits
from plimsoll.model.package import Observed
from plimsoll.trees.ahead import ahead
from plimsoll.trees.bounded import LargeFile, Room
from plimsoll.trees.index import FILE, HARDLINK, LayerIndex
from plimsoll.trees.inflate import inflate
from plimsoll.trees.patterns import PathPatterns
from plimsoll.trees.tar import LINKED, TarReader

HEAD = 4096
"""Bytes of an executable that head patterns look at."""

SMALLEST_EXECUTABLE = 64 << 10
"""Executables below this many bytes are not asked for their head: no compiler that we look for makes such."""

WORTH_A_THREAD = 8 << 20
"""Stored bytes from which a layer is worth a thread of its own for reading, inflating and hashing."""

Facts = dict[str, dict[str, Observed]]
"""Plug-in name → path → what it read there."""

_OF_DISTRIBUTIONS = re.compile(r"(?:usr/)?(?:s?bin|lib(?:32|64|x32|exec)?)/")
"""Folders in which a distribution's packages put programs, and hardly anybody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The moment (monotonic seconds) after which work stops, and the limit it came from."""

    at: float
    limits: Limits

    @classmethod
    def after(cls, limits: Limits) -> "Deadline":
        """Start the clock of `limits.timeout` now."""
        return cls(at=monotonic() + limits.timeout, limits=limits)

    def check(self, what: str) -> None:
        """Raise LimitError when time is up."""
        if monotonic() > self.at:
            raise LimitError("timeout", self.limits.timeout, what)


@dataclass(frozen=True, kw_only=True)
class LayerObservation:
    """What is known of one layer. `diff_id` is the verified digest of its tar, "" for a plain directory."""

    diff_id: str
    size: int
    index: LayerIndex
    facts: Facts


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a file that is still to come, and the plug-ins that want it, each with its own window."""

    start: int
    stop: int
    windows: tuple[tuple[str, int, int], ...]


@dataclass(kw_only=True)
class Plan:
    """Which plug-ins look at a layer, and what they found so far.

    A source asks `select` about each file in turn, and gives what is wanted of it to `keep`.
    """

    ecosystems: Mapping[str, Ecosystem]
    limits: Limits
    kept: Facts = field(default_factory=dict)
    size: int = 0
    large: LargeFile = field(default_factory=LargeFile)

    def __post_init__(self) -> None:
        """Compile the patterns once."""
        self.room = Room(limits=self.limits)
        self._patterns = PathPatterns({name: plugin.paths for name, plugin in self.ecosystems.items()})
        self._windows = [(name, plugin.window) for name, plugin in self.ecosystems.items() if plugin.window]
        self._unowned = {name for name, plugin in self.ecosystems.items() if plugin.unowned}
        self.kept = {name: {} for name in self.ecosystems}
        self._wanting: tuple[str, ...] = ()
        self._looking = False
        self._size = 0
        self._head = b""
        self._parts: list[_Part] = []
        self._looked_at: set[str] = set()

    def select(self, path: str, mode: int, size: int) -> int:
        """Tell the source how many bytes to give of a file; what an earlier one of that path held is forgotten."""
        names = self._patterns.find(path)
        if path in self._looked_at:
            for name, _ in self._windows:
                self.kept[name].pop(path, None)
        self._looking = bool(self._windows) and mode & 0o111 != 0 and size >= SMALLEST_EXECUTABLE
        if not names:
            self._wanting = ()
            if not self._looking:
                return -1
            self._size, self._parts = size, []
            return HEAD
        return self._of_interest(path, names, size)

    def _of_interest(self, path: str, names: tuple[str, ...], size: int) -> int:
        wanting = []
        for name in names:
            if size == LINKED:
                self.kept[name].pop(path, None)
            elif name in self._unowned and _OF_DISTRIBUTIONS.match(path):
                self.kept[name][path] = Observed(again=True)
            elif (reason := self._refusal(size)) is None:
                wanting.append(name)
            else:
                self.kept[name][path] = _unread(reason)
        self._wanting, self._size, self._parts = tuple(wanting), size, []
        if not wanting:
            return HEAD if self._looking else -1
        self.size += size
        self.large.hold(size)
        return size

    def _refusal(self, size: int) -> str | None:
        if size < 0:
            return "it is a sparse file"
        if size > self.limits.file_size:
            return f"larger than file_size = {self.limits.file_size:g} bytes"
        if self.size + size > self.limits.kept_size:
            return f"the files read in one layer are over kept_size = {self.limits.kept_size:g} bytes"
        return None

    def keep(self, path: str, data: bytes) -> tuple[int, int] | None:
        """Parse what was asked for with every plug-in that wants it; ask for the windows of executables after that."""
        if self._parts:
            self._take(path, self._parts.pop(0), data)
        else:
            for name in self._wanting:
                self._parse(name, path, data)
            if self._looking:
                self._look(path, data)
        self.large.release()
        return (self._parts[0].start, self._parts[0].stop) if self._parts else None

    def _parse(self, name: str, path: str, data: bytes) -> None:
        self.kept[name][path] = self.room.kept(self.ecosystems[name].parse(path, data))

    def _look(self, path: str, data: bytes) -> None:
        """Ask every plug-in with a window what it wants of an executable; parse what is there already."""
        self._head = head = data[:HEAD]
        later = []
        for name, window in self._windows:
            wanted = window(head, self._size)
            if wanted is None or name in self._wanting:
                continue
            start, stop = max(0, wanted[0]), min(self._size, wanted[1])
            if start >= stop:
                continue
            self._looked_at.add(path)
            if (reason := self._refusal(stop - start)) is not None:
                self.kept[name][path] = _unread(reason)
            elif stop <= len(data):
                self._parse(name, path, data[start:stop])
            else:
                self.size += stop - start
                later.append((start, stop, name))
        if later:
            self._parts = _parts_of(later, len(data))

    def _take(self, path: str, part: _Part, data: bytes) -> None:
        for name, start, stop in part.windows:
            before = self._head[start : part.start] if start < part.start else b""
            piece = before + data[max(0, start - part.start) : stop - part.start]
            self._parse(name, path, piece)

    def facts(self, index: LayerIndex) -> Facts:
        """Give what was kept of files that the finished layer still holds as such.

        What says nothing is left out, but for databases: that one was read is not forgotten.
        """
        for name, found in self.kept.items():
            silent = not self.ecosystems[name].at_root
            for path, seen in list(found.items()):
                if (silent and seen == _NOTHING) or not _is_file(index, path):
                    del found[path]
        return self.kept


_NOTHING = Observed()


def _parts_of(windows: list[tuple[int, int, str]], read: int) -> list[_Part]:
    """Join windows that overlap into parts, in the order of the file; `read` bytes of it are behind us."""
    parts: list[_Part] = []
    for start, stop, name in sorted(windows):
        ahead = max(start, read)
        if parts and ahead < parts[-1].stop:
            last = parts.pop()
            parts.append(_Part(last.start, max(last.stop, stop), (*last.windows, (name, start, stop))))
        else:
            parts.append(_Part(ahead, stop, ((name, start, stop),)))
    return parts


def _is_file(index: LayerIndex, path: str) -> bool:
    at = index.position.get(path)
    return at is not None and index.kinds[at] in {FILE, HARDLINK}


def _unread(reason: str) -> Observed:
    return Observed(faults=(reason,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a manifest says of a layer.

    `what` names it in errors, `digest` is of the stored bytes, `diff_id` of the tar, `size` the stored bytes. Digests
    are `sha256:<hex>`, or "" where the manifest says nothing.
    """

    what: str
    digest: str = ""
    diff_id: str = ""
    size: int = 0


def observe(chunks: Iterable[bytes], claim: Claim, plan: Plan, check: Callable[[], None]) -> LayerObservation:
    """Read one layer: inflate, verify, index and parse in a single pass.

    `chunks` are the stored bytes; `check` is called between them and may raise. Raises HostileInputError for
    malformed data or when a digest differs, LimitError, or what the chunks' reader raises.
    """
    stored, plain = sha256(), sha256()
    reader = TarReader(plan.select, plan.keep, plan.limits, claim.what)
    source = _hashed(chunks, stored.update, check) if claim.digest else _checked(chunks, check)
    pieces = _hashed(inflate(source, plan.limits, claim.what), plain.update, _nothing)
    size = 0
    for piece in ahead(pieces) if claim.size > WORTH_A_THREAD else pieces:
        reader.feed(piece)
        size += len(piece)
    _verify(claim.digest, stored.hexdigest(), claim.what, "its stored bytes")
    _verify(claim.diff_id, plain.hexdigest(), claim.what, "its content")
    index = reader.finish()
    return LayerObservation(diff_id=f"sha256:{plain.hexdigest()}", size=size, index=index, facts=plan.facts(index))


def _hashed(chunks: Iterable[bytes], update: Callable[[bytes], None], check: Callable[[], None]) -> Iterator[bytes]:
    for chunk in chunks:
        check()
        update(chunk)
        yield chunk


def _nothing() -> None:
    return


def _checked(chunks: Iterable[bytes], check: Callable[[], None]) -> Iterator[bytes]:
    for chunk in chunks:
        check()
        yield chunk


def _verify(claimed: str, found: str, what: str, of: str) -> None:
    if claimed and claimed != f"sha256:{found}":
        raise HostileInputError(
            f"{what} is not what its manifest claims: {of} has the digest sha256:{found}, not {claimed}",
            advice="The file is corrupt or was tampered with. Save or pull the image again.",
        )
