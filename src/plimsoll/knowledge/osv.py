"""OSV records: what every feed in that format shares.

Source: https://ossf.github.io/osv-schema/, version 1.7.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.reading import AGAIN, bounded, unreadable
from plimsoll.model.limits import Limits

_CVE = re.compile(r"CVE-\d{4}-\d{4,}")


class Package(msgspec.Struct):
    """The package of an entry; all "" where the entry is about source code, not about a package."""

    ecosystem: str = ""
    name: str = ""


class Event(msgspec.Struct):
    """One event of a range; exactly one field is set."""

    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None


class Range(msgspec.Struct):
    """One range: ECOSYSTEM, SEMVER or GIT."""

    type: str
    events: list[Event] = []


class Affected(msgspec.Struct):
    """One entry of `affected`; `specific` is what its ecosystem adds."""

    package: Package | None = None
    ranges: list[Range] = []
    versions: list[str] = []
    specific: dict[str, object] | None = msgspec.field(name="ecosystem_specific", default=None)


class Severity(msgspec.Struct):
    """One rating: `CVSS_V2`, `CVSS_V3`, `CVSS_V4` and a vector, or another type."""

    type: str = ""
    score: str = ""


class Record(msgspec.Struct):
    """One record; lists that are absent or null are empty."""

    id: str
    modified: str = ""
    published: str = ""
    withdrawn: str | None = None
    aliases: list[str] | None = None
    related: list[str] | None = None
    upstream: list[str] | None = None
    severity: list[Severity] | None = None
    affected: list[Affected] | None = None

    def cves(self, *lists: Iterable[str] | None) -> tuple[str, ...]:
        """Give the CVE ids in these lists, each once, in order."""
        return tuple(dict.fromkeys(name for names in lists for name in names or () if _CVE.fullmatch(name)))

    @property
    def vulnerability(self) -> str:
        """The CVE that the record is about: in its id (`DEBIAN-CVE-…`), else upstream or alias; else its id."""
        own = _CVE.search(self.id)
        return own[0] if own else next(iter(self.cves(self.upstream, self.aliases)), self.id)


@dataclass(frozen=True, slots=True)
class Interval:
    """From `lo` (inclusive, "" from the start) to `hi` (None not fixed), which `hi_inclusive` includes."""

    lo: str
    hi: str | None
    hi_inclusive: bool = False

    @property
    def is_empty(self) -> bool:
        """Say whether it holds no version at all: fixed in version 0, so never affected."""
        return self.hi == "0" and not self.hi_inclusive


def members(path: str, file: Path, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every JSON member of an export, in the archive's order.

    Raises KnowledgeError for a damaged archive or one without records, LimitError over `feed_size`,
    `feed_records` or `file_size`.
    """
    from zipfile import ZipFile

    size = records = 0
    with unreadable(path), ZipFile(file) as archive:
        for member in archive.infolist():
            if not member.filename.endswith(".json"):
                continue
            with archive.open(member) as stream:
                data = bounded(stream, limits, f"{member.filename} in {path}")
            size += len(data)
            records += 1
            if size > limits.feed_size:
                raise LimitError("feed_size", limits.feed_size, path)
            if records > limits.feed_records:
                raise LimitError("feed_records", limits.feed_records, path)
            yield member.filename, data
    if not records:
        raise KnowledgeError(f"{path} holds no records", advice=AGAIN)


def intervals(entry: Affected) -> tuple[Interval, ...]:
    """Give the intervals of versions of an entry, or one per listed version where it has no range of versions.

    Raises KnowledgeError where it has neither, and for events that make no intervals.
    """
    ranges = [found for found in entry.ranges if found.type != "GIT"]
    if ranges:
        return tuple(interval for found in ranges for interval in _between(found.events))
    if entry.versions:
        return tuple(Interval(version, version, hi_inclusive=True) for version in entry.versions)
    raise KnowledgeError("names only source commits, or no versions at all")


def _between(events: Iterable[Event]) -> Iterator[Interval]:
    lo: str | None = None
    for event in events:
        if event.introduced is not None:
            if lo is not None:
                raise KnowledgeError("is introduced twice without being fixed in between")
            lo = "" if event.introduced == "0" else event.introduced
        elif lo is None:
            raise KnowledgeError("is fixed before it is introduced")
        else:
            yield _closed(lo, event)
            lo = None
    if lo is not None:
        yield Interval(lo, None)


def _closed(lo: str, event: Event) -> Interval:
    if event.last_affected is not None:
        return Interval(lo, event.last_affected, hi_inclusive=True)
    hi = event.fixed if event.fixed is not None else event.limit
    if hi is None:
        raise KnowledgeError("has an event that says nothing")
    return Interval(lo, hi)
