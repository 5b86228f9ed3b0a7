"""The report for people: what was scanned, the score, what matters first, and what was not measured."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from typing import TYPE_CHECKING

from plimsoll.model.reporting import Format, Style
from plimsoll.model.severity import Severity
from plimsoll.model.wording import counted
from plimsoll.reports.fixes import first_fixes, urgency
from plimsoll.reports.knowledge_used import knowledge_used
from plimsoll.reports.origins import base_line
from plimsoll.reports.table_rows import (
    SEVERITY_STYLES,
    each_once,
    finding_rows,
    fix_rows,
    gap_rows,
    grid,
    headed,
    whole,
)
from plimsoll.reports.text import visible
from plimsoll.reports.unmeasured import unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType
    from rich.text import Text

    from plimsoll.model.report import Report, WaiverState
    from plimsoll.reports.fixes import Fix

NARROWEST = 40
MOST_FIXES = 10
MOST_FINDINGS = 25
WEIGHED = frozenset(
    {
        *("check", "end-of-life", "no-distribution", "no-feed", "no-lockfile", "stale-feed", "unusable-component"),
        *(
            "not-rendered",
            "undetermined",
            "unreadable-configuration",
            "unreadable-database",
            "unreadable-entries",
            "version-not-comparable",
        ),
    }
)
"""The kinds of gaps that the low end of the score counts (docs/explanation/score.md)."""


def render(report: Report, style: Style) -> str:
    """Give the report as text of `style.width` columns. Whatever came from outside is escaped before it is shown."""
    out = StringIO()
    console = _console(out, style)
    for number, block in enumerate(_blocks(report, console.width, style.repeated)):
        if number:
            console.print()
        console.print(block)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _console(out: StringIO, style: Style) -> Console:
    """Give a console that depends on nothing but `style`: neither on the environment nor on a terminal."""
    from rich.console import Console

    return Console(
        file=out,
        width=max(style.width, NARROWEST),
        height=100,
        force_terminal=style.colour,
        force_jupyter=False,
        color_system="standard" if style.colour else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )


def _blocks(report: Report, width: int, repeated: str) -> Iterator[RenderableType]:
    yield _headline(report)
    yield _counts(report)
    if line := base_line(report):
        yield _sentence(line)
    fixes = first_fixes(report)
    yield from _what_matters(report, fixes, width)
    yield from _findings(report, width)
    yield from _not_measured(report)
    yield from _not_applicable(report)
    yield from _waivers(report)
    yield _knowledge(report)
    yield _next(report, fixes, repeated)


def _headline(report: Report) -> Text:
    from rich.text import Text

    lines = [visible(report.target, 200)]
    for subject in report.subjects:
        if subject.kind not in {"workload", "resource"}:
            facts = (subject.kind, subject.distro, subject.platform)
            lines.append(f"{visible(subject.name, 200)} ({', '.join(visible(fact, 80) for fact in facts if fact)})")
    shown = lines[1:] if len(lines) == 2 else lines
    shown[-1] += "".join(f", {what}" for what in _contents(report))
    return Text("\n").join([Text("\n".join(shown)), _score(report)])


def _contents(report: Report) -> Iterator[str]:
    """Count what a report is about: workloads and other objects by kind, packages where any were looked for."""
    kinds = Counter(subject.kind for subject in report.subjects)
    if kinds["workload"]:
        yield counted(kinds["workload"], "workload")
    if kinds["resource"]:
        yield counted(kinds["resource"], "other object")
    if report.packages or not (kinds["workload"] or kinds["resource"]):
        yield counted(len(report.packages), "package")


def _score(report: Report) -> Text:
    from rich.text import Text

    score = report.score
    if score.low is None or score.high is None:
        return Text("No score." if report.findings else "No score: nothing was measured.", "bold red")
    low, high = whole(score.low), whole(score.high)
    headline = Text(f"Score {low}" + (f" ({low}–{high})" if high != low else ""), "bold")  # noqa: RUF001 - a range
    meaning = f" of 100. {low} counts what was not measured as if it were bad, {high} only what was found."
    estimate = f" The {low} is in part estimated." if score.estimated else ""
    return headline + Text((meaning if high != low else " of 100.") + estimate + _weightless(report))


def _weightless(report: Report) -> str:
    """Name the gaps that no estimate stands for, so that the low end is not taken for the worst that can be."""
    kinds = sorted({gap.what for gap in unmeasured(report)} - WEIGHED)
    return f" Without weight in it: {', '.join(visible(kind, 40) for kind in kinds)}." if kinds else ""


def _sentence(line: str) -> Text:
    from rich.text import Text

    return Text(line[0].upper() + line[1:])


def _counts(report: Report) -> Text:
    from rich.text import Text

    counts = Counter(finding.severity for finding in report.findings)
    words = [
        Text(f"{counts[severity]} {severity}", SEVERITY_STYLES[severity]) for severity in Severity if counts[severity]
    ]
    if report.score.low is None and not words:
        return Text("Findings: none, because nothing was measured")
    line = Text("Findings: ") + (Text(", ").join(words) if words else Text(_none(report)))
    if waived := sum(finding.waiver is not None for finding in report.findings):
        line += Text(f"; {waived} of them waived")
    if report.hidden:
        counted = "" if report.score.low is None else ", but counted in the score"
        line += Text(f"; {report.hidden}{' more' if words else ''} hidden by filters{counted}")
    return line


def _none(report: Report) -> str:
    """Call nothing clean that is only hidden, or was not measured."""
    if report.hidden:
        return "none shown"
    return "none in what was measured" if unmeasured(report) else "none"


def _what_matters(report: Report, fixes: Sequence[Fix], width: int) -> Iterator[RenderableType]:
    if fixes:
        yield headed("What matters first", fix_rows(fixes[:MOST_FIXES], report.score.low, width))
    if report.base and any(fix.of_base for fix in fixes):
        yield _of_base(report.base.name)
    if rest := fixes[MOST_FIXES:]:
        yield _hint(f"{len(rest)} more of them")


def _of_base(name: str) -> Text:
    from rich.text import Text

    return Text(f"base: upgrade the base image {visible(name, 200)}; explain says which one would clear what.", "dim")


def _hint(what: str) -> Text:
    from rich.text import Text

    return Text(f"… and {what}: --format json shows all.", "dim")


def _findings(report: Report, width: int) -> Iterator[RenderableType]:
    findings = each_once(sorted(report.findings, key=urgency))
    if findings:
        yield headed("Findings", finding_rows(findings[:MOST_FINDINGS], report.packages, width))
    if rest := findings[MOST_FINDINGS:]:
        yield _hint(f"{len(rest)} more of them")


def _not_measured(report: Report) -> Iterator[RenderableType]:
    if gaps := unmeasured(report):
        yield headed("Not measured", gap_rows(gaps, several=len(report.subjects) > 1))


def _not_applicable(report: Report) -> Iterator[RenderableType]:
    rows = [
        (visible(f"{said.package} {said.version}", 200), str(len(said.vulnerabilities)), visible(said.reason))
        for said in report.not_applicable
    ]
    if rows:
        yield headed("Not applicable", grid(rows, ("Package", "Vulnerabilities", "Reason")))


def _waivers(report: Report) -> Iterator[RenderableType]:
    from rich.text import Text

    # Those of plimsoll.toml are the user's own; what the target says of itself is always told.
    notes = [
        _waiver(waiver)
        for waiver in report.waivers
        if waiver.state != "used" or waiver.origin not in {"", report.settings}
    ]
    if notes:
        yield headed("Waivers", Text("\n".join(notes)))


def _waiver(waiver: WaiverState) -> str:
    who = f"{visible(waiver.id, 120)} ({visible(waiver.owner, 80)}: {visible(waiver.reason)})"
    if waiver.note:
        return f"{who} waives nothing: {visible(waiver.note)}."
    if waiver.state == "used":
        return f"{who} waives {counted(waiver.findings, 'finding')}."
    if waiver.state == "expired":
        return f"{who} expired on {visible(waiver.expires, 20)}, so it holds no more."
    return f"{who} is {visible(waiver.state, 20)}: it matches no finding."


def _knowledge(report: Report) -> RenderableType:
    from rich.text import Text

    used = visible(knowledge_used(report), 60)
    if not report.knowledge:
        return headed("Knowledge", Text(f"none: {used} holds no feed" if used else "none: no feed was asked"))
    rows = [
        (visible(feed.name, 60), visible(feed.date, 20), f"{counted(feed.age_days, 'day')} old")
        for feed in report.knowledge
        if feed.used
    ]
    if rest := sum(not feed.used for feed in report.knowledge):
        rows.append((f"and {counted(rest, 'other feed')}", "", "that speak for nothing here"))
    return headed(f"Knowledge: {used}" if used else "Knowledge", grid(rows))


def _next(report: Report, fixes: Sequence[Fix], repeated: str) -> Text:
    from shlex import quote

    from rich.text import Text

    worst = min(report.findings, key=lambda finding: (finding.waiver is not None, *urgency(finding)), default=None)
    if worst is None and report.subjects and report.subjects[0].kind == "configuration":
        return Text(f"Next: plimsoll check list{repeated}")
    if worst is None:
        return Text(f"Next: plimsoll sbom {quote(visible(report.target, 200))}{repeated}")
    named = worst.vulnerability.id if worst.vulnerability else worst.id
    return Text(f"Next: plimsoll explain {quote(visible(fixes[0].explain if fixes else named, 200))}{repeated}")


TABLE = Format(name="table", title="For people, on a terminal", commands=("scan",), render=render)
