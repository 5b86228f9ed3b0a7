"""Ubuntu's vulnerabilities (UBUNTU-CVE) and notices (USN) as OSV records, by source package.

Format: https://ossf.github.io/osv-schema/, one record per file in `osv/cve/<year>/` and `osv/usn/`; the ecosystem is
`Ubuntu:22.04:LTS`, or `Ubuntu:Pro:18.04:LTS` and `Ubuntu:Pro:FIPS-updates:22.04:LTS` for what Ubuntu Pro maintains.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from plimsoll.errors import KnowledgeError, VersionRefusedError
from plimsoll.knowledge.archives import json_members
from plimsoll.knowledge.cvss_rating import rating_of
from plimsoll.knowledge.extent import Extent
from plimsoll.knowledge.osv import Affected, Interval, Record, intervals
from plimsoll.knowledge.reading import cleaned, decoded, is_day
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Feed, Knowledge, State, Statement, Unusable
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover

SCHEME = "dpkg"

_NOTICES = ("USN-", "SSN-")
_LIVEPATCHES = "LSN-"
"""Notices about patches of running kernels: they change no package."""
_CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII)
_VERSION = re.compile(r"\d{1,2}\.\d{2}", re.ASCII)
_MAINTAINED = ("esm",)
"""What Pro maintains of a release is the same packages, with further fixes."""
_PRO = "Available with Ubuntu Pro"
_PRIORITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "negligible": Severity.NEGLIGIBLE,
}


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield statements and ratings of every record that is not withdrawn."""
    extent = Extent(inside=_MAINTAINED)
    for name, data in json_members(path, file, limits, lambda name: f"/{_LIVEPATCHES}" not in f"/{name}"):
        try:
            record = decoded(data, Record, name)
        except KnowledgeError as error:
            yield Unusable(record=cleaned(name) or "unnamed", reason=error.message)
            continue
        extent.date(record.modified)
        if not record.withdrawn and not record.id.startswith(_LIVEPATCHES):
            for item in _of_record(record):
                extent.count(item)
                yield item
    yield from extent.stated(until_end=True)


def place(ecosystem: str) -> tuple[str, str] | None:
    """Give the product and the stream of an ecosystem: `esm` for Pro, `fips-updates` and the like; None if foreign."""
    system, *words = ecosystem.split(":")
    version = next((word for word in words if _VERSION.fullmatch(word)), None)
    if system != "Ubuntu" or version is None:
        return None
    parts = [word for word in words[: words.index(version)] if word != "Pro"]
    is_pro = "Pro" in words[: words.index(version)]
    stream = ":".join(parts).lower() if parts else "esm" if is_pro else ""
    return f"ubuntu:{version}", stream


def _of_record(record: Record) -> Iterator[Knowledge]:
    is_notice = record.id.startswith(_NOTICES)
    cves = _cves(record, is_notice=is_notice)
    if not cves:
        if is_notice:
            yield Unusable(record=cleaned(record.id) or "unnamed", reason="a notice that names no CVE")
            return
        cves = (cleaned(record.id) or "unnamed",)
    if not is_notice:
        vectors = dict.fromkeys(rated.score for rated in record.severity or () if rated.type.startswith("CVSS_"))
        yield from (rating_of(cves[0], vector) for vector in vectors)
    for entry in record.affected or ():
        yield from _of_entry(record, entry, cves, is_notice=is_notice)


def _cves(record: Record, *, is_notice: bool) -> tuple[str, ...]:
    """Give every CVE that a notice is about, or the one that another record is about."""
    names = (
        record.id,
        *(record.upstream or ()),
        *(record.aliases or ()),
        *((record.related or ()) if is_notice else ()),
    )
    found = tuple(dict.fromkeys(cve[0] for name in names if (cve := _CVE.search(name))))
    return found if is_notice else found[:1]


def _of_entry(record: Record, entry: Affected, cves: tuple[str, ...], *, is_notice: bool) -> Iterator[Knowledge]:
    package = entry.package
    where = place(package.ecosystem) if package else None
    name = cleaned(f"{record.id} {package.name if package else ''}")
    if package is None or not package.name or where is None:
        reason = f"{package.ecosystem[:60]!r} names no release" if package and package.name else "names no package"
        yield Unusable(record=name, reason=reason)
        return
    try:
        found = intervals(entry, _dpkg())
    except (KnowledgeError, VersionRefusedError) as error:
        known = tuple(_statement(record, entry, where, None, cve, is_notice=is_notice) for cve in cves)
        yield Unusable(record=name, reason=error.message, known=known)
        return
    for interval in found:
        yield from (_statement(record, entry, where, interval, cve, is_notice=is_notice) for cve in cves)


def _statement(  # noqa: PLR0913 - a statement is made of all that is known around it
    record: Record, entry: Affected, where: tuple[str, str], interval: Interval | None, cve: str, *, is_notice: bool
) -> Statement:
    product, stream = where
    availability = str((entry.specific or {}).get("availability", ""))
    span = interval or Interval("", None)
    return Statement(
        product=product,
        package=entry.package.name if entry.package else "",
        vulnerability=cve,
        advisory=cleaned(record.id) if is_notice else cve,
        state=State.UNDETERMINED if interval is None else State.NOT_AFFECTED if span.is_empty else State.AFFECTED,
        scheme=SCHEME,
        lo=span.lo,
        hi=None if span.is_empty else span.hi,
        hi_inclusive=span.hi_inclusive,
        stream=stream,
        severity=None if is_notice else _priority(record),
        detail=_PRO if availability.startswith(_PRO) else "",
        since=record.published[:10] if is_day(record.published) else "",
        evidence=is_notice,
    )


def _priority(record: Record) -> Severity | None:
    """Give Ubuntu's own priority. Source: https://ubuntu.com/security/cves/about#priority."""
    words = (rated.score for rated in record.severity or () if rated.type == "Ubuntu")
    return next((_PRIORITIES[word] for word in words if word in _PRIORITIES), None)


@cache
def _dpkg() -> Scheme:
    known: dict[str, Scheme] = discover("plimsoll.versions", Scheme)
    return known[SCHEME]


UBUNTU_OSV = Feed(
    name="ubuntu-osv",
    title="Ubuntu security data (OSV)",
    kind="advisories",
    licence="CC-BY-SA-4.0",
    notice="Ubuntu OSV data (https://github.com/canonical/ubuntu-security-notices), Copyright Canonical Ltd., published"
    " under CC BY-SA 4.0, converted to statements of affected versions by Plimsoll.",
    files=("ubuntu/osv-all.tar", "ubuntu/osv-all.tar.xz", "ubuntu/osv-cve-derived.tar", "osv/Ubuntu/all.zip"),
    urls=(
        ("https://security-metadata.canonical.com/osv/osv-all.tar.xz", "ubuntu/osv-all.tar.xz"),
        ("", "ubuntu/osv-all.tar"),
    ),
    parse=parse,
    authority=100,
    reference="https://osv.dev/vulnerability/{id}",
    dispensable=5,
)
