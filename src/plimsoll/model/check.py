"""The answer of a check: four states, never a silent pass."""

from dataclasses import dataclass, field
from enum import StrEnum

from plimsoll.model.finding import Evidence
from plimsoll.model.severity import Severity


class CheckState(StrEnum):
    """Not measured is never dropped and never counted as pass."""

    PASS = "pass"  # noqa: S105 - a state, not a password
    FAIL = "fail"
    NOT_MEASURED = "not measured"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What one rule says of one subject, with `evidence` for it; a `reason` where it was not measured.

    `likelihood` is the rule's own factor in the score (design, idea 4).
    """

    rule: str
    subject: str
    state: CheckState
    evidence: Evidence = field(default_factory=Evidence)
    reason: str = ""
    severity: Severity = Severity.UNKNOWN
    likelihood: float = 0.2
