"""CISA's catalogue of vulnerabilities that are known to be exploited.

Format: https://www.cisa.gov/known-exploited-vulnerabilities (JSON schema served beside it).
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.reading import decoded, is_day, whole
from plimsoll.model.limits import Limits
from plimsoll.model.statement import AsOf, Exploited, Feed, Knowledge, Unusable


class _Catalogue(msgspec.Struct):
    vulnerabilities: list[msgspec.Raw]
    date_released: str = msgspec.field(name="dateReleased", default="")


class _Entry(msgspec.Struct):
    cve: str = msgspec.field(name="cveID")
    added: str = msgspec.field(name="dateAdded")


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield the catalogue's date and one Exploited per entry."""
    catalogue = decoded(whole(path, file, limits), _Catalogue, path)
    if is_day(catalogue.date_released):
        yield AsOf(date=catalogue.date_released[:10])
    for index, raw in enumerate(catalogue.vulnerabilities):
        yield _exploited(f"entry {index + 1}", raw)


def _exploited(record: str, raw: msgspec.Raw) -> Knowledge:
    try:
        entry = decoded(raw, _Entry, record)
    except KnowledgeError as error:
        return Unusable(record=record, reason=error.message)
    if not entry.cve or not is_day(entry.added):
        return Unusable(record=entry.cve or record, reason=f"no id, or no day it was added: {entry.added!r}")
    return Exploited(vulnerability=entry.cve, since=entry.added[:10])


KEV = Feed(
    name="kev",
    title="CISA Known Exploited Vulnerabilities",
    kind="exploited",
    licence="CC0-1.0",
    notice="Known Exploited Vulnerabilities Catalog of the Cybersecurity and Infrastructure Security Agency (CISA),"
    " dedicated to the public domain.",
    files=("kev/known_exploited_vulnerabilities.json",),
    urls=(
        (
            "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
            "kev/known_exploited_vulnerabilities.json",
        ),
    ),
    parse=parse,
    reference="https://www.cisa.gov/known-exploited-vulnerabilities-catalog?search_api_fulltext={id}",
    dispensable=1,
)
