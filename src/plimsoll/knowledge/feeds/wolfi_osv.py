"""Chainguard's advisories (CGA) on packages of Wolfi and Chainguard, as OSV records.

Format: https://ossf.github.io/osv-schema/; a record is about one vulnerability of some packages, whose ids in other
databases it lists under `related`, later ones under `upstream` and `aliases`.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from plimsoll.errors import KnowledgeError, VersionRefusedError
from plimsoll.knowledge.archives import json_members
from plimsoll.knowledge.extent import Extent
from plimsoll.knowledge.osv import Affected, Interval, Record, intervals
from plimsoll.knowledge.reading import cleaned, decoded, is_day
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge, State, Statement, Unusable
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover

SCHEME = "apk"

_PRODUCTS = {"Wolfi": "wolfi", "Chainguard": "chainguard"}
_GHSA = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}", re.ASCII)


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield statements of every record that is not withdrawn."""
    extent = Extent()
    for name, data in json_members(path, file, limits, lambda _: True):
        try:
            record = decoded(data, Record, name)
        except KnowledgeError as error:
            yield Unusable(record=cleaned(name) or "unnamed", reason=error.message)
            continue
        extent.date(record.modified)
        if not record.withdrawn:
            for item in _of_record(record):
                extent.count(item)
                yield item
    yield from extent.stated()


def _of_record(record: Record) -> Iterator[Knowledge]:
    named = [name for names in (record.aliases, record.upstream, record.related) for name in names or ()]
    vulnerabilities = record.cves(named) or tuple(dict.fromkeys(filter(_GHSA.fullmatch, named)))
    if not vulnerabilities:
        yield Unusable(record=cleaned(record.id) or "unnamed", reason="names no vulnerability that others know")
        return
    for entry in record.affected or ():
        yield from _of_entry(record, entry, vulnerabilities)


def _of_entry(record: Record, entry: Affected, vulnerabilities: tuple[str, ...]) -> Iterator[Knowledge]:
    package = entry.package
    product = _PRODUCTS.get(package.ecosystem) if package else None
    if package is None or product is None or not package.name:
        reason = "is about no package of Wolfi or Chainguard"
        yield Unusable(record=cleaned(record.id) or "unnamed", reason=reason)
        return
    try:
        found = intervals(entry, _apk())
    except (KnowledgeError, VersionRefusedError) as error:
        yield Unusable(record=cleaned(f"{record.id} {package.name}"), reason=error.message)
        return
    for interval in found:
        for vulnerability in vulnerabilities:
            yield _statement(record, product, package.name, interval, vulnerability, vulnerabilities)


@cache
def _apk() -> Scheme:
    known: dict[str, Scheme] = discover("plimsoll.versions", Scheme)
    return known[SCHEME]


def _statement(  # noqa: PLR0913, PLR0917 - a statement is made of all that is known around it
    record: Record, product: str, package: str, interval: Interval, vulnerability: str, others: tuple[str, ...]
) -> Statement:
    aliases = record.aliases or () if len(others) == 1 else ()
    return Statement(
        product=product,
        package=package,
        vulnerability=vulnerability,
        advisory=record.id,
        state=State.NOT_AFFECTED if interval.is_empty else State.AFFECTED,
        scheme=SCHEME,
        lo=interval.lo,
        hi=None if interval.is_empty else interval.hi,
        hi_inclusive=interval.hi_inclusive,
        since=record.published[:10] if is_day(record.published) else "",
        aliases=tuple(name for name in aliases if name != vulnerability),
    )


WOLFI_OSV = Feed(
    name="wolfi-osv",
    title="Chainguard advisories (OSV)",
    kind="advisories",
    licence=None,
    notice="Chainguard security advisories (https://images.chainguard.dev/security), as exported by OSV.dev"
    " (https://osv.dev/); they state no free licence since May 2025, so each user fetches them, and they are never"
    " embedded.",
    files=("osv/Wolfi/all.zip", "osv/Chainguard/all.zip"),
    urls=(
        ("https://osv-vulnerabilities.storage.googleapis.com/Wolfi/all.zip", "osv/Wolfi/all.zip"),
        ("https://osv-vulnerabilities.storage.googleapis.com/Chainguard/all.zip", "osv/Chainguard/all.zip"),
    ),
    parse=parse,
    authority=50,
    reference="https://osv.dev/vulnerability/{id}",
)
