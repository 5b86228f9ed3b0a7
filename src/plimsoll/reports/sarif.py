"""SARIF 2.1.0, for code scanning services and editors.

Source: SARIF 2.1.0 with errata 01 (OASIS), and what GitHub code scanning asks beyond it: a rule id, a message
and a physical location with a relative URI in every result, `security-severity` in the rules.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256

from plimsoll.model.finding import Finding, FindingKind, WaiverMark
from plimsoll.model.gap import Gap
from plimsoll.model.report import Report, RuleFacts, WaiverState
from plimsoll.model.reporting import Format, Style
from plimsoll.model.severity import Severity
from plimsoll.reports.document import json_document
from plimsoll.reports.origins import base_line, split_of
from plimsoll.reports.places import opener
from plimsoll.reports.ratings import severity_score
from plimsoll.reports.sarif_fixes import fix, help_in_markdown, in_markdown, others
from plimsoll.reports.text import encodable, is_address
from plimsoll.reports.unmeasured import sentence, unmeasured

Node = dict[str, object]
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LONGEST = 1000  # GitHub code scanning takes 1024 characters of a description
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.UNKNOWN: "warning",
    Severity.LOW: "note",
    Severity.NEGLIGIBLE: "note",
}


def render(report: Report, _style: Style) -> str:
    """Give the report as one run. Gaps are warnings of its invocation, waived findings are suppressed results."""
    rules = _by_rule(report)
    index = {name: number for number, name in enumerate(rules)}
    run: Node = {
        "tool": {"driver": _driver(report, rules)},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": _notes(report),
                "toolConfigurationNotifications": _idle_waivers(report),
            }
        ],
        "results": _results(report, index),
        "columnKind": "unicodeCodePoints",
        "properties": _properties(report),
    }
    return json_document({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule_id(finding: Finding) -> str:
    return finding.vulnerability.id if finding.vulnerability else finding.rule or finding.kind.value


def _by_rule(report: Report) -> dict[str, list[Finding]]:
    rules: dict[str, list[Finding]] = {}
    for finding in report.findings:
        rules.setdefault(_rule_id(finding), []).append(finding)
    return dict(sorted(rules.items()))


def _driver(report: Report, rules: dict[str, list[Finding]]) -> Node:
    told = {rule.id: rule for rule in report.rules}
    return {
        "name": report.tool.name,
        "version": report.tool.version,
        "rules": [_rule(name, findings, told.get(name)) for name, findings in rules.items()],
        "notifications": [{"id": what} for what in _gap_kinds(report)],
    }


def _rule(name: str, findings: list[Finding], told: RuleFacts | None) -> Node:
    """Describe a rule by its worst finding, as one vulnerability may be rated otherwise in each package."""
    worst = max(findings, key=severity_score)
    node: Node = {
        "id": name,
        "shortDescription": _text(told.title if told else _title(name, findings)),
        "fullDescription": _text(_cut(told.why) if told else _description(findings)),
        "help": _rule_help(name, findings, told),
        "defaultConfiguration": {"level": _LEVELS[worst.severity]},
        "properties": {
            "security-severity": f"{severity_score(worst):.1f}",
            "tags": [
                *sorted({"security", *(finding.kind.value for finding in findings)}),
                *_threats(told),
                *others(findings),
            ],
        },
    }
    address = next((each for each in worst.references if is_address(each)), None)
    return node | ({"helpUri": address} if address else {})


def _title(name: str, findings: list[Finding]) -> str:
    packages = sorted({finding.package.source.name for finding in findings if finding.package})
    if packages:
        return f"{name} in {', '.join(packages)}"
    titles = {finding.title for finding in findings}
    return titles.pop() or name if len(titles) == 1 else name.replace("-", " ").capitalize()


def _description(findings: list[Finding]) -> str:
    """Say of every package what its result says, as long as code scanning shows it."""
    told: dict[str, None] = {}
    for finding in findings:
        told[_message(finding)] = None
        if len(told) > _LONGEST:  # each is a character at least
            break
    return _cut("\n".join(told))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _threats(told: RuleFacts | None) -> list[str]:
    return [f"threat:{threat}" for threat in told.threats] if told else []


def _rule_help(name: str, findings: list[Finding], told: RuleFacts | None) -> Node:
    title, why = (told.title, told.why) if told else (_title(name, findings), "")
    node = _text(_help(name, title, why, findings))
    if _is_of_rules(findings[0]):
        return node | {"markdown": help_in_markdown(name, title, why, findings)}
    return node


def _is_of_rules(finding: Finding) -> bool:
    return finding.kind is FindingKind.MISCONFIGURATION and bool(finding.rule)


def _help(name: str, title: str, why: str, findings: list[Finding]) -> str:
    fixes = dict.fromkeys(finding.fix for finding in findings if finding.fix)
    addresses = dict.fromkeys(address for finding in findings for address in finding.references)
    more = "check show" if _is_of_rules(findings[0]) else "explain"
    return "\n".join([title, *([why] if why else []), *fixes, *addresses, f"More: plimsoll {more} {name}"])


def _text(text: str) -> Node:
    """Give a message without embedded links (SARIF 3.11.6): text from outside must not become one."""
    return {"text": text.replace("](", "] (")}


def _results(report: Report, index: dict[str, int]) -> list[Node]:
    """Give a result for each finding; of those alike in everything that stays, the order tells them apart."""
    place, seen = opener(report), Counter[str]()
    configured = {subject.id for subject in report.subjects if subject.kind in _CONFIGURED}
    results = []
    for finding in report.findings:
        # One object may stand in several files of a target: its subject says in which.
        mark = f"{finding.subject}\0{finding.id}" if finding.subject in configured else finding.id
        seen[mark] += 1
        results.append(_result(finding, index, report, place) | {"partialFingerprints": _prints(finding, mark, seen)})
    return results


_CONFIGURED = frozenset({"workload", "resource"})


def _prints(finding: Finding, mark: str, seen: Counter[str]) -> Node:
    """GitHub tells results apart by the second one alone; both survive a rebuild, and lines that move."""
    digest = sha256(encodable(mark).encode()).hexdigest()[:16]
    return {"plimsoll/finding-id": finding.id, "primaryLocationLineHash": f"{digest}:{seen[mark]}"}


def _result(finding: Finding, index: dict[str, int], report: Report, place: Callable[[Finding], str]) -> Node:
    rule = _rule_id(finding)
    node: Node = {
        "ruleId": rule,
        "ruleIndex": index[rule],
        "level": _LEVELS[finding.severity],
        "message": _result_message(finding),
        "locations": [_location(finding, report, _relative(place(finding), finding))],
        "suppressions": [_suppression(finding.waiver)] if finding.waiver else [],
        "properties": _facts(finding),
    }
    node |= _fixes(finding, lambda path: _uri(_opened(finding, path, place) or report.target))
    return node | {"baselineState": "unchanged" if finding.known else "new"} if report.baseline else node


def _result_message(finding: Finding) -> Node:
    text = _message(finding)
    node = _text(text)
    return node | {"markdown": in_markdown(finding, text)} if finding.snippet else node


def _message(finding: Finding) -> str:
    package, found = finding.package, finding.vulnerability
    title = finding.title or _rule_id(finding)
    where = f"{package.source.name} {package.source.version}: " if package and package.name not in title else ""
    threat = " Exploited in the wild." if found and found.exploited else ""
    end = "" if not finding.fix else f" {finding.fix}"
    return f"{where}{title} ({finding.severity}).{threat}{end}"


def _location(finding: Finding, report: Report, path: str) -> Node:
    place = finding.location
    region: Node = {"startLine": max(place.line or 1, 1)}
    if place.column and place.column > 0:
        region["startColumn"] = place.column
        if place.end_column and place.end_column > place.column:
            region |= {"endLine": region["startLine"], "endColumn": place.end_column}
    node: Node = {"physicalLocation": {"artifactLocation": {"uri": _uri(path or report.target)}, "region": region}}
    logical = [_logical(finding.subject, "", "subject")]
    if place.layer:
        logical.append(_logical(place.layer, f"{finding.subject}/{place.layer}", "layer"))
    if finding.package:
        logical.append(_logical(finding.package.source.name, finding.package.purl, "package"))
    return node | {"logicalLocations": logical}


def _logical(name: str, whole: str, kind: str) -> Node:
    return {"name": name, "fullyQualifiedName": whole or name, "kind": kind}


def _fixes(finding: Finding, uri: Callable[[str], str]) -> Node:
    return {"fixes": [fix(finding, uri)]} if finding.replacements else {}


def _opened(finding: Finding, path: str, place: Callable[[Finding], str]) -> str:
    """Give the path by which a code host knows the file of a replacement, which may not be that of the finding."""
    there = replace(finding, location=replace(finding.location, path=path))
    return _relative(place(there), there)


def _relative(place: str, finding: Finding) -> str:
    """Keep to the path in the target where that was given from the root: code hosts want no such paths."""
    return finding.location.path if place.startswith("/") else place


@lru_cache(maxsize=1024)
def _uri(path: str) -> str:
    """Give the path of a file, or the target's name where a finding has none, as a relative URI."""
    from urllib.parse import quote

    names = [name for name in path.split("/") if name not in {"", ".", ".."}]
    return quote(encodable("/".join(names)) or "target", safe="/")


def _suppression(waiver: WaiverMark) -> Node:
    until = f" until {waiver.expires}" if waiver.expires else ""
    where = f" in {waiver.origin}" if waiver.origin not in {"", waiver.owner} else ""
    text = f"{waiver.reason} ({waiver.owner}{until}, waiver {waiver.id}{where})"
    # What stands in a comment or an annotation is known by its line; files of waivers have none.
    is_in_source = _LINE_AT_END.search(waiver.origin) is not None
    return {"kind": "inSource" if is_in_source else "external", "status": "accepted", "justification": text}


_LINE_AT_END = re.compile(r":\d+$")


def _facts(finding: Finding) -> Node:
    found, place = finding.vulnerability, finding.location
    facts: Node = {"kind": finding.kind.value, "severity": finding.severity.value, "subject": finding.subject}
    if found:
        facts |= {"status": found.status, "fixedIn": found.fixed_in, "exploited": found.exploited, "epss": found.epss}
    if place.instruction:
        facts["instruction"] = place.instruction
    evidence = finding.evidence
    facts |= {"pointer": place.pointer, "value": evidence.value, "expected": evidence.expected, "said": evidence.origin}
    facts |= {"snippet": finding.snippet, "origin": finding.origin}
    return {key: value for key, value in facts.items() if value not in ("", None)}


def _notes(report: Report) -> list[Node]:
    order = {what: number for number, what in enumerate(_gap_kinds(report))}
    return [_note(gap, order[gap.what]) for gap in unmeasured(report)]


def _gap_kinds(report: Report) -> list[str]:
    return sorted({gap.what for gap in unmeasured(report)})


def _note(gap: Gap, number: int) -> Node:
    advice = f" {gap.advice}" if gap.advice else ""
    return {
        "level": "warning",
        "descriptor": {"id": gap.what, "index": number},
        "message": _text(f"Not measured ({gap.count}, {gap.subject}): {sentence(gap)}{advice}"),
        "properties": {"subject": gap.subject, "count": gap.count},
    }


def _idle_waivers(report: Report) -> list[Node]:
    """Tell of waivers that are expired or cover nothing (SARIF 3.20.20: conditions of the configuration)."""
    return [_idle_waiver(waiver) for waiver in report.waivers if waiver.state != "used"]


def _idle_waiver(waiver: WaiverState) -> Node:
    text = f"The waiver {waiver.id} ({waiver.owner}: {waiver.reason}) is {waiver.state}. {waiver.note}"
    return {"level": "note", "descriptor": {"id": f"waiver-{waiver.state}"}, "message": _text(text.rstrip())}


def _base(report: Report) -> Node:
    base, split = report.base, split_of(report)
    if base is None:
        return {}
    node: Node = {"name": base.name, "digest": base.digest, "by": base.by, "says": base_line(report)}
    if split is not None:
        node |= {"layers": base.layers, "findings": split[0], "ownFindings": split[1]}
    return {"base": node}


def _properties(report: Report) -> Node:
    score = report.score
    return _base(report) | {
        "asOf": report.as_of,
        "target": report.target,
        "score": {"low": score.low, "high": score.high, "estimated": score.estimated},
        "hidden": report.hidden,
        **({"fixesNotSought": report.unsought} if report.unsought else {}),
        "undetermined": len(report.undetermined),
        "knowledgeBuilt": report.knowledge_built,
        "snapshot": report.snapshot,
        "knowledge": [{"feed": feed.name, "date": feed.date, "ageDays": feed.age_days} for feed in report.knowledge],
    }


SARIF = Format(name="sarif", title="SARIF 2.1.0", commands=("scan",), render=render, shows_text=True)
