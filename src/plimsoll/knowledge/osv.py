"""OSV records: what every feed in that format shares.

Source: https://ossf.github.io/osv-schema/, version 1.7.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cmp_to_key, lru_cache
from pathlib import Path

import msgspec

from plimsoll.errors import KnowledgeError, LimitError, VersionRefusedError
from plimsoll.knowledge.reading import AGAIN, bounded, unreadable
from plimsoll.model.limits import Limits
from plimsoll.model.version import Scheme

_MOST_COMPARISONS = 1_000_000
"""Of listed versions with the ranges beside them, in one entry; a real one needs some thousand."""
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


def intervals(entry: Affected, scheme: Scheme) -> tuple[Interval, ...]:
    """Give the intervals of versions of an entry: those of its ranges, and one per listed version outside of them.

    Events hold in the order of their versions, however they are listed. Raises KnowledgeError where there are
    neither ranges of versions nor listed versions, and for events that make no intervals.
    Source: the evaluation algorithm of the OSV schema.
    """
    ranges = [found for found in entry.ranges if found.type != "GIT"]
    if not ranges and not entry.versions:
        raise KnowledgeError("names only source commits, or no versions at all")
    within = tuple(interval for found in ranges for interval in _between(_in_order(found.events, scheme), scheme))
    listed = tuple(_outside(entry.versions, within, scheme))
    return (*(interval for interval in within if not interval.is_empty or not listed), *listed)


def _version(event: Event) -> str:
    """Give the version of an event, "" for the start; raises KnowledgeError where it has none."""
    found = next((text for text in (event.introduced, event.fixed, event.last_affected) if text is not None), None)
    if found is None:
        raise KnowledgeError("has an event that says nothing")
    return "" if event.introduced == "0" else found


def _in_order(events: Sequence[Event], scheme: Scheme) -> list[Event]:
    """Sort by version; events of one version stay as they are listed, as all do where the versions do not compare.

    Limits come last.
    """
    limits = [event for event in events if event.limit is not None]
    rest = [event for event in events if event.limit is None]

    def order(left: Event, right: Event) -> int:
        first, second = _version(left), _version(right)
        return bool(first) - bool(second) if not first or not second else scheme.compare(first, second)

    with suppress(VersionRefusedError):
        rest.sort(key=cmp_to_key(order))
    return [*rest, *limits]


def _between(events: Iterable[Event], scheme: Scheme) -> Iterator[Interval]:
    lo: str | None = None
    found: list[Interval] = []
    limits: list[str] = []
    for event in events:
        if event.limit is not None:
            limits.append(event.limit)
        elif event.introduced is not None:
            lo = _version(event) if lo is None else lo
        elif lo is None and not found:
            raise KnowledgeError("is fixed before it is introduced")
        elif lo is not None:
            found.append(_closed(lo, event))
            lo = None
    if lo is not None:
        found.append(Interval(lo, None))
    return _limited(found, limits, scheme)


def _closed(lo: str, event: Event) -> Interval:
    if event.last_affected is not None:
        return Interval(lo, event.last_affected, hi_inclusive=True)
    return Interval(lo, _version(event) or event.fixed)


def _limited(found: Iterable[Interval], limits: Sequence[str], scheme: Scheme) -> Iterator[Interval]:
    """Cut intervals at the highest limit. A limit is no fix, so it is told as the last version that is affected."""
    if not limits or "*" in limits:
        yield from found
        return
    highest = max(limits, key=cmp_to_key(scheme.compare))
    for interval in found:
        if interval.lo and scheme.compare(interval.lo, highest) >= 0:
            continue
        is_beyond = interval.hi is None or scheme.compare(interval.hi, highest) > 0
        yield Interval(interval.lo, highest, hi_inclusive=True) if is_beyond else interval


def _outside(versions: Iterable[str], within: Sequence[Interval], scheme: Scheme) -> Iterator[Interval]:
    """Give one interval for each listed version that none holds."""
    if any(not interval.lo and interval.hi is None for interval in within):
        return
    listed = dict.fromkeys(versions)
    if len(listed) * len(within) > _MOST_COMPARISONS:
        raise KnowledgeError(f"lists {len(listed)} versions beside {len(within)} ranges, too many to compare")
    for version in listed:
        if not any(_holds(interval, version, scheme) for interval in within):
            yield Interval(version, version, hi_inclusive=True)


def _holds(interval: Interval, version: str, scheme: Scheme) -> bool:
    """Say whether an interval holds a version; not where that has no answer: naming it once more does no harm."""
    try:
        if interval.lo and _sign(scheme, interval.lo, version) > 0:
            return False
        return interval.hi is None or _sign(scheme, version, interval.hi) < interval.hi_inclusive
    except VersionRefusedError:
        return False


def _sign(scheme: Scheme, left: str, right: str) -> int:
    """Compare by keys, which are remembered: the same versions are listed by thousands of records."""
    one, other = _key(scheme.key, left), _key(scheme.key, right)
    return (one > other) - (one < other)


@lru_cache(maxsize=1 << 16)
def _key(key: Callable[[str], bytes], version: str) -> bytes:
    return key(version)
