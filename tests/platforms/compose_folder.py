"""A folder in memory, as what platforms may ask for, and readings of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from plimsoll.documents.document import read_documents
from plimsoll.documents.errors import DocumentError
from plimsoll.model.estate import Document
from plimsoll.model.fact import Place
from plimsoll.model.platform import Platform, Read
from plimsoll.model.workload import Container, Workload
from plimsoll.platforms.compose import COMPOSE

FILE = "compose.yaml"


@dataclass
class Folder:
    """Files by path; `merged` are merged onto the first one that is read."""

    files: Mapping[str, str]
    merged: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    profiles: frozenset[str] = frozenset()

    def text(self, path: str) -> bytes:
        if path not in self.files:
            raise DocumentError(f"there is no file {path}")
        return self.files[path].encode()

    def has(self, path: str) -> bool:
        return path in self.files

    def document(self, path: str) -> Document:
        documents = list(read_documents(path, self.text(path)))
        if len(documents) != 1:
            raise DocumentError(f"{path} holds {len(documents)} documents")
        return documents[0]

    def overrides(self, document: Document) -> Sequence[Document]:
        return [self.document(path) for path in self.merged if document.path not in self.merged]

    def read(self, path: str = FILE, platform: Platform = COMPOSE) -> "Reading":
        document = self.document(path)
        found = platform.read(document, 0, self)
        return Reading(found, (document, *found.documents))


@dataclass(frozen=True)
class Reading:
    """What was read, with the documents that its numbers count."""

    read: Read
    documents: Sequence[Document]

    def workload(self, name: str = "app") -> Workload:
        return next(each for each in self.read.workloads if each.name == name)

    def container(self, name: str = "app") -> Container:
        return self.workload(name).containers[0]

    def place(self, at: Place, name: str = "app") -> tuple[str, int, int, bool]:
        """Give file, line, column and whether it is there."""
        document = self.documents[self.workload(name).document]
        found = document.position(at)
        assert found is not None
        return found.path or document.path, found.line, found.column, found.is_there


def service(body: str, **others: str) -> Reading:
    """Read a service `app` with a body, and files beside it."""
    lines = "".join(f"    {line}\n" for line in body.strip("\n").splitlines())
    return Folder({FILE: f"services:\n  app:\n    image: i\n{lines}", **others}).read()


def app(body: str) -> Container:
    """Read the container of a service with a body; nothing may be wrong with it."""
    reading = service(body)
    assert not reading.read.faults
    return reading.container()
