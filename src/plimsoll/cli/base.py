"""`plimsoll base`: the catalogue of base images, by which scans tell what an image is built on."""

import sys
from typing import Any

import click

from plimsoll.cli.console import cache_folder, tell, today, write
from plimsoll.cli.examining import examination, tell_of
from plimsoll.cli.formats import FormatName
from plimsoll.cli.knowing import tell_notes
from plimsoll.cli.options import about_targets, common, option, quietly
from plimsoll.cli.parsing import Family
from plimsoll.cli.progress import progress_for
from plimsoll.cli.values import PathName
from plimsoll.model.bases import BaseImage
from plimsoll.model.wording import counted
from plimsoll.pipeline.bases import add, entry_of, read_catalogue, remove
from plimsoll.pipeline.examine import examine
from plimsoll.reports.text import visible

_HEADERS = ("NAME", "DISTRIBUTION", "PLATFORM", "LAYERS", "PACKAGES", "CREATED", "DIGEST")
_SHORT = len("sha256:") + 12


@click.group("base", cls=Family, short_help="Keep a catalogue of base images.")
def COMMAND() -> None:  # noqa: N802 - the plug-in's constant
    """Keep a catalogue of base images: scans split findings into those of the base and those of an image's own layers.

    An image is built on the one in the catalogue that most of its lowest layers are of.
    """


@COMMAND.command("add", short_help="Add an image, or read it anew.")
@click.argument("target", type=PathName())
@option("--name", metavar="NAME", help="Call it so; default: the image's own name.")
@about_targets
@quietly
@common
@click.pass_context
def add_command(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401 - click passes options by name
    """Add TARGET, an image as for scan, to the catalogue: the digests of its layers, and its packages.

    Its packages are matched with the knowledge of the day whenever `explain` compares base images.
    """
    progress = progress_for(quiet=options["quiet"], no_progress=options["no_progress"])
    examined = examine(examination(ctx.obj, options), _version_of, sys.stdin.buffer, progress)
    if not options["quiet"]:
        tell_of(examined, options["target"], ctx.obj)
    base = entry_of(examined, options["name"] or "", today())
    add(cache_folder(options["cache_dir"]), base, examined.inventory.packages)
    if not options["quiet"]:
        tell(f"added {base.name}: {counted(len(base.layers), 'layer')}, {counted(base.packages, 'package')}")
        if base.unread:
            tell(
                f"note: {counted(base.unread, 'thing')} of it could not be read: plimsoll scan says what",
                style="yellow",
            )
    return 0


@COMMAND.command("list", short_help="Show the base images that are known.")
@option("--format", "-f", "form", type=FormatName("table"), default="table", help="Format; default table.")
@common
def list_command(form: str, cache_dir: str | None) -> int:
    """Show the base images of the catalogue."""
    catalogue = read_catalogue(cache_folder(cache_dir))
    tell_notes(catalogue, quiet=False)
    if form == "json":
        from plimsoll.reports.document import json_document

        write(json_document({"bases": catalogue.entries}))
        return 0
    if not catalogue.entries:
        tell("The catalogue is empty; add an image: plimsoll base add TARGET")
        return 0
    rows = [_HEADERS, *map(_row, catalogue.entries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    write("".join("  ".join(map(str.ljust, row, widths)).rstrip() + "\n" for row in rows))
    return 0


@COMMAND.command("remove", short_help="Take an image out of the catalogue.")
@click.argument("name")
@common
def remove_command(name: str, cache_dir: str | None) -> int:
    """Take the base image NAME out of the catalogue."""
    remove(cache_folder(cache_dir), name)
    tell(f"removed {name}")
    return 0


def _row(base: BaseImage) -> tuple[str, ...]:
    texts = (base.distro or "unknown", base.platform or "unknown")
    counts = (str(len(base.layers)), str(base.packages))
    shown = [visible(text, 40) for text in (*texts, *counts, base.created or "unknown")]
    return (base.name, *shown, base.digest[:_SHORT])


def _version_of(distribution: str, codename: str) -> str | None:
    """Look into the release table, which few targets need."""
    from plimsoll.knowledge.end_of_life import version_of_codename

    return version_of_codename(distribution, codename)
