"""What a scan knows besides its target: the store, our own tables, the waivers, the day."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plimsoll.cli.console import cache_folder, tell, today
from plimsoll.cli.settings import Settings
from plimsoll.cli.workloads import exceptions_of
from plimsoll.findings.waive import read_waivers
from plimsoll.knowledge.end_of_life import end_of_life, version_of_codename
from plimsoll.knowledge.snapshot import open_knowledge, store_path
from plimsoll.pipeline.bases import Catalogue, read_catalogue
from plimsoll.pipeline.scan import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The facts of a scan, and the folder they were read from."""

    facts: Facts
    cache: Path


def facts_of(settings: Settings, options: Mapping[str, Any]) -> Known:
    """Open the knowledge, read the waivers and the catalogue of base images. Raises KnowledgeError, UsageError."""
    cache = cache_folder(options["cache_dir"])
    store = open_knowledge(cache)
    catalogue = read_catalogue(cache)
    tell_notes(catalogue, quiet=options["quiet"])
    facts = Facts(
        knowledge=store,
        end_of_life=end_of_life,
        version_of=version_of_codename,
        waivers=read_waivers(settings.document, settings.origin),
        as_of=today(),
        settings=settings.origin,
        exceptions=exceptions_of(settings, options),
        trusted=options.get("inline_waivers", False),
        built=store.meta().get("built", ""),
        snapshot=not os.path.exists(store_path(cache)),  # noqa: PTH110 - False, not PermissionError, below a closed folder
        titles=dict(store.rows("SELECT name, title FROM feed")),
        bases=catalogue.entries,
    )
    return Known(facts=facts, cache=cache)


def tell_notes(catalogue: Catalogue, *, quiet: bool) -> None:
    """Tell which base images cannot be used, and why."""
    for note in () if quiet else catalogue.notes:
        tell(f"note: {note}", style="yellow")
