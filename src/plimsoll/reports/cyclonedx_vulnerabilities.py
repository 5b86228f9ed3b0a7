"""The `vulnerabilities` of CycloneDX 1.6: one for each finding, as packages differ in fix and status."""

from collections.abc import Mapping, Sequence

from plimsoll.model.finding import Finding, SeverityEvidence, Vulnerability
from plimsoll.model.report import Report
from plimsoll.model.severity import Severity
from plimsoll.model.statement import State
from plimsoll.reports.cyclonedx_nodes import Node, properties, unique
from plimsoll.reports.ratings import cvss_of
from plimsoll.reports.text import is_address

_SEVERITIES = {Severity.NEGLIGIBLE: "info"}  # CycloneDX has no word for negligible


def vulnerabilities(report: Report, refs: Sequence[str], main: str) -> list[Node]:
    """Give the vulnerabilities of a report. `refs` are the references of its packages, `main` the subject's."""
    by_source: dict[str, list[tuple[str, str]]] = {}
    for package, ref in zip(report.packages, refs, strict=True):
        by_source.setdefault(package.key, []).append((package.name, ref))
    found = [(each, each.vulnerability) for each in report.findings if each.vulnerability]
    names = unique(finding.id or "finding" for finding, _ in found)
    return [
        {"bom-ref": name} | _vulnerability(finding, vulnerability, _affected(finding, by_source) or [main])
        for name, (finding, vulnerability) in zip(names, found, strict=True)
    ]


def _affected(finding: Finding, by_source: Mapping[str, Sequence[tuple[str, str]]]) -> list[str]:
    """Give the components that a finding is about: the binaries it names of its source package."""
    installed = by_source.get(finding.fix_key.partition(":")[2], ())
    binaries = finding.package.binaries if finding.package else ()
    return [ref for name, ref in installed if name in binaries] or [ref for _, ref in installed]


def _vulnerability(finding: Finding, found: Vulnerability, refs: list[str]) -> Node:
    node: Node = {
        "id": found.id,
        "ratings": _ratings(finding),
        "description": finding.title,
    }
    deciding = next((each for each in finding.evidence.statements if each.decides), None)
    if deciding:
        node["source"] = {"name": deciding.feed}
    if finding.fix:
        node["recommendation"] = finding.fix
    if addresses := [address for address in finding.references if is_address(address)]:
        node["advisories"] = [{"url": address} for address in addresses]
    if analysis := _analysis(finding, found):
        node["analysis"] = analysis
    return node | {"affects": [{"ref": ref} for ref in refs]} | properties(_facts(finding, found))


def _ratings(finding: Finding) -> list[Node]:
    """Give every rating that is known, the one that decided first; the finding's own where there is none."""
    known = sorted(finding.evidence.severities, key=lambda each: not each.used)
    return [_rating(each) for each in known] or [{"severity": _severity(finding.severity), "method": "other"}]


def _rating(evidence: SeverityEvidence) -> Node:
    cvss = cvss_of(evidence.rating)
    node: Node = {"source": {"name": evidence.source}}
    if cvss.score is not None:
        node["score"] = cvss.score
    node |= {"severity": _severity(evidence.severity), "method": cvss.method}
    return node | ({"vector": cvss.vector} if cvss.vector else {})


def _severity(severity: Severity) -> str:
    return _SEVERITIES.get(severity, severity.value)


def _analysis(finding: Finding, found: Vulnerability) -> Node:
    """Say what the vendor means to do. Whether it can be exploited here is not ours to claim, so no `state`."""
    if found.status == State.AFFECTED:
        return {}
    details = (each.detail for each in finding.evidence.statements if each.decides and each.detail)
    node: Node = {"response": ["will_not_fix"]} if found.status == State.WILL_NOT_FIX else {}
    word = next(details, "")
    return node | {"detail": f"The vendor says: {found.status}" + (f" ({word})." if word else ".")}


def _facts(finding: Finding, found: Vulnerability) -> list[tuple[str, str]]:
    waiver = finding.waiver
    return [
        ("severity", finding.severity.value),
        ("fixed-in", found.fixed_in),
        ("epss", "" if found.epss is None else f"{found.epss:g}"),
        ("exploited", (found.exploited_since or "yes") if found.exploited else ""),
        *(("alias", alias) for alias in found.aliases),
        *(("reference", text) for text in finding.references if not is_address(text)),
        ("layer", finding.location.layer),
        (
            "waiver",
            f"{waiver.id}: {waiver.reason} ({waiver.owner}, until {waiver.expires or 'ever'})" if waiver else "",
        ),
    ]
