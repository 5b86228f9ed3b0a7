"""From an estate to what is wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass

from plimsoll.checks.catalogue import rules
from plimsoll.checks.judge import Judge
from plimsoll.findings.failures import Failures, failures
from plimsoll.model.check import CheckResult, CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.report import RuleFacts
from plimsoll.model.rule import Judgement, Rule
from plimsoll.pipeline.remedies import Snippets


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An estate, and what rules say of it. `failing` are the judgements that findings were made of."""

    estate: Estate
    failures: Failures
    rules: tuple[Rule, ...] = ()
    failing: tuple[Judgement, ...] = ()

    @property
    def told(self) -> tuple[RuleFacts, ...]:
        """The rules that something fails, as reports tell them."""
        failing = {finding.rule for finding in self.failures.findings}
        return tuple(_told(rule) for rule in self.rules if rule.id in failing)


def _told(rule: Rule) -> RuleFacts:
    return RuleFacts(
        id=rule.id,
        title=rule.title,
        why=" ".join(rule.why.split()),
        likelihood=rule.likelihood.value,
        threats=tuple(threat.value for threat in rule.threats),
        platforms=rule.platforms,
    )


def judge(estate: Estate, target: str, further: Iterable[Rule] = ()) -> Judged:
    """Judge an estate by every rule that Plimsoll ships, and further ones; `target` is the id of what was scanned.

    Rules on platforms of which nothing was read are not applicable, and said once.
    """
    every = [*rules().values(), *further]
    seen = estate.platforms
    asked = [rule for rule in every if seen.intersection(rule.platforms)]
    snippets = Snippets(estate)
    failing: list[Judgement] = []

    def snippet(judgement: Judgement) -> str:
        failing.append(judgement)
        return snippets.of(judgement.rule, judgement.document, judgement.verdict)

    found = failures(
        Judge(asked).judge(estate),
        estate,
        target,
        snippet,
    )
    checks = (*found.checks, *_not_applicable(every, seen, target))
    said = Failures(subjects=found.subjects, checks=checks, findings=found.findings)
    return Judged(estate=estate, failures=said, rules=tuple(every), failing=tuple(failing))


def _not_applicable(every: Iterable[Rule], seen: frozenset[str], target: str) -> Iterable[CheckResult]:
    return [
        CheckResult(
            rule=rule.id,
            subject=target,
            state=CheckState.NOT_APPLICABLE,
            reason=f"it is about {', '.join(rule.platforms)}",
            severity=rule.severity,
            likelihood=rule.likelihood.factor,
        )
        for rule in every
        if not seen.intersection(rule.platforms)
    ]
