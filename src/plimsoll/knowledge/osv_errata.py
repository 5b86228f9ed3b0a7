"""Errata of rpm distributions as OSV records: one record is one erratum, which fixes several CVEs in several packages.

Source: https://ossf.github.io/osv-schema/, and how AlmaLinux, Rocky Linux and Red Hat fill it: `related` (later
`upstream`) names the CVEs, the summary begins with a rating and names the module (`Important: nodejs:18 security …`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from plimsoll.errors import KnowledgeError, VersionRefusedError
from plimsoll.knowledge.archives import json_members
from plimsoll.knowledge.cvss_rating import rating_of
from plimsoll.knowledge.extent import Extent
from plimsoll.knowledge.osv import Affected, Interval, Record, intervals
from plimsoll.knowledge.reading import cleaned, decoded, is_day
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Knowledge, State, Statement, Unusable
from plimsoll.plugins import discover

if TYPE_CHECKING:
    from plimsoll.model.version import Scheme

SCHEME = "rpm"

UNKNOWN_MODULE = "module:?"
"""The stream of a modular package whose record does not say of which module it is."""

_WORDS = {
    "critical": Severity.CRITICAL,
    "important": Severity.HIGH,
    "moderate": Severity.MEDIUM,
    "low": Severity.LOW,
}
_RATING = re.compile(r"\s*(Critical|Important|Moderate|Low)\s*:\s")
_MODULE = re.compile(r"(?<![\w.+:/-])([A-Za-z0-9][\w.+-]*:[A-Za-z0-9][\w.-]*)(?:/[\w.+-]+)?(?=[\s,]|$)", re.ASCII)
_MODULAR = re.compile(r"\.module[_+]")
_LONGEST_SUMMARY = 1000


class Reference(msgspec.Struct):
    """One address that a record refers to."""

    url: str = ""


class Erratum(Record):
    """One erratum; `references` are read for the rating that Red Hat's addresses carry."""

    summary: str = ""
    references: list[Reference] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What an ecosystem of OSV means to us: a product and a stream of it."""

    product: str
    stream: str = ""

    @property
    def is_plain(self) -> bool:
        """Say whether this is the release as such, not an extension of it that is sold or built apart."""
        return not self.stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """How one distribution writes its errata.

    `place` gives the product of an erratum's ecosystem (`AlmaLinux:9`), None for products that are no distribution.
    `security` are the beginnings of ids that are about security, so that one without a CVE must be counted.
    """

    place: Callable[[str, str], Place | None]
    security: tuple[str, ...]
    rate: Callable[[Erratum], Severity | None]


def severity_of_word(word: str) -> Severity | None:
    """Give the rating behind Red Hat's words (Critical, Important, Moderate, Low), which its rebuilds share.

    Source: https://access.redhat.com/security/updates/classification.
    """
    return _WORDS.get(word.strip().lower())


def rating_in_summary(erratum: Erratum) -> Severity | None:
    """Give the rating that a summary begins with, as AlmaLinux and Rocky Linux write it."""
    found = _RATING.match(erratum.summary)
    return severity_of_word(found[1]) if found else None


def modules_in(summary: str) -> tuple[str, ...]:
    """Give the modules that a summary names: `nodejs:18`; both of `virt:rhel and virt-devel:rhel`."""
    return tuple(dict.fromkeys(_MODULE.findall(summary[:_LONGEST_SUMMARY])))


def streams_of(version: str, modules: tuple[str, ...], stream: str) -> tuple[str, ...]:
    """Give the streams that a fixed version is of: its module, where its release says that it was built in one.

    Where an erratum is about two modules it holds for the package in either: only one of them has it.
    """
    if not _MODULAR.search(version):
        return (stream,)
    names = tuple(f"module:{name}" for name in modules) or (UNKNOWN_MODULE,)
    return tuple(f"{stream} {name}" if stream else name for name in names)


def without_epoch_zero(version: str) -> str:
    """Give a version as rpm shows it: an epoch of 0 is left out."""
    return version.removeprefix("0:")


def parse_errata(publisher: Publisher, path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield statements of every erratum that names a CVE, its dates, and what the file speaks for.

    An erratum without a CVE is no vulnerability; it is counted only where its id says that it is about security.
    """
    extent = Extent()
    for name, data in json_members(path, file, limits, lambda _: True):
        try:
            erratum = decoded(data, Erratum, name)
        except KnowledgeError as error:
            yield Unusable(record=cleaned(name) or "unnamed", reason=error.message)
            continue
        extent.date(erratum.modified)
        if erratum.withdrawn:
            continue
        for item in _of_erratum(publisher, erratum):
            extent.count(item)
            yield item
    yield from extent.stated()


def _of_erratum(publisher: Publisher, erratum: Erratum) -> Iterator[Knowledge]:
    cves = erratum.cves(erratum.related, erratum.upstream, erratum.aliases)
    if not cves:
        if erratum.id.startswith(publisher.security):
            yield Unusable(record=cleaned(erratum.id) or "unnamed", reason="a security erratum that names no CVE")
        return
    if len(cves) == 1:
        vectors = (rated.score for rated in erratum.severity or () if rated.type.startswith("CVSS_"))
        yield from (rating_of(cves[0], vector) for vector in vectors)
    spans: dict[_Span, None] = {}
    for entry in erratum.affected or ():
        found = _spans(publisher, erratum, entry)
        if isinstance(found, Unusable):
            yield found
        else:
            spans.update(dict.fromkeys(found))
    since = erratum.published[:10] if is_day(erratum.published) else ""
    rating = publisher.rate(erratum)
    yield from (_statement(span, cve, erratum.id, since, rating) for span in spans for cve in cves)


@dataclass(frozen=True, slots=True)
class _Span:
    """One interval of versions of a package in a stream of a product; repositories repeat them."""

    product: str
    stream: str
    package: str
    interval: Interval


def _spans(publisher: Publisher, erratum: Erratum, entry: Affected) -> list[_Span] | Unusable:
    package = entry.package
    if package is None or not package.name:
        return Unusable(record=cleaned(erratum.id) or "unnamed", reason="an entry without a package name")
    place = publisher.place(package.ecosystem, erratum.id)
    if place is None:
        return []
    try:
        found = intervals(entry, _rpm())
    except (KnowledgeError, VersionRefusedError) as error:
        record = cleaned(f"{erratum.id} {package.name}")
        return Unusable(record=record, reason=error.message)
    modules = modules_in(erratum.summary)
    return [
        _Span(place.product, stream, package.name, interval)
        for interval in found
        for stream in streams_of(interval.hi or interval.lo, modules, place.stream)
    ]


@cache
def _rpm() -> "Scheme":
    from plimsoll.model.version import Scheme

    known: dict[str, Scheme] = discover("plimsoll.versions", Scheme)
    return known[SCHEME]


def _statement(span: _Span, cve: str, advisory: str, since: str, rating: Severity | None) -> Statement:
    interval = span.interval
    return Statement(
        product=span.product,
        package=span.package,
        vulnerability=cve,
        advisory=advisory,
        state=State.NOT_AFFECTED if interval.is_empty else State.AFFECTED,
        scheme=SCHEME,
        lo=without_epoch_zero(interval.lo),
        hi=None if interval.is_empty or interval.hi is None else without_epoch_zero(interval.hi),
        hi_inclusive=interval.hi_inclusive,
        stream=span.stream,
        severity=rating,
        since=since,
        evidence=True,
    )
