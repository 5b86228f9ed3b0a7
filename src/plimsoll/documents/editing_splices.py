"""What an edit changes in a text: pieces that are put in or taken out, planned on its tree."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

from plimsoll.documents.editing_text import (
    after,
    are_lists_indented,
    as_read,
    in_block,
    in_flow,
    like,
    line_end_of,
    line_of,
)
from plimsoll.documents.editing_tree import Kind, Part, Tree
from plimsoll.documents.errors import DocumentError
from plimsoll.model.fact import Place

_STEP = 2


class Splice(NamedTuple):
    """Characters from `start` to before `end` give way to `text`."""

    start: int
    end: int
    text: str


class _Found(NamedTuple):
    """A part on the way to a place, the key that holds it, what is around it, and the steps that are missing."""

    part: Part
    key: Part | None
    around: Part | None
    rest: Place


def _nested(value: object, steps: Place) -> object:
    for step in reversed(steps):
        if not isinstance(step, str):
            raise DocumentError("an element is missing on the way there")
        value = {step: value}
    return value


class Planner:
    """Plans edits of one document of a text. Every method raises DocumentError for what cannot be done."""

    def __init__(self, tree: Tree, document: int, values: Callable[[], Sequence[object]]) -> None:
        """Take the tree of the text, which of its documents is meant, and how our reader reads all of them."""
        if not 0 <= document < len(tree.documents):
            raise DocumentError(f"there is no document {document}")
        self._tree = tree
        self._root = tree.documents[document]
        self._shared = tree.shared[document]
        self._document = document
        self._values = values
        self._indexes: dict[int, dict[str, list[int]]] = {}

    @cached_property
    def _are_lists_indented(self) -> bool:
        return are_lists_indented(self._root)

    def put(self, place: Place, value: object) -> list[Splice]:
        """Plan to set what stands at a place, with all that is missing on the way."""
        found = self._find(place)
        if not found.rest and self._is(found.part, place, value):
            return []
        if found.part.is_null and (found.rest or isinstance(value, dict | list)):
            return self._fill(found, _nested(value, found.rest))
        if found.rest:
            return self._add(found.part, str(found.rest[0]), _nested(value, found.rest[1:]))
        return self._replace(found, value)

    def append(self, place: Place, item: object) -> list[Splice]:
        """Plan to add an element to the list at a place, which may be missing."""
        found = self._find(place)
        if found.rest or found.part.is_null:
            return self.put(place, [item])
        part = found.part
        if part.kind is not Kind.SEQUENCE:
            raise DocumentError("it is no list")
        if part.is_flow:
            return [self._into_flow(part, in_flow(item))]
        if part.has_properties:
            raise DocumentError("the list has an anchor or a tag")
        return [self._lines(part, [item], part.column)]

    def remove(self, place: Place) -> list[Splice]:
        """Plan to take away what stands at a place; what is left empty becomes `{}` or `[]`."""
        found = self._find(place)
        around = found.around
        if found.rest or around is None:
            raise DocumentError("nothing stands there")
        index = next(at for at, each in enumerate(around.values) if each is found.part)
        if around.is_flow:
            return [self._out_of_flow(around, index)]
        return self._emptied(place[:-1]) if len(around.values) == 1 else [self._out_of_block(around, index)]

    def _is(self, part: Part, place: Place, value: object) -> bool:
        """Say whether a value stands at a place already."""
        if part.kind is Kind.SCALAR:
            return part.value == as_read(value)
        return isinstance(value, dict | list) and self._at(place) == as_read(value)

    def _at(self, place: Place) -> object:
        """Give what our reader has at a place; None where it has nothing."""
        value = self._values()[self._document]
        for step in place:
            if isinstance(value, dict):
                value = value.get(step)
            else:
                value = value[step] if isinstance(value, list) and isinstance(step, int) else None
        return value

    # The way there

    def _find(self, place: Place) -> _Found:
        part = self._root
        key: Part | None = None
        around: Part | None = None
        for depth in range(len(place)):
            self._expect_own(part)
            index = self._index(part, place, depth)
            if index is None:
                return _Found(part, key, around, place[depth:])
            around, key = part, part.keys[index] if part.keys else None
            part = part.values[index]
        self._expect_own(part)
        return _Found(part, key, around, ())

    def _expect_own(self, part: Part) -> None:
        if part.kind is Kind.ALIAS or (part.anchor and part.anchor in self._shared):
            raise DocumentError("several places share it by an anchor")

    def _index(self, part: Part, place: Place, depth: int) -> int | None:
        """Give which of the values of a part the step at a depth leads to; None where it is missing."""
        step = place[depth]
        if part.is_null:
            return None
        if part.kind is Kind.SEQUENCE and isinstance(step, int):
            return step if step < len(part.values) else None
        if part.kind is not Kind.MAPPING or not isinstance(step, str):
            raise DocumentError("something of another kind stands on the way there")
        found = self._keys(part).get(step, [])
        if len(found) > 1:
            raise DocumentError(f"the key {step!r} stands twice")
        if not found and "<<" in self._keys(part) and self._at(place[: depth + 1]) is not None:
            raise DocumentError("several places share it by a merge key")
        return found[0] if found else None

    def _keys(self, part: Part) -> dict[str, list[int]]:
        """Give where in a mapping each key stands, found out once."""
        if id(part) not in self._indexes:
            index = self._indexes[id(part)] = {}
            for at, key in enumerate(part.keys):
                if key.kind is Kind.SCALAR:
                    index.setdefault(key.value, []).append(at)
        return self._indexes[id(part)]

    # What is put in

    def _add(self, part: Part, key: str, value: object) -> list[Splice]:
        if part.kind is not Kind.MAPPING:
            raise DocumentError("an element is missing on the way there")
        if part.is_flow:
            return [self._into_flow(part, in_flow({key: value})[1:-1])]
        return [self._lines(part, {key: value}, part.keys[0].column)]

    def _into_flow(self, part: Part, text: str) -> Splice:
        if not part.values:
            return Splice(part.end - 1, part.end - 1, text)
        last = part.values[-1]
        if last.start == last.end:
            raise DocumentError("the last key inside the braces has no value")
        return Splice(last.end, last.end, f", {text}")

    def _lines(self, part: Part, value: object, column: int) -> Splice:
        return self._at_line(after(self._tree, part), value, column)

    def _at_line(self, index: int, value: object, column: int) -> Splice:
        text = self._tree.text
        end = line_end_of(text)
        lines = end.join(in_block(value, column, are_lists_indented=self._are_lists_indented))
        is_line = index == 0 or text[index - 1] == "\n"
        return Splice(index, index, lines + end if is_line else end + lines)

    def _fill(self, found: _Found, value: object) -> list[Splice]:
        """Put a collection where nothing, or null, is written."""
        part, key, around = found.part, found.key, found.around
        self._expect_bare(part)
        if part.start < part.end:
            return [Splice(part.start, part.end, in_flow(value))]
        if key is None or around is None or around.is_flow or self._tree.text[part.start - 1] != ":":
            raise DocumentError("nothing is written there, and not below a key of its own line")
        newline = self._tree.text.find("\n", part.start)
        index = len(self._tree.text) if newline < 0 else newline + 1
        is_level = isinstance(value, list) and not self._are_lists_indented
        return [self._at_line(index, value, key.column + (0 if is_level else _STEP))]

    def _replace(self, found: _Found, value: object) -> list[Splice]:
        part = found.part
        self._expect_bare(part)
        if part.kind is not Kind.SCALAR or isinstance(value, dict | list) or part.style in {"|", ">"}:
            raise DocumentError("something of another kind stands there")
        if part.start < part.end:
            return [Splice(part.start, part.end, like(value, part.style))]
        if self._tree.text[part.start - 1] not in ":-":
            raise DocumentError("nothing is written there")
        return [Splice(part.start, part.end, f" {in_flow(value)}")]

    def _expect_bare(self, part: Part) -> None:
        if part.has_properties:
            raise DocumentError("what stands there has an anchor or a tag")

    # What is taken out

    def _out_of_flow(self, around: Part, index: int) -> Splice:
        first = (around.keys or around.values)[index]
        start, end = first.start, around.values[index].end
        if index + 1 < len(around.values):
            end = (around.keys or around.values)[index + 1].start
        elif index:
            start = around.values[index - 1].end
        if "#" in self._tree.text[start:end]:
            raise DocumentError("a comment stands between")
        return Splice(start, end, "")

    def _out_of_block(self, around: Part, index: int) -> Splice:
        text, value = self._tree.text, around.values[index]
        first = around.keys[index] if around.keys else value
        start = line_of(text, first.start) if around.keys else self._dash(around, index)
        if around.keys and text[start : first.start].strip(" "):
            return self._beside_dash(around, index)
        return Splice(start, after(self._tree, value), "")

    def _dash(self, around: Part, index: int) -> int:
        """Give where the line of an element's dash begins; the first one may stand behind another dash."""
        text = self._tree.text
        before = around.start if index == 0 else after(self._tree, around.values[index - 1])
        dash = text.find(f"{' ' * around.column}-", line_of(text, before))
        if around.has_properties or dash < 0 or line_of(text, dash) != dash or dash > around.values[index].start:
            raise DocumentError("the element stands on a line with others")
        return dash

    def _beside_dash(self, around: Part, index: int) -> Splice:
        """Take away the first key of an element, on the line of its dash: the next key moves up."""
        if index + 1 == len(around.keys) or index:
            raise DocumentError("the key stands on a line with others")
        start, end = around.keys[index].start, around.keys[index + 1].start
        if "#" in self._tree.text[start:end]:
            raise DocumentError("a comment stands between")
        return Splice(start, end, "")

    def _emptied(self, place: Place) -> list[Splice]:
        """Write `{}` or `[]` for a block collection whose only value is taken away."""
        found = self._find(place)
        part, key = found.part, found.key
        text = self._tree.text
        colon = text.find(":", key.end) if key else -1
        if colon < 0 or part.has_properties or "\n" not in text[colon : part.start]:
            raise DocumentError("it is the only one, and not below a key of its own line")
        empty = " {}" if part.kind is Kind.MAPPING else " []"
        return [
            Splice(colon + 1, colon + 1, empty),
            Splice(line_of(text, part.start), after(self._tree, part), ""),
        ]
