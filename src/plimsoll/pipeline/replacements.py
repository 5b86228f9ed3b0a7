"""What mends findings as changes of text, for reports that editors and code hosts show: nothing is written here.

A person looks at each of them first, so that they may also change what somebody wrote, and need not be safe.
"""

from dataclasses import replace
from itertools import takewhile
from operator import eq

from plimsoll.documents.bounds import as_utf8
from plimsoll.documents.document import TextDocument
from plimsoll.documents.editing import Edit, edited
from plimsoll.documents.errors import DocumentError
from plimsoll.model.finding import Finding, FindingKind, Location, Replacement
from plimsoll.model.report import Report
from plimsoll.model.rule import Judgement, Rule
from plimsoll.pipeline.fixing import PLATFORMS, LeftError, Planner
from plimsoll.pipeline.judging import Judged
from plimsoll.pipeline.targeting import STANDARD_INPUT
from plimsoll.platforms.compose_merge import MergedDocument
from plimsoll.sources.rendering import is_rendered

MOST_FINDINGS = 2_000
"""Findings for which a replacement is sought; code hosts show a few thousand at most."""

MOST_TEXT = 4 << 20
"""Bytes of text in which replacements are made, a file counted each time: a few seconds."""


def with_replacements(report: Report, judged: Judged) -> Report:
    """Give the findings of a report with the ends of their keys, and the changes of their files that mend them."""
    seeking = _Seeking(judged)
    findings = tuple(map(seeking.shown, report.findings))
    return replace(report, findings=findings, unsought=seeking.unsought)


class _Seeking:
    """Finds the text of findings, as long as there are not too many of them."""

    def __init__(self, judged: Judged) -> None:
        self._documents = judged.estate.documents
        self._planner = Planner(judged.estate, may_change=True)
        # Objects of one name may stand in one file, so that only the line tells their findings apart.
        self._judgements = {
            (*self._planner.name_of(each), *self._planner.where(each)): each
            for each in judged.failing
            if each.document >= 0
        }
        self._lines: dict[int, list[str]] = {}
        self._made: dict[tuple[int, str], tuple[Replacement, ...]] = {}
        self._findings_left, self._text_left = MOST_FINDINGS, MOST_TEXT
        self.unsought = 0

    def shown(self, finding: Finding) -> Finding:
        """Give a finding as it is shown: all that can be said of its text."""
        place = finding.location
        name = (finding.rule, finding.subject, place.pointer, place.path, place.line or 1)
        judgement = self._judgements.get(name) if finding.kind is FindingKind.MISCONFIGURATION else None
        if judgement is None:
            return finding
        end = self._end(finding, judgement)
        return replace(
            finding,
            location=replace(place, end_column=end) if end else place,
            replacements=self._replacements(judgement),
        )

    def _end(self, finding: Finding, judgement: Judgement) -> int | None:
        """Give the column after the key that fails; None where no key stands there, but an element, or nothing."""
        document, at = self._documents[judgement.document], judgement.verdict.at
        if isinstance(document, MergedDocument):
            document, at = document.origin(at)
        if not isinstance(document, TextDocument) or not at or not isinstance(at[-1], str):
            return None
        position = document.position(at)
        if position is None or not position.is_there:
            return None
        return _end_of_key(self._lines_of(document), finding.location, at[-1])

    def _lines_of(self, document: TextDocument) -> list[str]:
        # The documents of one file share its text.
        known = id(document.data)
        if known not in self._lines:
            self._lines[known] = _lines(document.data)
        return self._lines[known]

    def _replacements(self, judgement: Judgement) -> tuple[Replacement, ...]:
        if not _is_mechanical(judgement.rule) or self._planner.platform_of(judgement) not in PLATFORMS:
            return ()
        if self._findings_left == 0:
            self.unsought += 1
            return ()
        self._findings_left -= 1
        try:
            document, edits = self._planner.edits(judgement)
        except LeftError:
            return ()
        if document.path in {"", STANDARD_INPUT} or is_rendered(document.path):
            return ()  # There is no file that an editor could change.
        return self._changed(document, edits)

    def _changed(self, document: TextDocument, edits: tuple[Edit, ...]) -> tuple[Replacement, ...]:
        """Make edits in a text, and give what became of it; several findings may ask for the same."""
        key = (id(document.data), repr(edits))
        if key not in self._made:
            if self._text_left < len(document.data):
                self.unsought += 1
                return ()
            self._text_left -= len(document.data)
            done = edited(document.data, edits)
            change = None if done.dropped else replacement(document.path, document.data, done.data)
            self._made[key] = (change,) if change else ()
        return self._made[key]


def _is_mechanical(rule: Rule) -> bool:
    """Say whether the text of a fix is known. What only takes away has to be safe, as what breaks is not seen there."""
    return rule.remedy.safe if rule.remedy.remove else bool(rule.remedy.set)


def _end_of_key(lines: list[str], place: Location, key: str) -> int | None:
    line, column = place.line or 0, place.column or 0
    if not 1 <= line <= len(lines) or column < 1:
        return None
    text = lines[line - 1][column - 1 :]
    for written in (key, f'"{key}"', f"'{key}'"):
        if text.startswith(written) and text[len(written) :].lstrip().startswith(":"):
            return column + len(written)
    return None


def _lines(data: bytes) -> list[str]:
    try:
        return as_utf8(data).decode().split("\n")
    except (DocumentError, UnicodeError):
        return []


def replacement(path: str, before: bytes, after: bytes) -> Replacement | None:
    """Give the lines that differ between two texts of one file as one change; None where nothing differs."""
    old, new = _lines(before), _lines(after)
    if old == new:
        return None
    # The last lines, which no line feed ends, are never among those that are alike at the beginning.
    alike = min(len(old), len(new)) - 1
    first = _common(old[:alike], new[:alike])
    last = _common(old[: first - len(old) - 1 : -1], new[: first - len(new) - 1 : -1])
    text = "\n".join(new[first : len(new) - last]) + ("\n" if last and len(new) - last > first else "")
    end = len(old) - last
    line, column = (end + 1, 1) if last else (end, len(old[-1]) + 1)
    return Replacement(path=path, line=first + 1, column=1, end_line=line, end_column=column, text=text)


def _common(one: list[str], other: list[str]) -> int:
    """Count the lines that are the same at the beginning of both."""
    return sum(takewhile(bool, map(eq, one, other)))
