"""The Go vulnerability database as it is served: one OSV record per report, and indices of them.

Format: https://go.dev/doc/security/vuln/database (`ID/<id>.json`, `index/*.json`). `stdlib` and `toolchain` are the
modules of the standard library and of the go command. Whole modules count: the packages and symbols that a report names
(`imports`) do not narrow it, since a list of modules does not say which of them are called.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from plimsoll.knowledge.archives import dated_members
from plimsoll.knowledge.osv_records import LanguageRecord, knowledge_in, records_of
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge, Unusable
from plimsoll.systems.languages import GO

_REPORT = re.compile(r"(?:.*/)?ID/[^/]+\.json")


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what every report says. One that does not say when it changed is as of the time in the archive."""
    found = dated_members(path, file, limits, lambda name: _REPORT.fullmatch(name) is not None)
    yield from knowledge_in(path, _dated(found), {GO.osv: GO})


def _dated(found: Iterable[tuple[str, bytes, str]]) -> Iterator[tuple[str, LanguageRecord | Unusable]]:
    for name, data, moment in found:
        for _, record in records_of([(name, data)]):
            if isinstance(record, LanguageRecord) and not record.as_of:
                record.modified = moment
            yield name, record


GO_VULNDB = Feed(
    name="go-vulndb",
    title="Go Vulnerability Database",
    kind="advisories",
    licence="CC-BY-4.0",
    notice="Go Vulnerability Database (https://vuln.go.dev/), Copyright The Go Authors, published under CC BY 4.0,"
    " converted to statements of affected versions by Plimsoll.",
    files=("go-vulndb/vulndb.zip",),
    urls=(("https://vuln.go.dev/vulndb.zip", "go-vulndb/vulndb.zip"),),
    parse=parse,
    authority=50,
    reference="https://pkg.go.dev/vuln/{id}",
    dispensable=7,
)
