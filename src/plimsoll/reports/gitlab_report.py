"""GitLab's code quality report: what a merge request shows beside the lines that it changes.

Source: GitLab documentation, "Code Quality", section "Code Quality report format": a list of objects with
`description`, `check_name`, `fingerprint`, `severity` and `location.path` with `location.lines.begin`.
"""

from collections import Counter
from hashlib import sha256

from plimsoll.model.finding import Finding
from plimsoll.model.gap import Gap
from plimsoll.model.report import Report
from plimsoll.model.reporting import Format, Style
from plimsoll.model.severity import Severity
from plimsoll.reports.document import json_document
from plimsoll.reports.places import opener
from plimsoll.reports.text import encodable
from plimsoll.reports.unmeasured import sentence, unmeasured

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.UNKNOWN: "major",
    Severity.LOW: "minor",
    Severity.NEGLIGIBLE: "info",
}


def render(report: Report, _style: Style) -> str:
    """Give every finding, and as `info` what is waived and what was not measured."""
    place, seen = opener(report), Counter[str]()
    findings = [_finding(finding, place(finding) or report.target, seen) for finding in report.findings]
    return json_document([*findings, *(_gap(gap, report.target, seen) for gap in unmeasured(report))])


def _finding(finding: Finding, path: str, seen: Counter[str]) -> dict[str, object]:
    rule = finding.vulnerability.id if finding.vulnerability else finding.rule or finding.kind.value
    waived = f" (waived: {finding.waiver.reason})" if finding.waiver else ""
    fix = f" {finding.fix}" if finding.fix else ""
    return {
        "description": f"{finding.title or rule} ({finding.severity}).{fix}{waived}",
        "check_name": rule,
        "fingerprint": _fingerprint(f"{path}\0{finding.id}", seen),
        "severity": "info" if finding.waiver else _SEVERITIES[finding.severity],
        "location": _location(path, max(finding.location.line or 1, 1)),
    }


def _gap(gap: Gap, path: str, seen: Counter[str]) -> dict[str, object]:
    advice = f" {gap.advice}" if gap.advice else ""
    return {
        "description": f"Not measured: {sentence(gap)}{advice}",
        "check_name": gap.what,
        "fingerprint": _fingerprint(f"{path}\0{gap.what}\0{gap.subject}\0{gap.question}", seen),
        "severity": "info",
        "location": _location(path, 1),
    }


def _location(path: str, line: int) -> dict[str, object]:
    return {"path": path, "lines": {"begin": line}}


def _fingerprint(text: str, seen: Counter[str]) -> str:
    """Hash what stays the same when lines move; where several things are alike, their order tells them apart."""
    seen[text] += 1
    return sha256(f"{encodable(text)}\0{seen[text]}".encode()).hexdigest()


GITLAB = Format(name="gitlab", title="GitLab code quality, for merge requests", commands=("scan",), render=render)
