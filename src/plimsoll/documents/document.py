"""Documents with positions: what was read of a text, and where in it every value stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json
from plimsoll.documents.yaml import YamlMapping, YamlSequence, read_yaml, read_yaml_documents
from plimsoll.model.estate import Position
from plimsoll.model.fact import Place

JSON_BEGINS = (b"{", b"[")


@dataclass(frozen=True, kw_only=True)
class TextDocument:
    """One document of a file. `path` is how reports name the file, `data` its whole text, `number` counts from 0.

    Values of JSON are as JSON has them, all scalars of YAML are text as written.
    """

    path: str
    data: bytes
    root: object
    number: int = 0
    begins: Position = field(default=Position(1, 1))

    def position(self, at: Place) -> Position | None:
        """Give line and column of the key or element at a place, or of the nearest thing around it that is there."""
        value, found = self._positioned, self.begins
        for step in at:
            inner = _step(value, step)
            if inner is None:
                return found._replace(is_there=False)
            value, found = inner
        return found

    @cached_property
    def _positioned(self) -> object:
        """The values with their positions; of JSON only when they are asked for, since few values are."""
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
    """Read every document of a YAML or JSON text, leaving out empty ones. Raises DocumentError."""
    if data.lstrip().startswith(JSON_BEGINS):
        try:
            yield TextDocument(path=path, data=data, root=read_json(data))
        except DocumentError:
            pass  # A flow mapping of YAML begins like JSON.
        else:
            return
    for number, root in enumerate(read_yaml_documents(data)):
        if root not in {"", "null", "~"} if isinstance(root, str) else True:
            yield TextDocument(path=path, data=data, root=root, number=number)
