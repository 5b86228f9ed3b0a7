"""The score that one can recompute: 100 / (1 + M/20), as a range (design, idea 4; docs/explanation/score.md).

Every sum is exact before it is rounded once (`math.fsum`), so the order of findings never moves a bit; nothing
is rounded for display here.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from plimsoll.compliance.weights import Weights, weights
from plimsoll.errors import UsageError
from plimsoll.model.check import CheckResult, CheckState
from plimsoll.model.finding import Finding
from plimsoll.model.score import Part, Score, value

Likelihoods = Mapping[tuple[str, str], float]
"""The likelihood that a rule states, by (rule, subject)."""


def score(  # noqa: PLR0913 - one argument per addend of M that the design names
    findings: Sequence[Finding],
    checks: Sequence[CheckResult] = (),
    *,
    unmeasured: Mapping[str, str],
    stale: Mapping[str, int],
    undetermined: Sequence[Finding] = (),
    unread: Iterable[tuple[str, int]] = (),
    measured_anything: bool,
) -> Score:
    """Score what was found, and at the low end also what was not measured.

    `unmeasured` gives a reason by source package key, `stale` the age in days of the newest feed that speaks for
    one; a key in both counts as unmeasured. `undetermined` are potential findings. `unread` are (label, parts
    of files that could not be read). Without anything measured both ends are None.
    """
    table = weights()
    fixes = _fixes(findings, undetermined, checks, table)
    parts = [fix.part(name) for name, fix in fixes.items()]
    parts += _estimates(unmeasured, stale, unread, table)
    return _total(parts, is_measured=measured_anything)


def what_if(score: Score, fixes: Collection[str]) -> Score:
    """Give the score with these parts (by `Part.fix`) gone. Raises UsageError for a fix that is no part."""
    if unknown := sorted(set(fixes) - {part.fix for part in score.parts}):
        message = f"the score has no part {', '.join(map(repr, unknown))}"
        raise UsageError(message, advice="The parts are listed in the JSON report, below score.parts.")
    kept = [part for part in score.parts if part.fix not in fixes]
    return _total(kept, is_measured=score.low is not None)


def joined(scores: Sequence[Score]) -> Score:
    """Give the score of several things together: each fix counts once, with the worst of its parts (design, idea 4)."""
    parts: dict[str, Part] = {}
    for part in (part for each in scores for part in each.parts):
        known = parts.get(part.fix)
        if known is None or (part.mass_low, part.mass_high) > (known.mass_low, known.mass_high):
            parts[part.fix] = part
    return _total(parts.values(), is_measured=any(each.low is not None for each in scores))


def mass_of(finding: Finding, checks: Iterable[CheckResult] = ()) -> float:
    """Give the mass of one finding: the weight of its severity times its likelihood."""
    return _mass(finding, _likelihoods(checks), weights())


def fix_of(finding: Finding, checks: Iterable[CheckResult] = ()) -> str:
    """Name the fix that removes a finding, as the score's parts do."""
    return _fix_name(finding, _likelihoods(checks))


@dataclass(slots=True)
class _Fix:
    """The masses of one fix: of its findings by id, of failed checks without one, and those of the low end only."""

    found: dict[str, float] = field(default_factory=dict)
    silent: list[float] = field(default_factory=list)
    possible: list[float] = field(default_factory=list)
    findings: int = 0

    def part(self, name: str) -> Part:
        return Part(
            fix=name,
            mass_low=_norm([*self.found.values(), *self.silent, *self.possible]),
            mass_high=_norm([*self.found.values(), *self.silent]),
            findings=self.findings,
            reason=f"not measured, counted at the low end: {len(self.possible)}" if self.possible else "",
        )


def _fixes(
    findings: Sequence[Finding], undetermined: Sequence[Finding], checks: Sequence[CheckResult], table: Weights
) -> dict[str, _Fix]:
    likelihoods = _likelihoods(checks)
    fixes: dict[str, _Fix] = {}
    for finding in findings:
        fix = fixes.setdefault(_fix_name(finding, likelihoods), _Fix())
        # One finding that stands in several places of an object is one trouble.
        fix.found[finding.id] = max(_mass(finding, likelihoods, table), fix.found.get(finding.id, 0.0))
        fix.findings += 1
    for finding in undetermined:
        fixes.setdefault(_fix_name(finding, likelihoods), _Fix()).possible.append(_mass(finding, likelihoods, table))
    for check in checks:
        if check.state is CheckState.NOT_MEASURED:
            fixes.setdefault(_check_fix(check.rule, check.subject), _Fix()).possible.append(_check_mass(check, table))
    for check in _without_finding(findings, checks, table):
        fixes.setdefault(_check_fix(check.rule, check.subject), _Fix()).silent.append(_check_mass(check, table))
    return fixes


def _without_finding(
    findings: Iterable[Finding], checks: Iterable[CheckResult], table: Weights
) -> Iterator[CheckResult]:
    """Give the failed checks that nobody made a finding of, one finding standing for one check: none is ever lost."""
    distinct = {(finding.id, finding.rule, finding.subject) for finding in findings}
    reported = Counter((rule, subject) for _, rule, subject in distinct)
    failed = (check for check in checks if check.state is CheckState.FAIL)
    # Heaviest first, so that which of a rule's checks a finding stands for owes nothing to their order.
    for check in sorted(failed, key=lambda check: -_check_mass(check, table)):
        place = (check.rule, check.subject)
        if reported[place]:
            reported[place] -= 1
        else:
            yield check


def _check_mass(check: CheckResult, table: Weights) -> float:
    return table.severity[check.severity] * check.likelihood


def _likelihoods(checks: Iterable[CheckResult]) -> Likelihoods:
    found: dict[tuple[str, str], float] = {}
    for check in checks:
        place = (check.rule, check.subject)
        known = found.get(place)
        if known is None or check.likelihood > known:
            found[place] = check.likelihood
    return found


def _fix_name(finding: Finding, likelihoods: Likelihoods) -> str:
    """Name a source package to upgrade, a rule on its subject, or (a secret in a file …) the finding itself."""
    if finding.vulnerability is not None:
        return finding.id.removesuffix(f":{finding.vulnerability.id}")
    if (finding.rule, finding.subject) in likelihoods:
        return _check_fix(finding.rule, finding.subject)
    return finding.id


def _check_fix(rule: str, subject: str) -> str:
    return f"check:{subject}:{rule}"


def _mass(finding: Finding, likelihoods: Likelihoods, table: Weights) -> float:
    known = finding.vulnerability
    if known is not None:
        return table.of_vulnerability(finding.severity, known.epss, exploited=known.exploited)
    likelihood = likelihoods.get((finding.rule, finding.subject))
    if likelihood is None:
        likelihood = table.kinds.get(finding.kind, table.no_epss)
    return table.severity[finding.severity] * likelihood


def _estimates(
    unmeasured: Mapping[str, str], stale: Mapping[str, int], unread: Iterable[tuple[str, int]], table: Weights
) -> list[Part]:
    parts = [_estimate(f"unmeasured:{key}", table.unmeasured, reason) for key, reason in unmeasured.items()]
    for key, days in stale.items():
        if key not in unmeasured:
            mass = min(1.0, days / table.stale_full_days)
            parts.append(_estimate(f"stale:{key}", mass, f"the newest feed that speaks for it is {days} days old"))
    counts: dict[str, int] = {}
    for label, count in unread:
        counts[label] = counts.get(label, 0) + count
    for label, count in counts.items():
        reason = f"files that could not be read: {count}"
        parts.append(_estimate(f"unread:{label}", table.unmeasured * count, reason))
    return [part for part in parts if part.mass_low > 0]


def _estimate(fix: str, mass: float, reason: str) -> Part:
    return Part(fix=fix, mass_low=mass, mass_high=0.0, estimated=True, reason=reason)


def _total(parts: Iterable[Part], *, is_measured: bool) -> Score:
    ordered = tuple(sorted(parts, key=_heaviest_first))
    return Score(
        low=value(math.fsum(part.mass_low for part in ordered)) if is_measured else None,
        high=value(math.fsum(part.mass_high for part in ordered)) if is_measured else None,
        estimated=any(part.estimated for part in ordered),
        parts=ordered,
    )


def _heaviest_first(part: Part) -> tuple[float, str]:
    return (-part.mass_low, part.fix)


def _norm(masses: Iterable[float]) -> float:
    return math.sqrt(math.fsum(mass * mass for mass in masses))
