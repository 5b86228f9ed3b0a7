"""A line of YAML with template actions in it, made into YAML of the same length."""

import re
from collections.abc import Iterable, Sequence

from plimsoll.documents.scalars import CLOSES, OPENS
from plimsoll.documents.template_actions import Action, Kind
from plimsoll.documents.yaml import TEMPLATED

_DASHES = re.compile(r"[ \t]*(?:-[ \t]+)*")
_PROPERTIES = re.compile(r"(?:[&!][^\s\[\]{},]*[ \t]+)*")
_COLON = re.compile(r":(?=[ \t]|$)")
_COMMENT = re.compile(r"(?<![ \t])[ \t]+#")
_SAFE = re.compile(r"[\w./](?:(?!: | #).)*(?<!:)", re.ASCII)
_FIT = str.maketrans({"{": OPENS, "}": CLOSES, **dict.fromkeys("[],\"'#:&*!|>%@`\\", "_")})
_NEAR = 64
"""Characters around an action that are looked at for what it stands between."""


def end_of_dashes(body: str) -> int:
    """Say where a line begins after the dashes of the elements that it begins with."""
    found = _DASHES.match(body + " ")
    return min(found.end(), len(body)) if found else 0


def without_comment(body: str) -> str:
    """Give a line without its comment, as far as that is seen without looking at quotes."""
    comment = _COMMENT.search(body)
    return (body[: comment.start()] if comment else body).rstrip()


def silent(body: str, actions: Iterable[Action]) -> set[Action]:
    """Give the actions of a line that leave its text alone: remarks, and control before anything else.

    Control further on decides what the text is: it counts as if it put something in.
    """
    found: set[Action] = set()
    at = 0
    is_first = True
    for action in actions:
        is_first = is_first and not body[at : action.start].strip() and action.kind is not Kind.OUTPUT
        if is_first or action.kind is Kind.REMARK:
            found.add(action)
        at = action.end
    return found


def replaced(body: str, pieces: list[tuple[Action, str]]) -> str:
    """Put pieces in the places of actions, which are as long."""
    if not pieces:
        return body
    made: list[str] = []
    at = 0
    for action, piece in pieces:
        made += (body[at : action.start], piece)
        at = action.end
    return "".join(made) + body[at:]


def inline(body: str, actions: list[Action], *, holds_more: bool) -> str:
    """Mask actions in a line that holds more than them: in its key, in its value.

    `holds_more` says that the lines after it belong to its value, which therefore is a mapping or a sequence.
    """
    if not actions:
        return body
    begins = end_of_dashes(body)
    colon = colon_of(body, begins, actions)
    keys = [each for each in actions if each.end <= colon]
    key = body[begins:colon] if colon >= 0 else ""
    if keys and key[0] not in "\"'":
        key = quoted(key, len(key))
    elif keys:
        key = _requoted(body, begins, colon, keys)
    after = colon + 1 if colon >= 0 else begins
    values = [each for each in actions if each.start >= after]
    return body[:begins] + key + body[begins + len(key) : after] + _value(body, after, values, holds_more=holds_more)


def colon_of(body: str, at: int, actions: Sequence[Action]) -> int:
    """Find the colon that ends the key of a line, outside of actions and quotes; -1 where there is none."""
    nth = 0
    if body[at : at + 1] in {'"', "'", "[", "{"} and not (actions and actions[0].start == at):
        closing = _after_actions(body, body[at], at + 1, actions) if body[at] in "\"'" else -1
        if closing < 0:
            return -1
        at = closing + 1
    for colon in _COLON.finditer(body, at):
        while nth < len(actions) and actions[nth].end <= colon.start():
            nth += 1
        if nth == len(actions) or colon.start() < actions[nth].start:
            return colon.start()
    return -1


def _after_actions(body: str, quote: str, at: int, actions: Sequence[Action]) -> int:
    """Find a quote outside of actions; -1 where there is none."""
    for action in actions:
        found = body.find(quote, at, max(at, action.start))
        if found >= 0:
            return found
        at = max(at, action.end)
    return body.find(quote, at)


def _value(body: str, at: int, actions: list[Action], *, holds_more: bool) -> str:
    """Mask the actions in the value that begins after a character of a line."""
    begins = at + len(body[at:]) - len(body[at:].lstrip(" \t"))
    properties = _PROPERTIES.match(body, begins)
    begins = properties.end() if properties else begins
    ends = _end_of_value(body, begins, actions)
    inner = [each for each in actions if each.start >= begins and each.end <= ends]
    if not inner or body[begins] in "|>":
        return body[at:]
    first = body[begins] if inner[0].start > begins else ""
    if first and first in "\"'":
        made = _requoted(body, begins, ends, inner)
    elif first and first in "[{":
        made = _in_flow(body, begins, ends, inner)
    else:
        made = _plain(body[begins:ends], holds_more=holds_more)
    return body[at:begins] + made + body[ends:]


def _plain(value: str, *, holds_more: bool) -> str:
    if holds_more and len(value) >= len(TEMPLATED):
        return TEMPLATED.ljust(len(value))
    return value if _SAFE.fullmatch(value) else quoted(value, len(value))


def _end_of_value(body: str, at: int, actions: list[Action]) -> int:
    """Say where a value ends: before its comment, if one begins outside of actions, and without blanks."""
    nth = 0
    for comment in _COMMENT.finditer(body, at):
        while nth < len(actions) and actions[nth].end <= comment.start():
            nth += 1
        if nth == len(actions) or comment.start() < actions[nth].start:
            return comment.start()
    return max(at, len(body.rstrip(" \t")))


def _requoted(body: str, begins: int, ends: int, actions: list[Action]) -> str:
    """Keep a quoted text, with the actions in it rid of its quotes."""
    return replaced(body[:ends], [(each, _unquoted(body, each, body[begins])) for each in actions])[begins:]


def _unquoted(body: str, action: Action, quote: str) -> str:
    other = {'"': "'", "'": '"'}[quote]
    return body[action.start : action.end].replace(quote, other).replace("\\", "/")


def _in_flow(body: str, begins: int, ends: int, actions: list[Action]) -> str:
    """Mask the actions in a flow collection: those that are a whole element are quoted."""
    pieces: list[tuple[Action, str]] = []
    quote, at = "", begins
    for action in actions:
        quote = _quote_after(body, at, action.start, quote)
        at = action.end
        pieces.append((action, _flowing(body, ends, action, quote)))
    return replaced(body[:ends], pieces)[begins:]


def _quote_after(body: str, at: int, end: int, quote: str) -> str:
    """Say which quote is open at the end of a stretch."""
    for each in body[at:end]:
        if quote:
            quote = "" if each == quote else quote
        elif each in "\"'":
            quote = each
    return quote


def _flowing(body: str, ends: int, action: Action, quote: str) -> str:
    if quote:
        return _unquoted(body, action, quote)
    text = body[action.start : action.end]
    before = body[max(0, action.start - _NEAR) : action.start].rstrip()[-1:]
    after = body[action.end : min(ends, action.end + _NEAR)].lstrip()[:1]
    is_whole = before in {"[", "{", ",", ":"} and after in {"]", "}", ",", ":", ""}
    return quoted(text, len(text)) if is_whole else text.translate(_FIT)


def quoted(text: str, room: int) -> str:
    """Give a text in single quotes, on as many characters as there is room; a long one loses some of its action."""
    content = _shortened(text.replace("'", '"'), room - 2)
    return f"'{content}'".ljust(room)


def _shortened(text: str, size: int) -> str:
    """Take what is too much out of the first action, blanks first; at least its opening stays."""
    excess = len(text) - size
    if excess <= 0:
        return text
    opens = text.find("{")
    closes = text.find("}", opens)
    if closes - opens - 2 < excess:
        return text[:size]
    inner = text[opens + 2 : closes]
    slim = inner.strip(" -")
    kept = inner[: len(inner) - excess] if len(slim) > len(inner) - excess else slim.ljust(len(inner) - excess)
    return text[: opens + 2] + kept + text[closes:]
