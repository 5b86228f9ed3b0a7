"""Where the values of a JSON text stand: only what lies on the way to a place is looked at.

The decoder gives the pieces of an object or array as they are written, in order and without copying what is inside,
so that megabytes beside the way are leapt over.
"""

import re
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from plimsoll.documents.bounds import as_utf8
from plimsoll.model.estate import Position

_BLANKS = re.compile(rb"[ \t\r\n]*+")
_KEY = re.compile(rb'[ \t\r\n]*+"((?:[^"\\]++|\\.)*+)"[ \t\r\n]*+:[ \t\r\n]*+', re.DOTALL)
_BLOCK = 1 << 12
"""Bytes between the places at which characters are counted."""


class _Child(NamedTuple):
    """A value: where its key, or as an element it itself, begins; where the value begins; and its text."""

    begins: int
    at: int
    text: bytes


class JsonPositions:
    """The positions of one text, which must be JSON without equal keys in one object."""

    def __init__(self, data: bytes) -> None:
        """Take a text; nothing is looked at yet."""
        self._data = as_utf8(data)
        self._known: dict[int, dict[str | int, _Child]] = {}
        self._lines: list[int] = []
        self._characters: list[int] | None = None
        whole = _BLANKS.match(self._data)
        start = whole.end() if whole else 0
        self.root = _Child(start, start, self._data[start:])

    def child(self, value: _Child, step: str | int) -> _Child | None:
        """Give what stands at a key or an index of a value; None where nothing does."""
        if value.at not in self._known:
            self._known[value.at] = self._children(value)
        return self._known[value.at].get(step)

    def position(self, value: _Child) -> Position:
        """Give line and column of a value's key, or of an element, in characters."""
        if not self._lines:
            ends = accumulate(len(line) + 1 for line in self._data.split(b"\n"))
            self._lines = [0, *ends]
        line = bisect_right(self._lines, value.begins)
        start = self._lines[line - 1]
        return Position(line, self._count(value.begins) - self._count(start) + 1)

    def _count(self, at: int) -> int:
        """Count the characters before an offset: bytes, without those that continue one."""
        if self._characters is None:
            blocks = range(0, len(self._data), _BLOCK)
            counts = (_characters(self._data[block : block + _BLOCK]) for block in blocks)
            self._characters = [] if self._data.isascii() else [0, *accumulate(counts)]
        if not self._characters:
            return at
        block = at // _BLOCK
        return self._characters[block] + _characters(self._data[block * _BLOCK : at])

    def _children(self, value: _Child) -> dict[str | int, _Child]:
        """Give what is inside of a value; nothing where the text is no JSON after all."""
        import msgspec

        try:
            if value.text.startswith(b"{"):
                return dict(self._of_object(value))
            return dict(self._of_array(value)) if value.text.startswith(b"[") else {}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return {}

    def _of_object(self, value: _Child) -> list[tuple[str | int, _Child]]:
        import msgspec

        at = value.at + 1
        found: list[tuple[str | int, _Child]] = []
        for key, raw in msgspec.json.decode(value.text, type=dict[str, msgspec.Raw]).items():
            written = _KEY.match(self._data, at)
            if written is None:
                break
            text = bytes(raw)
            found.append((key, _Child(written.start(1) - 1, written.end(), text)))
            at = self._after(written.end() + len(text))
        return found

    def _of_array(self, value: _Child) -> list[tuple[str | int, _Child]]:
        import msgspec

        at = self._after(value.at)
        found: list[tuple[str | int, _Child]] = []
        for index, raw in enumerate(msgspec.json.decode(value.text, type=list[msgspec.Raw])):
            text = bytes(raw)
            found.append((index, _Child(at, at, text)))
            at = self._after(self._skipped(at + len(text)))
        return found

    def _skipped(self, at: int) -> int:
        blanks = _BLANKS.match(self._data, at)
        return blanks.end() if blanks else at

    def _after(self, at: int) -> int:
        """Give where the next thing begins: behind a bracket or comma at an offset, and blanks."""
        return self._skipped(self._skipped(at) + 1)


def _characters(data: bytes) -> int:
    return len(data) - sum(data.count(byte) for byte in _CONTINUING) if not data.isascii() else len(data)


_CONTINUING = [bytes([byte]) for byte in range(0x80, 0xC0)]
