"""GitHub's reviewed security advisories, as their repository holds them: one OSV record per file.

Format: https://github.com/github/advisory-database (`advisories/github-reviewed/YYYY/MM/<id>/<id>.json`). Advisories
that GitHub has not reviewed name no packages, so they are not read.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from plimsoll.knowledge.archives import json_members
from plimsoll.knowledge.osv_records import knowledge_in, records_of, systems_by_osv
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge

_REVIEWED = re.compile(r"(?:.*/)?advisories/github-reviewed/(?:[^/]+/)*[^/]+\.json")


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what every reviewed advisory says about packages of the systems that we know."""
    found = json_members(path, file, limits, lambda name: _REVIEWED.fullmatch(name) is not None)
    yield from knowledge_in(path, records_of(found), systems_by_osv())


GHSA = Feed(
    name="ghsa",
    title="GitHub Advisory Database",
    kind="advisories",
    licence="CC-BY-4.0",
    notice="GitHub Advisory Database (https://github.com/github/advisory-database), Copyright GitHub, Inc., published"
    " under CC BY 4.0, converted to statements of affected versions by Plimsoll.",
    files=("ghsa/*.tar", "ghsa/*.tar.gz", "ghsa/*.zip"),
    urls=(
        (
            "https://codeload.github.com/github/advisory-database/tar.gz/refs/heads/main",
            "ghsa/advisory-database.tar.gz",
        ),
    ),
    parse=parse,
    authority=50,
    reference="https://github.com/advisories/{id}",
    dispensable=8,
)
