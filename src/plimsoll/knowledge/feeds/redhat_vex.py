"""Red Hat's CSAF documents: VEX, one per CVE, by binary and source package, and its advisories, one per erratum.

Format: https://www.redhat.com/en/blog/csaf-vex-documents-now-generally-available; served as
`csaf/v2/vex/<year>/cve-….json`, `csaf/v2/advisories/<year>/rhsa-….json`, and all of either in one `.tar.zst`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.archives import json_members
from plimsoll.knowledge.csaf import Component, Document, Products, Vulnerability
from plimsoll.knowledge.cvss_rating import rating_of
from plimsoll.knowledge.extent import Extent
from plimsoll.knowledge.osv_errata import SCHEME, severity_of_word, streams_of, without_epoch_zero
from plimsoll.knowledge.reading import cleaned, decoded, is_day, whole
from plimsoll.knowledge.redhat_products import in_module, package_in_module, place_of_cpe, state_of_word
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Feed, Knowledge, State, Statement, Unusable

_ARCHIVES = ("redhat/csaf_vex.tar.zst", "redhat/csaf_vex.tar", "redhat/csaf_advisories.tar.zst")
_PURL = re.compile(r"pkg:(rpm|rpmmod)/redhat/([^@?#/]+)(?:@([^?#]+))?(?:\?([^#]+))?(?:#.*)?", re.ASCII)
_MODULE = re.compile(r"([\w.+-]+:[\w.-]+)(?::.*)?", re.ASCII)
_CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII)
_UNFIXED = {"no_fix_planned": State.WILL_NOT_FIX, "none_available": State.AFFECTED}


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield statements about RHEL. A single document speaks for no package in full, the archive of VEX for all."""
    if path not in _ARCHIVES:
        yield from _gathered(path, [(path, whole(path, file, limits))], in_full=False)
        return
    members = json_members(path, file, limits, lambda name: name.endswith(".json"))
    yield from _gathered(path, members, in_full="vex" in path)


def _gathered(path: str, members: Iterable[tuple[str, bytes]], *, in_full: bool) -> Iterator[Knowledge]:
    extent = Extent()
    for name, data in members:
        try:
            document = decoded(data, Document, name)
            items = list(_of_document(document))
        except KnowledgeError as error:
            yield Unusable(record=cleaned(name) or path, reason=error.message)
            continue
        extent.date(document.document.tracking.date)
        for item in items:
            extent.count(item)
        yield from items
    yield from extent.stated(in_full=in_full)


def _of_document(document: Document) -> Iterator[Knowledge]:
    """Yield what one document says; nothing where it was deleted. Raises KnowledgeError where it is not Red Hat's."""
    head = document.document
    if head.tracking.status == "deleted":
        return
    if head.publisher.namespace.rstrip("/") != "https://www.redhat.com" or not head.category.startswith("csaf_"):
        raise KnowledgeError("is no CSAF document of Red Hat")
    products = Products(document.product_tree)
    for vulnerability in document.vulnerabilities or ():
        cve = vulnerability.cve or ""
        if not _CVE.fullmatch(cve):
            yield Unusable(record=cleaned(head.tracking.id) or "unnamed", reason="a vulnerability without a CVE")
            continue
        vectors = {vector for score in vulnerability.scores or () for vector in score.vectors}
        yield from (rating_of(cve, vector) for vector in sorted(vectors))
        yield from _Reading(products, vulnerability, cve, head.tracking.id).statements()


@dataclass(frozen=True, slots=True)
class _Package:
    """A package of a stream: what a purl and its platform say."""

    product: str
    stream: str
    name: str
    version: str


class _Reading:
    """One vulnerability of a document, as it is turned to statements."""

    def __init__(self, products: Products, vulnerability: Vulnerability, cve: str, document: str) -> None:
        self._products = products
        self._vulnerability = vulnerability
        self._cve = cve
        self._advisory = cleaned(document) or cve
        self._since = (vulnerability.release_date or "")[:10] if is_day(vulnerability.release_date or "") else ""
        self._ratings = _by_product(vulnerability)
        self._said = _remedies(vulnerability)

    def statements(self) -> Iterator[Statement]:
        """Yield one statement per package, stream, state and version; architectures repeat them."""
        yield from dict.fromkeys(self._all())

    def _all(self) -> Iterator[Statement]:
        status = self._vulnerability.status
        if status is None:
            return
        for product in (*(status.fixed or ()), *(status.first_fixed or ())):
            yield from (self._one(product, package, State.AFFECTED) for package in self._packages(product, fixed=True))
        for product in status.known_affected or ():
            state, word = self._said.get(product, (State.AFFECTED, ""))
            yield from (self._one(product, found, state, word) for found in self._packages(product))
        for product in status.under_investigation or ():
            yield from (
                self._one(product, found, State.UNDETERMINED, "Under investigation")
                for found in self._packages(product)
            )
        for product in status.known_not_affected or ():
            # A version that is not affected says nothing of the ones before it.
            yield from (
                self._one(product, found, State.NOT_AFFECTED) for found in self._packages(product) if not found.version
            )

    def _packages(self, product: str, *, fixed: bool = False) -> list[_Package]:
        return [found for found in _of_component(self._products.component(product)) if found.version or not fixed]

    def _one(self, product: str, package: _Package, state: State, word: str = "") -> Statement:
        return Statement(
            product=package.product,
            package=package.name,
            vulnerability=self._cve,
            advisory=self._advisory,
            state=state,
            scheme=SCHEME,
            hi=package.version if state is State.AFFECTED and package.version else None,
            stream=package.stream,
            severity=self._ratings.get(product, self._ratings.get("")),
            detail=word,
            since=self._since,
            evidence=self._advisory != self._cve,
        )


def _by_product(vulnerability: Vulnerability) -> dict[str, Severity]:
    """Give the impact of products, and of all others under ""."""
    found: dict[str, Severity] = {}
    for threat in vulnerability.threats or ():
        severity = severity_of_word(threat.details) if threat.category == "impact" else None
        if severity is not None:
            found.update(dict.fromkeys(threat.product_ids or ("",), severity))
    return found


def _remedies(vulnerability: Vulnerability) -> dict[str, tuple[State, str]]:
    """Give what becomes of products that are not fixed: the state, and Red Hat's word for it."""
    found: dict[str, tuple[State, str]] = {}
    for remedy in vulnerability.remediations or ():
        if remedy.category in _UNFIXED:
            word = cleaned(remedy.details)
            state = state_of_word(word) or _UNFIXED[remedy.category]
            said = (state, "" if state is State.AFFECTED else word)
            found.update(dict.fromkeys(remedy.product_ids or (), said))
    return found


def _of_component(component: Component) -> list[_Package]:
    """Give the packages of RHEL that a component is; none for images and other products."""
    place = place_of_cpe(component.platform)
    if place is None:
        return []
    if not component.purl:
        # Documents of before 2025 name a component that is not fixed by its source package only.
        module, name = package_in_module(component.name)
        return [_Package(place.product, in_module(place.stream, module), name, "")] if name else []
    found = _PURL.fullmatch(component.purl)
    if found is None or found[1] != "rpm":
        return []
    name, version = _text(found[2]), _text(found[3] or "")
    qualifiers = dict(pair.partition("=")[::2] for pair in (found[4] or "").split("&"))
    epoch = qualifiers.get("epoch", "")
    version = without_epoch_zero(f"{epoch}:{version}" if version and epoch else version)
    module = _module(component, _text(qualifiers.get("rpmmod", "")))
    streams = (in_module(place.stream, module),) if module else streams_of(version, (), place.stream)
    return [_Package(place.product, stream, name, version) for stream in streams]


def _module(component: Component, qualifier: str) -> str:
    """Give the module that a component is of, "?" for one that is not told, "" where it is of none."""
    if qualifier:
        found = _MODULE.fullmatch(qualifier)
        return found[1] if found else "?"
    for purl in component.between:
        module = _PURL.fullmatch(purl)
        if module and module[1] == "rpmmod":
            stream = _text(module[3] or "").partition(":")[0]
            return f"{_text(module[2])}:{stream}" if stream else "?"
    return ""


def _text(quoted: str) -> str:
    if "%" not in quoted:
        return quoted
    from urllib.parse import unquote

    return unquote(quoted)


REDHAT_VEX = Feed(
    name="redhat-vex",
    title="Red Hat CSAF and VEX documents",
    kind="advisories",
    licence="CC-BY-4.0",
    notice="Red Hat security data, Copyright Red Hat, Inc., published under CC BY 4.0"
    " (https://access.redhat.com/security/data), converted to statements of affected versions by Plimsoll. The archive"
    " of all documents has no lasting address: its name has the day in it.",
    files=(*_ARCHIVES, "redhat/csaf/v2/vex/*/*.json", "redhat/csaf/v2/advisories/*/*.json"),
    urls=(("", "redhat/csaf_vex.tar.zst"),),
    parse=parse,
    authority=100,
    reference="https://access.redhat.com/security/cve/{id}",
    dispensable=9,
)
