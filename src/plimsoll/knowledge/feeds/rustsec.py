"""RustSec's advisories about crates, as their repository holds them: Markdown that begins with a block of TOML.

Format: https://github.com/rustsec/advisory-db (`crates/<crate>/<id>.md`; what lies below `rust/` is about the
toolchain, not about crates). An advisory that is `informational` is no vulnerability: one that a crate is unmaintained,
or a notice, says nothing here; one that it is unsound (a program that uses it in some way can break memory safety) is
rated low, unless it has a CVSS vector.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.toml import read_toml
from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.archives import dated_members
from plimsoll.knowledge.osv import Package, Range, Severity
from plimsoll.knowledge.osv_records import Entry, LanguageRecord, OwnOfEntry, knowledge_in, scheme_of
from plimsoll.knowledge.rustsec_versions import events
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge, Unusable
from plimsoll.systems.languages import CARGO

_ADVISORY = re.compile(r"(?:.*/)?crates/[^/]+/[^/]+\.md")
_FENCE = re.compile(rb"\s*```toml[ \t]*\r?\n(.*?)^```[ \t]*\r?$", re.DOTALL | re.MULTILINE)


class _Advisory(msgspec.Struct):
    id: str
    package: str
    date: object = ""
    withdrawn: object = None
    aliases: list[str] = []
    cvss: str | None = None
    informational: str | None = None


class _Versions(msgspec.Struct):
    patched: list[str] = []
    unaffected: list[str] = []


class _FrontMatter(msgspec.Struct):
    advisory: _Advisory
    versions: _Versions


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what every advisory says. A copy of it is as of the time in the archive: that of the last change there."""
    found = dated_members(path, file, limits, lambda name: _ADVISORY.fullmatch(name) is not None)
    yield from knowledge_in(path, _records(found), {CARGO.osv: CARGO})


def _records(found: Iterable[tuple[str, bytes, str]]) -> Iterator[tuple[str, LanguageRecord | Unusable]]:
    for name, data, moment in found:
        try:
            yield name, _record(_front_matter(data), moment)
        except (KnowledgeError, DocumentError, msgspec.ValidationError) as error:
            yield name, Unusable(record=name, reason=str(error))


def _front_matter(data: bytes) -> _FrontMatter:
    block = _FENCE.match(data)
    if block is None:
        raise KnowledgeError("does not begin with a block of TOML")
    return msgspec.convert(read_toml(block[1]), _FrontMatter)


def _record(front: _FrontMatter, moment: str) -> LanguageRecord:
    """Say as an OSV record what an advisory says, as RustSec does when it exports itself."""
    said, day = front.advisory, str(front.advisory.date)
    affected = Entry(
        package=Package(ecosystem=CARGO.osv, name=said.package),
        ranges=[Range("SEMVER", events([*front.versions.patched, *front.versions.unaffected], scheme_of(CARGO)))],
        own=OwnOfEntry(informational=said.informational),
    )
    return LanguageRecord(
        id=said.id,
        modified=max(moment, day),
        published=day,
        withdrawn=None if said.withdrawn is None else str(said.withdrawn),
        aliases=said.aliases,
        severity=[Severity("CVSS_", said.cvss)] if said.cvss else None,
        affected=[affected],
    )


RUSTSEC = Feed(
    name="rustsec",
    title="RustSec Advisory Database",
    kind="advisories",
    licence="CC0-1.0",
    notice="RustSec Advisory Database (https://rustsec.org/), dedicated to the public domain under CC0 1.0; advisories"
    " that name another licence, taken over from the GitHub Advisory Database, are under CC BY 4.0; converted to"
    " statements of affected versions by Plimsoll.",
    files=("rustsec/*.tar", "rustsec/*.tar.gz"),
    urls=(("https://codeload.github.com/rustsec/advisory-db/tar.gz/refs/heads/main", "rustsec/advisory-db.tar.gz"),),
    parse=parse,
    authority=50,
    reference="https://rustsec.org/advisories/{id}.html",
    dispensable=7,
)
