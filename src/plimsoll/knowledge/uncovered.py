"""What lies outside of spans of versions: advisories that list what is patched or never affected mean all the rest."""

from collections.abc import Iterable, Iterator

from plimsoll.errors import KnowledgeError, VersionRefusedError
from plimsoll.knowledge.osv import Event
from plimsoll.model.version import FROM_THE_START, NOT_FIXED, Scheme

Span = tuple[str, str]
"""From the first version (inclusive) to the second (exclusive); "" is unbounded."""

_MOST = 500
"""Spans of one advisory; a real one has some ten."""


def uncovered(spans: Iterable[Span], scheme: Scheme) -> list[Event]:
    """Give the events of the one range of versions that no span holds.

    Where they hold everything it is introduced and fixed in 0, so that no version is affected. Raises KnowledgeError
    for more spans than any advisory has, and for versions that do not compare.
    """
    listed = list(spans)
    if len(listed) > _MOST:
        raise KnowledgeError(f"has {len(listed)} requirements, which no advisory has")
    found: list[Event] = []
    for lo, hi in _gaps(listed, scheme):
        found.append(Event(introduced=lo or "0"))
        if hi:
            found.append(Event(fixed=hi))
    return found or [Event(introduced="0"), Event(fixed="0")]


def _gaps(spans: Iterable[Span], scheme: Scheme) -> Iterator[Span]:
    """Yield what lies before, between and behind the spans."""
    keyed = sorted((_key(lo, scheme, FROM_THE_START), _key(hi, scheme, NOT_FIXED), lo, hi) for lo, hi in spans)
    end, version = FROM_THE_START, ""
    for lo, hi, first, behind in keyed:
        if lo > end:
            yield version, first
        if hi > end:
            end, version = hi, behind
    if end != NOT_FIXED:
        yield version, ""


def _key(version: str, scheme: Scheme, unbounded: bytes) -> bytes:
    try:
        return scheme.key(version) if version else unbounded
    except VersionRefusedError as error:
        raise KnowledgeError(f"names the version {version[:60]!r}, which does not compare") from error
