"""Templates left in YAML: their actions made into YAML of the same length, so that everything else can be read.

Go's text/template (`{{ … }}`, as Helm has it) and Jinja (`{{ … }}`, `{% … %}`, `{# … #}`). Nothing is executed.
What an action would put in becomes a text that `scalars.is_template` knows, so that nobody takes it for a value:

* `image: {{ .Values.image }}` becomes a quoted text with the action in it,
* an action alone on a line becomes a key (or an element) that holds the action: what it adds is not known,
* lines with nothing but control (`if`, `range`, `end` …) become blank.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from plimsoll.documents.bounds import as_utf8
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.scalars import CLOSES, OPENS

_OPENING = re.compile(r"\{[{%#]")
_CLOSINGS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_REMARK = re.compile(r"\{\{-?\s*/\*|\{#")
_CONTROL = re.compile(
    r"\{\{-?\s*(?:(?:if|else|end|range|with|define|block|break|continue|fail)\b|\$\w*\s*:?=)|\{%(?!-?\s*include\b)"
)
_INDENT = re.compile(r"\bn?indent\s+(\d{1,3})\b")
_ELEMENT = re.compile(r"([ \t]*)-(?=[ \t\r\n]|\Z)")
_BLOCK_SCALAR = re.compile(r"(?:^|[\s:-])[|>][-+0-9]{0,2}[ \t]*(?:#.*)?$")
_DASHES = re.compile(r"[ \t]*(?:-[ \t]+)*")
_PROPERTIES = re.compile(r"(?:[&!][^\s\[\]{},]*[ \t]+)*")
_COLON = re.compile(r":(?=[ \t]|$)")
_COMMENT = re.compile(r"[ \t]+#")
_SAFE = re.compile(r"[\w./](?:(?!: | #).)*(?<!:)", re.ASCII)
_FIT = str.maketrans({"{": OPENS, "}": CLOSES, **dict.fromkeys("[],\"'#:&*!|>%@`\\", "_")})
_LEAST = 6
"""Characters that `'{{':` has: what an action alone on a line needs."""


_MOST_LEVELS = 128
"""Open blocks that are looked through; no document may nest deeper (bounds.DEEPEST)."""


class _Kind(Enum):
    """What an action does: put text in, only control, or nothing at all."""

    OUTPUT = 0
    CONTROL = 1
    REMARK = 2


class _Action(NamedTuple):
    """An action, or what of one stands in one line: from and to which character, and what it does."""

    start: int
    end: int
    kind: _Kind


def masked(data: bytes) -> bytes | None:
    """Give a YAML text whose template actions are made into YAML, with every other character where it was.

    The result has as many characters in each line as the text. None where there are no actions, and for what is no
    text. Linear in the length of the text.
    """
    try:
        text = as_utf8(data).decode()
    except (DocumentError, UnicodeError):
        return None
    actions = [piece for start, end in _spans(text) for piece in _by_line(text, start, end)]
    return "".join(_Masking().lines(text, actions)).encode() if actions else None


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Find the actions. A kind that is not closed any more is not looked for again, which keeps this linear."""
    unclosed: set[str] = set()
    at = 0
    while (opening := _OPENING.search(text, at)) is not None:
        kind = opening[0]
        end = -1 if kind in unclosed else text.find(_CLOSINGS[kind], opening.end())
        if end < 0:
            unclosed.add(kind)
            at = opening.end()
        else:
            at = end + 2
            yield opening.start(), at


def _by_line(text: str, start: int, end: int) -> Iterator[_Action]:
    """Give an action line by line: what follows its first line does nothing."""
    kind = _kind(text, start)
    while (feed := text.find("\n", start, end)) >= 0:
        yield _Action(start, feed - (text[feed - 1] == "\r"), kind)
        start, kind = feed + 1, _Kind.REMARK
    yield _Action(start, end, kind)


def _kind(text: str, start: int) -> _Kind:
    if _REMARK.match(text, start):
        return _Kind.REMARK
    return _Kind.CONTROL if _CONTROL.match(text, start) else _Kind.OUTPUT


class _Level(NamedTuple):
    """A block that is open at a column: a sequence, or a mapping."""

    column: int
    is_sequence: bool


class _Masking:
    """Goes through the lines of a text, and knows which blocks are open."""

    def __init__(self) -> None:
        """Begin outside of everything."""
        self._levels: list[_Level] = []
        self._scalar_in = -1  # The column of the key whose block scalar is open.
        self._awaits = False  # Whether the last line was a key without a value.
        self._elements_next = -1  # The column at which the next line has an element.

    def lines(self, text: str, actions: list[_Action]) -> Iterator[str]:
        """Give each line, masked."""
        start, nth = 0, 0
        while start < len(text):
            end = text.find("\n", start) + 1 or len(text)
            first = nth
            while nth < len(actions) and actions[nth].start < end:
                nth += 1
            here = [_Action(each.start - start, each.end - start, each.kind) for each in actions[first:nth]]
            element = _ELEMENT.match(text, end) if here else None
            self._elements_next = len(element[1]) if element else -1
            yield self._line(text[start:end], here)
            start = end

    def _line(self, line: str, actions: list[_Action]) -> str:
        body = line.rstrip("\r\n")
        if self._is_in_scalar(body, actions):
            return line if _indent(body) > self._scalar_in else " " * len(body) + line[len(body) :]
        if _is_alone(body, actions):
            outputs = [action for action in actions if action.kind is _Kind.OUTPUT]
            masked_body = self._alone(body, outputs[0]) if outputs else " " * len(body)
        else:
            silent = _silent(body, actions)
            body_left = _replaced(body, [(each, " " * (each.end - each.start)) for each in silent])
            masked_body = _inline(body_left, sorted(set(actions) - set(silent), key=_start))
            self._follow(masked_body)
        return masked_body + line[len(body) :]

    def _is_in_scalar(self, body: str, actions: list[_Action]) -> bool:
        if self._scalar_in < 0:
            return False
        if not body.strip() or _indent(body) > self._scalar_in or _is_alone(body, actions):
            return True
        self._scalar_in = -1
        return False

    def _follow(self, body: str) -> None:
        """Learn from a line which blocks are open after it."""
        stripped = body.lstrip(" \t")
        if not stripped or stripped.startswith("#"):
            return
        indent = len(body) - len(stripped)
        if indent == 0 and stripped.startswith(("---", "...", "%")):
            self._levels.clear()
            self._awaits = False
            return
        while self._levels and self._levels[-1].column > indent:
            self._levels.pop()
        inner = _end_of_dashes(body)
        if inner > indent:
            self._open(_Level(indent, is_sequence=True))
        if inner < len(body):
            self._open(_Level(inner, is_sequence=False))
        comment = _COMMENT.search(body)
        self._awaits = (body[: comment.start()] if comment else body).rstrip().endswith((":", "-"))
        if _BLOCK_SCALAR.search(body):
            # The key of `- key: |` decides; where there is no key, the dash.
            self._scalar_in = inner if _colon(body, inner, ()) >= 0 else indent

    def _open(self, level: _Level) -> None:
        top = self._levels[-1] if self._levels else None
        if top is not None and top.column == level.column and top.is_sequence and not level.is_sequence:
            self._levels.pop()  # The elements stood at the column of the key that holds them.
            top = self._levels[-1] if self._levels else None
        if top != level:
            self._levels.append(level)

    def _alone(self, body: str, action: _Action) -> str:
        """Make a key or an element of an action that stands alone, at the column at which it puts its text."""
        said = _INDENT.search(body, action.start, action.end)
        level = self._level(int(said[1]) if said else _indent(body), len(body))
        if level is None:
            return " " * len(body)
        self._awaits = False
        head, tail = ("- ", "") if level.is_sequence else ("", ":")
        room = len(body) - level.column - len(head) - len(tail)
        return " " * level.column + head + _quoted(body[action.start : action.end], room) + tail

    def _level(self, column: int, length: int) -> _Level | None:
        """Say in which block the text of an action comes to stand; None where it fits into none."""
        top = self._levels[-1].column if self._levels else -1
        if column > top and (self._awaits or not self._levels):
            column = column if length - column >= _LEAST else top + 1
            self._levels.append(_Level(column, is_sequence=self._elements_next == column))
        for level in reversed(self._levels[-_MOST_LEVELS:]):
            if level.column == column:
                return level if length - column >= _LEAST else None
        return None


def _start(action: _Action) -> int:
    return action.start


def _indent(body: str) -> int:
    return len(body) - len(body.lstrip(" \t"))


def _end_of_dashes(body: str) -> int:
    found = _DASHES.match(body + " ")
    return min(found.end(), len(body)) if found else 0


def _is_alone(body: str, actions: list[_Action]) -> bool:
    """Say whether a line holds actions and nothing else."""
    if not actions:
        return False
    at = 0
    for action in actions:
        if body[at : action.start].strip():
            return False
        at = action.end
    rest = body[at:].strip()
    return not rest or rest.startswith("#")


def _silent(body: str, actions: list[_Action]) -> list[_Action]:
    """Give the actions of a line that leave its text alone: remarks, and control before anything else.

    Control further on decides what the text is: it counts as if it put something in.
    """
    found: list[_Action] = []
    at = 0
    is_first = True
    for action in actions:
        is_first = is_first and not body[at : action.start].strip() and action.kind is not _Kind.OUTPUT
        if is_first or action.kind is _Kind.REMARK:
            found.append(action)
        at = action.end
    return found


def _replaced(body: str, pieces: list[tuple[_Action, str]]) -> str:
    """Put pieces in the places of actions, which are as long."""
    if not pieces:
        return body
    made: list[str] = []
    at = 0
    for action, piece in pieces:
        made += (body[at : action.start], piece)
        at = action.end
    return "".join(made) + body[at:]


def _inline(body: str, actions: list[_Action]) -> str:
    """Mask actions in a line that holds more than them: in its key, in its value."""
    if not actions:
        return body
    begins = _end_of_dashes(body)
    colon = _colon(body, begins, actions)
    keys = [each for each in actions if each.end <= colon]
    key = body[begins:colon] if colon >= 0 else ""
    if keys and key[0] not in "\"'":
        key = _quoted(key, len(key))
    elif keys:
        key = _requoted(body, begins, colon, keys)
    after = colon + 1 if colon >= 0 else begins
    values = [each for each in actions if each.start >= after]
    return body[:begins] + key + body[begins + len(key) : after] + _value(body, after, values)


def _colon(body: str, at: int, actions: Sequence[_Action]) -> int:
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


def _after_actions(body: str, quote: str, at: int, actions: Sequence[_Action]) -> int:
    """Find a quote outside of actions; -1 where there is none."""
    for action in actions:
        found = body.find(quote, at, max(at, action.start))
        if found >= 0:
            return found
        at = max(at, action.end)
    return body.find(quote, at)


def _value(body: str, at: int, actions: list[_Action]) -> str:
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
        value = body[begins:ends]
        made = value if _SAFE.fullmatch(value) else _quoted(value, len(value))
    return body[at:begins] + made + body[ends:]


def _end_of_value(body: str, at: int, actions: list[_Action]) -> int:
    """Say where a value ends: before its comment, if one begins outside of actions, and without blanks."""
    nth = 0
    for comment in _COMMENT.finditer(body, at):
        while nth < len(actions) and actions[nth].end <= comment.start():
            nth += 1
        if nth == len(actions) or comment.start() < actions[nth].start:
            return comment.start()
    return max(at, len(body.rstrip(" \t")))


def _requoted(body: str, begins: int, ends: int, actions: list[_Action]) -> str:
    """Keep a quoted text, with the actions in it rid of its quotes."""
    return _replaced(body[:ends], [(each, _unquoted(body, each, body[begins])) for each in actions])[begins:]


def _unquoted(body: str, action: _Action, quote: str) -> str:
    other = {'"': "'", "'": '"'}[quote]
    return body[action.start : action.end].replace(quote, other).replace("\\", "/")


def _in_flow(body: str, begins: int, ends: int, actions: list[_Action]) -> str:
    """Mask the actions in a flow collection: those that are a whole element are quoted."""
    pieces: list[tuple[_Action, str]] = []
    quote, at = "", begins
    for action in actions:
        quote = _quote_after(body, at, action.start, quote)
        at = action.end
        pieces.append((action, _flowing(body, ends, action, quote)))
    return _replaced(body[:ends], pieces)[begins:]


def _quote_after(body: str, at: int, end: int, quote: str) -> str:
    """Say which quote is open at the end of a stretch."""
    for each in body[at:end]:
        if quote:
            quote = "" if each == quote else quote
        elif each in "\"'":
            quote = each
    return quote


def _flowing(body: str, ends: int, action: _Action, quote: str) -> str:
    if quote:
        return _unquoted(body, action, quote)
    text = body[action.start : action.end]
    before = body[: action.start].rstrip()[-1:] if body[action.start - 1] == " " else body[action.start - 1]
    after = body[action.end : ends].lstrip()[:1]
    is_whole = before in {"[", "{", ",", ":"} and after in {"]", "}", ",", ":", ""}
    return _quoted(text, len(text)) if is_whole else text.translate(_FIT)


def _quoted(text: str, room: int) -> str:
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
