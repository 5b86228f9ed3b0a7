"""The versions that an advisory of rubysec is about: all that none of its requirements of RubyGems covers.

Source: RubyGems' own guide to patterns ("Semantic versioning", "Pessimistic version constraint") and how
`Gem::Requirement` reads them: `~> 1.2.3` begins with 1.2.3 and ends before 1.3 and its pre-releases.
"""

import re
from collections.abc import Iterable
from functools import cmp_to_key

from plimsoll.errors import KnowledgeError, VersionRefusedError
from plimsoll.knowledge.osv import Event
from plimsoll.knowledge.uncovered import Span, uncovered
from plimsoll.model.version import Scheme

_COMPARATOR = re.compile(r"\s*(>=|<=|~>|[<>=]|)\s*(\d[\w.-]{0,100})\s*", re.ASCII)
_NUMBERS = re.compile(r"\d{1,18}(?:\.\d{1,18})*", re.ASCII)
_JUST_BEHIND = ".0.0.1"
"""What makes of a version one that is higher, but lower than any that was ever released after it."""
_BEFORE = ".A"
"""What makes of a version its lowest pre-release."""
_MOST = 4
"""Comparators of one requirement; a real one has two."""


def events(requirements: Iterable[str], scheme: Scheme) -> list[Event]:
    """Give the events of the one range of versions that no requirement covers, as `uncovered` does.

    Raises KnowledgeError for requirements that are none.
    """
    return [_told(event) for event in uncovered([_span(text, scheme) for text in requirements], scheme)]


def _told(event: Event) -> Event:
    """Tell an end just behind a version as the last one that is affected."""
    if event.fixed is None or not event.fixed.endswith(_JUST_BEHIND):
        return event
    return Event(last_affected=event.fixed.removesuffix(_JUST_BEHIND))


def _span(requirement: str, scheme: Scheme) -> Span:
    """Give what one requirement covers: what all of its comparators cover."""
    comparators = requirement.split(",")
    if len(comparators) > _MOST:
        raise KnowledgeError(f"the requirement {requirement[:60]!r} has more than {_MOST} comparators")
    spans = [_of_comparator(text) for text in comparators]
    order = cmp_to_key(scheme.compare)
    try:
        lo = max((lo for lo, _ in spans if lo), key=order, default="")
        hi = min((hi for _, hi in spans if hi), key=order, default="")
    except VersionRefusedError as error:
        raise KnowledgeError(f"the requirement {requirement[:60]!r} does not compare") from error
    return lo, hi


def _of_comparator(text: str) -> Span:
    match = _COMPARATOR.fullmatch(text)
    if match is None:
        raise KnowledgeError(f"{text[:60]!r} is no requirement of RubyGems")
    sign, version = match.groups()
    behind = version + _JUST_BEHIND
    covered = {
        ">=": (version, ""),
        ">": (behind, ""),
        "<": ("", version),
        "<=": ("", behind),
        "~>": (version, _after(version)),
    }
    return covered.get(sign, (version, behind))


def _after(version: str) -> str:
    """Give the first version behind `~> version`: the last number but one is one more, pre-releases left out."""
    numbers = _NUMBERS.match(version)
    named = [int(number) for number in numbers[0].split(".")] if numbers else [0]
    kept = named[:-1] or named
    return ".".join(map(str, [*kept[:-1], kept[-1] + 1])) + _BEFORE
