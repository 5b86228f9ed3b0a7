"""What a scan knows besides its target: the store, our own tables, the waivers, the day."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plimsoll.cli.console import cache_folder, today
from plimsoll.cli.settings import Settings
from plimsoll.findings.waive import read_waivers
from plimsoll.knowledge.end_of_life import end_of_life, version_of_codename
from plimsoll.knowledge.snapshot import open_knowledge
from plimsoll.pipeline.scan import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The facts of a scan, and the folder they were read from."""

    facts: Facts
    cache: Path


def facts_of(settings: Settings, options: Mapping[str, Any]) -> Known:
    """Open the knowledge and read the waivers. Raises KnowledgeError, UsageError."""
    cache = cache_folder(options["cache_dir"])
    facts = Facts(
        knowledge=open_knowledge(cache),
        end_of_life=end_of_life,
        version_of=version_of_codename,
        waivers=read_waivers(settings.document, settings.origin),
        as_of=today(),
        settings=settings.origin,
    )
    return Known(facts=facts, cache=cache)
