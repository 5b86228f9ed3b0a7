"""What matters first: the fixes of a report, exploited ones first, then by what each takes from the score."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import TYPE_CHECKING

from plimsoll.errors import VersionRefusedError
from plimsoll.model.finding import Finding, StatementEvidence
from plimsoll.model.report import Report
from plimsoll.model.score import Part, Score, value
from plimsoll.model.severity import Severity
from plimsoll.model.statement import State
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover
from plimsoll.reports.origins import origin_word

if TYPE_CHECKING:
    from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One thing to do: a source package to upgrade, or a rule to satisfy, with the findings it removes.

    `remedy` is the version to upgrade to or, for a rule, what to do; empty where nothing fixes it yet.
    `findings` counts what it is for, `explain` names the most urgent of them, an exploited one where there is
    one. `mass` is what it adds to M at the low end. `score` is the low end without that mass, None where there
    is no score or no fix; `at_most` says that some of that mass may stay, so that the gain is less. `epss` is
    the highest of its vulnerabilities, None where none has one. `of_base` says that all of it comes with the base of
    the image, so that a newer base may be the better fix.
    """

    name: str
    installed: str
    remedy: str
    findings: int
    explain: str
    severity: Severity
    exploited: bool
    epss: float | None
    mass: float
    score: float | None
    at_most: bool
    of_base: bool = False


def urgency(finding: Finding) -> tuple[bool, int, float, str]:
    """Give a sort key: exploited in the wild first, then the worst severity, then the likeliest, then by id."""
    found = finding.vulnerability
    epss = found.epss if found and found.epss is not None else 0.0
    return not (found and found.exploited), -finding.severity.rank, -epss, finding.id


def first_fixes(report: Report) -> list[Fix]:
    """Give the fixes that a person should look at, in order: each is available or is for something exploited.

    Waived findings ask for nothing, so a fix of only such findings is left out.
    """
    from fractions import Fraction

    parts = {part.fix: part for part in report.score.parts}
    whole = sum((Fraction(part.mass_low) for part in report.score.parts), Fraction())
    groups: dict[str, list[Finding]] = {}
    for finding in report.findings:
        # A rule is one thing to do, on however many workloads.
        groups.setdefault(finding.fix_key if finding.vulnerability else finding.rule or finding.id, []).append(finding)
    fixes = [
        _fix(sorted(group, key=urgency), report.score, _together(group, parts), whole)
        for group in groups.values()
        if any(map(_asks, group))
    ]
    return sorted(fixes, key=lambda fix: (not fix.exploited, -fix.mass, -fix.severity.rank, fix.name))


def _part_name(finding: Finding, parts: Collection[str]) -> str:
    """Name the part of the score that a finding is in: a source package, a rule on its subject, or itself."""
    if finding.vulnerability:
        return finding.fix_key
    check = f"check:{finding.subject}:{finding.rule}"
    return check if check in parts else finding.id


def _together(group: Iterable[Finding], parts: Mapping[str, Part]) -> Part | None:
    """Add up the parts of the score that a group of findings is in; None where it is in none."""
    names = dict.fromkeys(_part_name(finding, parts) for finding in group)
    found = [parts[name] for name in names if name in parts]
    if len(found) < 2:
        return found[0] if found else None
    return Part(
        fix=found[0].fix,
        mass_low=math.fsum(part.mass_low for part in found),
        mass_high=math.fsum(part.mass_high for part in found),
        findings=sum(part.findings for part in found),
    )


def _asks(finding: Finding) -> bool:
    return finding.waiver is None and (_is_available(finding) or _is_exploited(finding))


def _is_available(finding: Finding) -> bool:
    return bool(finding.vulnerability.fixed_in) if finding.vulnerability else bool(finding.fix)


def _is_exploited(finding: Finding) -> bool:
    return finding.vulnerability is not None and finding.vulnerability.exploited


def _fix(group: list[Finding], score: Score, part: Part | None, whole: "Fraction") -> Fix:
    available = [finding for finding in group if _is_available(finding)]
    first, package = group[0], group[0].package
    epss = [each.vulnerability.epss for each in group if each.vulnerability and each.vulnerability.epss is not None]
    return Fix(
        name=package.source.name if package else _title(group),
        installed=package.source.version if package else "",
        remedy=_fixed_in(available) if first.vulnerability else first.fix,
        findings=len(group),
        explain=_name(next(filter(_is_exploited, group), first)),
        severity=max((finding.severity for finding in group), key=lambda severity: severity.rank),
        exploited=any(map(_is_exploited, group)),
        epss=max(epss, default=None),
        mass=part.mass_low if part else 0.0,
        score=_without(part, score, whole) if part and available else None,
        at_most=part is not None and (len(available) < part.findings or part.mass_high < part.mass_low),
        of_base=all(map(origin_word, group)),
    )


def _title(group: Sequence[Finding]) -> str:
    """Give what all findings of a group say; the rule where each says something else."""
    first = group[0]
    return first.title if first.title and len({finding.title for finding in group}) == 1 else first.rule or first.title


def _name(finding: Finding) -> str:
    return finding.vulnerability.id if finding.vulnerability else finding.id


def _without(part: Part, score: Score, whole: "Fraction") -> float | None:
    """Give the score's low end with a part gone: what-if by subtraction (design, idea 4), without rounding twice."""
    return None if score.low is None else value(float(max(whole - type(whole)(part.mass_low), type(whole)())))


def _fixed_in(available: list[Finding]) -> str:
    """Give the lowest version with all the fixes; where no order of versions is known, as many as there are."""
    versions = {each.vulnerability.fixed_in: None for each in available if each.vulnerability}
    if len(versions) < 2:
        return "".join(versions)
    deciding = [evidence for each in available for evidence in each.evidence.statements if evidence.decides]
    schemes = {evidence.scheme for evidence in deciding}
    scheme = discover("plimsoll.versions", Scheme).get(schemes.pop()) if len(schemes) == 1 else None
    if scheme is None:
        return f"{len(versions)} versions"
    try:
        newest = max(versions, key=cmp_to_key(scheme.compare))
        return _beyond(newest, _branches(deciding), scheme)
    except VersionRefusedError:
        return f"{len(versions)} versions"


_Branch = tuple[str, str, bool]
"""An affected interval: its start, its end, and whether the end is the last affected version, so no fix."""


def _branches(deciding: Iterable[StatementEvidence]) -> set[_Branch]:
    """Give the affected intervals that have a start and an end: those of branches.

    One from the start needs no look: the finding's own fix, or the installed version, is at its end already.
    """
    affected = {said.interval for said in deciding if said.state != State.NOT_AFFECTED}
    bounds = ((*text[1:-1].partition(", "), text.endswith("]")) for text in affected)
    return {(lo, hi, closed) for lo, _, hi, closed in bounds if lo != "0" and hi and hi != "∞"}


def _beyond(version: str, branches: Collection[_Branch], scheme: Scheme) -> str:
    """Leave the branches in which the newest of the fixes is itself affected by something else that was found.

    The fix of an old branch may be older than that of another vulnerability on a newer one: log4j-core 2.3 leaves
    CVE-2021-45046 with 2.12.2, which has CVE-2021-45105 until 2.12.3. Each round goes on to the next fix there is.
    Intervals whose ends have no order are passed over.
    """
    branches = [branch for branch in branches if _has_order(branch, scheme)]
    fixes = sorted({hi for _, hi, closed in branches if not closed}, key=cmp_to_key(scheme.compare))
    for fix in (each for each in fixes if scheme.compare(version, each) < 0):
        if not any(_holds(branch, version, scheme) for branch in branches):
            break
        version = fix
    return version


def _has_order(branch: _Branch, scheme: Scheme) -> bool:
    try:
        return scheme.compare(branch[0], branch[1]) <= 0
    except VersionRefusedError:
        return False


def _holds(branch: _Branch, version: str, scheme: Scheme) -> bool:
    lo, hi, closed = branch
    return scheme.compare(lo, version) <= 0 and scheme.compare(version, hi) < (1 if closed else 0)
