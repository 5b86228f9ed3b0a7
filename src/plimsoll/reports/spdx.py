"""SPDX 2.3: the packages as a bill of materials.

Source: SPDX specification 2.3, JSON. What the format has no place for stands in one annotation for each package, whose
comment is a JSON object with the names that CycloneDX documents have as `plimsoll:…`; and in annotations of the whole
document (docs/reference/bills.md). Where there are findings, each affected package refers to the advisories.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from plimsoll.model.finding import Finding
from plimsoll.model.package import Package
from plimsoll.model.report import Report
from plimsoll.model.reporting import Format, Style
from plimsoll.model.subject import Subject
from plimsoll.reports.affected import affected_packages
from plimsoll.reports.bill import (
    Shape,
    cpe_names,
    digests,
    document_facts,
    instructions_of,
    package_facts,
    shape_of,
    subject_facts,
)
from plimsoll.reports.cyclonedx_nodes import Node
from plimsoll.reports.document import compact, json_document
from plimsoll.reports.spdx_licences import ExtractedLicences
from plimsoll.reports.text import is_address

DOCUMENT = "SPDXRef-DOCUMENT"
NOASSERTION = "NOASSERTION"

_ALGORITHMS = {
    "md5": ("MD5", 32),
    "sha1": ("SHA1", 40),
    "sha256": ("SHA256", 64),
    "sha384": ("SHA384", 96),
    "sha512": ("SHA512", 128),
}
_OF_SCOPE = {
    "dev": "DEV_DEPENDENCY_OF",
    "test": "TEST_DEPENDENCY_OF",
    "build": "BUILD_DEPENDENCY_OF",
    "optional": "OPTIONAL_DEPENDENCY_OF",
}


def render(report: Report, _style: Style) -> str:
    """Give the report as a bill of materials; its namespace is made of the content, so equal for equal."""
    from uuid import NAMESPACE_URL, uuid5

    body = _body(report)
    unique = uuid5(NAMESPACE_URL, sha256(compact(body)).hexdigest())
    head: Node = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": DOCUMENT,
        "name": _one_line(report.subjects[0].name if report.subjects else report.target) or "unnamed",
        "documentNamespace": f"urn:uuid:{unique}",
    }
    return json_document(head | body)


def _body(report: Report) -> Node:
    noted = _Notes(report)
    licences = ExtractedLicences()
    roots = [_subject(subject, number, noted) for number, subject in enumerate(report.subjects)]
    roots = roots or [_package("SPDXRef-Subject-0", _one_line(report.target) or "unnamed", "FILE")]
    distros = [_distro(each, noted) for each in sorted({each.distro for each in report.subjects} - {""})]
    advisories = _advisories(report)
    instructions = instructions_of(report)
    packages = [
        _library(package, index, advisories.get(index, []), instructions, noted, licences)
        for index, package in enumerate(report.packages)
    ]
    relations = _relations([str(each["SPDXID"]) for each in [*roots, *distros]], len(roots), report.packages)
    body: Node = {
        "creationInfo": {
            "created": noted.date,
            "creators": [f"Tool: {_one_line(report.tool.name)}-{_one_line(report.tool.version)}"],
        },
        "packages": [*roots, *distros, *packages],
        "relationships": list(relations),
    }
    if found := licences.extracted():
        body["hasExtractedLicensingInfos"] = found
    if facts := [noted.of(f"{name}: {value}") for name, value in document_facts(report) if value]:
        body["annotations"] = facts
    return body


class _Notes:
    """Makes annotations of a report, all of its day."""

    def __init__(self, report: Report) -> None:
        self.date = f"{report.as_of}T00:00:00Z"
        self._annotator = f"Tool: {_one_line(report.tool.name)}-{_one_line(report.tool.version)}"

    def of(self, comment: str) -> Node:
        return {
            "annotationDate": self.date,
            "annotationType": "OTHER",
            "annotator": self._annotator,
            "comment": comment,
        }

    def facts(self, facts: Mapping[str, object]) -> list[Node]:
        return [self.of(compact(facts).decode())]


def _package(identity: str, name: str, purpose: str) -> Node:
    return {
        "SPDXID": identity,
        "name": name,
        "downloadLocation": NOASSERTION,
        "filesAnalyzed": False,
        "supplier": NOASSERTION,
        "primaryPackagePurpose": purpose,
    }


def _subject(subject: Subject, number: int, noted: _Notes) -> Node:
    purpose = "CONTAINER" if subject.kind in {"image", "container"} else "FILE"
    node = _package(f"SPDXRef-Subject-{number}", _one_line(subject.name) or "unnamed", purpose)
    algorithm, _, content = subject.digest.partition(":")
    if algorithm == "sha256" and len(content) == 64:
        node["checksums"] = [{"algorithm": "SHA256", "checksumValue": content}]
    node["annotations"] = noted.facts({name: value for name, value in subject_facts(subject) if value})
    return node


def _distro(product: str, noted: _Notes) -> Node:
    name, _, version = product.partition(":")
    node = _package(
        f"SPDXRef-Distro-{sha256(compact(product)).hexdigest()[:16]}", name or "unnamed", "OPERATING_SYSTEM"
    )
    node["annotations"] = noted.facts({"distro": product})
    return node | ({"versionInfo": version} if version else {})


def _library(  # noqa: PLR0913, PLR0917 - one package, and what the document gathers
    package: Package,
    index: int,
    advisories: Sequence[Node],
    instructions: Mapping[str, str],
    noted: _Notes,
    licences: ExtractedLicences,
) -> Node:
    node = _package(_reference(index), package.name or "unnamed", "LIBRARY")
    node["versionInfo"] = package.version
    facts: dict[str, object] = {name: value for name, value in package_facts(package, instructions) if value}
    if package.hashes:
        known, others = digests(package, _ALGORITHMS)
        if known:
            node["checksums"] = [{"algorithm": name, "checksumValue": digest} for name, digest in known]
        if others:
            facts["hash"] = others
    if package.source:
        # In the words that other tools read, too.
        node["sourceInfo"] = f"built package from: {package.source} {package.source_version}".rstrip()
    node["licenseConcluded"] = NOASSERTION
    node["licenseDeclared"] = licences.declared(package.licence)
    references = [
        *([_purl(package.purl)] if package.purl else []),
        *({**_SECURITY, "referenceType": "cpe23Type", "referenceLocator": name} for name in cpe_names(package)),
        *advisories,
    ]
    if references:
        node["externalRefs"] = references
    node["annotations"] = noted.facts(facts)
    return node


_SECURITY: Node = {"referenceCategory": "SECURITY"}


def _purl(purl: str) -> Node:
    return {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}


def _reference(index: int) -> str:
    return f"SPDXRef-Package-{index}"


def _advisories(report: Report) -> dict[int, list[Node]]:
    """Give the references to advisories, by the index of the package that they affect."""
    found: dict[int, list[Node]] = {}
    certain = len(report.findings)
    affected = affected_packages(report.packages)
    for number, finding in enumerate((*report.findings, *report.undetermined)):
        if finding.vulnerability:
            node = _advisory(finding, is_certain=number < certain)
            for index in affected(finding):
                found.setdefault(index, []).append(node)
    return found


def _advisory(finding: Finding, *, is_certain: bool) -> Node:
    vulnerability = finding.vulnerability
    name = vulnerability.id if vulnerability else finding.id
    address = next(filter(is_address, finding.references), f"urn:plimsoll:{sha256(compact(name)).hexdigest()[:16]}")
    words = [name, finding.severity.value] if is_certain else [name, "not determined", finding.severity.value]
    if vulnerability and vulnerability.fixed_in:
        words.append(f"fixed in {vulnerability.fixed_in}")
    if finding.waiver:
        words.append(f"waived by {finding.waiver.owner}: {finding.waiver.reason}")
    return {**_SECURITY, "referenceType": "advisory", "referenceLocator": address, "comment": ", ".join(words)}


def _relations(above: Sequence[str], roots: int, packages: Sequence[Package]) -> Iterator[Node]:
    """Give what describes, contains and requires what. `above` are the subjects, and then the distributions."""
    main = above[0]
    for root in above[:roots]:
        yield _relation(DOCUMENT, "DESCRIBES", root)
    for distro in above[roots:]:
        yield _relation(main, "CONTAINS", distro)
    shape: Shape = shape_of(packages)
    for index, container in enumerate(shape.within):
        yield _relation(main if container < 0 else _reference(container), "CONTAINS", _reference(index))
    for index, (package, wanted) in enumerate(zip(packages, shape.requires, strict=True)):
        if package.scope in _OF_SCOPE:
            yield _relation(_reference(index), _OF_SCOPE[package.scope], main)
        for other in wanted:
            yield _relation(_reference(index), "DEPENDS_ON", _reference(other))


def _relation(one: str, kind: str, other: str) -> Node:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def _one_line(text: str) -> str:
    return " ".join(text.split())


SPDX = Format(name="spdx", title="SPDX 2.3 JSON", commands=("scan", "sbom"), render=render)
