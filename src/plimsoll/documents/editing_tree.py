"""YAML texts as trees of parts that know where in the text they begin and end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from plimsoll.documents.bounds import DEEPEST, MOST_NODES, too_deep, too_large
from plimsoll.documents.errors import DocumentError


class Kind(Enum):
    """What a part is."""

    SCALAR = "scalar"
    MAPPING = "mapping"
    SEQUENCE = "sequence"
    ALIAS = "alias"


@dataclass(slots=True, kw_only=True)
class Part:
    """A part of a text, from the character `start` to before `end`; `column` counts from 0.

    Of a block collection only its last value knows where it ends (`last`). `values` are those of a mapping, in the
    order of its `keys`, or the elements of a sequence. `has_properties` says that an anchor or a tag stands before it.
    """

    kind: Kind
    start: int
    end: int
    column: int
    value: str = ""
    style: str = ""
    anchor: str = ""
    is_flow: bool = False
    has_properties: bool = False
    keys: list["Part"] = field(default_factory=list)
    values: list["Part"] = field(default_factory=list)

    @property
    def last(self) -> "Part":
        """The innermost part with which this one ends in the text."""
        part = self
        while part.values and not part.is_flow:
            part = part.values[-1]
        return part

    @property
    def is_null(self) -> bool:
        """Whether nothing, or a plain null, is written."""
        return self.kind is Kind.SCALAR and not self.style and self.value in {"", "~", "null", "Null", "NULL"}

    def inside(self) -> Iterator["Part"]:
        """Give this part and all in it."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting += part.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A text with the root part of each of its documents, and by document the anchors that aliases use."""

    text: str
    documents: list[Part]
    shared: list[set[str]]


def tree_of(text: str) -> Tree:
    """Take a text apart. Raises DocumentError for what is no YAML, or over the bounds that readers of values have."""
    growing = _Growing()
    for event in _events(text):
        growing.take(event)
    return Tree(text=text, documents=growing.documents, shared=growing.shared)


def _events(text: str) -> Iterator[Any]:
    import yaml
    from yaml._yaml import CParser

    try:
        parser = CParser(text)
        while (event := parser.get_event()) is not None:
            yield event
    except (yaml.YAMLError, UnicodeError) as error:
        raise DocumentError(f"it is not YAML: {error}") from error


class _Growing:
    """Builds trees of events, with a stack of its own instead of recursion."""

    def __init__(self) -> None:
        from yaml import events

        self.documents: list[Part] = []
        self.shared: list[set[str]] = []
        self._open: list[Part] = []
        self._count = 0
        self._kinds = {
            events.ScalarEvent: Kind.SCALAR,
            events.AliasEvent: Kind.ALIAS,
            events.MappingStartEvent: Kind.MAPPING,
            events.SequenceStartEvent: Kind.SEQUENCE,
        }
        self._ends = {events.MappingEndEvent, events.SequenceEndEvent}

    def take(self, event: Any) -> None:  # noqa: ANN401 - PyYAML's events have no common type
        """Take the next event."""
        kind = self._kinds.get(type(event))
        if kind is not None:
            self._begin(kind, event)
        elif type(event) in self._ends:
            self._open.pop().end = event.end_mark.index

    def _begin(self, kind: Kind, event: Any) -> None:  # noqa: ANN401 - as above
        self._count += 1
        if self._count > MOST_NODES:
            raise too_large()
        part = _part(kind, event)
        self._place(part)
        if kind is Kind.ALIAS:
            self.shared[-1].add(part.anchor)
        elif kind is not Kind.SCALAR:
            if len(self._open) >= DEEPEST:
                raise too_deep()
            self._open.append(part)

    def _place(self, part: Part) -> None:
        if not self._open:
            self.documents.append(part)
            self.shared.append(set())
            return
        around = self._open[-1]
        is_key = around.kind is Kind.MAPPING and len(around.keys) == len(around.values)
        (around.keys if is_key else around.values).append(part)


def _part(kind: Kind, event: Any) -> Part:  # noqa: ANN401 - as above
    return Part(
        kind=kind,
        start=event.start_mark.index,
        end=event.end_mark.index,
        column=event.start_mark.column,
        value=getattr(event, "value", ""),
        style=getattr(event, "style", "") or "",
        anchor=event.anchor or "",
        is_flow=bool(getattr(event, "flow_style", False)),
        has_properties=kind is not Kind.ALIAS and bool(event.anchor or event.tag),
    )
