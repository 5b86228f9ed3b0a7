"""The embedded snapshot: what Plimsoll knows before the first `db update`. Facts only, no advisory text."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.placing import is_trusted, move, private_folder, sweep
from plimsoll.knowledge.squeezing import squeezed, unsqueezed
from plimsoll.knowledge.store import Store
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed
from plimsoll.plugins import discover

SNAPSHOT = Path(__file__).with_name("snapshot.zst")
MOST_BYTES = 8 * 10**6
"""Size of the compressed snapshot at most."""

_LEVEL = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the file beside a snapshot says: digests of the packed and plain file, its day, and its feeds' dates."""

    packed: str
    plain: str
    built: str
    feeds: Mapping[str, str]
    left_out: tuple[str, ...] = ()


def store_path(cache_dir: Path) -> Path:
    """Give the place of the store that `db update` builds and scans use."""
    return cache_dir / "knowledge" / "store.db"


def open_knowledge(cache_dir: Path) -> Store:
    """Open the store of a cache folder, else the embedded snapshot (unpacked once into that folder).

    Where the folder cannot be used the snapshot is held in memory. Raises KnowledgeError for a store that is
    damaged, of another schema, or that somebody else could have written.
    """
    store = store_path(cache_dir)
    if os.path.exists(store):  # noqa: PTH110 - False, not PermissionError, below a closed folder
        if not (is_trusted(store) and is_trusted(store.parent)):
            raise KnowledgeError(f"others may write to {store}, or it is someone else's", advice=_REBUILD)
        return Store.open(store)
    unpacked = unpacked_snapshot(cache_dir)
    return Store.open(unpacked) if unpacked is not None else _in_memory()


def unpacked_snapshot(cache_dir: Path) -> Path | None:
    """Unpack the snapshot into a cache folder unless it is there; None where that folder cannot be used.

    Raises KnowledgeError if the snapshot itself is missing or damaged.
    """
    from tempfile import TemporaryDirectory

    details = about()
    target = store_path(cache_dir).with_name(f"snapshot-{details.packed[:16]}.db")
    if is_trusted(target) and is_trusted(target.parent):
        return target
    try:
        private_folder(target.parent)
        sweep(target.parent)
        with TemporaryDirectory(dir=target.parent, prefix=".snapshot-") as place:
            plain = Path(place) / "store"
            _unpack(plain, details)
            move(plain, target)
    except OSError:
        return None
    except KnowledgeError:
        if is_trusted(target.parent):
            raise
        return None
    return target


def about() -> About:
    """Say what the embedded snapshot is. Raises KnowledgeError if it is missing or damaged."""
    import json

    try:
        fields = json.loads(_beside(SNAPSHOT).read_text(encoding="utf-8"))
        return About(**{**fields, "left_out": tuple(fields["left_out"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise KnowledgeError(f"the embedded knowledge is missing: {error}", advice=_BUILD) from error


def build_snapshot(  # noqa: PLR0913 - every part of a build is the caller's to choose
    feeds_folder: Path,
    output: Path,
    *,
    as_of: str,
    limits: Limits | None = None,
    dates: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> About:
    """Build a snapshot, and the file beside it, from a folder of feeds; the same input gives the same bytes.

    Feeds that state no licence are left out; so are whole feeds, never rows, while it is larger than MOST_BYTES.
    `say` is told what was left out. Raises KnowledgeError where a feed fails or nothing fits.
    """
    from plimsoll.knowledge.run import FEEDS

    feeds = discover(FEEDS, Feed)
    left_out = [feed.name for feed in feeds.values() if feed.licence is None]
    say("left out for want of a licence: " + (", ".join(left_out) or "none"))
    spare = sorted(
        (feed for feed in feeds.values() if feed.dispensable), key=lambda feed: (-feed.dispensable, feed.name)
    )
    for too_large in (None, *(feed.name for feed in spare)):
        if too_large is not None:
            left_out.append(too_large)
            say(f"left out for want of room: {too_large}")
        chosen = {name: feed for name, feed in feeds.items() if name not in left_out}
        packed, details = _packed(feeds_folder, chosen, as_of, limits or Limits(), dates or {}, tuple(left_out))
        if len(packed) <= MOST_BYTES:
            _write(output, packed, details)
            return details
    raise KnowledgeError(f"no feed fits into {MOST_BYTES} bytes")


def _packed(  # noqa: PLR0913, PLR0917 - the parts of a build, passed on
    folder: Path,
    feeds: Mapping[str, Feed],
    as_of: str,
    limits: Limits,
    dates: Mapping[str, str],
    left_out: tuple[str, ...],
) -> tuple[bytes, About]:
    from tempfile import TemporaryDirectory

    from plimsoll.knowledge.update import update

    with TemporaryDirectory(prefix="plimsoll-snapshot-") as place:
        store = Path(place) / "store.db"
        summary = update(folder, store, as_of=as_of, limits=limits, dates=dates, feeds=feeds)
        if summary.failed:
            raise KnowledgeError("; ".join(f"{feed.name}: {feed.reason}" for feed in summary.failed))
        plain = store.read_bytes()
    packed = squeezed(plain, _LEVEL)
    details = About(
        packed=_digest(packed),
        plain=_digest(plain),
        built=as_of,
        feeds={feed.name: feed.date for feed in summary.feeds if feed.date},
        left_out=left_out,
    )
    return packed, details


def _write(output: Path, packed: bytes, details: About) -> None:
    import json

    fields = {name: getattr(details, name) for name in ("packed", "plain", "built", "feeds", "left_out")}
    output.write_bytes(packed)
    _beside(output).write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")


def _beside(snapshot: Path) -> Path:
    return snapshot.with_suffix(".json")


def _unpack(target: Path, details: About) -> None:
    if _digest(_bytes_of(SNAPSHOT)) != details.packed:
        raise KnowledgeError("the embedded knowledge is damaged: its digest is wrong", advice=_BUILD)
    unsqueezed(SNAPSHOT, target, Limits())
    if _digest(_bytes_of(target)) != details.plain:
        raise KnowledgeError("the embedded knowledge is damaged: its digest is wrong", advice=_BUILD)


def _digest(data: bytes) -> str:
    from hashlib import sha256

    return sha256(data).hexdigest()


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise KnowledgeError(f"{file} cannot be read: {error.strerror}", advice=_BUILD) from error


def _in_memory() -> Store:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="plimsoll-snapshot-") as place:
        plain = Path(place) / "store"
        _unpack(plain, about())
        return Store.of_bytes(plain.read_bytes(), "the embedded snapshot")


_REBUILD = "Build it again: `plimsoll db update`."
_BUILD = "Install Plimsoll again, or build a store: `plimsoll db update`."
