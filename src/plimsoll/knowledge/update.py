"""`db update`: a new store out of a folder of feeds, moved into place only when it is complete."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from plimsoll.errors import KnowledgeError, PlimsollError, UsageError
from plimsoll.knowledge.building import Builder, Coverage, Renewal
from plimsoll.knowledge.folder import Contents, Extent, FeedFile, contents, unwrapped
from plimsoll.knowledge.intake import Said
from plimsoll.knowledge.placing import move, private_folder
from plimsoll.knowledge.reading import is_day
from plimsoll.knowledge.store import Store
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, SpeaksFor
from plimsoll.plugins import discover

FEEDS = "plimsoll.knowledge.feeds"

Progress = Callable[[str, int, int], None]
"""Called with a feed's title, how many feeds are done, and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """What became of one feed: `updated`, `failed` (with the reason) or `absent` (nothing of it in the folder).

    A feed that failed or is absent keeps its former rows and date; `date` is "" where there are none.
    """

    name: str
    status: str
    reason: str = ""
    date: str = ""
    date_origin: str = ""
    records: int = 0
    unusable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSummary:
    """What an update did. `skipped` are files and folders that no feed knows; `notes` are for people."""

    store: Path
    feeds: tuple[FeedOutcome, ...]
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[FeedOutcome, ...]:
        """The feeds that could not be read; the exit code is 3 where there are any."""
        return tuple(feed for feed in self.feeds if feed.status == "failed")


def update(  # noqa: PLR0913 - every part of an update is the caller's to choose
    feeds_folder: Path,
    store: Path,
    *,
    as_of: str,
    limits: Limits | None = None,
    dates: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    former: Path | None = None,
    feeds: Mapping[str, Feed] | None = None,
) -> UpdateSummary:
    """Build `store` anew from a folder laid out as the publishers serve, and from its own former self.

    `as_of` is the day of the build (ISO), `dates` gives days of feeds whose files state none. `former` is a store
    (the unpacked snapshot) to carry on where `store` does not exist yet. On any exception the former store stays
    as it is. Raises KnowledgeError when the folder holds nothing that a feed could use,
    UsageError for a day that is none and for a feed that does not exist.
    """
    limits = limits or Limits()
    known = dict(feeds) if feeds is not None else dict(discover(FEEDS, Feed))
    _refuse_wrong_days(as_of, dates or {}, known)
    folder = contents(feeds_folder, known, limits)
    if not any(folder.files.values()):
        raise KnowledgeError(
            f"no file in {feeds_folder} belongs to a feed", advice="It must be laid out as the publishers serve."
        )
    private_folder(store.parent)
    carried, notes = _former(store if store.exists() else former)
    with TemporaryDirectory(dir=store.parent, prefix=".building-") as place:
        target = Path(place) / "store"
        builder = Builder(target, carried, known)
        try:
            run = _Run(builder, folder, Path(place), limits, dates or {}, progress)
            outcomes = run.all(known)
            builder.finish(built=as_of)
        finally:
            builder.close()
        if carried is None and not any(outcome.status == "updated" for outcome in outcomes):
            raise KnowledgeError("no feed could be read: " + "; ".join(_reasons(outcomes)))
        move(target, store)
    return UpdateSummary(store=store, feeds=_dated(outcomes, store), skipped=folder.skipped, notes=notes)


def _refuse_wrong_days(as_of: str, dates: Mapping[str, str], known: Mapping[str, Feed]) -> None:
    for name, day in {**dates, "": as_of}.items():
        if name and name not in known:
            raise UsageError(f"there is no feed {name!r}", advice="Feeds: " + ", ".join(known))
        if len(day) != 10 or not is_day(day):
            raise UsageError(f"{day!r} is no day", advice="Write it as YYYY-MM-DD.")


def _former(store: Path | None) -> tuple[Path | None, tuple[str, ...]]:
    if store is None:
        return None, ()
    try:
        with Store.open(store) as old:
            old.check()
    except KnowledgeError as error:
        return None, (f"the former store is not carried on, its history is lost: {error.message}",)
    return store, ()


def _reasons(outcomes: tuple[FeedOutcome, ...]) -> list[str]:
    return [f"{outcome.name}: {outcome.reason}" for outcome in outcomes if outcome.status == "failed"]


def _dated(outcomes: tuple[FeedOutcome, ...], store: Path) -> tuple[FeedOutcome, ...]:
    """Add the dates that feeds keep which were not renewed."""
    with Store.open(store) as built:
        kept = {name: (day, origin) for name, day, origin in built.rows("SELECT name, date, date_origin FROM feed")}
    return tuple(
        outcome if outcome.date or outcome.name not in kept else _with_date(outcome, *kept[outcome.name])
        for outcome in outcomes
    )


def _with_date(outcome: FeedOutcome, day: str, origin: str) -> FeedOutcome:
    return FeedOutcome(name=outcome.name, status=outcome.status, reason=outcome.reason, date=day, date_origin=origin)


@dataclass(frozen=True, slots=True)
class _Read:
    """One file that was read: what it said, what `partial.toml` said of it, and its date."""

    file: FeedFile
    said: Said
    extent: Extent
    date: str
    origin: str


@dataclass(frozen=True, slots=True)
class _Run:
    """One update: takes every feed in turn."""

    builder: Builder
    folder: Contents
    place: Path
    limits: Limits
    dates: Mapping[str, str]
    progress: Progress | None

    def all(self, feeds: Mapping[str, Feed]) -> tuple[FeedOutcome, ...]:
        outcomes = []
        for done, feed in enumerate(feeds.values()):
            if self.progress:
                self.progress(feed.title, done, len(feeds))
            outcomes.append(self.one(feed))
        return tuple(outcomes)

    def one(self, feed: Feed) -> FeedOutcome:
        if not self.folder.files[feed.name]:
            return FeedOutcome(name=feed.name, status="absent")
        try:
            with self.builder.attempt():
                renewal = self.renewal(feed, [self.read(feed, file) for file in self.folder.files[feed.name]])
                self.builder.renew(renewal)
        except (PlimsollError, OSError) as error:
            return FeedOutcome(name=feed.name, status="failed", reason=str(error))
        return FeedOutcome(
            name=feed.name,
            status="updated",
            date=renewal.date,
            date_origin=renewal.date_origin,
            records=renewal.records,
            unusable=renewal.unusable,
        )

    def read(self, feed: Feed, file: FeedFile) -> _Read:
        with unwrapped(file, self.place, self.limits) as plain:
            said = self.builder.take(feed, feed.parse(file.path, plain, self.limits), self.limits)
        extent = self.folder.extent(file.path)
        day, origin = self.date(feed, file, said, extent)
        return _Read(file, said, extent, day, origin)

    def date(self, feed: Feed, file: FeedFile, said: Said, extent: Extent) -> tuple[str, str]:
        """Give the day as of which a file speaks, and who says so."""
        for day, origin in (
            (said.date, "content"),
            (extent.date, "partial.toml"),
            (self.dates.get(feed.name, ""), "option"),
        ):
            if day:
                return day, origin
        return file.day, "file time"

    def renewal(self, feed: Feed, files: list[_Read]) -> Renewal:
        newest = max(files, key=lambda read: read.date)
        return Renewal(
            feed=feed,
            date=newest.date,
            date_origin=newest.origin,
            coverage=_coverage(files),
            products=frozenset[str]().union(*(read.said.products for read in files)),
            whole=all(read.extent.speaks_for is None for read in files),
            records=sum(read.said.records for read in files),
            unusable=sum(read.said.unusable for read in files),
            examples=tuple(example for read in files for example in read.said.examples)[:5],
        )


def _coverage(files: list[_Read]) -> tuple[Coverage, ...]:
    """Join what the files of a feed speak for, product by product; whole only if all of its files are."""
    present = {read.file.path for read in files}
    products = sorted({speaks.product for read in files for speaks in read.said.speaks})
    return tuple(_of_product(product, files, present) for product in products)


def _of_product(product: str, files: list[_Read], present: set[str]) -> Coverage:
    parts = [(read, speaks) for read in files for speaks in read.said.speaks if speaks.product == product]
    whole = all(_is_whole(read, speaks, present) for read, speaks in parts)
    names = frozenset[str]().union(*(_names(read, speaks) for read, speaks in parts))
    return Coverage(product=product, packages=None if whole else names, date=min(read.date for read, _ in parts))


def _is_whole(read: _Read, speaks: SpeaksFor, present: set[str]) -> bool:
    return read.extent.speaks_for is None and speaks.packages is None and present.issuperset(speaks.beside)


def _names(read: _Read, speaks: SpeaksFor) -> frozenset[str]:
    """Give the packages that a file names in full."""
    if isinstance(read.extent.speaks_for, frozenset):
        return read.extent.speaks_for
    if speaks.packages is not None:
        return speaks.packages
    return speaks.named if speaks.named is not None else frozenset(read.said.packages)
