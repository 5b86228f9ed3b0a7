"""Safe fixes, written into the files that fail: what may be written is decided here, and nowhere else.

A fix adds what is missing. What somebody wrote stands, even where a rule fails it: only a rule that takes an entry
away (`remove`, with `safe`) does so. docs/explanation/safe-fixes.md gives the reasons.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from plimsoll.checks.judge import Judge
from plimsoll.documents.document import TEMPLATES_LEFT_IN, TextDocument
from plimsoll.documents.editing import Action, Edit
from plimsoll.documents.scalars import is_action
from plimsoll.documents.yaml import YamlMapping, YamlSequence
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Fact, Place, pointer
from plimsoll.model.finding import Finding, FindingKind
from plimsoll.model.platform import Spelling
from plimsoll.model.rule import Judgement, Rule
from plimsoll.model.workload import Container, Workload
from plimsoll.pipeline.estate import platforms
from plimsoll.platforms.compose_merge import MergedDocument

PLATFORMS = frozenset({"compose", "swarm", "kubernetes"})
"""The platforms whose files are written."""


class Fix(NamedTuple):
    """One fix: for which rule, in which file of the target, and on which line of it the failure stands."""

    rule: str
    path: str
    line: int
    edits: tuple[Edit, ...]


class Left(NamedTuple):
    """A safe fix that is not written, and why."""

    rule: str
    path: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be written: fixes by file, the texts that the files had when they were read, and what is left."""

    fixes: Mapping[str, tuple[Fix, ...]]
    texts: Mapping[str, bytes]
    left: tuple[Left, ...]


class _LeftError(Exception):
    """A fix cannot be written."""


Wanted = Collection[tuple[str, str, str]]
"""Findings that may be fixed: their rule, the id of their subject, and the pointer of their place."""


def wanted(findings: Collection[Finding]) -> Wanted:
    """Give what may be fixed: failures of configurations that nobody waived."""
    return {
        (finding.rule, finding.subject, finding.location.pointer)
        for finding in findings
        if finding.kind is FindingKind.MISCONFIGURATION and finding.waiver is None
    }


def plan(estate: Estate, rules: Collection[Rule], may: Wanted) -> Plan:
    """Plan the safe fixes of everything that fails in an estate and may be fixed."""
    fixes: dict[str, list[Fix]] = {}
    texts: dict[str, bytes] = {}
    left: list[Left] = []
    planner = _Planner(estate)
    for judgement in Judge(rule for rule in rules if rule.remedy.safe).judge(estate):
        if judgement.state is not CheckState.FAIL or planner.name_of(judgement) not in may:
            continue
        if planner.platform_of(judgement) not in PLATFORMS:
            continue
        path, line = planner.where(judgement)
        try:
            document, edits = planner.edits(judgement)
        except _LeftError as error:
            left.append(Left(judgement.rule.id, path, line, str(error)))
            continue
        texts[document.path] = document.data
        fixes.setdefault(document.path, []).append(Fix(judgement.rule.id, document.path, line, edits))
    return Plan(fixes={path: tuple(each) for path, each in fixes.items()}, texts=texts, left=tuple(left))


class _Planner:
    """Finds for a failure the document that is to be edited, and the places in it."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._things = {(thing.document, thing.key): thing for thing in estate.things}
        self._workloads: dict[tuple[int, str], list[Workload]] = {}
        for workload in estate.workloads:
            self._workloads.setdefault((workload.document, workload.key), []).append(workload)
        self._templated: dict[int, bool] = {}

    def name_of(self, judgement: Judgement) -> tuple[str, str, str]:
        """Give a failure as its finding names it (findings/failures.py)."""
        path = self._estate.documents[judgement.document].path if judgement.document >= 0 else ""
        subject = f"{path}#{judgement.subject}" if path else judgement.subject
        return judgement.rule.id, subject, pointer(judgement.verdict.at)

    def platform_of(self, judgement: Judgement) -> str:
        """Give the platform of what fails."""
        thing = self._things.get((judgement.document, judgement.subject))
        return thing.platform if thing else ""

    def where(self, judgement: Judgement) -> tuple[str, int]:
        """Give file and line of a failure."""
        document = self._estate.documents[judgement.document]
        position = document.position(judgement.verdict.at)
        return (position.path if position else "") or document.path, position.line if position else 1

    def edits(self, judgement: Judgement) -> tuple[TextDocument, tuple[Edit, ...]]:
        """Give the edits that mend a failure, and the document that they are made in. Raises _LeftError."""
        remedy = judgement.rule.remedy
        if remedy.remove:
            document, place = self._origin(judgement, judgement.verdict.at)
            return document, (Edit(action=Action.REMOVE, place=place, document=document.number),)
        workload, container = self._subject(judgement)
        spellings = platforms()[workload.platform].spelling
        if not remedy.set or not remedy.set.keys() <= spellings.keys():
            raise _LeftError("the fix is not mechanical there")
        found: list[Edit] = []
        at: Place = container.at if container else workload.at
        document, _ = self._origin(judgement, at)
        for name, value in remedy.set.items():
            _expect_free(name, workload, container)
            spelling = spellings[name]
            start = container.at if container and spelling.at == "container" else workload.spec_at
            document, place = self._origin(judgement, start)
            found += _spelled(spelling, value, (*place, *spelling.path), document, _present(name, workload, container))
        return document, tuple(found)

    def _subject(self, judgement: Judgement) -> tuple[Workload, Container | None]:
        """Give the workload and the container that fail: those in which the failure stands."""
        place = judgement.verdict.at
        for workload in self._workloads.get((judgement.document, judgement.subject), ()):
            if place[: len(workload.at)] != workload.at:
                continue
            named = [each for each in workload.containers if each.name == judgement.container]
            inside = [each for each in named if place[: len(each.at)] == each.at]
            if inside or not judgement.container:
                return workload, inside[0] if inside else None
            if len(named) == 1:
                return workload, named[0]
        raise _LeftError("what fails is not one workload")

    def _origin(self, judgement: Judgement, at: Place) -> tuple[TextDocument, Place]:
        """Give the document that a place of a failing one is written in, if that may be edited. Raises _LeftError."""
        document = self._estate.documents[judgement.document]
        if isinstance(document, MergedDocument):
            document, at = document.origin(at)
        if not isinstance(document, TextDocument):
            raise _LeftError("it is in no file")
        if not isinstance(document.root, YamlMapping | YamlSequence):
            raise _LeftError("only YAML is written, not JSON")
        if TEMPLATES_LEFT_IN in document.unread or self._is_templated(document):
            raise _LeftError("templates were left in it")
        return document, at

    def _is_templated(self, document: TextDocument) -> bool:
        known = id(document)
        if known not in self._templated:
            self._templated[known] = b"{" in document.data and any(map(is_action, _scalars(document.root)))
        return self._templated[known]


def _scalars(root: object) -> Iterator[object]:
    """Give every key and scalar of a document once, also those that aliases repeat."""
    waiting, seen = [root], set[int]()
    while waiting:
        value = waiting.pop()
        if not isinstance(value, dict | list):
            yield value
        elif id(value) not in seen:
            seen.add(id(value))
            waiting += (*value, *value.values()) if isinstance(value, dict) else value


def _fact(name: str, workload: Workload, container: Container | None) -> object:
    return getattr(container, name, None) or getattr(workload, name, None)


def _present(name: str, workload: Workload, container: Container | None) -> frozenset[str]:
    """Give the elements of a fact that is a list."""
    fact = _fact(name, workload, container)
    stated = fact.stated if isinstance(fact, Fact) else ()
    return (
        frozenset(each.stated for each in stated if isinstance(each, Fact))
        if isinstance(stated, tuple)
        else frozenset()
    )


def _expect_free(name: str, workload: Workload, container: Container | None) -> None:
    """Raise _LeftError where somebody wrote the opposite, or where software may need it as it is."""
    fact = _fact(name, workload, container)
    if isinstance(fact, Fact) and not isinstance(fact.stated, tuple):
        if not fact.is_known:
            raise _LeftError(f"what it says is not known: {fact.reason}")
        if fact.is_declared:
            raise _LeftError("what somebody wrote stands; changing it is for you to decide")
    hinders = _HINDERS.get(name)
    reason = hinders(workload, container) if hinders and container else ""
    if reason:
        raise _LeftError(reason)


def _may_need_privileges(_: Workload, container: Container) -> str:
    """Say why a container may need to gain privileges; not where it has no capability that a file could give it."""
    dropped = {each.stated for each in container.capabilities_dropped.stated if each.is_known}
    if container.privileged.stated or container.capabilities_added.stated or "ALL" not in dropped:
        return "programs of the image may gain privileges (sudo, file capabilities) unless it drops ALL and adds none"
    return ""


def _may_lack_registry(workload: Workload, container: Container) -> str:
    """Say why an image may have to be started without its registry; not where Kubernetes asks it at any rate."""
    reference = container.reference if container.image.is_known else None
    asks = reference is not None and reference.tag in {"", "latest"} and not reference.digest
    if workload.platform == "kubernetes" and asks:
        return ""
    return "the image may be on the node alone, or its registry down when it starts"


_HINDERS: Mapping[str, Callable[[Workload, Container], str]] = {
    "no_new_privileges": _may_need_privileges,
    "pull_policy": _may_lack_registry,
}
"""By fact: why a container may need it to be as it is, "" where it does not."""


def _spelled(
    spelling: Spelling, value: object, place: Place, document: TextDocument, present: frozenset[str]
) -> Iterator[Edit]:
    written = spelling.write(value)
    if written is None:
        raise _LeftError("the fix is to take something away, which is for you to decide")
    if spelling.append:
        yield Edit(action=Action.APPEND, place=place, value=written, document=document.number)
    elif isinstance(written, list):
        for item in written:
            if item not in present:
                yield Edit(action=Action.APPEND, place=place, value=item, document=document.number)
    else:
        yield Edit(action=Action.SET, place=place, value=written, document=document.number)


class Remaining(NamedTuple):
    """Of the findings that are left: how many have a fix that is not safe, and how many none that is mechanical."""

    unsafe: int
    by_hand: int


def remaining(findings: Collection[Finding], rules: Mapping[str, Rule], platform_of: Mapping[str, str]) -> Remaining:
    """Count what --fix leaves, of findings that nobody waived; `platform_of` gives the platform of a subject's id."""
    unsafe = by_hand = 0
    for finding in findings:
        rule = rules.get(finding.rule)
        if rule is None or finding.waiver is not None or finding.kind is not FindingKind.MISCONFIGURATION:
            continue
        platform = platforms().get(platform_of.get(finding.subject, ""))
        spelled = platform is not None and rule.remedy.set and rule.remedy.set.keys() <= platform.spelling.keys()
        if rule.remedy.remove or spelled:
            unsafe += not rule.remedy.safe
        else:
            by_hand += 1
    return Remaining(unsafe, by_hand)
