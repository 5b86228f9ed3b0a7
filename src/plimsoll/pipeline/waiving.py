"""All waivers of one scan: of plimsoll.toml, of comments and annotations, of a file of exceptions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.documents.document import TextDocument
from plimsoll.documents.yaml import YamlMapping, YamlSequence
from plimsoll.findings.failures import subject_id
from plimsoll.findings.inline import waivers_in
from plimsoll.findings.inline_annotations import waivers_of_annotations
from plimsoll.findings.scoped import apply_scoped
from plimsoll.findings.waive import apply_waivers
from plimsoll.model.estate import Estate
from plimsoll.model.finding import Finding
from plimsoll.model.report import WaiverState
from plimsoll.model.rule import Rule
from plimsoll.model.subject import Subject
from plimsoll.model.waiver import ScopedWaiver, Waiver
from plimsoll.pipeline.judging import Judged

if TYPE_CHECKING:
    from plimsoll.findings.exceptions import ExceptionPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What the user decided: the waivers, the day it is taken for, the settings file.

    `trusted` says that comments and annotations count: whoever wrote the target may waive what is found in it. That
    holds for files that the user names, never for what is admitted, audited, or reported by an engine.
    """

    waivers: Sequence[Waiver]
    as_of: str
    settings: str = ""
    exceptions: "Sequence[ExceptionPolicy]" = ()
    trusted: bool = False


def waived(
    findings: Sequence[Finding], subjects: Sequence[Subject], judged: Judged | None, decisions: Decisions
) -> tuple[tuple[Finding, ...], tuple[WaiverState, ...]]:
    """Mark the findings that any waiver covers, and say of every waiver what became of it.

    Where several cover a finding, plimsoll.toml marks it, then the exceptions file, then the target itself.
    """
    marked, states = apply_waivers(findings, subjects, decisions.waivers, decisions.as_of)
    scoped = [*_of_exceptions(judged.estate if judged else Estate(), decisions.exceptions)]
    if judged and decisions.trusted:
        scoped += inline_waivers(judged.estate, judged.rules)
    if not scoped:
        return marked, states
    marked, further = apply_scoped(marked, scoped, decisions.as_of)
    return marked, (*states, *further)


def inline_waivers(estate: Estate, rules: Iterable[Rule]) -> tuple[ScopedWaiver, ...]:
    """Give the waivers that stand in the files of an estate, those with running workloads left out."""
    known = _Names(rules)
    found = [waiver for path, data in _texts(estate).items() for waiver in waivers_in(path, data, known)]
    found += waivers_of_annotations(estate, lambda thing: subject_id(thing, estate), known)
    return tuple(found)


class _Names:
    """The names that waivers may call rules by, collected when the first one asks."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = rules
        self._names: frozenset[str] = frozenset()

    def __contains__(self, name: object) -> bool:
        return name in self._all()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> frozenset[str]:
        if not self._names:
            ids = {rule.id.casefold() for rule in self._rules}
            references = {each.casefold() for rule in self._rules for each in rule.references}
            tools = {f"{each.partition(':')[0]}:*" for each in references}
            self._names = frozenset(ids | references | tools)
        return self._names


def _texts(estate: Estate) -> Mapping[str, bytes]:
    """Give the texts of YAML files, by path; JSON has no comments."""
    running = {estate.documents[workload.document].path for workload in estate.workloads if workload.effective}
    return {
        document.path: document.data
        for document in estate.documents
        if isinstance(document, TextDocument)
        and isinstance(document.root, YamlMapping | YamlSequence)
        and document.path not in running
    }


def _of_exceptions(estate: Estate, policies: "Sequence[ExceptionPolicy]") -> Iterator[ScopedWaiver]:
    if not policies:
        return iter(())
    from plimsoll.findings.exceptions import waivers_of_exceptions

    things = [(thing, subject_id(thing, estate), estate.documents[thing.document].path) for thing in estate.things]
    return waivers_of_exceptions(policies, things)
