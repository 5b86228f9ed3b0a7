"""A folder of feeds: which file belongs to which feed, what `partial.toml` says, and unwrapping `.xz`."""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.reading import AGAIN, is_day, unreadable
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed

PARTIAL = "partial.toml"
WRAPPED = ".xz"

_STEP = 1 << 20
_XZ_MEMORY = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFile:
    """One file of a feed: `path` as its publisher lays it out, `file` where it lies (perhaps wrapped in xz)."""

    path: str
    file: Path

    @property
    def is_wrapped(self) -> bool:
        """Say whether the file is wrapped in one more xz than its publisher serves."""
        return self.file.name == PurePosixPath(self.path).name + WRAPPED

    @property
    def day(self) -> str:
        """The ISO day (UTC) on which the file was last changed."""
        from datetime import UTC, datetime

        return datetime.fromtimestamp(self.file.stat().st_mtime, UTC).date().isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What `partial.toml` says of a file: `names` None for whole, "names", "nothing" or a list of packages."""

    speaks_for: str | frozenset[str] | None = None
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a folder holds: files by feed name, extents by key, what no feed knows, and keys that name no file."""

    files: Mapping[str, tuple[FeedFile, ...]]
    extents: Mapping[str, Extent] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()

    def extent(self, path: str) -> Extent:
        """Give what `partial.toml` says of a file: the longest of its keys that names it or a folder above it."""
        named = [key for key in self.extents if key in _keys_of(path)]
        return self.extents[max(named, key=len)] if named else Extent()


def contents(folder: Path, feeds: Mapping[str, Feed], limits: Limits) -> Contents:
    """List a folder of feeds. Raises KnowledgeError if it is none, or its `partial.toml` is not understood."""
    if not folder.is_dir():
        raise KnowledgeError(f"{folder} is no folder of feeds", advice="Give the folder that holds debian/, osv/, …")
    found = dict(_walk(folder, limits))
    extents = _extents(folder / PARTIAL)
    known: dict[str, tuple[FeedFile, ...]] = {}
    taken: set[str] = set()
    for name, feed in feeds.items():
        matching = [path for path in found if any(_matches(path, pattern) for pattern in feed.files)]
        known[name] = tuple(FeedFile(path=path, file=found[path]) for path in matching)
        taken.update(matching)
    kept = Contents(files=known, extents=extents)
    nothing = {path for path in taken if kept.extent(path).speaks_for == "nothing"}
    files = {name: tuple(file for file in every if file.path not in nothing) for name, every in known.items()}
    named = {key for path in found for key in _keys_of(path)}
    return Contents(
        files=files,
        extents=extents,
        skipped=_skipped(folder, found, taken - nothing),
        unmatched=tuple(key for key in extents if key not in named),
    )


@contextmanager
def unwrapped(file: FeedFile, near: Path, limits: Limits) -> Iterator[Path]:
    """Give a feed file as its publisher serves it, unwrapped into a temporary folder below `near` if need be.

    Raises KnowledgeError for a damaged wrapping, LimitError over `feed_size`.
    """
    if not file.is_wrapped:
        if file.file.stat().st_size > limits.feed_size:
            raise LimitError("feed_size", limits.feed_size, file.path)
        yield file.file
        return
    with TemporaryDirectory(dir=near, prefix=".unwrapped-") as place:
        plain = Path(place) / "feed"
        with unreadable(file.path), plain.open("wb") as target:
            for piece in _pieces(file, limits):
                target.write(piece)
        yield plain


def _pieces(file: FeedFile, limits: Limits) -> Iterator[bytes]:
    import lzma

    size = 0
    with file.file.open("rb") as source:
        step = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
        while True:
            data = b""
            if step.eof:  # more streams, or padding, may follow
                data = step.unused_data.lstrip(b"\0") or source.read(_STEP).lstrip(b"\0")
                if not data:
                    return
                step = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
            elif step.needs_input:
                data = source.read(_STEP)
                if not data:
                    raise KnowledgeError(f"{file.path} ends in the middle of its xz stream", advice=AGAIN)
            piece = step.decompress(data, _STEP)
            size += len(piece)
            if size > limits.feed_size:
                raise LimitError("feed_size", limits.feed_size, file.path)
            yield piece


def _walk(folder: Path, limits: Limits) -> list[tuple[str, Path]]:
    """List files as their publisher names them, sorted; a plain file wins over its wrapped copy."""
    found: dict[str, Path] = {}
    for count, file in enumerate(sorted(folder.rglob("*"))):
        if count > limits.archive_entries:
            raise LimitError("archive_entries", limits.archive_entries, str(folder))
        if file.is_file():
            path = file.relative_to(folder).as_posix()
            plain = path.removesuffix(WRAPPED)
            if path == plain or plain not in found:
                found[plain] = file
    found.pop(PARTIAL, None)
    return sorted(found.items())


def _keys_of(path: str) -> set[str]:
    """Give the keys of `partial.toml` that mean a file: its own names, and the folders above it."""
    return {path, path + WRAPPED, *(str(parent) for parent in PurePosixPath(path).parents)}


def _matches(path: str, pattern: str) -> bool:
    return path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)


def _skipped(folder: Path, found: Mapping[str, Path], taken: set[str]) -> tuple[str, ...]:
    """Name what no feed knows: whole folders where nothing in them is known, else files."""
    useful = {str(parent) for path in taken for parent in PurePosixPath(path).parents}
    names: list[str] = []
    for path in sorted(set(found) - taken):
        above = [str(parent) for parent in reversed(PurePosixPath(path).parents) if str(parent) != "."]
        strange = next((name + "/" for name in above if name not in useful), "")
        names.append(strange or found[path].relative_to(folder).as_posix())
    return tuple(dict.fromkeys(names))


def _extents(file: Path) -> dict[str, Extent]:
    if not file.is_file():
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise KnowledgeError(f"{file} cannot be read: {error}", advice="Correct or remove it.") from error
    return {key.rstrip("/"): _extent(file, key, entry) for key, entry in table.items()}


def _extent(file: Path, key: str, entry: object) -> Extent:
    wrong = KnowledgeError(
        f"{file} does not say what {key!r} speaks for",
        advice='Write speaks_for = "names in the file", "nothing" or a list of package names; date = YYYY-MM-DD.',
    )
    if not isinstance(entry, dict):
        raise wrong
    if strange := sorted(set(entry) - {"speaks_for", "date"}):
        raise KnowledgeError(
            f"{file} says {strange[0]!r} of {key!r}, which means nothing", advice="Write speaks_for, and date."
        )
    said, day = entry.get("speaks_for"), str(entry.get("date", ""))
    if "date" in entry and not (len(day) == 10 and is_day(day)):
        raise wrong
    if isinstance(said, list) and all(isinstance(name, str) for name in said):
        return Extent(speaks_for=frozenset(said), date=day)
    if said == "names in the file":
        return Extent(speaks_for="names", date=day)
    if said == "nothing" or (said is None and day):
        return Extent(speaks_for=said, date=day)
    raise wrong
