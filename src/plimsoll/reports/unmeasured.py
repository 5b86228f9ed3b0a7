"""All that was not measured, in one list: the gaps, and the checks that had no answer."""

from collections.abc import Sequence

from plimsoll.model.check import CheckResult, CheckState
from plimsoll.model.gap import Gap
from plimsoll.model.report import Report


def unmeasured(report: Report) -> tuple[Gap, ...]:
    """Give the gaps of a report, then those of the checks that were not measured, so that no format forgets them.

    Checks of one rule that share a reason are one gap, which counts them.
    """
    silent: dict[tuple[str, str], list[CheckResult]] = {}
    for check in report.checks:
        if check.state is CheckState.NOT_MEASURED:
            silent.setdefault((check.rule, check.reason), []).append(check)
    return (*report.gaps, *map(_gap, silent.values()))


def sentence(gap: Gap) -> str:
    """Give question and reason as one sentence, as formats for tools show it; the advice is apart."""
    reason = gap.reason.removesuffix(".")
    end = "" if reason.endswith("?") else "."
    return f"{gap.question} Not known: {reason}{end}" if gap.question.endswith("?") else f"{gap.question} ({reason})."


def _gap(checks: Sequence[CheckResult]) -> Gap:
    first, subjects = checks[0], dict.fromkeys(check.subject for check in checks)
    more = f" and {len(subjects) - 1} more" if len(subjects) > 1 else ""
    return Gap(
        subject=first.subject + more,
        what="check",
        question=f"Does the rule {first.rule} hold?",
        reason=first.reason or "no reason was given",
        count=len(checks),
    )
