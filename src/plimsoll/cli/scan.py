"""`plimsoll scan TARGET`: what is in an image, directory or list, what is wrong with it, and its score."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import IO, Any

import click

from plimsoll.cli.console import cache_folder, tell
from plimsoll.cli.formats import FormatName, write_all
from plimsoll.cli.options import about_targets, common, option, quietly, words
from plimsoll.cli.outputs import paired
from plimsoll.cli.parsing import Command
from plimsoll.cli.progress import progress_for
from plimsoll.cli.settings import Settings
from plimsoll.cli.values import PathName, Points, Severities, Threshold
from plimsoll.cli.workloads import about_workloads, decisions_of, reading, tell_of_workloads
from plimsoll.findings.select import gate, select
from plimsoll.model.report import Report
from plimsoll.model.severity import Severity
from plimsoll.model.subject import Subject
from plimsoll.model.wording import counted
from plimsoll.pipeline.configurations import Reader, Reading
from plimsoll.pipeline.judging import Judged
from plimsoll.pipeline.judging import judge as judge_estate
from plimsoll.pipeline.last import keep_last
from plimsoll.pipeline.target import STANDARD_INPUT, folder_of
from plimsoll.pipeline.workload_scan import scan_workloads
from plimsoll.pipeline.workload_target import standard_input_of, workloads_of

GATE_HIT, NOT_MEASURED = 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What the user wants the exit code to tell."""

    fail_on: Severity | None
    min_score: float | None
    fail_on_unmeasured: bool


@click.command("scan", cls=Command, short_help="Scan an image, root file system, source tree or bill of materials.")
@click.argument("target", type=PathName())
@option("--format", "-f", "formats", multiple=True, type=FormatName("table", "scan"), help="Format; default table.")
@option(
    "--output",
    "-o",
    "outputs",
    multiple=True,
    type=PathName(),
    metavar="FILE",
    help="Write to FILE what the --format before it says.",
)
@option("--severity", metavar="LIST", type=Severities(), help="Show and judge only these, e.g. critical,high.")
@words("--only", metavar="WORD", help="Show and judge only these kinds, rules or vulnerabilities.")
@words("--exclude", metavar="WORD", help="Neither show nor judge these kinds, rules or vulnerabilities.")
@option("--ignore-unfixed", is_flag=True, help="Neither show nor judge vulnerabilities without a fix.")
@option("--fail-on", type=Threshold(), help="Exit 1 for findings at or over this severity that are shown.")
@option("--min-score", type=Points(), metavar="SCORE", help="Exit 1 for a score whose low end is below this.")
@option("--fail-on-unmeasured", is_flag=True, help="Exit 3 when anything was not measured.")
@about_workloads
@about_targets
@quietly
@common
@click.pass_context
def COMMAND(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401, N802 - click passes options by name
    """Scan TARGET: an image, a root file system, a source tree, a bill of materials, workloads.

    TARGET is a docker save archive, an OCI layout (folder or tar), a directory with a root file system, a source tree
    or one of its lockfiles, a CycloneDX or SPDX document, the name of an image in a running engine, a Compose or Swarm
    file, Kubernetes manifests, a Marathon app, the output of docker inspect, or engine: for all that an engine runs. It
    may name its kind: archive:FILE, oci:PATH, dir:PATH, source:PATH, sbom:FILE, image:NAME, compose:FILE, swarm:FILE,
    kubernetes:FILE, marathon:FILE, inspect:FILE, run:FILE; one of several images is FILE#NAME; - reads an archive or a
    document from standard input. Images tell what is installed, source trees what is declared.
    Options that choose findings leave the score as it is: it counts them all.
    """
    places = paired(ctx, options["formats"], options["outputs"], "table")
    report = _report(ctx.obj, options)
    keep_last(report, cache_folder(options["cache_dir"]))
    shown, hidden = select(
        report.findings,
        options["severity"] or (),
        options["only"],
        options["exclude"],
        ignore_unfixed=options["ignore_unfixed"],
    )
    report = replace(report, findings=shown, hidden=hidden)
    write_all(report, places)
    gates = Gates(
        fail_on=options["fail_on"],
        min_score=options["min_score"],
        fail_on_unmeasured=options["fail_on_unmeasured"],
    )
    return judge(report, gates)


def _report(settings: Settings, options: Mapping[str, Any]) -> Report:
    """Scan the target: workloads alone, or what is in an image, a tree or a list; and tell what it was taken for."""
    target, how = options["target"], reading(settings, options)
    standard_input: IO[bytes] = sys.stdin.buffer
    if target == STANDARD_INPUT:
        found, standard_input = standard_input_of(standard_input, how)
    else:
        found = workloads_of(target, how)
    if found is not None:
        tell_of_workloads(found, settings, quiet=options["quiet"])
        return scan_workloads(target, found, judge_estate(found.estate, found.subject.id), decisions_of(settings))
    from plimsoll.cli.examining import examination, tell_of
    from plimsoll.cli.knowing import facts_of
    from plimsoll.pipeline.scan import scan

    facts = facts_of(settings, options)
    progress = progress_for(quiet=options["quiet"], no_progress=options["no_progress"])
    report, examined = scan(
        examination(settings, options), facts.facts, standard_input, progress, lambda it: _beside(it, target, how)
    )
    if not options["quiet"]:
        tell_of(examined, report.target, settings)
    return report


def _beside(subject: Subject, target: str, how: Reading) -> Judged | None:
    """Judge the workloads that a source tree declares beside its packages."""
    folder = folder_of(target)
    return judge_estate(Reader(subject.id, how).of_folder(folder), subject.id) if folder else None


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
    waived = sum(finding.waiver is not None and finding.severity.rank >= fail_on.rank for finding in report.findings)
    told = [f"{counted(len(hits), 'finding')}"]
    told += [f"{waived} waived"] if waived else []
    told += [f"{report.hidden} hidden by filters and not judged"] if report.hidden else []
    told += [_unmeasured(report)]
    tell(f"--fail-on {fail_on}: {'; '.join(told)}", style="red" if hits else "")
    return bool(hits)


def _unmeasured(report: Report) -> str:
    things = sum(gap.count for gap in report.gaps)
    if not things:
        return "nothing was left unmeasured" if report.score.low is not None else "nothing was measured"
    return f"not measured: {counted(things, 'thing')} in {counted(len(report.gaps), 'question')}"
