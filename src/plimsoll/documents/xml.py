"""XML 1.0 by expat: no document type, so no entities, nothing is fetched."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.documents.bounds import DEEPEST, too_deep, too_large
from plimsoll.documents.errors import DocumentError

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

MOST_NODES = 1_000_000
"""Elements and attributes of one document: some 300 MB in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element. Names are without prefix; `text` is what stands directly in it, without blanks at both ends.

    `attributes` are without namespace declarations; `line` is that of the start tag, from 1.
    """

    name: str
    text: str = ""
    children: tuple["Element", ...] = ()
    attributes: Mapping[str, str]
    line: int = 0

    def find(self, *names: str) -> "Element | None":
        """Give the first child of that name, or go down a path of first children."""
        found: Element | None = self
        for name in names:
            found = next(found.all(name), None) if found else None
        return found

    def all(self, name: str) -> Iterator["Element"]:
        """Give every child of that name."""
        return (child for child in self.children if child.name == name)

    def text_of(self, *names: str) -> str:
        """Give the text of the element at a path of first children, "" if there is none."""
        found = self.find(*names)
        return found.text if found else ""


def read_xml(data: bytes) -> Element:
    """Read a document and give its root.

    Raises DocumentError for what is no XML, a document type declaration (which entities would need), over DEEPEST
    levels, and over MOST_NODES elements and attributes.
    """
    from xml.parsers import expat

    parser = expat.ParserCreate()
    builder = _Builder(parser)
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes no keywords
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise error if isinstance(error, DocumentError) else DocumentError(f"it is not XML: {error}") from error
    return builder.root()


class _Builder:
    """Makes elements of expat's calls, with a stack of its own instead of recursion."""

    def __init__(self, parser: "XMLParserType") -> None:
        self._parser = parser
        self._open: list[_Open] = []
        self._done: list[Element] = []
        self._nodes = 0
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _refuse

    def root(self) -> Element:
        """Give the root; expat has seen to it that there is one."""
        return self._done[0]

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= DEEPEST:
            raise too_deep()
        self._nodes += 1 + len(attributes)
        if self._nodes > MOST_NODES:
            raise too_large(MOST_NODES)
        own = {key.rpartition(":")[2]: value for key, value in attributes.items() if not key.startswith("xmlns")}
        self._open.append(_Open(name.rpartition(":")[2], own, self._parser.CurrentLineNumber))

    def _text(self, text: str) -> None:
        self._open[-1].texts.append(text)

    def _end(self, _: str) -> None:
        done = self._open.pop().element()
        (self._open[-1].children if self._open else self._done).append(done)


class _Open:
    """An element that is being read."""

    __slots__ = ("attributes", "children", "line", "name", "texts")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.line = line
        self.children: list[Element] = []
        self.texts: list[str] = []

    def element(self) -> Element:
        return Element(
            name=self.name,
            text="".join(self.texts).strip(),
            children=tuple(self.children),
            attributes=self.attributes,
            line=self.line,
        )


def _refuse(*_: object) -> None:
    raise DocumentError("it declares a document type, which is refused because entities come with it")
