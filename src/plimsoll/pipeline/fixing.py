"""Safe fixes, written into the files that fail: what may be written is decided here, and nowhere else.

A fix adds what is missing. What somebody wrote stands, even where a rule fails it: only a rule that takes an entry
away (`remove`, with `safe`) does so. docs/explanation/safe-fixes.md gives the reasons.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from plimsoll.checks.judge import Judge
from plimsoll.documents.document import TEMPLATES_LEFT_IN, TextDocument
from plimsoll.documents.editing import Action, Edit
from plimsoll.documents.scalars import is_action, is_null, written
from plimsoll.documents.shapes import mapping
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


_STANDS = "what somebody wrote stands; changing it is for you to decide"


class LeftError(Exception):
    """A fix cannot be written, or only by a person; the text says why."""


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
    planner = Planner(estate)
    for judgement in Judge(rule for rule in rules if rule.remedy.safe).judge(estate):
        if judgement.state is not CheckState.FAIL or planner.name_of(judgement) not in may:
            continue
        if planner.platform_of(judgement) not in PLATFORMS:
            continue
        path, line = planner.where(judgement)
        try:
            document, edits = planner.edits(judgement)
        except LeftError as error:
            left.append(Left(judgement.rule.id, path, line, str(error)))
            continue
        texts[document.path] = document.data
        fixes.setdefault(document.path, []).append(Fix(judgement.rule.id, document.path, line, edits))
    return Plan(fixes={path: tuple(each) for path, each in fixes.items()}, texts=texts, left=tuple(left))


class Planner:
    """Finds for a failure the document that is to be edited, and the places in it."""

    def __init__(self, estate: Estate, *, may_change: bool = False) -> None:
        """Take an estate. `may_change` is for edits that a person looks at first: they may change what stands."""
        self._estate = estate
        self._may_change = may_change
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
        """Give the edits that mend a failure, and the document that they are made in. Raises LeftError."""
        remedy = judgement.rule.remedy
        if remedy.remove:
            document, place = self._origin(judgement, judgement.verdict.at)
            return document, (Edit(action=Action.REMOVE, place=place, document=document.number),)
        workload, container = self._subject(judgement)
        spellings = platforms()[workload.platform].spelling
        if not remedy.set or not remedy.set.keys() <= spellings.keys():
            raise LeftError("the fix is not mechanical there")
        found: list[Edit] = []
        at: Place = container.at if container else workload.at
        document, _ = self._origin(judgement, at)
        for name, value in remedy.set.items():
            spelling = spellings[name]
            may_change = self._may_change and not spelling.append
            _expect_free(name, _Asked(workload, container, mapping(document.root)), may_change=may_change)
            start = container.at if container and spelling.at == "container" else workload.spec_at
            self._expect_unsaid(judgement, (*start, *spelling.path), may_change=may_change)
            document, place = self._origin(judgement, start)
            found += _spelled(spelling, value, (*place, *spelling.path), document, _present(name, workload, container))
        return document, tuple(found)

    def _expect_unsaid(self, judgement: Judgement, place: Place, *, may_change: bool) -> None:
        """Raise LeftError where a scalar that may not be changed stands at a place, or at that of the failure."""
        root = self._estate.documents[judgement.document].root
        for at in {judgement.verdict.at} - {place} if may_change else {place, judgement.verdict.at}:
            value = _inside(root, at)
            if not isinstance(value, dict | list) and not is_null(value):
                raise LeftError(_STANDS)

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
        raise LeftError("what fails is not one workload")

    def _origin(self, judgement: Judgement, at: Place) -> tuple[TextDocument, Place]:
        """Give the document that a place of a failing one is written in, if that may be edited. Raises LeftError."""
        document = self._estate.documents[judgement.document]
        if isinstance(document, MergedDocument):
            document, at = document.origin(at)
        if not isinstance(document, TextDocument):
            raise LeftError("it is in no file")
        if not isinstance(document.root, YamlMapping | YamlSequence):
            raise LeftError("only YAML is written, not JSON")
        if at[:1] != ("services",) and isinstance(self._estate.documents[judgement.document], MergedDocument):
            raise LeftError("it is in the first version of the format, which Compose no longer reads")
        if TEMPLATES_LEFT_IN in document.unread or self._is_templated(document):
            raise LeftError("templates were left in it")
        return document, at

    def _is_templated(self, document: TextDocument) -> bool:
        known = id(document)
        if known not in self._templated:
            self._templated[known] = b"{" in document.data and any(map(is_action, _scalars(document.root)))
        return self._templated[known]


def _inside(value: object, at: Place) -> object:
    """Give what stands at a place; None for nothing."""
    for step in at:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


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


def _expect_free(name: str, asked: "_Asked", *, may_change: bool) -> None:
    """Raise LeftError where somebody wrote the opposite, or where software may need it as it is.

    What may be changed has only to be known, and such that the platform takes it.
    """
    fact = _fact(name, asked.workload, asked.container)
    if isinstance(fact, Fact) and not isinstance(fact.stated, tuple):
        if not fact.is_known:
            raise LeftError(f"what it says is not known: {fact.reason}")
        if fact.is_declared and not may_change:
            raise LeftError(_STANDS)
    hinders = (_REFUSALS if may_change else _HINDERS).get(name)
    reason = hinders(asked) if hinders else ""
    if reason:
        raise LeftError(reason)


class _Asked(NamedTuple):
    """What a fix is about: the container, its workload, and the root of the document that is edited."""

    workload: Workload
    container: Container | None
    root: Mapping[str, object]


def _may_need_privileges(asked: _Asked) -> str:
    """Say why a container may need to gain privileges; not where it has no capability that a file could give it."""
    container = asked.container
    dropped = {each.stated for each in container.capabilities_dropped.stated} if container else set[str]()
    if container is None or container.privileged.stated or container.capabilities_added.stated or "ALL" not in dropped:
        return "programs of the image may gain privileges (sudo, file capabilities) unless it drops ALL and adds none"
    return ""


def _may_lack_registry(asked: _Asked) -> str:
    """Say why an image may have to be started without its registry; not where Kubernetes asks it at any rate."""
    container = asked.container
    reference = container.reference if container and container.image.is_known else None
    asks = reference is not None and reference.tag in {"", "latest"} and not reference.digest
    if asked.workload.platform == "kubernetes" and asks:
        return ""
    return "the image may be on the node alone, or its registry down when it starts"


_NUMBER = re.compile(r"3\.(\d{1,3})", re.ASCII)


def _may_refuse(section: str, asked: _Asked) -> str:
    """Say why Compose or Swarm would refuse a file with one more limit; `section` is that of deploy.resources."""
    if asked.workload.platform == "swarm":
        version = written(asked.root.get("version"))
        number = _NUMBER.fullmatch(version)
        is_known = not version or (number is not None and int(number[1]) >= 9)
        return "" if is_known else f"version {version[:20]} of the format may not know it; say 3.9, or none"
    resources = mapping(mapping(asked.workload.spec.get("deploy")).get("resources"))
    if asked.workload.platform == "compose" and resources.get(section):
        return f"Compose refuses one beside deploy.resources.{section}: add it there"
    return ""


_REFUSALS: Mapping[str, Callable[[_Asked], str]] = {
    **dict.fromkeys(("cpu_limit", "memory_limit", "pids_limit"), partial(_may_refuse, "limits")),
    **dict.fromkeys(("cpu_request", "memory_request"), partial(_may_refuse, "reservations")),
}
"""By fact: why the platform may refuse it."""

_HINDERS: Mapping[str, Callable[[_Asked], str]] = {
    "no_new_privileges": _may_need_privileges,
    "pull_policy": _may_lack_registry,
    **_REFUSALS,
}
"""By fact: why software, or the platform, may need it to be as it is; "" where nothing does."""


def _spelled(
    spelling: Spelling, value: object, place: Place, document: TextDocument, present: frozenset[str]
) -> Iterator[Edit]:
    spelled = spelling.write(value)
    if spelled is None:
        raise LeftError("the fix is to take something away, which is for you to decide")
    if spelling.append:
        yield Edit(action=Action.APPEND, place=place, value=spelled, document=document.number)
    elif isinstance(spelled, list):
        for item in spelled:
            if item not in present:
                yield Edit(action=Action.APPEND, place=place, value=item, document=document.number)
    else:
        yield Edit(action=Action.SET, place=place, value=spelled, document=document.number)


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
