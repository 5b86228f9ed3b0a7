"""The `vulnerabilities` of CycloneDX: one for each finding, as packages differ in fix and status.

What is undetermined stands among them, in triage: the format has a word for it.
"""

from collections.abc import Mapping, Sequence

from plimsoll.model.finding import Finding, SeverityEvidence, Vulnerability
from plimsoll.model.report import Report
from plimsoll.model.severity import Severity
from plimsoll.model.statement import State
from plimsoll.reports.affected import affected_packages
from plimsoll.reports.cyclonedx_nodes import Node, properties, unique
from plimsoll.reports.ratings import cvss_of
from plimsoll.reports.text import is_address

_PUBLISHERS = {
    "CVE-": ("NVD", "https://nvd.nist.gov/vuln/detail/"),
    "GHSA-": ("GITHUB", "https://github.com/advisories/"),
}
_SEVERITIES = {Severity.NEGLIGIBLE: "info"}  # CycloneDX has no word for negligible


def vulnerabilities(report: Report, refs: Sequence[str], main: str) -> list[Node]:
    """Give the vulnerabilities of a report. `refs` are the references of its packages, `main` the subject's."""
    affected = affected_packages(report.packages)
    titles = {feed.name: feed.title or feed.name for feed in report.knowledge}
    certain = len(report.findings)
    found = [
        (each, each.vulnerability, number < certain)
        for number, each in enumerate((*report.findings, *report.undetermined))
        if each.vulnerability
    ]
    names = unique(finding.id or "finding" for finding, _, _ in found)
    return [
        {"bom-ref": name}
        | _vulnerability(finding, vulnerability, [refs[index] for index in affected(finding)] or [main])
        | _source(finding, vulnerability, titles)
        | (_analysis(finding, vulnerability) if is_certain else _triage(vulnerability))
        for name, (finding, vulnerability, is_certain) in zip(names, found, strict=True)
    ]


def _vulnerability(finding: Finding, found: Vulnerability, refs: list[str]) -> Node:
    node: Node = {
        "id": found.id,
        "ratings": _ratings(finding),
        "description": finding.title,
    }
    if finding.fix:
        node["recommendation"] = finding.fix
    if addresses := [address for address in finding.references if is_address(address)]:
        node["advisories"] = [{"url": address} for address in addresses]
    return node | {"affects": [{"ref": ref} for ref in refs]} | properties(_facts(finding, found))


def _source(finding: Finding, found: Vulnerability, titles: Mapping[str, str]) -> Node:
    """Say who publishes a vulnerability of that id: NVD, GitHub, else the feed that decided."""
    for prefix, (name, address) in _PUBLISHERS.items():
        if found.id.startswith(prefix) and is_address(address + found.id):
            return {"source": {"name": name, "url": address + found.id}}
    deciding = next((each for each in finding.evidence.statements if each.decides), None)
    if deciding is None:
        return {}
    ids = {found.id, deciding.advisory} - {""}
    named = (each for each in finding.references if is_address(each) and any(name in each for name in ids))
    address = next(named, "")
    source = {"name": titles.get(deciding.feed, deciding.feed)}
    return {"source": source | ({"url": address} if address else {})}


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
    return {"analysis": node | {"detail": f"The vendor says: {found.status}" + (f" ({word})." if word else ".")}}


def _triage(found: Vulnerability) -> Node:
    """Say why it is no finding, but may be one."""
    if found.status == State.UNDETERMINED:
        detail = "The vendor has not determined whether this version is affected."
    else:
        detail = "The installed version has no order among those of the advisories."
    return {"analysis": {"state": "in_triage", "detail": detail}}


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
