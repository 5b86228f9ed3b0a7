"""`plimsoll sbom TARGET`: what is in a target of any kind, as a bill of materials."""

import sys
from typing import Any

import click

from plimsoll.cli.console import tell, today
from plimsoll.cli.examining import examination, tell_of
from plimsoll.cli.formats import FormatName, write_all
from plimsoll.cli.options import about_targets, common, option, quietly
from plimsoll.cli.outputs import paired
from plimsoll.cli.parsing import Command
from plimsoll.cli.progress import progress_for
from plimsoll.cli.values import PathName
from plimsoll.pipeline.inventory_report import inventory_report
from plimsoll.reports.unmeasured import sentence

NOT_MEASURED = 3


@click.command("sbom", cls=Command, short_help="Write a bill of materials.")
@click.argument("target", type=PathName())
@option(
    "--format", "-f", "formats", multiple=True, type=FormatName("cyclonedx", "sbom"), help="Format; default cyclonedx."
)
@option(
    "--output",
    "-o",
    "outputs",
    multiple=True,
    type=PathName(),
    metavar="FILE",
    help="Write to FILE what the --format before it says.",
)
@about_targets
@quietly
@common
@click.pass_context
def COMMAND(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401, N802 - click passes options by name
    """List what is in TARGET (as for scan) as a bill of materials, CycloneDX or SPDX; no knowledge is asked.

    TARGET may be a bill of materials itself, of us or of another tool: it is then written anew. What is written can be
    scanned later, without the target: plimsoll scan FILE.
    """
    places = paired(ctx, options["formats"], options["outputs"], "cyclonedx")
    progress = progress_for(quiet=options["quiet"], no_progress=options["no_progress"])
    how = examination(ctx.obj, options)
    report, examined = inventory_report(how, _version_of, today(), sys.stdin.buffer, progress)
    if not options["quiet"]:
        tell_of(examined, report.target, ctx.obj)
        tell(f"{len(report.packages)} packages")
        for gap in report.gaps:
            tell(f"not listed: {sentence(gap)}", style="yellow")
    write_all(report, places)
    if report.gaps and not report.packages:
        tell("Nothing could be listed.", style="yellow")
        return NOT_MEASURED
    return 0


def _version_of(distribution: str, codename: str) -> str | None:
    """Look into the release table, which few targets need."""
    from plimsoll.knowledge.end_of_life import version_of_codename

    return version_of_codename(distribution, codename)
