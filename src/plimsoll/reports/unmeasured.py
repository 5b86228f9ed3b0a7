"""All that was not measured, in one list: the gaps, and the checks that had no answer."""

from plimsoll.model.check import CheckResult, CheckState
from plimsoll.model.gap import Gap
from plimsoll.model.report import Report


def unmeasured(report: Report) -> tuple[Gap, ...]:
    """Give the gaps of a report, then one for each check that was not measured, so that no format forgets them."""
    silent = (check for check in report.checks if check.state is CheckState.NOT_MEASURED)
    return (*report.gaps, *map(_gap, silent))


def sentence(gap: Gap) -> str:
    """Give question and reason as one sentence, as formats for tools show it; the advice is apart."""
    reason = gap.reason.removesuffix(".")
    return f"{gap.question} Not known: {reason}." if gap.question.endswith("?") else f"{gap.question} ({reason})."


def _gap(check: CheckResult) -> Gap:
    reason = check.reason or "no reason was given"
    return Gap(subject=check.subject, what="check", question=f"Does the rule {check.rule} hold?", reason=reason)
