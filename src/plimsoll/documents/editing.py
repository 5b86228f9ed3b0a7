"""Edits of YAML texts that leave everything else as it is: comments, blank lines, quotes, order, ends of lines.

The guarantee: an edited text is read again, and has to be the value that was read before with exactly the edits applied
to it. An edit for which that does not hold, or that cannot be planned with certainty, is dropped with a reason.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from plimsoll.documents.editing_splices import Planner, Splice
from plimsoll.documents.editing_text import as_read
from plimsoll.documents.editing_tree import tree_of
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.yaml import read_yaml_stream
from plimsoll.model.fact import Place

UNCERTAIN = "the text would not read as meant afterwards"


class Action(Enum):
    """What an edit does: set a value, append an element to a list, remove a key or an element."""

    SET = "set"
    APPEND = "append"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit of the document that has a number in a text (from 0). Places are those of the text as it was read.

    What is missing on the way to what is set or appended is made; `value` is of mappings, lists and scalars.
    """

    action: Action
    place: Place
    value: object = None
    document: int = 0


class Dropped(NamedTuple):
    """An edit that was not made, and why."""

    edit: Edit
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A text after its edits: what was made of it, and which edits were dropped."""

    data: bytes
    dropped: tuple[Dropped, ...] = ()


def edited(data: bytes, edits: Sequence[Edit]) -> Edited:
    """Make edits in a YAML text in UTF-8 or, with a byte order mark, UTF-16. Total: what cannot be done is dropped."""
    try:
        mark, encoding = _encoding(data)
        text = data[len(mark) :].decode(encoding)
        values = _values(text)
    except (DocumentError, UnicodeError) as error:
        return Edited(data=data, dropped=tuple(Dropped(edit, str(error)) for edit in edits))
    made = _Attempt(text, values).of(_in_order(edits))
    return Edited(data=mark + made.text.encode(encoding), dropped=tuple(made.dropped))


def _encoding(data: bytes) -> tuple[bytes, str]:
    marks = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
    return next(((mark, name) for mark, name in marks.items() if data.startswith(mark)), (b"", "utf-8"))


def _values(text: str) -> list[object]:
    return [document.root for document in read_yaml_stream(text.encode())]


def _in_order(edits: Sequence[Edit]) -> list[Edit]:
    """Put removals last and from the end of each list to its beginning, so that no place moves before its turn."""

    def last_first(edit: Edit) -> tuple[tuple[int, str], ...]:
        return tuple((step, "") if isinstance(step, int) else (-1, step) for step in edit.place)

    removals = [edit for edit in edits if edit.action is Action.REMOVE]
    others = [edit for edit in edits if edit.action is not Action.REMOVE]
    return others + sorted(removals, key=last_first, reverse=True)


class _Made(NamedTuple):
    text: str
    values: list[object]
    dropped: list[Dropped]


class _Attempt:
    """Makes edits, all at once where that reads right afterwards, else in halves."""

    def __init__(self, text: str, values: list[object]) -> None:
        self._text = text
        self._values = values

    def of(self, edits: list[Edit]) -> _Made:
        """Make edits in order; the values of the result are those that were read of it."""
        made, dropped = self._together(edits)
        if made is not None:
            return made._replace(dropped=dropped)
        if len(edits) == 1:
            return _Made(self._text, self._values, [Dropped(edits[0], UNCERTAIN)])
        half = len(edits) // 2
        first = self.of(edits[:half])
        second = _Attempt(first.text, first.values).of(edits[half:])
        return second._replace(dropped=first.dropped + second.dropped)

    def _together(self, edits: list[Edit]) -> tuple[_Made | None, list[Dropped]]:
        text, dropped = self._text, list[Dropped]()
        waiting = edits
        try:
            while waiting:
                text, waiting, refused = _round(text, waiting)
                dropped += refused
            values = _values(text)
        except DocumentError:
            return None, dropped
        refused_edits = {id(each.edit) for each in dropped}
        wanted = list(self._values)
        for edit in edits:
            if id(edit) not in refused_edits:
                wanted[edit.document] = _applied(wanted[edit.document], edit, edit.place)
        return (_Made(text, values, []), dropped) if values == wanted else (None, dropped)


def _round(text: str, edits: list[Edit]) -> tuple[str, list[Edit], list[Dropped]]:
    """Make those edits that do not touch each other; the others wait for the next round."""
    tree, values = tree_of(text), _values(text)
    splices: list[Splice] = []
    dropped: list[Dropped] = []
    waiting: list[Edit] = []
    touched: set[tuple[int, Place]] = set()
    taken: set[int] = set()
    for edit in edits:
        # Removals wait for all others, and for each other: they move what comes after them.
        must_wait = edit.action is Action.REMOVE and (waiting or any(each.text for each in splices) or dropped_any(splices))
        group = {(edit.document, edit.place[:depth]) for depth in range(1, len(edit.place) + 1)}
        if must_wait:
            waiting.append(edit)
            continue
        try:
            planner = Planner(tree, edit.document, values[edit.document])
            planned = _planned(planner, edit)
        except DocumentError as error:
            dropped.append(Dropped(edit, str(error)))
    return text, waiting, dropped
