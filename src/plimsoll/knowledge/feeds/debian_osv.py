"""Debian's vulnerabilities and errata (DSA, DLA, DTSA) as OSV.dev exports them, with CVSS vectors.

Format: https://ossf.github.io/osv-schema/ (one JSON record per member of a zip).
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from plimsoll.errors import KnowledgeError, VersionRefusedError
from plimsoll.knowledge.cvss_rating import rating_of
from plimsoll.knowledge.end_of_life import end_of_life
from plimsoll.knowledge.osv import Affected, Interval, Package, Record, intervals, members
from plimsoll.knowledge.reading import cleaned, decoded, is_day
from plimsoll.knowledge.urgency import severity_of_urgency
from plimsoll.model.limits import Limits
from plimsoll.model.statement import AsOf, Feed, Knowledge, SpeaksFor, State, Statement, Unusable
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover

SCHEME = "dpkg"

_ERRATA = ("DSA-", "DLA-", "DTSA-")


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield statements and ratings of every record that is not withdrawn."""
    extent = _Extent()
    for name, data in members(path, file, limits):
        try:
            record = decoded(data, Record, name)
        except KnowledgeError as error:
            yield Unusable(record=name, reason=error.message)
            continue
        extent.count(record)
        if not record.withdrawn:
            yield from _of_record(record)
    yield from extent.stated()


class _Extent:
    """What a file shows of its own extent while it is read: its date, and what it speaks for."""

    def __init__(self) -> None:
        self.days: set[str] = set()
        self.products: set[str] = set()
        self.names: dict[str, set[str]] = {}
        self.alone: set[str] = set()

    def count(self, record: Record) -> None:
        if is_day(record.modified):
            self.days.add(record.modified[:10])
        entries = [(package, _product(package)) for _, package in _debian_entries(record)]
        names = {package.name for package, _ in entries}
        if len(names) == 1:
            self.alone |= names
        if record.withdrawn:
            return
        for package, product in entries:
            if product:
                self.names.setdefault(product, set()).add(package.name)
        if not _is_erratum(record):
            self.products.update(product for _, product in entries if product)

    def stated(self) -> Iterator[Knowledge]:
        """Yield the dates of records and what is spoken for.

        Of a release whose life has ended, and of one that only errata name, the file speaks for the packages that it
        names there. In an export cut to some packages, records also name the other packages that share a
        vulnerability; the ones that no record names alone are not there in full.
        """
        yield from (AsOf(date=day, of_record=True) for day in sorted(self.days))
        alone = frozenset(self.alone)
        for product, names in sorted(self.names.items()):
            end, named = end_of_life(product), frozenset(names & alone)
            if product in self.products:
                until = end.date if end is not None else ""
                yield SpeaksFor(product=product, named=alone, until=until, afterwards=named if until else frozenset())
            else:
                yield SpeaksFor(product=product, packages=named)


def _is_erratum(record: Record) -> bool:
    return record.id.startswith(_ERRATA)


def _debian_entries(record: Record) -> list[tuple[Affected, Package]]:
    return [
        (entry, entry.package)
        for entry in record.affected or ()
        if entry.package is not None and entry.package.ecosystem.partition(":")[0] == "Debian"
    ]


def _product(package: Package) -> str:
    version = package.ecosystem.partition(":")[2]
    return f"debian:{version}" if version else ""


def _of_record(record: Record) -> Iterator[Knowledge]:
    entries = _debian_entries(record)
    if _is_erratum(record):
        # An erratum is evidence for each CVE it names, and an alias of none.
        vulnerabilities = record.cves(record.related, record.aliases, record.upstream)
    else:
        vulnerabilities = (record.vulnerability,)
        yield from _ratings(record)
    said = [item for entry, package in entries for item in _of_entry(record, entry, package, vulnerabilities)]
    if vulnerabilities:
        yield from said
    else:
        known = tuple(item for item in said if isinstance(item, Statement))
        yield Unusable(record=record.id, reason="an erratum that names no CVE", known=known)


def _ratings(record: Record) -> Iterator[Knowledge]:
    for severity in record.severity or ():
        if severity.type.startswith("CVSS_"):
            yield rating_of(record.vulnerability, severity.score)


def _of_entry(
    record: Record, entry: Affected, package: Package, vulnerabilities: tuple[str, ...]
) -> Iterator[Knowledge]:
    """Yield what an entry says of these vulnerabilities, or of what the record alone names, undetermined."""
    name = f"{record.id} {package.name}"
    if not _product(package) or not package.name:
        yield Unusable(record=name, reason=f"{package.ecosystem!r} names no release, or there is no package name")
        return
    names = vulnerabilities or (cleaned(record.id) or "unnamed",)
    try:
        found = intervals(entry, _dpkg())
    except (KnowledgeError, VersionRefusedError) as error:
        known = tuple(_undetermined(_statement(record, entry, package, Interval("", None), every)) for every in names)
        yield Unusable(record=name, reason=error.message, known=known)
        return
    for interval in found:
        for vulnerability in names:
            said = _statement(record, entry, package, interval, vulnerability)
            yield said if vulnerabilities else _undetermined(said)


def _undetermined(said: Statement) -> Statement:
    return replace(said, state=State.UNDETERMINED, detail="") if said.state is not State.NOT_AFFECTED else said


@cache
def _dpkg() -> Scheme:
    known: dict[str, Scheme] = discover("plimsoll.versions", Scheme)
    return known[SCHEME]


def _statement(record: Record, entry: Affected, package: Package, interval: Interval, vulnerability: str) -> Statement:
    urgency = str((entry.specific or {}).get("urgency", ""))
    given_up = urgency == "end-of-life" and interval.hi is None
    return Statement(
        product=_product(package),
        package=package.name,
        vulnerability=vulnerability,
        advisory=record.id,
        state=_state(interval, given_up=given_up),
        scheme=SCHEME,
        lo=interval.lo,
        hi=None if interval.is_empty else interval.hi,
        hi_inclusive=interval.hi_inclusive,
        severity=severity_of_urgency(urgency),
        detail=urgency if given_up else "",
        since=record.published[:10] if is_day(record.published) else "",
        evidence=_is_erratum(record),
        aliases=() if _is_erratum(record) else tuple(name for name in record.aliases or () if name != vulnerability),
    )


def _state(interval: Interval, *, given_up: bool) -> State:
    if interval.is_empty:
        return State.NOT_AFFECTED
    return State.WILL_NOT_FIX if given_up else State.AFFECTED


DEBIAN_OSV = Feed(
    name="debian-osv",
    title="OSV.dev export of Debian's advisories",
    kind="advisories",
    licence="MIT",
    notice="Debian security advisories and tracker data as converted and exported by OSV.dev (https://osv.dev/),"
    " Copyright Software in the Public Interest, Inc. and others, published under the Expat (MIT) licence of Debian's"
    " web pages; CVSS vectors from the National Vulnerability Database, a work of the United States government.",
    files=("osv/Debian/all.zip",),
    urls=(("https://osv-vulnerabilities.storage.googleapis.com/Debian/all.zip", "osv/Debian/all.zip"),),
    parse=parse,
    authority=50,
    reference="https://osv.dev/vulnerability/{id}",
    dispensable=6,
)
