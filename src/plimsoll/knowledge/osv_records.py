"""OSV records about packages of programming languages, from whoever publishes them, as Knowledge.

Source: https://ossf.github.io/osv-schema/, version 1.7, and what GitHub (`database_specific.severity`,
`last_known_affected_version_range`) and RustSec (`informational`) add to it. `related` and `upstream` are not read:
they name other vulnerabilities. Imports and symbols that a record of Go names do not narrow it: a package list does
not say what is called.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import msgspec

from plimsoll.errors import KnowledgeError, VersionRefusedError
from plimsoll.knowledge.cvss_rating import rating_of
from plimsoll.knowledge.osv import Affected, Event, Interval, Severity, intervals
from plimsoll.knowledge.reading import AGAIN, cleaned, decoded, is_day
from plimsoll.model import severity as model
from plimsoll.model.statement import AsOf, Knowledge, Rating, SpeaksFor, State, Statement, Unusable
from plimsoll.plugins import discover

if TYPE_CHECKING:
    from plimsoll.model.system import System
    from plimsoll.model.version import Scheme

WITHDRAWN = "withdrawn"
MALICIOUS = "malicious package"
UNSOUND = "unsound"

_CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII)
_ID = re.compile(r"[A-Za-z][\w.+:~-]{0,99}", re.ASCII)
_MOST_ALIASES = 200
"""Of one record; a real one has nine."""
_NO_VULNERABILITY = frozenset({"unmaintained", "notice"})
_EARLIEST = "1980"
_TAKEN_BACK = re.compile(
    r"[\s#*]*(?:duplicate[ -]advisory|withdrawn(?: advisory| reason)?\s*(?:[:.,\n*]|$))", re.IGNORECASE
)
_LAST_KNOWN = re.compile(r"(<=?)\s*(\S{1,200})", re.ASCII)
_RATINGS = {
    "LOW": model.Severity.LOW,
    "MODERATE": model.Severity.MEDIUM,
    "MEDIUM": model.Severity.MEDIUM,
    "HIGH": model.Severity.HIGH,
    "CRITICAL": model.Severity.CRITICAL,
}


class OwnOfEntry(msgspec.Struct):
    """What publishers add to an entry: RustSec's kind of advisory, and GitHub's bound of a range without a fix."""

    informational: object = None
    last_known: object = msgspec.field(name="last_known_affected_version_range", default=None)


class OwnOfRecord(msgspec.Struct):
    """What publishers add to a record: GitHub's own rating."""

    severity: object = None


class Entry(Affected):
    """One package of a record."""

    severity: list[Severity] | None = None
    own: OwnOfEntry | None = msgspec.field(name="database_specific", default=None)


class LanguageRecord(msgspec.Struct):
    """One record; lists that are absent or null are empty."""

    id: str
    modified: str = ""
    published: str | None = ""
    withdrawn: str | None = None
    aliases: list[str] | None = None
    severity: list[Severity] | None = None
    affected: list[Entry] | None = None
    summary: str | None = ""
    details: str | None = ""
    own: OwnOfRecord | None = msgspec.field(name="database_specific", default=None)

    @property
    def is_withdrawn(self) -> bool:
        """Say whether it was taken back: by its date, or by its own title or first words where the date was lost."""
        return bool(
            self.withdrawn or any(_TAKEN_BACK.match(text[:200]) for text in (self.summary, self.details) if text)
        )

    @property
    def as_of(self) -> str:
        """Give the moment when it last changed, "" where it does not say: no earlier than its withdrawal."""
        stated = [text for text in (self.modified, self.withdrawn) if text and is_day(text) and text > _EARLIEST]
        return max(stated, default="")


@dataclass(slots=True)
class Extent:
    """What a file shows of its own extent while it is read: the days of its records, and the packages it names."""

    days: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)

    def count(self, moment: str) -> None:
        """Note the day of a record."""
        if is_day(moment):
            self.days.add(moment[:10])

    def name(self, product: str, package: str) -> None:
        """Note that a package is named."""
        self.names.setdefault(product, set()).add(package)

    def stated(self) -> Iterator[Knowledge]:
        """Yield the dates of records, and each product that is spoken for."""
        yield from (AsOf(date=day, of_record=True) for day in sorted(self.days))
        yield from (SpeaksFor(product=product, named=frozenset(names)) for product, names in sorted(self.names.items()))


def knowledge_in(
    path: str, found: Iterable[tuple[str, LanguageRecord | Unusable]], systems: Mapping[str, "System"]
) -> Iterator[Knowledge]:
    """Yield what the records of a file say, its dates, and that it speaks for what they name.

    Raises KnowledgeError where there is no record at all.
    """
    extent, is_empty = Extent(), True
    for name, record in found:
        is_empty = False
        if isinstance(record, Unusable):
            yield replace(record, record=cleaned(name.rpartition("/")[2]) or "unnamed")
        else:
            yield from knowledge_of(record, systems, extent)
    if is_empty:
        raise KnowledgeError(f"{path} holds no records", advice=AGAIN)
    yield from extent.stated()


def records_of(found: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, LanguageRecord | Unusable]]:
    """Decode every member of an archive; Unusable stands for one that is no record."""
    for name, data in found:
        try:
            yield name, decoded(data, LanguageRecord, name)
        except KnowledgeError as error:
            yield name, Unusable(record=name, reason=error.message)


def knowledge_of(record: LanguageRecord, systems: Mapping[str, "System"], extent: Extent) -> Iterator[Knowledge]:
    """Yield what a record says about packages of `systems` (by their OSV names), and count it in `extent`.

    A CVE among its id and aliases is the vulnerability, and each of several is one of its own; else it is the record's
    id. A withdrawn record states that no version is affected, so that it silences older copies of itself.
    """
    if not _ID.fullmatch(record.id):
        yield Unusable(record=cleaned(record.id) or "unnamed", reason="has no id that could be told")
        return
    if len(record.aliases or ()) > _MOST_ALIASES:
        yield Unusable(record=record.id, reason=f"names {len(record.aliases or ())} aliases, which no record does")
        return
    extent.count(record.as_of or record.published or "")
    vulnerabilities = _vulnerabilities(record)
    said = False
    for entry in record.affected or ():
        system = systems.get(entry.package.ecosystem.partition(":")[0]) if entry.package else None
        if system is not None:
            items = list(_of_entry(record, entry, system, vulnerabilities, extent))
            said = said or bool(items)
            yield from items
    if said and not record.is_withdrawn and len(vulnerabilities) == 1:
        yield from _ratings(vulnerabilities[0], _vectors(record))


def _vulnerabilities(record: LanguageRecord) -> tuple[str, ...]:
    cves = dict.fromkeys(name for name in (record.id, *(record.aliases or ())) if _CVE.fullmatch(name))
    return tuple(cves) or (record.id,)


def _aliases(record: LanguageRecord) -> tuple[str, ...]:
    """Give the other ids of what the record is about. CVEs are none: each is a vulnerability of its own."""
    names = dict.fromkeys(name for name in (record.id, *(record.aliases or ())) if _ID.fullmatch(name))
    return tuple(name for name in names if not _CVE.fullmatch(name))


def _vectors(record: LanguageRecord) -> Iterator[str]:
    for rated in (record.severity, *(entry.severity for entry in record.affected or ())):
        yield from (every.score for every in rated or () if every.type.startswith("CVSS_"))


def _ratings(vulnerability: str, vectors: Iterable[str]) -> Iterator[Rating | Unusable]:
    """Rate a vulnerability; a vector of a record about several is the rating of none of them."""
    for vector in dict.fromkeys(vectors):
        rated = _rated(vector)
        if isinstance(rated, Rating):
            yield replace(rated, vulnerability=vulnerability)
        else:
            yield replace(rated, record=vulnerability)


@lru_cache(maxsize=1 << 15)
def _rated(vector: str) -> Rating | Unusable:
    return rating_of("", vector)


def _of_entry(
    record: LanguageRecord, entry: Entry, system: "System", vulnerabilities: tuple[str, ...], extent: Extent
) -> Iterator[Statement | Unusable]:
    """Yield what one entry says; where its versions cannot be told, that it is undetermined which are affected."""
    name = system.normalise(entry.package.name.strip()) if entry.package else ""
    if not name:
        yield Unusable(record=record.id, reason="an entry without a package name")
        return
    extent.name(system.product, name)
    common = _common(record, entry, system, name)
    if common is None:
        return
    if record.is_withdrawn:
        template = replace(common, state=State.NOT_AFFECTED, severity=None, detail=WITHDRAWN)
        yield from _for_each(template, vulnerabilities)
        return
    try:
        found = intervals(_bounded(entry, scheme_of(system)), scheme_of(system))
    except (KnowledgeError, VersionRefusedError) as error:
        known = tuple(_for_each(replace(common, state=State.UNDETERMINED, detail=""), vulnerabilities))
        yield Unusable(record=cleaned(f"{record.id} {name}"), reason=error.message, known=known)
        return
    for interval in found:
        yield from _for_each(_within(common, interval), vulnerabilities)


def _common(record: LanguageRecord, entry: Entry, system: "System", package: str) -> Statement | None:
    """Give what all statements of an entry share, None where the entry is about no vulnerability.

    RustSec also publishes that a crate is unmaintained, or a notice about it: no version of it is vulnerable. What is
    unsound can be misused by the program that calls it: low, unless the record rates it.
    """
    informational = entry.own.informational if entry.own else None
    if informational in _NO_VULNERABILITY if isinstance(informational, str) else False:
        return None
    rating = _RATINGS.get(record.own.severity.upper()) if record.own and isinstance(record.own.severity, str) else None
    detail = ""
    if record.id.startswith("MAL-"):
        rating, detail = model.Severity.CRITICAL, MALICIOUS
    elif informational == UNSOUND:
        detail = UNSOUND
        if rating is None and not any(_vectors(record)):
            rating = model.Severity.LOW
    return Statement(
        product=system.product,
        package=package,
        vulnerability=record.id,
        advisory=record.id,
        state=State.AFFECTED,
        scheme=system.scheme,
        severity=rating,
        detail=detail,
        since=record.published[:10] if record.published and _is_dated(record.published) else "",
        aliases=_aliases(record),
        modified=record.as_of,
    )


def _is_dated(moment: str) -> bool:
    return moment > _EARLIEST and is_day(moment)


def _for_each(template: Statement, vulnerabilities: Iterable[str]) -> Iterator[Statement]:
    for vulnerability in vulnerabilities:
        aliases = tuple(name for name in template.aliases if name != vulnerability)
        yield replace(template, vulnerability=vulnerability, aliases=aliases)


def _within(template: Statement, interval: Interval) -> Statement:
    if interval.is_empty:
        return replace(template, state=State.NOT_AFFECTED)
    return replace(template, lo=interval.lo, hi=interval.hi, hi_inclusive=interval.hi_inclusive)


def _bounded(entry: Entry, scheme: "Scheme") -> Entry:
    """Close a range that has no fix where GitHub says up to which version it is known to hold."""
    bound = (
        _LAST_KNOWN.fullmatch(entry.own.last_known.strip())
        if entry.own and isinstance(entry.own.last_known, str)
        else None
    )
    ranges = [found for found in entry.ranges if found.type != "GIT"]
    if bound is None or len(ranges) != 1 or len(ranges[0].events) != 1 or ranges[0].events[0].introduced is None:
        return entry
    (introduced,), version = ranges[0].events, bound[2]
    try:
        if introduced.introduced != "0" and scheme.compare(introduced.introduced or "", version) >= 0:
            return entry
    except VersionRefusedError:
        return entry
    end = Event(last_affected=version) if bound[1] == "<=" else Event(fixed=version)
    closed = msgspec.structs.replace(ranges[0], events=[introduced, end])
    return msgspec.structs.replace(entry, ranges=[closed])


@cache
def _schemes() -> dict[str, "Scheme"]:
    from plimsoll.model.version import Scheme

    known: dict[str, Scheme] = discover("plimsoll.versions", Scheme)
    return known


def scheme_of(system: "System") -> "Scheme":
    """Give the version scheme of a system."""
    return _schemes()[system.scheme]


@cache
def systems_by_osv() -> Mapping[str, "System"]:
    """Give the packaging systems of programming languages by their OSV names."""
    from plimsoll.systems.known import systems

    return {system.osv: system for system in systems().values() if system.osv and system.product}
