"""Targets that are workloads and nothing else: a Compose file, manifests, an app, recorded containers, an engine."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import IO

from plimsoll.documents.document import TextDocument, read_documents
from plimsoll.documents.errors import DocumentError
from plimsoll.errors import LimitError, TargetError
from plimsoll.model.estate import Estate
from plimsoll.model.subject import Subject
from plimsoll.model.wording import counted
from plimsoll.pipeline.configurations import Reader, Reading, may_hold_workloads
from plimsoll.pipeline.estate import Alone, Gathering, platforms, recognise
from plimsoll.pipeline.targeting import STANDARD_INPUT
from plimsoll.platforms.run_document import run_document
from plimsoll.sources.configurations import ENDINGS, read_configuration

ENGINE = "engine:"
KIND = "configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A target that was read: its subject, what it was taken for, and what it declares or runs."""

    subject: Subject
    took: str
    estate: Estate


def workloads_of(target: str, how: Reading) -> Declared | None:
    """Read a target that is a file of workloads, or an engine; None for what is something else.

    A scheme names the platform (`compose:FILE`); without one a file is taken for what its documents are. Raises
    TargetError where it cannot be read, LimitError.
    """
    scheme, colon, rest = target.partition(":")
    path = Path(target)
    if colon and scheme in platforms() and not _is_file(path):
        return _of_file(Path(rest), rest, replace(how, platform=scheme))
    if not target.endswith(ENDINGS) or not _is_file(path):
        return None
    try:
        data = read_configuration(path, target, how.limits)
        known = workload_documents(data, target)
        return _of_file(path, target, how, known) if known else None
    except (TargetError, LimitError):
        from plimsoll.pipeline.target import is_taken

        if is_taken(path, how.limits):
            return None  # A lockfile or a list of packages, whose own reader says more of what is wrong with it.
        raise


def standard_input_of(standard_input: IO[bytes], how: Reading) -> "tuple[Declared | None, IO[bytes]]":
    """Take workloads from standard input; where it is something else, give all that was read of it again.

    Archives are told by their first bytes, so that they are not read into memory.
    """
    if standard_input.isatty():
        return None, standard_input
    data = _first(standard_input)
    if _is_archive(data):
        return None, _Replayed(data, standard_input)
    data += standard_input.read(int(how.limits.configuration_size) + 1 - len(data))
    if len(data) > how.limits.configuration_size or not (how.platform or workload_documents(data, STANDARD_INPUT)):
        return None, _Replayed(data, standard_input)
    subject = Subject(id=f"{KIND}:{STANDARD_INPUT}", kind=KIND, name=STANDARD_INPUT)
    return _declared(subject, Reader(subject.id, how).of_text(data, STANDARD_INPUT)), standard_input


def command_line(words: Sequence[str]) -> Declared:
    """Read the words of a `docker run` command line. Raises TargetError for words that are no such command."""
    name = shlex.join(words)
    subject = Subject(id=f"{KIND}:command line", kind=KIND, name=name)
    gathering = Gathering(subject.id)
    gathering.read(platforms()["run"], run_document(words), Alone())
    estate = gathering.estate()
    if not any(container.image.stated for workload in estate.workloads for container in workload.containers):
        reasons = "; ".join(gap.reason for gap in estate.gaps) or "it is no docker run, docker create or podman run"
        raise TargetError(
            f"the command line cannot be read: {reasons}", advice="plimsoll check run -- docker run OPTIONS IMAGE"
        )
    return Declared(subject=subject, took=in_words(estate), estate=estate)


def workload_documents(data: bytes, name: str) -> list[TextDocument]:
    """Give the documents of a text of which at least one is of a platform; none for any other text.

    Raises TargetError where it looks so but cannot be read.
    """
    if not may_hold_workloads(data):
        return []
    try:
        documents = list(read_documents(name, data))
        return documents if any(map(recognise, documents)) else []
    except DocumentError as error:
        raise TargetError(
            f"{name} cannot be read: {error}", advice="Mend it, or name its kind if it is another."
        ) from error


def _of_file(path: Path, name: str, how: Reading, known: Sequence[TextDocument] = ()) -> Declared:
    subject = Subject(id=f"{KIND}:{name}", kind=KIND, name=name)
    return _declared(subject, Reader(subject.id, how).of_file(path, name, known))


def _declared(subject: Subject, estate: Estate) -> Declared:
    if not estate.things and not estate.gaps:
        raise TargetError(f"{subject.name} declares no workload", advice="plimsoll scan --help lists what is read.")
    return Declared(subject=subject, took=in_words(estate), estate=estate)


def in_words(estate: Estate) -> str:
    """Say what was read: `compose: 2 workloads, 1 other object`."""
    told = [
        f"{platform}: {counted(sum(each.platform == platform for each in estate.workloads), 'workload')}"
        for platform in sorted(estate.platforms)
    ]
    others = f", {counted(len(estate.resources), 'other object')}" if estate.resources else ""
    return "; ".join(told) + others if told else "no workload that can be read"


def _first(stream: IO[bytes]) -> bytes:
    """Read what has come so far, without waiting for more: an archive may come slowly."""
    first = getattr(stream, "read1", stream.read)(_HEAD)
    return first if isinstance(first, bytes) else b""


_HEAD = 1 << 16
_MAGIC = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ", b"BZh")


def _is_archive(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16, in which every other byte is a NUL.
        return False
    return head.startswith(_MAGIC) or b"\0" in head[:1024]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


class _Replayed(BytesIO):
    """A stream whose beginning was read already."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        super().__init__(head)
        self._rest = rest

    def read(self, size: int | None = -1, /) -> bytes:
        """Read what was read before, then what follows."""
        return super().read(size) or self._rest.read(-1 if size is None else size)

    def __iter__(self) -> Iterator[bytes]:
        """Give pieces."""
        return iter(lambda: self.read(_HEAD), b"")
