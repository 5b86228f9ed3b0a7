"""From options to how a target is looked at, and what is told of it."""

from collections.abc import Mapping
from typing import Any

from plimsoll.cli.console import cache_folder, tell
from plimsoll.cli.options import limits_of
from plimsoll.cli.settings import Settings
from plimsoll.pipeline.examine import Examination, Examined


def examination(settings: Settings, options: Mapping[str, Any]) -> Examination:
    """Say how to look at the target. Raises UsageError for bad limits."""
    return Examination(
        target=options["target"],
        platform=options["platform"] or "",
        distro=options["distro"] or "",
        skip_dirs=options["skip_dirs"],
        skip_files=options["skip_files"],
        declared=options["declared"],
        verify=options["verify"],
        memory=cache_folder(options["cache_dir"]) / "layers",
        limits=limits_of(settings, options["limit"], options["timeout"]),
    )


def tell_of(examined: Examined, target: str, settings: Settings) -> None:
    """Tell what a target was taken for, where settings come from, and what the user should know besides."""
    tell(f"{target}: {examined.took}" + (f", settings from {settings.origin}" if settings.origin else ""))
    for note in (settings.note, *examined.notes):
        if note:
            tell(f"note: {note}", style="yellow")
