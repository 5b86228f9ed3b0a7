"""Edits of YAML texts that leave everything else as it is: comments, blank lines, quotes, order, ends of lines.

The guarantee: an edited text is read again, and has to be the value that was read before with exactly the edits applied
to it. An edit for which that does not hold, or that cannot be planned with certainty, is dropped with a reason.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from plimsoll.documents.editing_splices import Planner, Splice
from plimsoll.documents.editing_text import as_read
from plimsoll.documents.editing_tree import tree_of
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.yaml import read_yaml_stream
from plimsoll.model.fact import Place

UNCERTAIN = "the text would not read as meant afterwards"

_MOST_ATTEMPTS = 64
"""How often the edits of one text are tried in smaller groups, before the rest is dropped."""


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
    making = _Making(text, values)
    made = making.make(_in_order(edits))
    return Edited(data=mark + made.encode(encoding), dropped=tuple(making.dropped))


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
    """A text with the values that were read of it."""

    text: str
    values: list[object]


class _Making:
    """Makes edits, all at once where that reads right afterwards, else in halves."""

    def __init__(self, text: str, values: list[object]) -> None:
        self._made = _Made(text, values)
        self._attempts = 0
        self.dropped: list[Dropped] = []

    def make(self, edits: list[Edit]) -> str:
        """Make edits in order, and give the text."""
        groups = [edits] if edits else []
        while groups:
            group = groups.pop()
            self._attempts += 1
            done = _attempt(self._made, group) if self._attempts <= _MOST_ATTEMPTS else None
            if done is not None:
                self._made, dropped = done
                self.dropped += dropped
            elif len(group) == 1 or self._attempts > _MOST_ATTEMPTS:
                self.dropped += (Dropped(edit, UNCERTAIN) for edit in group)
            else:
                half = len(group) // 2
                groups += (group[half:], group[:half])
        return self._made.text


def _attempt(before: _Made, edits: list[Edit]) -> tuple[_Made, list[Dropped]] | None:
    """Make edits together; None where what is read afterwards is not what it should be."""
    text = before.text
    dropped: list[Dropped] = []
    removals = [edit for edit in edits if edit.action is Action.REMOVE]
    try:
        for group in ([edit for edit in edits if edit.action is not Action.REMOVE], removals):
            waiting = group
            while waiting:
                text, waiting = _round(text, waiting, dropped)
        made = _Made(text, _values(text))
    except DocumentError:
        return None
    refused = {id(each.edit) for each in dropped}
    wanted = _Wanted(before.values)
    for edit in edits:
        if id(edit) not in refused:
            wanted.apply(edit)
    return (made, dropped) if made.values == wanted.values else None


def _round(text: str, edits: list[Edit], dropped: list[Dropped]) -> tuple[str, list[Edit]]:
    """Make those edits that do not touch each other; the others wait for the next round."""
    tree = tree_of(text)
    values = cache(lambda: _values(text))
    planners: dict[int, Planner] = {}
    changes = _Changes()
    waiting: list[Edit] = []
    for edit in edits:
        try:
            if edit.document not in planners:
                planners[edit.document] = Planner(tree, edit.document, values)
            planned = _planned(planners[edit.document], edit)
        except DocumentError as error:
            dropped.append(Dropped(edit, str(error)))
            continue
        # A removal moves what comes after it, so that none may overtake another.
        is_blocked = bool(waiting) and edit.action is Action.REMOVE
        if is_blocked or not changes.take(planned):
            waiting.append(edit)
    return changes.made(text), waiting


def _planned(planner: Planner, edit: Edit) -> list[Splice]:
    if edit.action is Action.SET:
        return planner.put(edit.place, edit.value)
    return planner.append(edit.place, edit.value) if edit.action is Action.APPEND else planner.remove(edit.place)


class _Changes:
    """Splices that do not touch each other, in the order of the text."""

    def __init__(self) -> None:
        self._splices: list[Splice] = []

    def take(self, splices: Sequence[Splice]) -> bool:
        """Add splices, unless one of them touches one that was added before."""
        if any(self._touches(splice) for splice in splices):
            return False
        for splice in splices:
            self._splices.insert(bisect_left(self._splices, splice), splice)
        return True

    def _touches(self, splice: Splice) -> bool:
        at = bisect_left(self._splices, splice)
        is_after = at > 0 and self._splices[at - 1].end >= splice.start
        return is_after or (at < len(self._splices) and self._splices[at].start <= splice.end)

    def made(self, text: str) -> str:
        """Give a text with all of them made."""
        pieces: list[str] = []
        index = 0
        for splice in self._splices:
            pieces += (text[index : splice.start], splice.text)
            index = splice.end
        return "".join((*pieces, text[index:]))


class _Wanted:
    """What should be read of the text after its edits. What is changed is copied first: aliases share values."""

    def __init__(self, values: list[object]) -> None:
        self.values = list(values)
        self._own: set[int] = set()

    def apply(self, edit: Edit) -> None:
        """Apply one edit."""
        around: Any = self.values
        way: Place = (edit.document, *edit.place)
        if edit.action is Action.APPEND:
            for step, following in pairwise((*way, 0)):
                around = self._inside(around, step, following)
            around.append(as_read(edit.value))
            return
        for step, following in pairwise(way):
            around = self._inside(around, step, following)
        if edit.action is Action.SET:
            around[way[-1]] = as_read(edit.value)
        else:
            del around[way[-1]]

    def _inside(self, around: Any, step: Any, following: object) -> Any:  # noqa: ANN401 - mappings and lists of any values
        """Give the collection at a step, copied or made where it is not there."""
        inner = around.get(step) if isinstance(around, dict) else around[step]
        if id(inner) in self._own:
            return inner
        if isinstance(inner, dict | list):
            inner = dict(inner) if isinstance(inner, dict) else list(inner)
        else:
            inner = [] if isinstance(following, int) else {}
        self._own.add(id(inner))
        around[step] = inner
        return inner
