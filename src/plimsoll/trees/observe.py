"""One pass over one layer: digests verified, entries indexed, files of interest parsed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic

from plimsoll.errors import HostileInputError, LimitError
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.limits import Limits
from plimsoll.model.package import Observed
from plimsoll.trees.ahead import ahead
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

Facts = dict[str, dict[str, Observed | None]]
"""Plug-in name → path → what it read there; None where the plug-in has no reader."""


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


@dataclass(kw_only=True)
class Plan:
    """Which plug-ins look at a layer, and what they found so far."""

    ecosystems: Mapping[str, Ecosystem]
    limits: Limits
    kept: Facts = field(default_factory=dict)
    size: int = 0

    def __post_init__(self) -> None:
        """Compile the patterns once."""
        self._patterns = PathPatterns({name: plugin.paths for name, plugin in self.ecosystems.items()})
        self._heads = {name: plugin.head for name, plugin in self.ecosystems.items() if plugin.head}
        self._parsers = {name: plugin.parse for name, plugin in self.ecosystems.items() if plugin.parse}
        self.kept = {name: {} for name in self.ecosystems}

    def select(self, path: str, mode: int, size: int) -> int:
        """Tell the tar reader how many bytes to keep of a file; what an earlier one of that path held is forgotten."""
        wanted = -1
        for name in self._patterns.find(path):
            if name not in self._parsers:
                self.kept[name][path] = None
            elif size == LINKED:
                self.kept[name].pop(path, None)
            elif size < 0:
                self.kept[name][path] = _unread("it is a sparse file")
            elif size > self.limits.file_size:
                self.kept[name][path] = _unread(f"larger than file_size = {self.limits.file_size:g} bytes")
            else:
                wanted = size
        if wanted < 0 and self._heads and mode & 0o111 and size >= SMALLEST_EXECUTABLE:
            return HEAD
        if wanted > 0:
            self.size += wanted
            if self.size > self.limits.kept_size:
                raise LimitError("kept_size", self.limits.kept_size, "the package databases of one layer")
        return wanted

    def keep(self, path: str, data: bytes) -> None:
        """Parse a file with every plug-in that wants it, or look at an executable's head."""
        wanting = [name for name in self._patterns.find(path) if name in self._parsers]
        for name in wanting:
            self.kept[name][path] = self._parsers[name](path, data)
        if not wanting:
            for name, head in self._heads.items():
                if head in data[:HEAD]:
                    self.kept[name][path] = None

    def facts(self, index: LayerIndex) -> Facts:
        """Give what was kept of files that the finished layer still holds as such."""
        for found in self.kept.values():
            for path in [path for path in found if not _is_file(index, path)]:
                del found[path]
        return self.kept


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
