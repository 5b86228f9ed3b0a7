"""Comments of a YAML text: where they stand, and what begins below them."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple, Protocol, cast

from plimsoll.documents.bounds import as_utf8
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.yaml import MOST_PIECES


class _Mark(Protocol):
    index: int
    line: int
    column: int


class _Event(Protocol):
    """An event of libyaml; which of these it has depends on its kind."""

    style: str | None
    flow_style: bool | None
    start_mark: _Mark
    end_mark: _Mark


class Comment(NamedTuple):
    """A comment: its line and column (from 1), what it says after its `#`, and whether it is alone on its line."""

    line: int
    column: int
    text: str
    is_alone: bool


class Lines(NamedTuple):
    """First and last line (from 1) of something, and the column in which it begins."""

    first: int
    last: int
    column: int = 1


class Remarks(NamedTuple):
    """The comments of a text, in order, and what they may be about.

    `entries` are the pairs of mappings and the elements of sequences that a line begins with, by that line; the
    outermost where several begin together. `documents` are those that hold anything, from where comments at their top
    may stand, with the line of their root in `roots`. `after` gives the line after each block of comments that are
    alone on their lines, by each of those lines.
    """

    comments: tuple[Comment, ...]
    entries: Mapping[int, Lines]
    documents: tuple[Lines, ...]
    roots: tuple[int, ...]
    after: Mapping[int, int]

    def below(self, comment: Comment) -> Lines | None:
        """Give what a comment that is alone on its line stands above; None where nothing begins there.

        At a document's top that is the whole document. Elsewhere it is what begins on the next line, further comments
        left out; what is indented less than the comment belongs to something else.
        """
        number = bisect_right(self.documents, (comment.line, _ENDLESS)) - 1
        if number >= 0 and comment.line < self.roots[number]:
            return self.documents[number]
        if not comment.is_alone:
            return None
        entry = self.entries.get(self.after[comment.line])
        return entry if entry is not None and entry.last and comment.column <= entry.column else None


_ENDLESS = 1 << 62


def _remarks(comments: list[Comment], entries: dict[int, Lines], documents: list[Lines], roots: list[int]) -> Remarks:
    after: dict[int, int] = {}
    for comment in reversed(comments):
        if comment.is_alone:
            after[comment.line] = after.get(comment.line + 1, comment.line + 1)
    return Remarks(tuple(comments), entries, tuple(documents), tuple(roots), after)


def remarks_of(data: bytes) -> Remarks:
    """Find the comments of a YAML text. A text that is broken has those before the break, piece by piece.

    A `#` in a scalar is none, whatever its style: libyaml says where scalars are, and what it reads past is a comment
    (YAML 1.1 section 4.1.1). Templates are masked first where they keep a text from being YAML.
    """
    try:
        data = as_utf8(data)
        text = data.decode()
    except (DocumentError, UnicodeError):
        return _remarks([], {}, [], [])
    reader = _Reader(text, 0)
    if reader.read(data):
        return reader.remarks()
    return _of_broken(data)


def _of_broken(data: bytes) -> Remarks:
    """Read a text with its templates masked, else document by document."""
    from plimsoll.documents.templates import masked

    try:
        plain = masked(data)
    except DocumentError:
        plain = None
    if plain is not None:
        reader = _Reader(plain.decode(), 0)
        if reader.read(plain):
            return reader.remarks()
    return _joined(_of_pieces(plain or data))


def _of_pieces(data: bytes) -> Iterator[Remarks]:
    """Cut a text before each line that begins a document, and read the pieces that can be read."""
    starts = [0, *(found.start() for found in _DOCUMENT_BEGINS.finditer(data)), len(data)]
    if len(starts) > MOST_PIECES:
        return
    lines_before = 0
    for start, end in pairwise(starts):
        piece = data[start:end]
        text = piece.decode()
        reader = _Reader(text, lines_before)
        reader.read(piece)
        yield reader.remarks()
        lines_before += len(_BREAK.findall(text))


_DOCUMENT_BEGINS = re.compile(rb"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)


def _joined(parts: Iterator[Remarks]) -> Remarks:
    comments: list[Comment] = []
    entries: dict[int, Lines] = {}
    documents: list[Lines] = []
    roots: list[int] = []
    for part in parts:
        comments += part.comments
        entries |= part.entries
        documents += part.documents
        roots += part.roots
    return _remarks(comments, entries, documents, roots)


_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What libyaml ends a line at, and therefore a comment."""

_COMMENT = re.compile("#[^\r\n\x85\u2028\u2029]*")
_BEFORE_AN_ENTRY = frozenset(" \t-?")


class _Open:
    """A collection that is being read: where its current entry begins, and its last line so far."""

    __slots__ = ("begins", "first", "is_mapping", "last", "waits")

    def __init__(self, *, first: int, is_mapping: bool) -> None:
        self.is_mapping = is_mapping
        self.waits = False
        """Whether a key was read that waits for its value."""
        self.begins: Lines | None = None
        self.first = first
        self.last = first


class _Reader:
    """Reads one text that is a whole stream, `lines_before` counting those that stand above it."""

    def __init__(self, text: str, lines_before: int) -> None:
        self._text = text
        self._before = lines_before
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]
        self._comments: list[Comment] = []
        self._entries: dict[int, Lines] = {}
        self._documents: list[Lines] = []
        self._roots: list[int] = []
        self._open: list[_Open] = []
        self._done = 0
        self._top = 1

    def read(self, data: bytes) -> bool:
        """Read the text, which is also given as bytes; False where it breaks off."""
        import yaml
        from yaml import events
        from yaml._yaml import CParser

        takers = {
            events.DocumentStartEvent: self._document,
            events.ScalarEvent: self._scalar,
            events.AliasEvent: lambda event: self._node(self._lines(event), event.start_mark),
            events.MappingStartEvent: lambda event: self._begin(event, is_mapping=True),
            events.SequenceStartEvent: lambda event: self._begin(event, is_mapping=False),
            events.MappingEndEvent: self._end,
            events.SequenceEndEvent: self._end,
        }
        try:
            parser = CParser(data)
            while (event := parser.get_event()) is not None:
                if (taker := takers.get(type(event))) is not None:
                    taker(cast("_Event", event))
        except (yaml.YAMLError, UnicodeError):
            return False
        self._gap(len(self._text))
        return True

    def remarks(self) -> Remarks:
        """Give what was found."""
        return _remarks(self._comments, self._entries, self._documents, self._roots)

    def _document(self, event: _Event) -> None:
        # What stands above the first document is about it; later ones begin at their `---`.
        self._top = event.start_mark.line + 1 if self._roots else 1

    def _scalar(self, event: _Event) -> None:
        start, end = event.start_mark, event.end_mark
        self._gap(start.index)
        if event.style in {"|", ">"}:
            # The line that announces a block scalar may end in a comment, which libyaml counts as part of it.
            self._done = start.index
            self._gap(self._end_of_line(start.index))
        self._done = max(end.index, self._done)
        self._node(self._lines(event), start)

    def _begin(self, event: _Event, *, is_mapping: bool) -> None:
        self._enter(event.start_mark)
        self._open.append(_Open(first=event.start_mark.line + 1, is_mapping=is_mapping))

    def _end(self, event: _Event) -> None:
        done = self._open.pop()
        # Block collections end where the next thing begins; brackets and braces end where they stand.
        is_bracket = event.end_mark.index > event.start_mark.index
        last = max(done.last, event.end_mark.line + 1) if is_bracket else done.last
        self._leave(done.first, last)

    def _node(self, lines: Lines, mark: _Mark) -> None:
        self._enter(mark)
        self._leave(lines.first, lines.last)

    def _enter(self, mark: _Mark) -> None:
        """Note that a node begins: an entry of what is around it, unless it is the value of a key."""
        around = self._open[-1] if self._open else None
        if around is not None and not around.waits:
            around.begins = Lines(mark.line + 1, 0, mark.column + 1) if self._is_first(mark) else None

    def _is_first(self, mark: _Mark) -> bool:
        """Say whether an entry is what its line begins with, and the outermost that begins there."""
        line = mark.line + 1
        if line in self._entries:
            return False
        before = self._text[mark.index - mark.column : mark.index]
        # Entries inside of it are met before it is complete, so that its place is taken at once.
        self._entries[line] = Lines(line, 0)
        return _BEFORE_AN_ENTRY.issuperset(before)

    def _leave(self, first: int, last: int) -> None:
        """Note that a node is complete."""
        if not self._open:
            self._documents.append(Lines(self._top + self._before, last + self._before))
            self._roots.append(first + self._before)
            return
        around = self._open[-1]
        around.last = max(around.last, last)
        if around.is_mapping and not around.waits:
            around.waits = True
            return
        around.waits = False
        if around.begins is not None:
            self._entries[around.begins.first] = around.begins._replace(last=last)
            around.begins = None

    def _lines(self, event: _Event) -> Lines:
        """Give the lines of a scalar; one that ends at the beginning of a line ends on the line before."""
        first, end = event.start_mark.line + 1, event.end_mark
        return Lines(first, max(first, end.line + (1 if end.column else 0)))

    def _gap(self, end: int) -> None:
        """Find the comments between the last scalar and a place: there every `#` begins one."""
        place = self._done
        while (found := self._text.find("#", place, end)) >= 0:
            number = bisect_right(self._starts, found) - 1
            match = _COMMENT.match(self._text, found)
            place = match.end() if match else found + 1
            self._comments.append(
                Comment(
                    line=number + 1 + self._before,
                    column=found - self._starts[number] + 1,
                    text=self._text[found + 1 : place].strip(),
                    is_alone=not self._text[self._starts[number] : found].strip(),
                )
            )
        self._done = max(place, end)

    def _end_of_line(self, start: int) -> int:
        number = bisect_right(self._starts, start)
        return self._starts[number] if number < len(self._starts) else len(self._text)
