"""Waivers: findings that somebody accepts for a while. They move gates, never the score."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from plimsoll.errors import UsageError
from plimsoll.model.finding import Finding, WaiverMark
from plimsoll.model.report import WaiverState
from plimsoll.model.subject import Subject
from plimsoll.model.waiver import Waiver

_REQUIRED = ("id", "reason", "owner")
_OPTIONAL = ("subject", "expires")
_ADVICE = "A waiver has id, reason and owner, and may have subject and expires (YYYY-MM-DD)."


def read_waivers(document: Mapping[str, object], origin: str) -> tuple[Waiver, ...]:
    """Read the `[[waiver]]` tables of a parsed plimsoll.toml; `origin` is its name for messages.

    Raises UsageError naming the file, the entry (from 1) and the key that is missing, unknown or wrong.
    """
    entries = document.get("waiver", [])
    if not isinstance(entries, list):
        raise UsageError(f"{origin}: waiver must be written as [[waiver]]", advice=_ADVICE)
    return tuple(_waiver(entry, f"{origin}: waiver {number}") for number, entry in enumerate(entries, start=1))


def apply_waivers(
    findings: Sequence[Finding], subjects: Sequence[Subject], waivers: Sequence[Waiver], as_of: str
) -> tuple[tuple[Finding, ...], tuple[WaiverState, ...]]:
    """Mark the findings that a waiver in force covers, and say of every waiver what became of it.

    Where several cover a finding the first one marks it. An expired waiver covers nothing; its state counts
    the findings it covered before.
    """
    names = {subject.id: (subject.id, subject.name) for subject in subjects}
    counts = [0] * len(waivers)
    tests = [_test(waiver, names) for waiver in waivers]
    marked: list[Finding] = []
    for finding in findings:
        covering = [number for number, covers in enumerate(tests) if covers(finding)]
        for number in covering:
            counts[number] += 1
        in_force = next((waivers[number] for number in covering if not is_expired(waivers[number], as_of)), None)
        marked.append(replace(finding, waiver=mark_of(in_force)) if in_force else finding)
    states = (state_of(waiver, count, as_of) for waiver, count in zip(waivers, counts, strict=True))
    return tuple(marked), tuple(states)


def _waiver(entry: object, place: str) -> Waiver:
    if not isinstance(entry, dict):
        raise UsageError(f"{place} must be a table", advice=_ADVICE)
    if unknown := sorted(set(entry) - {*_REQUIRED, *_OPTIONAL}):
        raise UsageError(f"{place}: unknown key {', '.join(unknown)}", advice=_ADVICE)
    texts = {key: _text(entry, key, place) for key in (*_REQUIRED, "subject") if key in entry or key in _REQUIRED}
    return Waiver(**texts, expires=_day(entry.get("expires", ""), place), origin=place.rpartition(": ")[0])


def _text(entry: Mapping[str, object], key: str, place: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        state = "must be a text that says something" if key in entry else "is missing"
        raise UsageError(f"{place}: {key} {state}", advice=_ADVICE)
    return value.strip()


def _day(value: object, place: str) -> str:
    """Take a TOML date or an ISO text. A time of day is refused: a waiver holds for whole days."""
    if value == "":
        return ""
    try:
        if isinstance(value, str):
            value = date.fromisoformat(value)
    except ValueError:
        value = None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise UsageError(f"{place}: expires must be a day such as 2027-01-31", advice=_ADVICE)
    return value.isoformat()


def is_expired(waiver: Waiver, as_of: str) -> bool:
    """Say whether a waiver holds no more on a day."""
    return bool(waiver.expires) and waiver.expires < as_of


def mark_of(waiver: Waiver) -> WaiverMark:
    """Give what a finding says of the waiver that covers it."""
    return WaiverMark(
        id=waiver.id, reason=waiver.reason, owner=waiver.owner, expires=waiver.expires, origin=waiver.origin
    )


def state_of(waiver: Waiver, count: int, as_of: str) -> WaiverState:
    """Say what became of a waiver that covers so many findings."""
    state = "expired" if is_expired(waiver, as_of) else "used" if count else "unused"
    return WaiverState(
        id=waiver.id,
        state=state,
        reason=waiver.reason,
        owner=waiver.owner,
        expires=waiver.expires,
        findings=count,
        origin=waiver.origin,
        note=waiver.note,
    )


def _test(waiver: Waiver, names: Mapping[str, Iterable[str]]) -> Callable[[Finding], bool]:
    of_finding, of_subject = _pattern(waiver.id), _pattern(waiver.subject)
    bare = waiver.id.casefold()

    def covers(finding: Finding) -> bool:
        if not (bare in _bare_ids(finding) or of_finding.fullmatch(finding.id)):
            return False
        return any(of_subject.fullmatch(name) for name in names.get(finding.subject, (finding.subject,)))

    return covers


def _bare_ids(finding: Finding) -> set[str]:
    known = finding.vulnerability
    ids = {finding.rule, *((known.id, *known.aliases) if known else ())}
    return {name.casefold() for name in ids if name}


def _pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern where `*` stands for any characters and `?` for one; nothing else is special."""
    signs = {"*": ".*", "?": "."}
    # `*` in a row say nothing more than one, but would make matching slow.
    short = re.sub(r"\*+", "*", text)
    return re.compile("".join(signs.get(sign, re.escape(sign)) for sign in short), re.DOTALL)
