"""Debian's urgency: the security team's own rating."""

from plimsoll.model.severity import Severity

_URGENCIES = {
    "unimportant": Severity.NEGLIGIBLE,
    "low": Severity.LOW,
    "medium": Severity.MEDIUM,
    "high": Severity.HIGH,
}


def severity_of_urgency(urgency: str) -> Severity | None:
    """Give the rating behind an urgency; None where there is none (`not yet assigned`, `end-of-life`).

    Stars mark ratings that were taken over from elsewhere; they rate the same.
    Source: https://security-team.debian.org/security_tracker.html, severity levels.
    """
    return _URGENCIES.get(urgency.rstrip("*"))
