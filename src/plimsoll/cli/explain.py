"""`plimsoll explain FINDING`: why Plimsoll says so."""

import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from plimsoll.cli.console import cache_folder, tell, write
from plimsoll.cli.examining import examination, tell_of
from plimsoll.cli.knowing import Known, facts_of, tell_notes
from plimsoll.cli.options import about_targets, common, limits_of, option, quietly
from plimsoll.cli.parsing import Command
from plimsoll.cli.progress import progress_for
from plimsoll.cli.values import PathName
from plimsoll.compliance.score import fix_of, mass_of, what_if
from plimsoll.errors import TargetError, UsageError
from plimsoll.findings.explain import explain, explain_not_applicable, find, not_applicable
from plimsoll.findings.origin import BASE
from plimsoll.model.bases import Alternatives
from plimsoll.model.finding import Finding, NotApplicable
from plimsoll.model.limits import Limits
from plimsoll.model.report import Report
from plimsoll.pipeline.alternatives import alternatives
from plimsoll.pipeline.bases import read_catalogue
from plimsoll.pipeline.last import last_report
from plimsoll.pipeline.scan import scan
from plimsoll.reports.json_report import read_report


@click.command("explain", cls=Command, short_help="Explain a finding: statements, comparison, layer, fix.")
@click.argument("finding")
@click.argument("target", required=False, type=PathName())
@option("--report", metavar="FILE", type=PathName(), help="Look into this JSON report; - is standard input.")
@about_targets
@quietly
@common
@click.pass_context
def COMMAND(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401, N802 - click passes options by name
    """Explain FINDING: the id of a finding or of a vulnerability, or a package and an id ("openssl CVE-2024-5535").

    It is looked for in TARGET if one is given, in --report FILE, else in the last scan.
    """
    is_typed = ctx.get_parameter_source("report") is ParameterSource.COMMANDLINE
    if options["target"] and options["report"] and is_typed:
        raise UsageError("TARGET and --report exclude each other")
    report, known = _report(ctx, options)
    found, inapplicable = _found(report, options["finding"])
    others = _others(ctx, options, report, known) if any(finding.origin == BASE for finding in found) else None
    texts = []
    for finding in found:
        without = what_if(report.score, {fix_of(finding, report.checks)} & {part.fix for part in report.score.parts})
        texts.append(explain(finding, report, mass_of(finding, report.checks), without, others))
    write("\n".join((*texts, *map(explain_not_applicable, inapplicable))))
    return 0


def _found(report: Report, wanted: str) -> tuple[tuple[Finding, ...], tuple[NotApplicable, ...]]:
    """Give the findings that are meant, and what is said not to apply. Raises UsageError where there is neither."""
    inapplicable = not_applicable(report, wanted)
    try:
        return find(report, wanted), inapplicable
    except UsageError:
        if not inapplicable:
            raise
        return (), inapplicable


def _others(ctx: click.Context, options: dict[str, Any], report: Report, known: Known | None) -> Alternatives | None:
    """Compare the base of the report with the others in the catalogue; without any, nothing is opened for it."""
    cache = cache_folder(options["cache_dir"])
    if known is None:
        catalogue = read_catalogue(cache)
        if not catalogue.entries:
            tell_notes(catalogue, quiet=options["quiet"])
            return None
        known = facts_of(ctx.obj, options)
    if not known.facts.bases:
        return None
    return alternatives(report, known.facts, cache, limits_of(ctx.obj, options["limit"], options["timeout"]))


def _report(ctx: click.Context, options: dict[str, Any]) -> tuple[Report, Known | None]:
    """Give the report to look into, and what was known when it was made just now."""
    limits = limits_of(ctx.obj, options["limit"], options["timeout"])
    if options["target"]:
        return _scanned(ctx, options)
    if options["report"]:
        return _read(options["report"], limits), None
    report = last_report(cache_folder(options["cache_dir"]), limits)
    if report is None:
        raise TargetError("there is no last scan to look into", advice="Run plimsoll scan TARGET first.")
    if not options["quiet"]:
        tell(f"From the last scan, of {report.target} on {report.as_of}:")
    return report, None


def _scanned(ctx: click.Context, options: dict[str, Any]) -> tuple[Report, Known]:
    progress = progress_for(quiet=options["quiet"], no_progress=options["no_progress"])
    known = facts_of(ctx.obj, options)
    report, examined = scan(examination(ctx.obj, options), known.facts, sys.stdin.buffer, progress)
    if not options["quiet"]:
        tell_of(examined, report.target, ctx.obj)
    return report, known


def _read(name: str, limits: Limits) -> Report:
    most = int(limits.report_size) + 1
    if name == "-":
        return read_report(sys.stdin.buffer.read(most), limits)
    try:
        with Path(name).open("rb") as file:
            return read_report(file.read(most), limits)
    except OSError as error:
        raise TargetError(f"{name} cannot be read: {error.strerror}", advice="Check --report.") from error
