"""What could not be seen, and why. A gap is never dropped and never counted as a pass."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A question about a subject that a collector or detector could not answer.

    `what` is a stable slug (`no-feed`, `stale-feed`, `end-of-life`, `unreadable-entries` …) that tools may rely on;
    `question` and `reason` are for people. `count` is how many things the question stands for (packages,
    files). `advice` says what would measure it.
    """

    subject: str
    what: str
    question: str
    reason: str
    count: int = 1
    advice: str = ""
