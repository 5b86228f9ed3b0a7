"""All that was not measured, in one list: the gaps, and the checks that had no answer."""

from collections.abc import Sequence

from plimsoll.model.check import CheckResult, CheckState
from plimsoll.model.gap import Gap
from plimsoll.model.report import Report
from plimsoll.model.wording import some_of

MOST_RULES = 4
"""Rules that one line names; the JSON report has every check."""


def unmeasured(report: Report) -> tuple[Gap, ...]:
    """Give the gaps of a report, then those of the checks that were not measured, so that no format forgets them.

    Checks that share a reason are one gap, which counts them.
    """
    silent: dict[str, list[CheckResult]] = {}
    for check in report.checks:
        if check.state is CheckState.NOT_MEASURED:
            silent.setdefault(check.reason, []).append(check)
    return (*report.gaps, *map(_gap, silent.values()))


def sentence(gap: Gap) -> str:
    """Give question and reason as one sentence, as formats for tools show it; the advice is apart."""
    reason = gap.reason.removesuffix(".")
    end = "" if reason.endswith("?") else "."
    return f"{gap.question} Not known: {reason}{end}" if gap.question.endswith("?") else f"{gap.question} ({reason})."


def _gap(checks: Sequence[CheckResult]) -> Gap:
    first, subjects = checks[0], dict.fromkeys(check.subject for check in checks)
    rules = list(dict.fromkeys(check.rule for check in checks))
    word = "rules" if len(rules) > 1 else "rule"
    more = f" and {len(subjects) - 1} more" if len(subjects) > 1 else ""
    return Gap(
        subject=first.subject + more,
        what="check",
        question=f"{'Do' if len(rules) > 1 else 'Does'} the {word} {some_of(rules, MOST_RULES)} hold?",
        reason=first.reason or "no reason was given",
        count=len(checks),
    )
