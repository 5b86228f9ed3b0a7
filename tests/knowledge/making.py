"""Feeds and stores made for a test."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import UpdateSummary, update
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge, SpeaksFor, State, Statement
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover

DATA = Path(__file__).parents[1] / "data"
FEEDS = DATA / "feeds"
"""Small pieces of what the publishers serve, laid out as they serve it."""

ZLIB = Statement(
    product="debian:12",
    package="zlib",
    vulnerability="CVE-2023-45853",
    advisory="CVE-2023-45853",
    state=State.AFFECTED,
    scheme="dpkg",
    hi="1:1.3",
)
ALL_OF_DEBIAN_12 = SpeaksFor(product="debian:12")


def feed(name: str = "vendor", *, authority: int = 100, kind: str = "advisories") -> Feed:
    """Give a feed that reads `<name>/*.txt`; what such a file says is set by `said`."""
    return Feed(
        name=name,
        title=name.title(),
        kind=kind,
        licence="CC0-1.0",
        notice="",
        files=(f"{name}/*.txt",),
        urls=(),
        parse=_nothing,
        authority=authority,
        reference=f"https://example.org/{name}/{{id}}",
    )


def _nothing(_path: str, _file: Path, _limits: Limits) -> Iterable[Knowledge]:
    return ()


def saying(feed: Feed, *items: Knowledge) -> Feed:
    """Give the feed with every file of it saying these things."""

    def parse(_path: str, _file: Path, _limits: Limits) -> Iterable[Knowledge]:
        return items

    return replace(feed, parse=parse)


def failing(feed: Feed, error: Exception, *items: Knowledge) -> Feed:
    """Give the feed with its files failing after these things."""

    def parse(_path: str, _file: Path, _limits: Limits) -> Iterable[Knowledge]:
        yield from items
        raise error

    return replace(feed, parse=parse)


def by_file(feed: Feed, items: Mapping[str, Sequence[Knowledge]]) -> Feed:
    """Give the feed with each file saying its own things."""

    def parse(path: str, _file: Path, _limits: Limits) -> Iterable[Knowledge]:
        return items[path]

    return replace(feed, parse=parse)


def folder(place: Path, *paths: str) -> Path:
    """Make a folder of feeds with (empty) files at these paths."""
    for path in paths:
        file = place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return place


def build(place: Path, *feeds: Feed, as_of: str = "2025-03-01") -> UpdateSummary:
    """Build `place/store.db` from one file of each feed; a later build carries the former one on."""
    feeds_folder = folder(place / "feeds", *(f"{feed.name}/all.txt" for feed in feeds))
    return update(feeds_folder, place / "store.db", as_of=as_of, feeds={feed.name: feed for feed in feeds})


def built(place: Path, *feeds: Feed, as_of: str = "2025-03-01") -> Store:
    """Build a store and open it."""
    return Store.open(build(place, *feeds, as_of=as_of).store)


def parsed(feed: Feed, path: str, data: bytes, place: Path, limits: Limits | None = None) -> list[Knowledge]:
    """Give what a feed makes of the bytes of one file."""
    file = place / "feed"
    file.write_bytes(data)
    return list(feed.parse(path, file, limits or Limits()))


def key(scheme: str) -> Callable[[str], bytes]:
    """Give the key function of a version scheme."""
    found: Scheme = discover("plimsoll.versions", Scheme)[scheme]
    return found.key


def found(store: Store, product: str, package: str, version: str, scheme: str = "dpkg") -> set[str]:
    """Give the vulnerabilities whose deciding statements hold for a version for certain."""
    answers = store.affecting(product, [(package, key(scheme)(version))])
    return {stored.statement.vulnerability for _, stored in answers if not stored.slow}
