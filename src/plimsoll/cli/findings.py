"""What commands that report findings share: formats, filters and gates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from plimsoll.cli.console import cache_folder, tell
from plimsoll.cli.formats import FormatName, write_all
from plimsoll.cli.options import limits_of, option, words
from plimsoll.cli.outputs import paired
from plimsoll.cli.replacing import Kept
from plimsoll.cli.values import PathName, Points, Severities, Threshold
from plimsoll.errors import TargetError
from plimsoll.findings.select import gate, select
from plimsoll.model.report import Report
from plimsoll.model.severity import Severity
from plimsoll.model.wording import counted
from plimsoll.pipeline.last import keep_last

F = TypeVar("F", bound=Callable[..., Any])

GATE_HIT, NOT_MEASURED = 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What the user wants the exit code to tell."""

    fail_on: Severity | None
    min_score: float | None
    fail_on_unmeasured: bool


def about_findings(command: F) -> F:
    """Add the options about what is reported, and what the exit code tells."""
    for decorate in (
        option("--fail-on-unmeasured", is_flag=True, help="Exit 3 when anything was not measured."),
        option("--min-score", type=Points(), metavar="SCORE", help="Exit 1 for a score whose low end is below this."),
        option(
            "--baseline",
            type=PathName(),
            metavar="FILE",
            help="Let --fail-on pass over the findings that FILE, an earlier JSON report, has already.",
        ),
        option("--fail-on", type=Threshold(), help="Exit 1 for findings at or over this severity that are shown."),
        option("--ignore-unfixed", is_flag=True, help="Neither show nor judge vulnerabilities without a fix."),
        words("--exclude", metavar="WORD", help="Neither show nor judge these kinds, rules or vulnerabilities."),
        words("--only", metavar="WORD", help="Show and judge only these kinds, rules or vulnerabilities."),
        option("--severity", metavar="LIST", type=Severities(), help="Show and judge only these, e.g. critical,high."),
        option(
            "--output",
            "-o",
            "outputs",
            multiple=True,
            type=PathName(),
            metavar="FILE",
            help="Write to FILE what the --format before it says.",
        ),
        option(
            "--format", "-f", "formats", multiple=True, type=FormatName("table", "scan"), help="Format; default table."
        ),
    ):
        command = decorate(command)
    return command


def finish(ctx: click.Context, options: Mapping[str, Any], report_of: Callable[[], Report], kept: Kept) -> int:
    """Make the report, keep it as the last one, write what is to be shown of it, and give the exit code.

    `kept` holds what was judged once the report is made.
    """
    places = paired(ctx, options["formats"], options["outputs"], "table")
    compared = _comparison(ctx, options)
    report = compared(report_of())
    keep_last(report, cache_folder(options["cache_dir"]))
    shown, hidden = select(
        report.findings,
        options["severity"] or (),
        options["only"],
        options["exclude"],
        ignore_unfixed=options["ignore_unfixed"],
        rules={check.rule for check in report.checks},
    )
    report = replace(report, findings=shown, hidden=hidden)
    write_all(report, places, kept.with_replacements)
    gates = Gates(
        fail_on=options["fail_on"],
        min_score=options["min_score"],
        fail_on_unmeasured=options["fail_on_unmeasured"],
    )
    return judge(report, gates)


def _comparison(ctx: click.Context, options: Mapping[str, Any]) -> Callable[[Report], Report]:
    """Give what marks the findings that the baseline has, read before the scan: a bad one should not cost a scan."""
    if not options["baseline"]:
        return lambda report: report
    from plimsoll.findings.baseline import known_since, read_baseline

    name, limits = options["baseline"], limits_of(ctx.obj, options["limit"], options.get("timeout"))
    try:
        with Path(name).open("rb") as file:
            baseline = read_baseline(file.read(int(limits.report_size) + 1), name, limits)
    except OSError as error:
        raise TargetError(
            f"the baseline {name} cannot be read: {error.strerror}", advice="Check --baseline."
        ) from error
    return lambda report: replace(report, findings=known_since(report.findings, baseline), baseline=name)


def judge(report: Report, gates: Gates) -> int:
    """Give the exit code, and say on standard error why (design.md, "Exit codes")."""
    is_measured = report.score.low is not None
    if not is_measured:
        tell("Nothing could be measured, so there is no score.", style="yellow")
    is_open = gates.fail_on_unmeasured and bool(report.gaps)
    if is_open:
        tell(f"--fail-on-unmeasured: {counted(len(report.gaps), 'question')} open", style="yellow")
    is_low = _is_below(report, gates.min_score)
    has_hits = _has_hits(report, gates.fail_on)
    if is_low or has_hits:
        return GATE_HIT
    return NOT_MEASURED if is_open or not is_measured else 0


def _is_below(report: Report, min_score: float | None) -> bool:
    """Judge the low end of the score, and tell it."""
    low = report.score.low
    if min_score is None or low is None:
        return False
    is_below = low < min_score
    verdict = "is below" if is_below else "holds"
    tell(f"--min-score {min_score:g}: the score is {low:.1f}, which {verdict}", style="red" if is_below else "")
    return is_below


def _has_hits(report: Report, fail_on: Severity | None) -> bool:
    """Judge the findings that are shown, and tell what was judged and what was not; the last line of a scan."""
    if fail_on is None:
        return False
    hits = gate(report.findings, fail_on)
    over = [finding for finding in report.findings if finding.severity.rank >= fail_on.rank]
    waived = sum(finding.waiver is not None for finding in over)
    known = sum(finding.known and finding.waiver is None for finding in over)
    told = [f"{counted(len(hits), 'new finding' if report.baseline else 'finding')}"]
    told += [f"{waived} waived"] if waived else []
    told += [f"{known} known since the baseline"] if report.baseline else []
    told += [f"{report.hidden} hidden by filters and not judged"] if report.hidden else []
    told += [_unmeasured(report)]
    tell(f"--fail-on {fail_on}: {'; '.join(told)}", style="red" if hits else "")
    return bool(hits)


def _unmeasured(report: Report) -> str:
    things = sum(gap.count for gap in report.gaps)
    if not things:
        return "nothing was left unmeasured" if report.score.low is not None else "nothing was measured"
    return f"not measured: {counted(things, 'thing')} in {counted(len(report.gaps), 'question')}"
