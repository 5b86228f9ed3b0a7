"""Waivers in comments of YAML files: ours, trivy's and checkov's."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta

from plimsoll.documents.bounds import as_utf8
from plimsoll.documents.comments import Comment, remarks_of
from plimsoll.documents.errors import DocumentError
from plimsoll.model.waiver import ScopedWaiver, Waiver

_OURS, _TRIVY, _CHECKOV = "plimsoll:ignore", "trivy:ignore:", "checkov:skip="
_MARKS = tuple(mark.encode() for mark in (_OURS, _TRIVY, _CHECKOV))
_LONGEST = 2_000
"""Characters of a comment that are read."""

_NO_REASON = "it gives no reason: write -- and the reason after the rule"
_UNTIL = re.compile(r"(?:^|\s)until\s+(\d[\d-]*)(?=\s|$)")
_OF_TRIVY = re.compile(r"(?<!\S)[#/*]*trivy:ignore:(?P<rest>\S+)")
_EXPIRES = re.compile(r"(?<!\S)exp:(?P<day>\S+)")
_OF_CHECKOV = re.compile(r"(?<!\S)#*checkov:skip=\s*(?P<ids>[A-Za-z0-9_,]+)(?::(?P<reason>.*))?")
_KUBERNETES = re.compile(r"(?:AVD-)?(K[SC]V)-?(\d+)", re.ASCII | re.IGNORECASE)


def waivers_in(path: str, data: bytes, known: Collection[str]) -> tuple[ScopedWaiver, ...]:
    """Find the waivers in the comments of a YAML text; each holds where its comment stands.

    That is the comment's own line, and, where it is alone on it, what begins on the next line: an entry with all that
    is in it, or the whole document at its top. `known` are the names of rules that exist, in small letters
    (`scoped.names_of`); a waiver of another one waives nothing, and says so.
    """
    if not _may_hold_any(data):
        return ()
    remarks = remarks_of(data)
    found: list[ScopedWaiver] = []
    for comment in remarks.comments:
        below = remarks.below(comment)
        lines = (below.first, below.last) if below else (comment.line, comment.line)
        for name, waiver in _said(comment, f"{path}:{comment.line}"):
            note = waiver.note or _doubt(name, known) or _nowhere(comment, is_somewhere=below is not None)
            found.append(ScopedWaiver(waiver=with_note(waiver, note), names=frozenset({name}), path=path, lines=lines))
    return tuple(found)


def with_note(waiver: Waiver, note: str) -> Waiver:
    """Give a waiver that says why it waives nothing."""
    return replace(waiver, note=note) if note else waiver


def _may_hold_any(data: bytes) -> bool:
    try:
        data = as_utf8(data)
    except DocumentError:
        return False
    return any(mark in data for mark in _MARKS)


def _doubt(name: str, known: Collection[str]) -> str:
    return "" if name in known else f"no rule of Plimsoll is called {name} or judges the same"


def _nowhere(comment: Comment, *, is_somewhere: bool) -> str:
    return "" if is_somewhere or not comment.is_alone else "nothing that it could be about begins on the next line"


def _said(comment: Comment, place: str) -> Iterator[tuple[str, Waiver]]:
    """Give the waivers of a comment, each with the name that its rule has among ours."""
    text = comment.text[:_LONGEST].lstrip("# ")
    if text.startswith(_OURS):
        yield from _ours(text.removeprefix(_OURS), place)
    if _TRIVY in text:
        yield from _of_trivy(text, place)
    for found in _OF_CHECKOV.finditer(text) if _CHECKOV in text else ():
        reason = (found["reason"] or "").strip() or "none given (checkov:skip)"
        for rule in filter(None, found["ids"].split(",")):
            yield f"checkov:{rule}".casefold(), Waiver(id=f"checkov:{rule}", reason=reason, owner=place, origin=place)


def _ours(text: str, place: str) -> Iterator[tuple[str, Waiver]]:
    """Read `RULE[,RULE] -- reason [until DAY]`. Without a reason it waives nothing."""
    rules, dashes, reason = text.partition("--")
    reason = reason.strip() if dashes else ""
    expires, note = "", ""
    if (found := _UNTIL.search(reason)) is not None:
        reason, expires = f"{reason[: found.start()]}{reason[found.end() :]}".strip(), found[1]
        note = "" if is_day(expires) else f"{expires} is no day such as 2027-01-31"
    if not reason:
        note = _NO_REASON
    names = rules.removeprefix(":").replace(",", " ").split() or [""]
    for name in names:
        waiver = Waiver(
            id=name or _OURS,
            reason=reason or "none given",
            owner=place,
            expires="" if note else expires,
            origin=place,
            note=note if name else "it names no rule",
        )
        yield name.casefold(), waiver


def _of_trivy(text: str, place: str) -> Iterator[tuple[str, Waiver]]:
    """Read `trivy:ignore:ID[:exp:DAY]`; what else the comment says is the reason."""
    others = _EXPIRES.sub("", _OF_TRIVY.sub("", text)).strip(" -:")
    apart = _EXPIRES.search(text)
    for found in _OF_TRIVY.finditer(text):
        rule, _, rest = found["rest"].partition(":")
        day = rest.removeprefix("exp:") if rest.startswith("exp:") else apart["day"] if apart else ""
        expires = _day_before(day)
        note = f"{day} is no day such as 2027-01-31" if day and not expires else ""
        if "[" in rule:
            note = "its parameters are not understood"
        name = "trivy:" + canonical(rule.partition("[")[0])
        waiver = Waiver(
            id=name, reason=others or "none given (trivy:ignore)", owner=place, expires=expires, origin=place, note=note
        )
        yield name.casefold(), waiver


def canonical(rule: str) -> str:
    """Give trivy's id of a rule as its newest releases write it: KSV-0017 for AVD-KSV-0017 and KSV017."""
    found = _KUBERNETES.fullmatch(rule)
    return f"{found[1].upper()}-{found[2].zfill(4)}" if found else rule


def is_day(text: str) -> bool:
    """Say whether a text is an ISO day."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _day_before(text: str) -> str:
    """Give the last day on which trivy holds what expires on a day: it does so until that day begins."""
    if not is_day(text):
        return ""
    day = date.fromisoformat(text)
    return (day - timedelta(days=1)).isoformat() if day > date.min else text
