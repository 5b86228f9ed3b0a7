"""From documents to an estate: which platform reads each, and what could not be read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from plimsoll.documents.document import TextDocument, read_documents
from plimsoll.documents.errors import DocumentError
from plimsoll.errors import LimitError
from plimsoll.model.estate import Document, Estate
from plimsoll.model.gap import Gap
from plimsoll.model.limits import Limits
from plimsoll.model.platform import Platform, Read, Surroundings
from plimsoll.plugins import discover

if TYPE_CHECKING:
    from plimsoll.model.resource import Resource
    from plimsoll.model.workload import Workload


UNREAD = frozenset({"unreadable-configuration", "not-rendered"})
"""The kinds of gaps that stand for a file, or a part of one, that no rule could judge."""


def platforms() -> Mapping[str, Platform]:
    """Give every platform, by name."""
    return discover("plimsoll.platforms", Platform)


def recognise(document: Document) -> Platform | None:
    """Give the platform that a document is of; None where it is of none."""
    for platform in sorted(platforms().values(), key=lambda each: -each.precedence):
        if platform.recognises(document):
            return platform
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """The surroundings of a document that has none."""

    environment: Mapping[str, str] = field(default_factory=dict)
    profiles: frozenset[str] = frozenset()

    def document(self, path: str) -> Document:
        """Raise DocumentError: there is no other document."""
        raise DocumentError(f"{path} cannot be read: the document stands alone")

    def text(self, path: str) -> bytes:
        """Raise DocumentError: there is no other file."""
        raise DocumentError(f"{path} cannot be read: the document stands alone")

    def has(self, path: str) -> bool:  # noqa: ARG002 - there is none, whatever its path
        """Say no."""
        return False

    def overrides(self, document: Document) -> Sequence[Document]:  # noqa: ARG002 - as above
        """Give none."""
        return ()


class Gathering:
    """Puts an estate together, document by document."""

    def __init__(self, subject: str, most: float = Limits().objects) -> None:
        """Begin with nothing; gaps are about `subject`. `most` is how many objects there may be."""
        self._subject = subject
        self._most = most
        self._documents: list[Document] = []
        self._workloads: list[Workload] = []
        self._resources: list[Resource] = []
        self._gaps: list[Gap] = []

    def read(self, platform: Platform, document: Document, around: Surroundings) -> Read:
        """Let a platform read a document, and keep what it finds. Raises LimitError over `objects`."""
        read = platform.read(document, len(self._documents), around)
        self._documents += (document, *read.documents)
        self._workloads += read.workloads
        self._resources += read.resources
        if len(self._workloads) + len(self._resources) > self._most:
            raise LimitError("objects", self._most, document.path or self._subject)
        self._gaps += (replace(gap, subject=gap.subject or document.path or self._subject) for gap in read.gaps)
        self._gaps += (self.fault(document.path, reason) for reason in read.faults)
        return read

    def fault(self, path: str, reason: str) -> Gap:
        """Make the gap of something in a file that cannot be understood."""
        return Gap(
            subject=self._subject,
            what="unreadable-configuration",
            question=f"what {path or 'the configuration'} says",
            reason=reason,
            advice="Mend the file; docker compose config and kubectl apply --dry-run=client say more.",
        )

    def add(self, gap: Gap) -> None:
        """Keep a gap."""
        self._gaps.append(gap)

    def estate(self) -> Estate:
        """Give everything that was gathered."""
        return Estate(
            documents=tuple(self._documents),
            workloads=tuple(self._workloads),
            resources=tuple(self._resources),
            gaps=tuple(self._gaps),
        )


def faults_of(document: Document) -> Iterator[str]:
    """Say what of a text could not be read, and which keys it repeats."""
    if isinstance(document, TextDocument):
        for key, line in document.repeated:
            yield f"the key {key!r} stands twice in one mapping, again on line {line}; the last one was taken"
        yield from document.unread


def estate_of(texts: Iterable[tuple[str, bytes]], platform: str = "", around: Surroundings | None = None) -> Estate:
    """Make an estate of texts with their paths, each document for itself; `platform` forces one for all of them."""
    gathering = Gathering("")
    for path, data in texts:
        try:
            documents: list[TextDocument] = list(read_documents(path, data))
        except DocumentError as error:
            gathering.add(gathering.fault(path, str(error)))
            continue
        for document in documents:
            for reason in faults_of(document):
                gathering.add(gathering.fault(path, reason))
            found = platforms()[platform] if platform else recognise(document)
            if found is not None:
                gathering.read(found, document, around or Alone())
    return gathering.estate()
