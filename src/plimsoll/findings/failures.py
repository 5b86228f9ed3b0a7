"""From what rules say to check results and findings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from plimsoll.model.check import CheckResult, CheckState
from plimsoll.model.estate import Document, Estate, Position
from plimsoll.model.fact import dotted, pointer
from plimsoll.model.finding import Evidence, Finding, FindingKind, Location
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Judgement, Likelihood
from plimsoll.model.subject import Subject
from plimsoll.model.workload import Workload

Snippet = Callable[[Judgement], str]
"""Gives the fix of a failure in the syntax of its file, "" where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Everything that rules say of an estate: results in all four states, and a finding for each failure."""

    subjects: tuple[Subject, ...]
    checks: tuple[CheckResult, ...]
    findings: tuple[Finding, ...]


NONE = Failures(subjects=(), checks=(), findings=())
"""What rules say of nothing."""


def failures(judgements: Iterable[Judgement], estate: Estate, target: str, snippet: Snippet) -> Failures:
    """Make results and findings of judgements; what is about everything together is about the target."""
    subjects = _subjects(estate, target)
    checks: list[CheckResult] = []
    findings: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    ids = {key: subject.id for key, subject in subjects.items()}
    for judgement in judgements:
        if judgement.state is CheckState.PASS:
            about = ids.get((judgement.document, judgement.subject), target)
            checks.append(_result(judgement, about, _NOTHING))
            continue
        about = ids.get((judgement.document, _object(judgement)), target)
        document = estate.documents[judgement.document] if judgement.document >= 0 else None
        position = document.position(judgement.verdict.at) if document else None
        evidence = _evidence(judgement, position)
        if judgement.state is CheckState.FAIL:
            finding = _finding(judgement, about, evidence, _location(judgement, document, position), snippet)
            findings.append(finding)
            # Several places of one object may be one finding, which is one answer of the rule.
            if (about, finding.id) in seen:
                continue
            seen.add((about, finding.id))
        checks.append(_result(judgement, about, evidence))
    return Failures(subjects=tuple(subjects.values()), checks=tuple(checks), findings=tuple(findings))


_NOTHING = Evidence()


def _subjects(estate: Estate, target: str) -> Mapping[tuple[int, str], Subject]:
    return {(thing.document, thing.key): _subject(thing, estate, target) for thing in estate.things}


def subject_id(thing: Workload | Resource, estate: Estate) -> str:
    """Give the id of the subject that a workload or a resource is."""
    path = estate.documents[thing.document].path
    return f"{path}#{thing.key}" if path else thing.key


def _subject(thing: Workload | Resource, estate: Estate, target: str) -> Subject:
    return Subject(
        id=subject_id(thing, estate),
        kind="workload" if isinstance(thing, Workload) else "resource",
        name=thing.key,
        parent=target,
        platform=thing.platform,
    )


_PARTS_OF_A_KEY = 3


def _object(judgement: Judgement) -> str:
    """Give `Kind/namespace/name` of what is judged: rules on everything may name the container, too."""
    parts = judgement.subject.split("/")
    return "/".join(parts[:_PARTS_OF_A_KEY]) if judgement.verdict.subject else judgement.subject


def _result(judgement: Judgement, subject: str, evidence: Evidence) -> CheckResult:
    rule = judgement.rule
    return CheckResult(
        rule=rule.id,
        subject=subject,
        state=judgement.state,
        evidence=evidence,
        reason=judgement.verdict.reason,
        severity=rule.severity,
        likelihood=_FACTORS[rule.likelihood],
    )


_FACTORS = {likelihood: likelihood.factor for likelihood in Likelihood}
"""Looked up, as there is one for every rule on every subject."""


def _evidence(judgement: Judgement, position: Position | None) -> Evidence:
    verdict = judgement.verdict
    return Evidence(value=verdict.value, expected=verdict.expected, origin=_origin(judgement, position))


def _origin(judgement: Judgement, position: Position | None) -> str:
    """Say where the value comes from: what is written at a place, or the default of what is absent there."""
    place = dotted(judgement.verdict.at)
    if not place:
        return ""
    return place if position is None or position.is_there else f"absent; it belongs at {place}"


def _location(judgement: Judgement, document: Document | None, position: Position | None) -> Location:
    return Location(
        path=(position.path if position else "") or (document.path if document else ""),
        line=position.line if position else None,
        column=position.column if position else None,
        pointer=pointer(judgement.verdict.at),
    )


def _finding(judgement: Judgement, subject: str, evidence: Evidence, location: Location, snippet: Snippet) -> Finding:
    rule, verdict = judgement.rule, judgement.verdict
    detail = f"@{verdict.detail}" if verdict.detail else ""
    key = f"{judgement.subject}/{judgement.container}" if judgement.container else judgement.subject
    return Finding(
        id=f"{FindingKind.MISCONFIGURATION}:{key or location.path}:{rule.id}{detail}",
        kind=FindingKind.MISCONFIGURATION,
        severity=rule.severity,
        subject=subject,
        title=rule.message.replace("{value}", verdict.value) if rule.message else rule.title,
        rule=rule.id,
        location=location,
        evidence=evidence,
        fix=rule.remedy.text,
        references=rule.references,
        snippet=snippet(judgement),
    )
