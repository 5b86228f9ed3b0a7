"""Templates left in YAML: their actions made into YAML of the same length, so that everything else can be read.

Nothing is executed. What an action would put in becomes a text that `scalars.is_template` knows, so that nobody takes
it for a value:

* `image: {{ .Values.image }}` becomes a quoted text with the action in it,
* an action alone on a line becomes a key (or an element) that holds the action: what it adds is not known,
* `labels: {{ … | nindent 4 }}` with more keys below becomes the tag TEMPLATED, which says the same of the mapping,
* lines with nothing but control (`if`, `range`, `end` …) become blank.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from plimsoll.documents.bounds import as_utf8
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.template_actions import Line, lines_of
from plimsoll.documents.template_lines import (
    colon_of,
    end_of_dashes,
    inline,
    quoted,
    replaced,
    silent,
    without_comment,
)
from plimsoll.documents.yaml import TEMPLATED

_ELEMENT = re.compile(r"-(?:[ \t]|$)")
_BLOCK_SCALAR = re.compile(r"(?:^|[\s:-])[|>][-+0-9]{0,2}[ \t]*(?:#.*)?$")
_LEAST = 6
"""Characters that `'{{':` has: what an action alone on a line needs."""

LARGEST = 4 << 20
"""Bytes of a text whose templates are looked at: the largest files of charts have some 100 kB."""

_MOST_LEVELS = 128
"""Open blocks that are looked through; no document may nest deeper (bounds.DEEPEST)."""


def masked(data: bytes) -> bytes | None:
    """Give a YAML text whose template actions are made into YAML, with every other character where it was.

    The result has as many characters in each line as the text. None where there are no actions, for what is no text,
    and over LARGEST. Linear in the length of the text.
    """
    if len(data) > LARGEST:
        return None
    try:
        lines = lines_of(as_utf8(data).decode())
    except (DocumentError, UnicodeError):
        return None
    return "".join(_Masking(lines).lines()).encode() if lines else None


class _Level(NamedTuple):
    """A block that is open, or begins, at a column: a sequence, or a mapping."""

    column: int
    is_sequence: bool


_NOTHING = _Level(-1, is_sequence=False)


def _levels_after(lines: list[Line]) -> list[_Level]:
    """Say for each line at what column the next one that puts text in does so, and whether that is an element."""
    after: list[_Level] = []
    level = _NOTHING
    for line in reversed(lines):
        after.append(level)
        stripped = line.body.strip()
        is_silent = line.is_alone and line.output is None
        if not stripped or stripped.startswith("#") or is_silent:
            continue
        is_element = _ELEMENT.match(stripped) is not None
        if line.is_alone:
            is_element = level.is_sequence and level.column == line.column
        level = _Level(line.column, is_sequence=is_element)
    return after[::-1]


class _Masking:
    """Goes through the lines of a text, and knows which blocks are open."""

    def __init__(self, lines: list[Line]) -> None:
        """Begin outside of everything."""
        self._lines = lines
        self._levels: list[_Level] = []
        self._next = _NOTHING
        self._scalar_in = -1  # The column of the key whose block scalar is open.
        self._awaits = False  # Whether the last line was a key without a value.

    def lines(self) -> Iterator[str]:
        """Give each line, masked."""
        for line, level in zip(self._lines, _levels_after(self._lines), strict=True):
            self._next = level
            yield self._line(line) + line.ending

    def _line(self, line: Line) -> str:
        body = line.body
        if self._is_in_scalar(line):
            return body if line.indent > self._scalar_in else " " * len(body)
        if line.is_alone:
            return self._alone(line) if line.output else " " * len(body)
        if line.actions:
            quiet = silent(body, line.actions)
            body = replaced(body, [(each, " " * (each.end - each.start)) for each in quiet])
            said = [each for each in line.actions if each not in quiet] if quiet else list(line.actions)
            body = inline(body, said, holds_more=self._holds_more(body))
        self._follow(body)
        return body

    def _is_in_scalar(self, line: Line) -> bool:
        if self._scalar_in < 0:
            return False
        if not line.body.strip() or line.indent > self._scalar_in or line.is_alone:
            return True
        self._scalar_in = -1
        return False

    def _holds_more(self, body: str) -> bool:
        """Say whether the lines after one belong to its value."""
        begins = end_of_dashes(body)
        if colon_of(body, begins, ()) >= 0:
            return self._next.column > begins or (self._next.is_sequence and self._next.column == begins)
        return self._next.column > len(body) - len(body.lstrip(" \t"))

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
        inner = end_of_dashes(body)
        if inner > indent:
            self._open(_Level(indent, is_sequence=True))
        if inner < len(body):
            self._open(_Level(inner, is_sequence=False))
        self._awaits = without_comment(body).endswith((":", "-", TEMPLATED))
        if _BLOCK_SCALAR.search(body):
            # The key of `- key: |` decides; where there is no key, the dash.
            self._scalar_in = inner if colon_of(body, inner, ()) >= 0 else indent

    def _open(self, level: _Level) -> None:
        top = self._levels[-1] if self._levels else None
        if top is not None and top.column == level.column and top.is_sequence and not level.is_sequence:
            self._levels.pop()  # The elements stood at the column of the key that holds them.
            top = self._levels[-1] if self._levels else None
        if top != level:
            self._levels.append(level)

    def _alone(self, line: Line) -> str:
        """Make a key or an element of an action that stands alone, at the column at which it puts its text."""
        length = len(line.body)
        level = self._level(line.column, length)
        if level is None or line.output is None or length - level.column < _LEAST:
            return " " * length
        self._awaits = False
        head, tail = ("- ", "") if level.is_sequence else ("", ":")
        room = length - level.column - len(head) - len(tail)
        text = quoted(line.body[line.output.start : line.output.end], room)
        return " " * level.column + head + text + tail

    def _level(self, column: int, length: int) -> _Level | None:
        """Say in which block the text of an action comes to stand; None where it fits into none."""
        top = self._levels[-1].column if self._levels else -1
        if column > top and (self._awaits or not self._levels):
            column = column if length - column >= _LEAST else top + 1
            self._levels.append(_Level(column, is_sequence=self._next == (column, True)))
        elif column == top and self._awaits and self._next == (column, True):
            self._levels.append(self._next)
        for back, level in enumerate(reversed(self._levels[-_MOST_LEVELS:])):
            if level.column == column:
                del self._levels[len(self._levels) - back :]
                return level
        return None
