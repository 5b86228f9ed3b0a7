"""From options to how a target is looked at."""

from collections.abc import Mapping
from typing import Any

from plimsoll.cli.console import cache_folder
from plimsoll.cli.options import Settings, limits_of
from plimsoll.pipeline.examine import Examination


def examination(settings: Settings, options: Mapping[str, Any]) -> Examination:
    """Say how to look at the target. Raises UsageError for bad limits."""
    return Examination(
        target=options["target"],
        platform=options["platform"] or "",
        distro=options["distro"] or "",
        skip_dirs=tuple(options["skip_dirs"]),
        skip_files=tuple(options["skip_files"]),
        verify=options["verify"],
        memory=cache_folder(options["cache_dir"]) / "layers",
        limits=limits_of(settings, options["limit"], options["timeout"]),
    )
