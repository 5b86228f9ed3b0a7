"""What Kubernetes makes of a text, for tests."""

from pathlib import Path

from plimsoll.documents.document import TextDocument, read_documents
from plimsoll.model.platform import Read
from plimsoll.model.workload import Container, Workload
from plimsoll.pipeline.estate import Alone
from plimsoll.platforms.kubernetes import KUBERNETES

FOLDER = Path(__file__).parents[1] / "data" / "platforms" / "kubernetes"


def documents(text: str | bytes) -> list[TextDocument]:
    """Give the documents of a text."""
    return list(read_documents("file.yaml", text.encode() if isinstance(text, str) else text))


def read(text: str | bytes) -> Read:
    """Read the first document of a text, which is Kubernetes'."""
    first = documents(text)[0]
    assert KUBERNETES.recognises(first)
    return KUBERNETES.read(first, 0, Alone())


def file(name: str) -> Read:
    """Read a file of the test data."""
    return read((FOLDER / name).read_bytes())


def workload(text: str | bytes) -> Workload:
    """Read the one workload of a text, framed where it is a piece, that has nothing wrong."""
    found = read(KUBERNETES.frame(text) if isinstance(text, str) else text)
    assert found.faults == ()
    (only,) = found.workloads
    return only


def container(text: str) -> Container:
    """Read the one container of a text."""
    (only,) = workload(text).containers
    return only


def faults(text: str) -> tuple[str, ...]:
    """Give what is wrong with a text, framed where it is a piece."""
    return read(KUBERNETES.frame(text)).faults
