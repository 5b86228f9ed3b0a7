"""`plimsoll scan TARGET`: what is in an image or root file system, what is wrong with it, and its score."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from plimsoll.cli.console import tell
from plimsoll.cli.examining import examination
from plimsoll.cli.formats import FormatName, write_all
from plimsoll.cli.knowing import facts_of
from plimsoll.cli.options import PairedCommand, about_targets, common, option, paired, quietly
from plimsoll.cli.progress import progress_for
from plimsoll.errors import UsageError
from plimsoll.findings.select import gate, read_severities, select
from plimsoll.model.report import Report
from plimsoll.model.severity import Severity
from plimsoll.pipeline.last import keep_last
from plimsoll.pipeline.scan import scan

GATE_HIT, NOT_MEASURED = 1, 3

SEVERITIES = [severity.value for severity in Severity if severity is not Severity.UNKNOWN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What the user wants the exit code to tell."""

    fail_on: Severity | None
    min_score: float | None
    fail_on_unmeasured: bool


@click.command("scan", cls=PairedCommand, short_help="Scan an image or root file system.")
@click.argument("target")
@option("--format", "-f", "formats", multiple=True, type=FormatName("scan"), help="Report format; default table.")
@option("--output", "-o", "outputs", multiple=True, metavar="FILE", help="Write the format before it to FILE.")
@option("--severity", metavar="LIST", help="Show only these severities, e.g. critical,high.")
@option("--only", multiple=True, metavar="WORD", help="Show only these kinds, rules or vulnerabilities.")
@option("--exclude", multiple=True, metavar="WORD", help="Do not show these kinds, rules or vulnerabilities.")
@option("--ignore-unfixed", is_flag=True, help="Do not show vulnerabilities without a fix.")
@option("--fail-on", type=click.Choice(SEVERITIES), help="Exit 1 for findings at or over this severity.")
@option("--min-score", type=click.FloatRange(0, 100), metavar="SCORE", help="Exit 1 for a score below this.")
@option("--fail-on-unmeasured", is_flag=True, help="Exit 3 when anything was not measured.")
@about_targets
@quietly
@common
@click.pass_context
def COMMAND(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401, N802 - click passes options by name
    """Scan TARGET: a docker save archive, an OCI layout (folder or tar), or a directory with a root file system.

    TARGET may name its kind, archive:FILE, oci:PATH, dir:PATH; one of several images is FILE#NAME; - reads an
    archive from standard input.
    """
    places = paired(ctx, options["formats"], options["outputs"], "table")
    severities = read_severities(options["severity"] or "")
    facts = facts_of(ctx.obj, options)
    progress = progress_for(quiet=options["quiet"], no_progress=options["no_progress"])
    report, examined = scan(examination(ctx.obj, options), facts.facts, sys.stdin.buffer, progress)
    if not options["quiet"]:
        tell(f"{report.target}: {examined.took}" + (f", settings from {report.settings}" if report.settings else ""))
        for note in examined.notes:
            tell(f"note: {note}", style="yellow")
    keep_last(report, facts.cache)
    shown, hidden = select(
        report.findings,
        severities,
        _words(options["only"]),
        _words(options["exclude"]),
        ignore_unfixed=options["ignore_unfixed"],
    )
    report = replace(report, findings=shown, hidden=hidden)
    write_all(report, places)
    gates = Gates(
        fail_on=Severity(options["fail_on"]) if options["fail_on"] else None,
        min_score=options["min_score"],
        fail_on_unmeasured=options["fail_on_unmeasured"],
    )
    return _judge(report, gates)


def _words(values: Sequence[str]) -> tuple[str, ...]:
    words = tuple(word.strip() for value in values for word in value.split(",") if word.strip())
    if values and not words:
        raise UsageError("--only and --exclude want at least one word")
    return words


def _judge(report: Report, gates: Gates) -> int:
    """Give the exit code, and say on standard error why (design.md, "Exit codes")."""
    failed = False
    unmeasured = sum(gap.count for gap in report.gaps)
    if gates.fail_on:
        hits = gate(report.findings, gates.fail_on)
        failed = bool(hits)
        tell(
            f"--fail-on {gates.fail_on}: {len(hits)} findings; {unmeasured} things in {len(report.gaps)} questions"
            " were not measured",
            style="red" if hits else "",
        )
    low = report.score.low
    if gates.min_score is not None and low is not None:
        below = low < gates.min_score
        failed = failed or below
        tell(
            f"--min-score {gates.min_score:g}: the score is {low:.1f}, which {'is below' if below else 'holds'}",
            style="red" if below else "",
        )
    if failed:
        return GATE_HIT
    if low is None:
        tell("Nothing could be measured, so there is no score.", style="yellow")
        return NOT_MEASURED
    if gates.fail_on_unmeasured and report.gaps:
        tell(f"--fail-on-unmeasured: {len(report.gaps)} questions are open", style="yellow")
        return NOT_MEASURED
    return 0
