"""The parsers of what declares workloads, and the rules that judge it, with real input to damage."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.fuzz.campaign import Target

from plimsoll.checks.catalogue import row_files, rules
from plimsoll.checks.judge import OWN_FAULT, Judge
from plimsoll.checks.patterns import searching
from plimsoll.checks.rows import read_rows
from plimsoll.documents.comments import remarks_of
from plimsoll.documents.document import TextDocument, read_documents
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.templates import masked
from plimsoll.errors import PlimsollError
from plimsoll.findings.exceptions import read_exceptions
from plimsoll.findings.inline import waivers_in
from plimsoll.model.estate import Document
from plimsoll.model.fact import Place
from plimsoll.pipeline.estate import Alone, Gathering, platforms
from plimsoll.platforms.run_document import run_document

DATA = Path(__file__).parents[1] / "data" / "platforms"

CHART, STACK, PROJECT, SCRIPT = (
    (DATA / "fuzz" / name).read_bytes() for name in ("chart.yaml", "stack.yaml", "project.yaml", "commands.sh")
)
APP = DATA / "marathon" / "group.json"
EXCEPTIONS = [
    {
        "name": "accepted",
        "policyType": "postureExceptionPolicy",
        "actions": ["alertOnly"],
        "resources": [{"designatorType": "Attributes", "attributes": {"kind": "Pod", "name": "a.*", "namespace": "n"}}],
        "posturePolicies": [{"controlID": "C-0057", "ruleName": "rule-privileged-container"}],
    }
]


class RuleFaultError(Exception):
    """A rule that failed itself, which is a fault of ours whatever the input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Itself(Alone):
    """Surroundings in which every other file is the document itself, so that nothing of it is left unread."""

    data: bytes
    environment: dict[str, str] = field(default_factory=lambda: {"TAG": "1", "LONG": "${TAG}" * 100})
    profiles: frozenset[str] = frozenset({"*"})

    def document(self, path: str) -> Document:
        """Give the document again. Raises DocumentError where it is not one."""
        found = list(read_documents(path, self.data))
        if len(found) != 1:
            raise DocumentError("it is not one document")
        return found[0]

    def text(self, path: str) -> bytes:  # noqa: ARG002 - there is one text, whatever its path
        """Give its text."""
        return self.data

    def has(self, path: str) -> bool:  # noqa: ARG002 - as above
        """Say yes."""
        return True

    def overrides(self, document: Document) -> Sequence[Document]:
        """Merge it onto itself."""
        return (document,)


@cache
def judge() -> Judge:
    return Judge(rules().values())


def workload_targets() -> Iterable[Target]:
    """Give a target for each parser."""
    yield from map(_platform, ("compose", "swarm", "kubernetes", "marathon", "inspect"))
    yield Target(name="workloads-run-shell", seeds=(SCRIPT,), run=_script)
    yield Target(name="workloads-run-words", seeds=(SCRIPT.replace(b" ", b"\0"), b"docker\0run\0-it\0x"), run=_words)
    yield Target(name="workloads-templates", seeds=(CHART,), run=masked)
    yield Target(name="workloads-comments", seeds=(CHART, PROJECT), run=_comments)
    yield Target(name="workloads-positions", seeds=(_inspected(), APP.read_bytes()), run=_positions)
    yield Target(
        name="rules-rows", seeds=tuple(row_files().values())[:6], run=lambda data: read_rows(data, "rows.toml")
    )
    yield Target(name="rules-patterns", seeds=(rb"^(a|b)+[^/]{2,5}\.example\.com(:\d+)?$", b"(?i)x"), run=_pattern)
    yield Target(
        name="exceptions-kubescape",
        seeds=(json.dumps(EXCEPTIONS).encode(),),
        run=lambda data: read_exceptions(data, "exceptions.json"),
    )


def _platform(name: str) -> Target:
    kinds = {
        "compose": (PROJECT, *_files("compose", "*.y*ml")),
        "swarm": (STACK,),
        "kubernetes": (CHART, *_files("kubernetes", "*.yaml"), *_files("kubernetes", "*.json")),
        "marathon": (APP.read_bytes(),),
        "inspect": (_inspected(),),
    }
    return Target(name=f"workloads-{name}", seeds=kinds[name], run=_judged(name))


def _files(folder: str, pattern: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted((DATA / folder).glob(pattern)))


def _inspected() -> bytes:
    return (DATA / "inspect" / "recorded.json").read_bytes()


def _judged(name: str) -> Callable[[bytes], object]:
    platform = platforms()[name]

    def run(data: bytes) -> object:
        gathering = Gathering("fuzz")
        for document in _documents(data):
            gathering.read(platform, document, Itself(data=data))
        return _without_faults(gathering)

    return run


def _without_faults(gathering: Gathering) -> int:
    """Judge what was gathered, find the place of every answer, and count them."""
    estate = gathering.estate()
    judgements = judge().judge(estate)
    for judgement in judgements:
        if judgement.verdict.reason.startswith(OWN_FAULT):
            raise RuleFaultError(f"{judgement.rule.id}: {judgement.verdict.reason}")
        if judgement.document >= 0:
            estate.documents[judgement.document].position(judgement.verdict.at)
    return len(judgements)


def _documents(data: bytes) -> list[TextDocument]:
    try:
        return list(read_documents("fuzz.yaml", data))
    except DocumentError as error:
        raise PlimsollError(str(error)) from error


def _script(data: bytes) -> object:
    platform, gathering = platforms()["run"], Gathering("fuzz")
    for document in platform.split("fuzz.sh", data) if platform.split else ():
        gathering.read(platform, document, Alone())
    return _without_faults(gathering)


def _words(data: bytes) -> object:
    gathering = Gathering("fuzz")
    words = data.decode("utf-8", "surrogateescape").split("\0")
    gathering.read(platforms()["run"], run_document(words), Alone())
    return _without_faults(gathering)


def _comments(data: bytes) -> object:
    return remarks_of(data), waivers_in("fuzz.yaml", data, frozenset(rules()))


def _positions(data: bytes) -> object:
    """Find every place of a document, and one inside each that is not there."""
    found = [
        document.position(at) for document in _documents(data) for at in _places(document.root) for at in (at, (*at, 7))
    ]
    if any(position and (position.line < 1 or position.column < 1) for position in found):
        raise RuleFaultError("a position before the beginning")
    return found


def _places(root: object) -> list[Place]:
    places: list[Place] = [()]
    waiting: list[tuple[object, Place]] = [(root, ())]
    while waiting and len(places) < 2000:
        value, at = waiting.pop()
        steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        inner = [(each, (*at, step)) for step, each in steps]
        waiting += inner
        places += (place for _, place in inner)
    return places


def _pattern(data: bytes) -> object:
    """Use a pattern of a user's rule on a short value: how long it may take is theirs to say."""
    return searching(data.decode("utf-8", "replace"))("registry.example.com/a:1")
