"""YAML 1.1 by libyaml's events: no tag but TEMPLATED is acted upon, every scalar is text as written."""

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from plimsoll.documents.bounds import DEEPEST, as_utf8, too_deep, too_large
from plimsoll.documents.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class _Mark(Protocol):
    line: int
    column: int


class _Event(Protocol):
    """An event of libyaml; which of these it has depends on its kind."""

    anchor: str | None
    tag: str | None
    value: str
    style: str | None
    start_mark: _Mark


MOST_NODES = 2_000_000
"""Values of one document, aliases counted as often as they are used: some 400 MB in memory, twice that of JSON."""

TEMPLATED = "!templated"
"""A tag that says: a template adds to this. The mapping gets the key UNSEEN, the sequence such an element."""

UNSEEN = "{{"
"""A text that scalars.is_template knows."""

_TEXT_OF_A_NODE = 256
"""Characters of a scalar that weigh as much as a node, so that a long text cannot be repeated without end."""

_MOST_TAGS = 16
"""Tag directives of one text; libyaml compares each with all before it."""


class YamlMapping(dict[str, object]):
    """A mapping, with line and column (from 1) of each of its keys; merged keys have those where they were written."""

    __slots__ = ("columns", "lines")

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.lines: dict[str, int] = {}
        self.columns: dict[str, int] = {}


class YamlSequence(list[object]):
    """A sequence, with line and column (from 1) of each of its elements; an alias has those of where it is used."""

    __slots__ = ("columns", "lines")

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.lines: list[int] = []
        self.columns: list[int] = []


def read_yaml(data: bytes, *, last_key_holds: bool = False) -> object:
    """Read the one document of a text: YamlMapping, YamlSequence and str; "" for an empty text.

    `null`, numbers and truth values are text as well; `<<` merges. Raises DocumentError for what is no YAML, for
    several documents, for equal keys in one mapping (unless the last one is to hold), for keys that are no text,
    over DEEPEST levels, and over MOST_NODES values, each alias counted with all it stands for.
    """
    documents = read_yaml_documents(data, last_key_holds=last_key_holds)
    if len(documents) > 1:
        raise DocumentError(f"it holds {len(documents)} documents instead of one")
    return documents[0] if documents else ""


def read_yaml_documents(data: bytes, *, last_key_holds: bool = False) -> list[object]:
    """Read every document of a text. Raises DocumentError as read_yaml."""
    builder = _Builder(last_key_holds=last_key_holds)
    for event in _events(data):
        builder.take(event)
    return [document.root for document in builder.documents]


class YamlDocument(NamedTuple):
    """One document of a text: where it begins (from 1), and the keys that stand again in a mapping, with their lines.

    `error` says why it could not be read; then `root` is None, and `line` where it begins.
    """

    root: object
    line: int = 1
    column: int = 1
    repeated: tuple[tuple[str, int], ...] = ()
    error: DocumentError | None = None


def read_yaml_stream(data: bytes) -> list[YamlDocument]:
    """Read every document of a text; of equal keys the last one holds. Raises DocumentError as read_yaml."""
    builder = _Builder(last_key_holds=True)
    for event in _events(data):
        builder.take(event)
    return builder.documents


def read_yaml_pieces(data: bytes) -> list[YamlDocument]:
    """Read every document of a text of which some may be broken: it is cut at its `---` lines.

    Raises DocumentError where there is nothing to cut, where no piece can be read, and over MOST_PIECES.
    """
    data = as_utf8(data)
    pieces = _pieces(data)
    builder = _Builder(last_key_holds=True)
    found: list[YamlDocument] = []
    for lines_before, piece in pieces:
        builder.begin(lines_before)
        try:
            for event in _events(piece, lines_before):
                builder.take(event)
        except DocumentError as error:
            found.append(YamlDocument(None, lines_before + 1, error=error))
        else:
            found += builder.documents
    if all(document.error for document in found):
        raise next((document.error for document in found if document.error), DocumentError("it is not YAML"))
    return found


MOST_PIECES = 10_000
"""Pieces that a broken text is cut into: each takes a parser of its own."""


def _pieces(data: bytes) -> "list[tuple[int, bytes]]":
    """Cut a text before each line that begins a document; each piece with the number of lines before it."""
    starts = [0, *(found.start() for found in _DOCUMENT_BEGINS.finditer(data)), len(data)]
    if len(starts) > MOST_PIECES:
        raise DocumentError(f"it is broken, and has more than {MOST_PIECES} documents")
    pieces: list[tuple[int, bytes]] = []
    line = 0
    for start, end in pairwise(starts):
        pieces.append((line, data[start:end]))
        line += data.count(b"\n", start, end)
    return pieces


_DOCUMENT_BEGINS = re.compile(rb"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_LINE = re.compile(r"\bline (\d+)")


def _events(data: bytes, lines_before: int = 0) -> "Iterator[_Event]":
    import yaml
    from yaml._yaml import CParser

    data = as_utf8(data)
    if data.count(b"%TAG") > _MOST_TAGS:
        raise DocumentError(f"it holds more than {_MOST_TAGS} tag directives")

    try:
        parser = CParser(data)
        while (event := parser.get_event()) is not None:
            yield cast("_Event", event)
    except (yaml.YAMLError, UnicodeError) as error:
        reason = _LINE.sub(lambda found: f"line {int(found[1]) + lines_before}", str(error))
        raise DocumentError("it is not YAML: " + reason.replace('in "<byte string>",', "on")) from error


class _Known(NamedTuple):
    """A complete value: how many nodes it weighs, how many collections nest in it."""

    value: object
    weight: int
    height: int


class _Open:
    """A collection that is being read: its value, its anchor, the key that waits for its value, weight and height."""

    __slots__ = ("anchor", "begins", "column", "height", "is_templated", "key", "line", "merged", "value", "weight")

    def __init__(
        self, value: YamlMapping | YamlSequence, anchor: str | None, begins: _Mark, *, is_templated: bool
    ) -> None:
        self.value = value
        self.is_templated = is_templated
        self.anchor = anchor
        self.begins = begins
        self.height = 1
        self.key: str | None = None
        self.line = 0
        self.column = 0
        self.merged: list[YamlMapping] = []
        self.weight = 1


class _Builder:
    """Makes values of events, with a stack of its own instead of recursion."""

    def __init__(self, *, last_key_holds: bool) -> None:
        from yaml import events

        self._last_key_holds = last_key_holds
        self.documents: list[YamlDocument] = []
        self._repeated: list[tuple[str, int]] = []
        self._first_line = 1
        self._open: list[_Open] = []
        self._anchors: dict[str, _Known] = {}
        self._weight = 0
        self._takers: dict[type, Callable[[_Event], None]] = {
            events.ScalarEvent: self._scalar,
            events.AliasEvent: self._alias,
            events.MappingStartEvent: lambda event: self._begin(YamlMapping(), event),
            events.SequenceStartEvent: lambda event: self._begin(YamlSequence(), event),
            events.MappingEndEvent: self._end,
            events.SequenceEndEvent: self._end,
            events.DocumentStartEvent: lambda _: self._anchors.clear(),
        }

    def begin(self, lines_before: int) -> None:
        """Begin anew after some lines; what was read before still counts towards MOST_NODES."""
        self.documents = []
        self._open.clear()
        self._anchors.clear()
        self._repeated.clear()
        self._first_line = lines_before + 1

    def take(self, event: _Event) -> None:
        """Take the next event."""
        taker = self._takers.get(type(event))
        if taker is not None:
            taker(event)

    def _scalar(self, event: _Event) -> None:
        value = event.value
        if not value and event.tag == TEMPLATED:
            value = UNSEEN
        known = _Known(value, 1 + len(value) // _TEXT_OF_A_NODE, 0)
        if event.anchor is not None:
            self._anchors[event.anchor] = known
        # Only a plain `<<` merges (YAML merge key, 2005); a quoted one is a key like any other.
        is_merge = value == "<<" and event.style in (None, "")
        self._place(known, event.start_mark, is_merge=is_merge)

    def _alias(self, event: _Event) -> None:
        known = self._anchors.get(event.anchor or "")
        if known is None:
            raise DocumentError(f"the alias *{event.anchor} stands for nothing, or for itself")
        self._place(known, event.start_mark)

    def _begin(self, value: YamlMapping | YamlSequence, event: _Event) -> None:
        if len(self._open) >= DEEPEST:
            raise too_deep()
        # An anchor is known once its collection is complete: an alias inside would be endless.
        self._anchors.pop(event.anchor or "", None)
        self._open.append(_Open(value, event.anchor, event.start_mark, is_templated=event.tag == TEMPLATED))

    def _end(self, _: _Event) -> None:
        done = self._open.pop()
        if done.is_templated:
            _mark_unseen(done.value, done.begins.line + self._first_line, done.begins.column + 1)
        if isinstance(done.value, YamlMapping):
            _merge(done.value, done.merged)
        known = _Known(done.value, done.weight, done.height)
        if done.anchor is not None:
            self._anchors[done.anchor] = known
        # What is inside was counted when it was placed.
        self._weight -= done.weight - 1
        self._place(known, done.begins)

    def _place(self, known: _Known, mark: _Mark, *, is_merge: bool = False) -> None:
        """Put a complete value where it belongs: as a key, a value, an element or a document."""
        self._weight += known.weight
        if self._weight > MOST_NODES:
            raise too_large(MOST_NODES)
        if len(self._open) + known.height > DEEPEST:
            raise too_deep()
        if not self._open:
            line, column = mark.line + self._first_line, mark.column + 1
            self.documents.append(YamlDocument(known.value, line, column, tuple(self._repeated)))
            self._repeated.clear()
            return
        into = self._open[-1]
        into.weight += known.weight
        into.height = max(into.height, known.height + 1)
        if isinstance(into.value, YamlSequence):
            into.value.append(known.value)
            into.value.lines.append(mark.line + self._first_line)
            into.value.columns.append(mark.column + 1)
        elif into.key is None:
            into.line, into.column = mark.line + self._first_line, mark.column + 1
            into.key = _MERGE if is_merge else self._key(known.value, into.value, into.line)
        else:
            _put(into, into.value, known.value)

    def _key(self, value: object, mapping: YamlMapping, line: int) -> str:
        if not isinstance(value, str):
            raise DocumentError(f"a key on line {line} is no text")
        if value in mapping:
            if not self._last_key_holds:
                raise DocumentError(f"the key {value!r} stands twice in one mapping, again on line {line}")
            if len(self._repeated) < _MOST_REPEATED:
                self._repeated.append((value, line))
        return value


_MOST_REPEATED = 100
"""Repeated keys of one document that are told."""

_MERGE = "<<\0"
"""A key that no text can have (YAML allows no NUL)."""


def _mark_unseen(value: YamlMapping | YamlSequence, line: int, column: int) -> None:
    if isinstance(value, YamlMapping):
        value[UNSEEN] = ""
        value.lines[UNSEEN], value.columns[UNSEEN] = line, column
    else:
        value.append(UNSEEN)
        value.lines.append(line)
        value.columns.append(column)


def _put(into: _Open, mapping: YamlMapping, value: object) -> None:
    key, into.key = into.key or "", None
    if key == _MERGE:
        into.merged += _mappings(value, into.line)
    else:
        mapping[key] = value
        mapping.lines[key] = into.line
        mapping.columns[key] = into.column


def _mappings(value: object, line: int) -> list[YamlMapping]:
    values = value if isinstance(value, list) else [value]
    mappings = [each for each in values if isinstance(each, YamlMapping)]
    if len(mappings) < len(values):
        raise DocumentError(f"what is merged on line {line} is no mapping")
    return mappings


def _merge(mapping: YamlMapping, merged: list[YamlMapping]) -> None:
    """Add the keys of merged mappings; the mapping's own hold, then those of the first."""
    for other in merged:
        for key, value in other.items():
            if key not in mapping:
                mapping[key] = value
                mapping.lines[key] = other.lines[key]
                mapping.columns[key] = other.columns[key]
