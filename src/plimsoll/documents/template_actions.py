"""Actions of templates in a text.

Go's text/template (`{{ … }}`, as Helm has it) and Jinja (`{{ … }}`, `{% … %}`, `{# … #}`).
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

_OPENING = re.compile(r"\{[{%#]")
_CLOSINGS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_REMARK = re.compile(r"\{\{-?\s*/\*|\{#")
_CONTROL = re.compile(
    r"\{\{-?\s*(?:(?:if|else|end|range|with|define|block|break|continue|fail)\b|\$\w*\s*:?=)|\{%(?!-?\s*include\b)"
)
_INDENT = re.compile(r"\bn?indent\s+(\d{1,3})\b")


class Kind(Enum):
    """What an action does: put text in, only control, or nothing at all."""

    OUTPUT = 0
    CONTROL = 1
    REMARK = 2


class Action(NamedTuple):
    """An action, or what of one stands in one line: from and to which character of the line, and what it does."""

    start: int
    end: int
    kind: Kind


class Line(NamedTuple):
    """A line of a text without its end, its end, and the actions in it."""

    body: str
    ending: str
    actions: tuple[Action, ...] = ()

    @property
    def indent(self) -> int:
        """The column of its first character that is no blank, from 0."""
        return len(self.body) - len(self.body.lstrip(" \t"))

    @property
    def is_alone(self) -> bool:
        """Whether it holds actions, and nothing else but a comment."""
        at = 0
        for action in self.actions:
            if self.body[at : action.start].strip():
                return False
            at = action.end
        rest = self.body[at:].strip()
        return bool(self.actions) and (not rest or rest.startswith("#"))

    @property
    def output(self) -> Action | None:
        """The first action that puts text in."""
        return next((action for action in self.actions if action.kind is Kind.OUTPUT), None)

    @property
    def column(self) -> int:
        """The column at which it puts its text: that of `indent N` in its first output, else its own."""
        output = self.output if self.is_alone else None
        said = _INDENT.search(self.body, output.start, output.end) if output else None
        return int(said[1]) if said else self.indent


def lines_of(text: str) -> list[Line]:
    """Give the lines of a text with the actions in them; an empty list where it has no actions. Linear."""
    pieces = [piece for start, end in _spans(text) for piece in _by_line(text, start, end)]
    return list(_lines(text, pieces)) if pieces else []


def _lines(text: str, pieces: list[Action]) -> Iterator[Line]:
    start, nth = 0, 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        first = nth
        while nth < len(pieces) and pieces[nth].start < end:
            nth += 1
        line = text[start:end]
        body = line.rstrip("\r\n")
        here = tuple(Action(each.start - start, each.end - start, each.kind) for each in pieces[first:nth])
        yield Line(body, line[len(body) :], here)
        start = end


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


def _by_line(text: str, start: int, end: int) -> Iterator[Action]:
    """Give an action line by line: what follows its first line does nothing."""
    kind = _kind(text, start)
    while (feed := text.find("\n", start, end)) >= 0:
        yield Action(start, len(text[start:feed].rstrip("\r")) + start, kind)
        start, kind = feed + 1, Kind.REMARK
    yield Action(start, end, kind)


def _kind(text: str, start: int) -> Kind:
    if _REMARK.match(text, start):
        return Kind.REMARK
    return Kind.CONTROL if _CONTROL.match(text, start) else Kind.OUTPUT
