"""The versions that an advisory of RustSec is about: all that none of its requirements covers.

An advisory lists requirements of Cargo (`>= 1.2.3`, `^1.2`, `< 0.3, >= 0.2`) that say which versions are patched or
were never affected. Source: the Cargo book, "Specifying Dependencies", and how RustSec itself converts them to OSV
(https://github.com/rustsec/rustsec, `rustsec/src/osv`): a caret ends before the pre-releases of the next version, and
the version after 1.2.3 is 1.2.4-0.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.osv import Event
from plimsoll.knowledge.uncovered import uncovered
from plimsoll.model.version import Scheme

_COMPARATOR = re.compile(
    r"\s*(>=|<=|[<>=~^]?)\s*(\d{1,18})(?:\.(\d{1,18})(?:\.(\d{1,18})(?:-([0-9A-Za-z.-]{1,100}))?)?)?(?:\+[\w.-]*)?\s*",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class _Version:
    major: int
    minor: int = 0
    patch: int = 0
    pre: str = ""

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" + (f"-{self.pre}" if self.pre else "")

    @property
    def next(self) -> "_Version":
        """The lowest version above it."""
        if self.pre:
            return _Version(self.major, self.minor, self.patch, f"{self.pre}.0")
        return _Version(self.major, self.minor, self.patch + 1, "0")


@dataclass(frozen=True, slots=True)
class _Span:
    """From `lo` (inclusive) to `hi` (exclusive); None is unbounded."""

    lo: _Version | None = None
    hi: _Version | None = None


def events(requirements: Iterable[str], scheme: Scheme) -> list[Event]:
    """Give the events of the one range of versions that no requirement covers, as `uncovered` does.

    Raises KnowledgeError for requirements that are none, or that Cargo does not know.
    """
    spans = (_span(text) for text in requirements)
    return uncovered(((str(span.lo or ""), str(span.hi or "")) for span in spans), scheme)


def _span(requirement: str) -> _Span:
    """Give what one requirement covers: all that each of its comparators, at most two, covers."""
    comparators = requirement.split(",")
    if len(comparators) > 2:
        raise KnowledgeError(f"the requirement {requirement[:60]!r} has more than two comparators")
    lo: _Version | None = None
    hi: _Version | None = None
    for text in comparators:
        span = _of_comparator(text)
        if (span.lo and lo) or (span.hi and hi):
            raise KnowledgeError(f"the requirement {requirement[:60]!r} has two bounds on one side")
        lo, hi = span.lo or lo, span.hi or hi
    return _Span(lo, hi)


def _of_comparator(text: str) -> _Span:
    match = _COMPARATOR.fullmatch(text)
    if match is None:
        raise KnowledgeError(f"{text[:60]!r} is no requirement of Cargo")
    sign, *numbers, pre = match.groups()
    named = [int(number) for number in numbers if number is not None]
    version = _version(named, pre or "")
    covered = {
        ">=": _Span(lo=version),
        ">": _Span(lo=version.next),
        "<": _Span(hi=version),
        "<=": _Span(hi=version.next),
        "=": _Span(version, version.next),
        "~": _Span(version, _after_tilde(named)),
    }
    return covered.get(sign) or _Span(version, _after_caret(named))


def _version(named: Sequence[int], pre: str) -> _Version:
    """Give a version of one to three numbers; those left out are 0."""
    major, minor, patch = (*named, 0, 0)[:3]
    return _Version(major, minor, patch, pre)


def _after_tilde(named: Sequence[int]) -> _Version:
    """`~1.2.3` and `~1.2` end before 1.3, `~1` before 2."""
    ended = [named[0] + 1] if len(named) == 1 else [named[0], named[1] + 1]
    return _version(ended, "0")


def _after_caret(named: Sequence[int]) -> _Version:
    """End before the leftmost number that is not 0 would change, or else the last one that is named."""
    leftmost = next((index for index, number in enumerate(named) if number), len(named) - 1)
    return _version([*named[:leftmost], named[leftmost] + 1], "0")
