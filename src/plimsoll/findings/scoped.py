"""Waivers that hold in one place only: on lines of a file, or for some objects."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from plimsoll.findings.waive import is_expired, mark_of, state_of
from plimsoll.model.finding import Finding
from plimsoll.model.report import WaiverState
from plimsoll.model.waiver import ScopedWaiver


def apply_scoped(
    findings: Sequence[Finding], scoped: Sequence[ScopedWaiver], as_of: str
) -> tuple[tuple[Finding, ...], tuple[WaiverState, ...]]:
    """Mark the findings that waivers in force cover, and say of every waiver what became of it.

    A finding that is waived already keeps its mark; it counts for all that cover it. Linear in findings and waivers,
    as long as scopes lie in each other or apart, as those of comments do.
    """
    index = _Index(scoped)
    counts = [0] * len(scoped)
    marked: list[Finding] = []
    for finding in findings:
        covering = sorted(index.covering(finding)) if scoped else ()
        for number in covering:
            counts[number] += 1
        waivers = (scoped[number].waiver for number in covering)
        in_force = next((waiver for waiver in waivers if not is_expired(waiver, as_of)), None)
        marked.append(replace(finding, waiver=mark_of(in_force)) if in_force and not finding.waiver else finding)
    states = (state_of(each.waiver, count, as_of) for each, count in zip(scoped, counts, strict=True))
    return tuple(marked), tuple(states)


def names_of(finding: Finding) -> frozenset[str]:
    """Give what waivers may call a finding's rule: its id, its references, and `tool:*` for each of their tools."""
    references = [reference.casefold() for reference in finding.references]
    every = {f"{reference.partition(':')[0]}:*" for reference in references}
    return frozenset({finding.rule.casefold(), *references, *every})


class _Index:
    """Finds the waivers of a finding by where they hold."""

    def __init__(self, scoped: Sequence[ScopedWaiver]) -> None:
        self._scoped = scoped
        on_lines: defaultdict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
        self._by_subject: defaultdict[str, list[int]] = defaultdict(list)
        for number, each in enumerate(scoped):
            if each.waiver.note:
                continue
            for subject in each.subjects:
                self._by_subject[subject].append(number)
            if each.lines is not None:
                for name in each.names:
                    on_lines[each.path, name].append((*each.lines, number))
        self._on_lines = {key: _Stack(places) for key, places in on_lines.items()}
        self._paths = {path for path, _ in on_lines}

    def covering(self, finding: Finding) -> set[int]:
        """Give the numbers of the waivers that cover a finding, whether they are in force or not."""
        subject = self._by_subject.get(finding.subject, ())
        place = finding.location
        is_on_lines = place.line is not None and place.path in self._paths
        if not subject and not is_on_lines:
            return set()
        names = names_of(finding)
        found = {number for number in subject if names & self._scoped[number].names}
        for name in names if is_on_lines else ():
            if (stack := self._on_lines.get((place.path, name))) is not None:
                found.update(stack.at(place.line or 0))
        return found


class _Scope(NamedTuple):
    first: int
    last: int
    numbers: tuple[int, ...]
    around: int
    """The number of the scope around it, -1 for none."""


class _Stack:
    """Ranges of lines, of which each lies in another or apart from it."""

    def __init__(self, places: Iterable[tuple[int, int, int]]) -> None:
        same: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for first, last, number in places:
            same[first, last].append(number)
        self._scopes: list[_Scope] = []
        open_scopes: list[int] = []
        for first, last in sorted(same, key=lambda lines: (lines[0], -lines[1])):
            while open_scopes and self._scopes[open_scopes[-1]].last < first:
                open_scopes.pop()
            around = open_scopes[-1] if open_scopes else -1
            open_scopes.append(len(self._scopes))
            self._scopes.append(_Scope(first, last, tuple(same[first, last]), around))
        self._firsts = [scope.first for scope in self._scopes]

    def at(self, line: int) -> Iterator[int]:
        """Give what covers a line."""
        place = bisect_right(self._firsts, line) - 1
        while place >= 0:
            scope = self._scopes[place]
            if scope.last >= line:
                yield from scope.numbers
            place = scope.around
