"""One update at work: every feed of a folder in turn, each wholly or not at all."""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path

from plimsoll.errors import KnowledgeError, PlimsollError
from plimsoll.knowledge.building import Builder
from plimsoll.knowledge.folder import Contents, Extent, FeedFile, unwrapped
from plimsoll.knowledge.intake import Said
from plimsoll.knowledge.losing import losses, uselessness
from plimsoll.knowledge.renewal import Coverage, Renewal
from plimsoll.model.limits import Limits
from plimsoll.model.statement import AsOf, Feed, SpeaksFor

FEEDS = "plimsoll.knowledge.feeds"
ALL = "all"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

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


@dataclass(frozen=True, slots=True)
class _Read:
    """One file that was read: what it said, what `partial.toml` said of it, and its date."""

    file: FeedFile
    said: Said
    extent: Extent
    date: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One update: takes every feed in turn, and notes what people should know.

    `now` is the day (ISO) after which dates lie in the future; `accepted` are feeds that may lose what they had.
    `is_first` says that the former store is not one that this user built (the embedded snapshot): what is lost
    against it is only noted.
    """

    builder: Builder
    folder: Contents
    place: Path
    limits: Limits
    now: str
    dates: Mapping[str, str]
    accepted: AbstractSet[str]
    is_first: bool
    progress: Progress | None
    notes: list[str] = field(default_factory=list)

    def all(self, feeds: Mapping[str, Feed]) -> tuple[FeedOutcome, ...]:
        """Take all feeds, and say what became of each."""
        outcomes = []
        for done, feed in enumerate(feeds.values()):
            if self.progress:
                self.progress(feed.title, done, len(feeds))
            outcomes.append(self.one(feed))
        return tuple(outcomes)

    def one(self, feed: Feed) -> FeedOutcome:
        """Take one feed; where anything of it is wrong, nothing of it is taken."""
        if not self.folder.files[feed.name]:
            return FeedOutcome(name=feed.name, status="absent")
        try:
            with self.builder.attempt():
                renewal = self._renewal(feed, [self._read(feed, file) for file in self._files(feed)])
                self.builder.renew(self._sound(renewal))
        except (PlimsollError, OSError) as error:
            return FeedOutcome(name=feed.name, status="failed", reason=str(error))
        if renewal.date_origin == "file time":
            only = "is only the time of its file, which copying may change"
            self.notes.append(f"{feed.name}: {renewal.date} {only}; state a better one: --date {feed.name}=DAY")
        return FeedOutcome(
            name=feed.name,
            status="updated",
            date=renewal.date,
            date_origin=renewal.date_origin,
            records=renewal.records,
            unusable=renewal.unusable,
        )

    def _files(self, feed: Feed) -> tuple[FeedFile, ...]:
        """Give the files to read: all of them, but only the newest scores, which replace the ones before."""
        files = self.folder.files[feed.name]
        if feed.kind != "probability" or len(files) < 2:
            return files
        *older, newest = sorted(files, key=lambda file: (self._day_of_scores(feed, file), file.path))
        self.notes.append(f"{feed.name}: {newest.path} is newer than {', '.join(file.path for file in older)}")
        return (newest,)

    def _day_of_scores(self, feed: Feed, file: FeedFile) -> str:
        """Give the day that a file of scores states first of all, else the one in its name, else that of the file."""
        named = _DAY.findall(file.path)
        day = named[-1] if named else file.day
        try:
            with unwrapped(file, self.place, self.limits) as plain:
                first = next(iter(feed.parse(file.path, plain, self.limits)), None)
        except (PlimsollError, OSError):
            return day
        return first.date if isinstance(first, AsOf) else day

    def _sound(self, renewal: Renewal) -> Renewal:
        """Give what is taken of a renewal. Raises KnowledgeError where it is useless, or loses what nobody gave up."""
        if reason := uselessness(renewal):
            raise KnowledgeError(reason, advice="Fetch the feed again.")
        name = renewal.feed.name
        if self.accepted & {name, ALL}:
            return renewal
        lost = list(losses(renewal, self.builder.former_amounts(renewal.feed), self.builder.amounts(renewal)))
        if lost and not self.is_first:
            raise KnowledgeError("; ".join([*lost, f"if that is right, say --accept-shrunk {name}"]))
        self.notes.extend(f"{name}: {loss}, against the embedded snapshot" for loss in lost)
        # Saying nothing at all of a product is not the word that nothing affects it.
        silent = {cover.product for cover in renewal.coverage if cover.packages is None} - renewal.products
        return replace(renewal, coverage=tuple(cover for cover in renewal.coverage if cover.product not in silent))

    def _read(self, feed: Feed, file: FeedFile) -> _Read:
        with unwrapped(file, self.place, self.limits) as plain:
            said = self.builder.take(feed, feed.parse(file.path, plain, self.limits), self.limits)
        extent = self.folder.extent(file.path)
        day, origin = self._date(feed, file, said, extent)
        said.speaks = [_on(speaks, day) for speaks in said.speaks]
        return _Read(file, said, extent, day, origin)

    def _date(self, feed: Feed, file: FeedFile, said: Said, extent: Extent) -> tuple[str, str]:
        """Give the day as of which a file speaks, and who says so. Raises KnowledgeError for one in the future."""
        for day, origin in (
            (said.date, "content"),
            (self._newest_record(feed, said), "content"),
            (extent.date, "partial.toml"),
            (self.dates.get(feed.name, ""), "option"),
        ):
            if day > self.now:
                raise KnowledgeError(
                    f"{file.path} is of {day} ({origin}), in the future of {self.now}",
                    advice="Correct that date, or the clock of this machine.",
                )
            if day:
                return day, origin
        return min(file.day, self.now), "file time"

    def _newest_record(self, feed: Feed, said: Said) -> str:
        future = [day for day in said.record_days if day > self.now]
        if future:
            self.notes.append(f"{feed.name}: dates of records after {self.now} are ignored, such as {max(future)}")
        return max(said.record_days.difference(future), default="")

    def _renewal(self, feed: Feed, files: list[_Read]) -> Renewal:
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


def _on(speaks: SpeaksFor, day: str) -> SpeaksFor:
    """Give what a file of a day speaks for."""
    if not speaks.until or day <= speaks.until:
        return speaks
    return SpeaksFor(product=speaks.product, packages=speaks.afterwards)


def _coverage(files: list[_Read]) -> tuple[Coverage, ...]:
    """Join what the files of a feed speak for, product by product; whole only if all of its files are."""
    present = {read.file.path for read in files}
    products = sorted({speaks.product for read in files for speaks in read.said.speaks})
    covers = (_of_product(product, files, present) for product in products)
    return tuple(cover for cover in covers if cover.packages is None or cover.packages)


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
