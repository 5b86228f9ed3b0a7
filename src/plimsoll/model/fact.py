"""Facts about a configuration: a value, the platform's default, or unknown, with where it stands or would stand."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Place = tuple[str | int, ...]
"""The way from the root of a document to a value: keys of mappings and indices of lists (as RFC 6901 walks)."""


class Standing(StrEnum):
    """Who says so."""

    DECLARED = "declared"
    DEFAULT = "default"
    UNKNOWN = "unknown"


class UnknownFactError(Exception):
    """The value of an unknown fact was asked for; whoever judges turns it into "not measured"."""

    def __init__(self, at: Place, reason: str) -> None:
        """Take where the fact would stand, and why it is not known."""
        super().__init__(reason)
        self.at = at
        self.reason = reason


class Fact(NamedTuple, Generic[T_co]):
    """One fact. `at` is where it stands; where it is absent, the place at which it belongs.

    A tuple rather than a dataclass, because a file has thousands: it is made four times as fast. Read `value`: it
    raises UnknownFactError where the fact is unknown, so that nothing unknown is ever taken for a value.
    """

    stated: T_co
    at: Place
    standing: Standing = Standing.DECLARED
    reason: str = ""

    @property
    def value(self) -> T_co:
        """The value, declared or default. Raises UnknownFactError."""
        if self.standing is Standing.UNKNOWN:
            raise UnknownFactError(self.at, self.reason)
        return self.stated

    @property
    def is_known(self) -> bool:
        """Whether there is a value, declared or default."""
        return self.standing is not Standing.UNKNOWN

    @property
    def is_declared(self) -> bool:
        """Whether the configuration itself says so."""
        return self.standing is Standing.DECLARED


def default(value: T, at: Place) -> Fact[T]:
    """Give what holds because nothing is said at `at`."""
    return Fact(value, at, Standing.DEFAULT)


def unknown(neutral: T, at: Place, reason: str) -> Fact[T]:
    """Give a fact that cannot be known, with the reason; `neutral` only gives it its type."""
    return Fact(neutral, at, Standing.UNKNOWN, reason)


def pointer(at: Place) -> str:
    """Give a place as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in at)


def dotted(at: Iterable[str | int]) -> str:
    """Give a place as people write it: `spec.containers[0].image`."""
    text = ""
    for step in at:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")
