"""Documents with positions: what was read of a text, and where in it every value stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from plimsoll.documents.bounds import as_utf8
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json
from plimsoll.documents.json_positions import JsonPositions
from plimsoll.documents.yaml import (
    YamlDocument,
    YamlMapping,
    YamlSequence,
    read_yaml,
    read_yaml_pieces,
    read_yaml_stream,
)
from plimsoll.model.estate import Position
from plimsoll.model.fact import Place

JSON_BEGINS = (b"{", b"[")

TEMPLATES_LEFT_IN = "templates were left in it, and what they make of it is not known: render it first"


@dataclass(frozen=True, kw_only=True)
class TextDocument:
    """One document of a file. `path` is how reports name the file, `data` its whole text, `number` counts from 0.

    Values of JSON are as JSON has them, all scalars of YAML are text as written. `repeated` are the keys that stand
    again in one mapping, with their lines (of YAML only). `unread` says, a line each, what could not be read: where the
    whole document is broken, `root` is None. `has_actions` says whether the file may hold actions of a template.
    """

    path: str
    data: bytes
    root: object
    number: int = 0
    begins: Position = field(default=Position(1, 1))
    repeated: tuple[tuple[str, int], ...] = ()
    unread: tuple[str, ...] = ()
    has_actions: bool = True

    def position(self, at: Place) -> Position | None:
        """Give line and column of the key or element at a place, or of the nearest thing around it that is there."""
        if self._json is not None:
            return self._json_position(self._json, at)
        value, found = self._positioned, self.begins
        for step in at:
            inner = _step(value, step)
            if inner is None:
                return found._replace(is_there=False)
            value, found = inner
        return found

    def _json_position(self, json: JsonPositions, at: Place) -> Position:
        value = json.root
        for step in at:
            inner = json.child(value, step)
            if inner is None:
                return (json.position(value) if value is not json.root else self.begins)._replace(is_there=False)
            value = inner
        return json.position(value) if at else self.begins

    @cached_property
    def _json(self) -> JsonPositions | None:
        """The positions of JSON; None for YAML, and for equal keys in one object, of which the decoder keeps one."""
        is_yaml = isinstance(self.root, YamlMapping | YamlSequence | str) or self.root is None
        return None if is_yaml or self.repeated else JsonPositions(self.data)

    @cached_property
    def _positioned(self) -> object:
        """The values with their positions."""
        if isinstance(self.root, YamlMapping | YamlSequence):
            return self.root
        try:
            return read_yaml(self.data, last_key_holds=True)
        except DocumentError:
            return None


def _step(value: object, step: str | int) -> tuple[object, Position] | None:
    if isinstance(value, YamlMapping) and isinstance(step, str) and step in value:
        return value[step], Position(value.lines[step], value.columns[step])
    if isinstance(value, YamlSequence) and isinstance(step, int) and step < len(value):
        return value[step], Position(value.lines[step], value.columns[step])
    return None


def read_documents(path: str, data: bytes) -> Iterator[TextDocument]:
    """Read every document of a YAML or JSON text, leaving out empty ones. Raises DocumentError.

    Of equal keys in a mapping the last one holds; `repeated` names them. Where one of several documents is broken, or
    templates were left in, everything else is read, and `unread` says what was not.
    """
    refused: DocumentError | None = None
    if as_utf8(data).lstrip().startswith(JSON_BEGINS):
        try:
            root = read_json(data)
        except DocumentError as error:
            refused = error  # A flow mapping of YAML begins like JSON.
        else:
            repeated = _repeated_in_json(data, root)
            yield TextDocument(path=path, data=data, root=root, repeated=repeated, has_actions=_has_actions(data))
            return
    try:
        yield from _of_yaml(path, data)
    except DocumentError:
        if refused is not None and path.endswith(".json"):
            raise refused from None
        raise


def _of_yaml(path: str, data: bytes) -> Iterator[TextDocument]:
    documents, unread = _yaml_documents(data)
    has_actions = _has_actions(data)  # Of the file once: it may hold thousands of documents.
    for number, document in enumerate(documents):
        if document.error is None and _is_nothing(document.root):
            continue
        broken = (f"the document on line {document.line} is left out: {document.error}",) if document.error else ()
        yield TextDocument(
            path=path,
            data=data,
            root=document.root,
            number=number,
            begins=Position(document.line, document.column),
            repeated=document.repeated,
            unread=(*unread, *broken),
            has_actions=has_actions,
        )
        unread = ()


def _has_actions(data: bytes) -> bool:
    return b"{{" in data or b"{%" in data


_BLANKS = b" \t\r\n"
_ESCAPES = (b"\\u0022", b"\\u003a", b"\\u003A")


def _repeated_in_json(data: bytes, root: object) -> tuple[tuple[str, int], ...]:
    """Give the keys that stand again in one object, with their lines.

    Written anew the document has fewer ends of keys then. Only where that is so, or might be hidden by an escaped quote
    or colon, the text is read again for its positions.
    """
    import msgspec

    keys = data.translate(None, _BLANKS).count(b'":')
    if keys == msgspec.json.encode(root).translate(None, _BLANKS).count(b'":') and not any(
        escape in data for escape in _ESCAPES
    ):
        return ()
    try:
        return tuple(repeated for document in read_yaml_stream(data) for repeated in document.repeated)
    except DocumentError:
        return ()


def _is_nothing(root: object) -> bool:
    return isinstance(root, str) and root in {"", "null", "~"}


def _yaml_documents(data: bytes) -> tuple[list[YamlDocument], tuple[str, ...]]:
    """Read a text as it is, else with its templates masked, else document by document."""
    try:
        return read_yaml_stream(data), ()
    except DocumentError as error:
        return _hard_documents(data, error)


def _hard_documents(data: bytes, error: DocumentError) -> tuple[list[YamlDocument], tuple[str, ...]]:
    from plimsoll.documents.templates import masked

    plain = masked(data)
    if plain is None:
        return _pieces(data, error), ()
    try:
        documents = read_yaml_stream(plain)
    except DocumentError as still:
        documents = _pieces(plain, still)
    # Both branches of a condition are there, so that keys stand twice.
    return [document._replace(repeated=()) for document in documents], (TEMPLATES_LEFT_IN,)


def _pieces(data: bytes, error: DocumentError) -> list[YamlDocument]:
    """Read the documents that are not broken. Raises the error of the whole where there is none."""
    try:
        return read_yaml_pieces(data)
    except DocumentError:
        raise error from None
