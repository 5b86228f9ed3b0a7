"""`plimsoll sbom TARGET`: what is in an image or root file system, as a bill of materials."""

import sys
from typing import Any

import click

from plimsoll.cli.console import tell, today
from plimsoll.cli.examining import examination
from plimsoll.cli.formats import FormatName, write_all
from plimsoll.cli.options import PairedCommand, about_targets, common, option, paired, quietly
from plimsoll.cli.progress import progress_for
from plimsoll.pipeline.inventory_report import inventory_report


@click.command("sbom", cls=PairedCommand, short_help="Write a bill of materials.")
@click.argument("target")
@option("--format", "-f", "formats", multiple=True, type=FormatName("sbom"), help="Format; default cyclonedx.")
@option("--output", "-o", "outputs", multiple=True, metavar="FILE", help="Write the format before it to FILE.")
@about_targets
@quietly
@common
@click.pass_context
def COMMAND(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401, N802 - click passes options by name
    """List what is in TARGET (as for scan) as a CycloneDX bill of materials; no knowledge is asked."""
    places = paired(ctx, options["formats"], options["outputs"], "cyclonedx")
    progress = progress_for(quiet=options["quiet"], no_progress=options["no_progress"])
    how = examination(ctx.obj, options)
    report, examined = inventory_report(how, _version_of, today(), sys.stdin.buffer, progress)
    if not options["quiet"]:
        tell(f"{report.target}: {examined.took}, {len(report.packages)} packages")
        for note in examined.notes:
            tell(f"note: {note}", style="yellow")
        if report.gaps:
            tell(f"not listed: {'; '.join(gap.question for gap in report.gaps)}", style="yellow")
    write_all(report, places)
    return 0


def _version_of(distribution: str, codename: str) -> str | None:
    """Look into the release table, which few targets need."""
    from plimsoll.knowledge.end_of_life import version_of_codename

    return version_of_codename(distribution, codename)
