"""Red Hat's word on every CVE, by source package: what is fixed where, and what is not and why.

Format: documents of the Security Data API (https://docs.redhat.com/en/documentation/red_hat_security_data_api),
`affected_release` [{cpe, package, advisory, release_date, impact}] and `package_state` [{cpe, package_name, fix_state,
impact}], gathered in an archive; a package is `name-epoch:version-release`, or a build of a module.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.archives import json_members
from plimsoll.knowledge.cvss_rating import rating_of
from plimsoll.knowledge.extent import Extent
from plimsoll.knowledge.osv_errata import SCHEME, severity_of_word, streams_of, without_epoch_zero
from plimsoll.knowledge.reading import as_list, cleaned, decoded, is_day
from plimsoll.knowledge.redhat_products import in_module, package_in_module, place_of_cpe, state_of_word
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Feed, Knowledge, State, Statement, Unusable

T = TypeVar("T")

_CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII)
_BUILD = re.compile(r"([^\s:/]+)-((?:\d+:)?[^\s:/-]+-[^\s:/-]+)", re.ASCII)
_MODULE_BUILD = re.compile(r"[\w.+-]+:[\w.-]+-\d{8,}\.[0-9a-z]+", re.ASCII)
_NO_VERSION = "names no package, or one without its version"


class _Cvss3(msgspec.Struct):
    vector: str = msgspec.field(name="cvss3_scoring_vector", default="")


class _Cvss2(msgspec.Struct):
    vector: str = msgspec.field(name="cvss_scoring_vector", default="")


class _Release(msgspec.Struct):
    cpe: str = ""
    package: str | None = None
    release_date: str = ""
    impact: str | None = None


class _PackageState(msgspec.Struct):
    cpe: str = ""
    package_name: str = ""
    fix_state: str = ""
    impact: str | None = None


class _Document(msgspec.Struct):
    name: str = ""
    threat_severity: str | None = None
    public_date: str = ""
    cvss3: _Cvss3 | None = None
    cvss: _Cvss2 | None = None
    affected_release: list[_Release] | _Release | None = None
    package_state: list[_PackageState] | _PackageState | None = None
    """Where there is only one of either, some documents hold it without a list."""


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield statements about RHEL; other products of Red Hat are no distribution of ours."""
    extent = Extent()
    for name, data in json_members(path, file, limits, lambda _: True):
        try:
            document = decoded(data, _Document, name)
            cve = _cve(document, name)
        except KnowledgeError as error:
            yield Unusable(record=cleaned(name) or "unnamed", reason=error.message)
            continue
        extent.date(document.public_date)
        for item in _of_document(document, cve):
            extent.count(item)
            yield item
    yield from extent.stated()


def _cve(document: _Document, name: str) -> str:
    """Give the id of a document; it stands only in the file's name where the API serves it."""
    found = _CVE.fullmatch(document.name) or _CVE.search(name.rpartition("/")[2])
    if found is None:
        raise KnowledgeError("names no CVE")
    return found[0]


def _of_document(document: _Document, cve: str) -> Iterator[Knowledge]:
    vectors = (document.cvss3.vector if document.cvss3 else "", document.cvss.vector if document.cvss else "")
    yield from (rating_of(cve, vector) for vector in vectors if vector)
    about = _About(cve, severity_of_word(document.threat_severity or ""), document.public_date)
    for release in as_list(document.affected_release):
        yield from _fixed(about, release)
    for state in as_list(document.package_state):
        yield from _unfixed(about, state)


@dataclass(frozen=True, slots=True)
class _About:
    """What holds for every statement of a document."""

    cve: str
    severity: Severity | None
    public: str

    def rated(self, impact: str | None) -> Severity | None:
        return severity_of_word(impact or "") or self.severity

    def since(self, day: str) -> str:
        return day[:10] if is_day(day) else ""


def _fixed(about: _About, release: _Release) -> Iterator[Knowledge]:
    place = place_of_cpe(release.cpe)
    if place is None:
        return
    package = release.package or ""
    found = _BUILD.fullmatch(package)
    if found is None:
        of_module = _MODULE_BUILD.fullmatch(package)
        reason = "names the build of a module, not its packages; the erratum does" if of_module else _NO_VERSION
        yield Unusable(record=f"{about.cve} {cleaned(package or release.cpe)}", reason=reason)
    else:
        for stream in streams_of(found[2], (), place.stream):
            yield Statement(
                product=place.product,
                package=found[1],
                vulnerability=about.cve,
                advisory=about.cve,
                state=State.AFFECTED,
                scheme=SCHEME,
                hi=without_epoch_zero(found[2]),
                stream=stream,
                severity=about.rated(release.impact),
                since=about.since(release.release_date),
            )


def _unfixed(about: _About, said: _PackageState) -> Iterator[Knowledge]:
    place = place_of_cpe(said.cpe)
    if place is None:
        return
    record = f"{about.cve} {cleaned(said.package_name)}"
    module, name = package_in_module(said.package_name)
    if not name:
        yield Unusable(record=record, reason="an image, or no package name")
        return
    state = state_of_word(said.fix_state)
    statement = Statement(
        product=place.product,
        package=name,
        vulnerability=about.cve,
        advisory=about.cve,
        state=state or State.UNDETERMINED,
        scheme=SCHEME,
        stream=in_module(place.stream, module),
        severity=about.rated(said.impact),
        detail=said.fix_state if state not in {State.AFFECTED, State.NOT_AFFECTED, None} else "",
        since=about.since(about.public),
    )
    reason = f"the state {said.fix_state[:40]!r} says nothing that Plimsoll knows"
    yield statement if state else Unusable(record=record, reason=reason, known=(statement,))


REDHAT_CVE = Feed(
    name="redhat-cve",
    title="Red Hat Security Data API",
    kind="advisories",
    licence="CC-BY-4.0",
    notice="Red Hat security data, Copyright Red Hat, Inc., published under CC BY 4.0"
    " (https://access.redhat.com/security/data), converted to statements of affected versions by Plimsoll. The API"
    " serves one document for each CVE; all of them in one archive have no lasting address.",
    files=("redhat/cve-api.tar", "redhat/cve-api.tar.gz"),
    urls=(("", "redhat/cve-api.tar"), ("", "redhat/cve-api.tar.gz")),
    parse=parse,
    authority=90,
    reference="https://access.redhat.com/security/cve/{id}",
    dispensable=5,
)
