"""The one base error: what happened, what to do next, and the exit code of the process.

Exit codes (docs/reference/exit-codes.md): 0 nothing at the gate, 1 findings at the gate, 2 wrong options,
3 something needed was not measured, 4 failure.
"""

from typing import ClassVar


class PlimsollError(Exception):
    """Something went wrong that a person can act upon."""

    exit_code: ClassVar[int] = 4

    def __init__(self, message: str, *, advice: str = "") -> None:
        """Keep the message, one sentence, and the advice: what the user should do next."""
        super().__init__(message)
        self.message = message
        self.advice = advice


class UsageError(PlimsollError):
    """The options or their values do not fit together."""

    exit_code = 2


class TargetError(PlimsollError):
    """The target is missing, unreadable or of no known kind."""


class HostileInputError(PlimsollError):
    """Outside data is malformed or lies about itself: truncated, wrong digest, unreadable structure."""


class LimitError(HostileInputError):
    """Outside data is larger, deeper, more numerous or slower than a limit allows."""

    def __init__(self, limit: str, allowed: float, what: str) -> None:
        """Name the limit's field, the value in force and what ran into it."""
        super().__init__(
            f"{what} is over the limit {limit} = {allowed:g}",
            advice=f"If you trust this input, raise the limit: --limit {limit}=VALUE",
        )
        self.limit = limit


class KnowledgeError(PlimsollError):
    """The knowledge store or a feed cannot be used."""


class VersionRefusedError(PlimsollError):
    """A version text is outside its scheme's grammar; it must be compared slowly, or not at all."""
