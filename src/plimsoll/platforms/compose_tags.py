"""The tags `!reset` and `!override` of Compose files, which say how a value is merged; readers of YAML drop them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from plimsoll.documents.bounds import as_utf8
from plimsoll.model.estate import Document
from plimsoll.model.fact import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

RESET, OVERRIDE = "!reset", "!override"


def tags_of(document: Document) -> Mapping[Place, str]:
    """Give the tags of a document by place; none for what has no text, and none after where a text is broken."""
    data: object = getattr(document, "data", b"")
    if not isinstance(data, bytes) or not (b"!reset" in data or b"!override" in data):
        return {}
    from yaml._yaml import CParser

    return dict(_tagged(_events(CParser(as_utf8(data))), getattr(document, "number", 0)))


def _events(parser: Any) -> "Iterator[Any]":  # noqa: ANN401 - libyaml's parser has no types
    from yaml import YAMLError

    try:
        while (event := parser.get_event()) is not None:
            yield event
    except (YAMLError, UnicodeError):
        return


def _tagged(events: "Iterable[Any]", number: int) -> Iterator[tuple[Place, str]]:
    """Walk through the events of one document of a text, keeping the way to where it is."""
    from yaml import events as kinds

    way = _Way()
    document = -1
    for event in events:
        if isinstance(event, kinds.DocumentStartEvent):
            document += 1
            way = _Way()
        if document == number and isinstance(event, kinds.NodeEvent):
            place = way.step(getattr(event, "value", ""))
            tag = getattr(event, "tag", None)
            if place is not None and tag in {RESET, OVERRIDE}:
                yield place, tag
            if isinstance(event, kinds.CollectionStartEvent):
                way.open(is_mapping=isinstance(event, kinds.MappingStartEvent))
        elif isinstance(event, kinds.CollectionEndEvent) and document == number:
            way.close()


class _Way:
    """The way to the value that comes next."""

    def __init__(self) -> None:
        self._steps: list[str | int] = []
        self._is_mapping: list[bool] = []
        self._is_key: list[bool] = []

    def open(self, *, is_mapping: bool) -> None:
        """Go into a collection."""
        self._is_mapping.append(is_mapping)
        self._is_key.append(is_mapping)
        self._steps.append("" if is_mapping else -1)

    def close(self) -> None:
        """Leave the innermost collection."""
        self._steps.pop()
        self._is_mapping.pop()
        self._is_key.pop()

    def step(self, key: str) -> Place | None:
        """Take the next node: give its place, or None where it is a key."""
        if not self._steps:
            return ()
        last = self._steps[-1]
        if isinstance(last, int):
            self._steps[-1] = last + 1
        elif self._is_key[-1]:
            self._steps[-1] = key
            self._is_key[-1] = False
            return None
        else:
            self._is_key[-1] = True
        return tuple(self._steps)
