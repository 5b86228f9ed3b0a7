"""The advisories about gems that bundler-audit uses, as their repository holds them: one YAML document per file.

Format: https://github.com/rubysec/ruby-advisory-db (`gems/<gem>/<id>.yml`; what lies below `rubies/` is about engines
of Ruby, not about gems). Its CVSS entries are scores without vectors, so they are not read.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.yaml import read_yaml
from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.archives import tar_members
from plimsoll.knowledge.gem_requirements import events
from plimsoll.knowledge.osv import Package, Range
from plimsoll.knowledge.osv_records import Entry, LanguageRecord, knowledge_in, scheme_of
from plimsoll.knowledge.reading import cleaned
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge, Statement, Unusable
from plimsoll.systems.languages import RUBYGEMS

_ADVISORY = re.compile(r"(?:.*/)?gems/([^/]+)/([^/]+)\.ya?ml")


class _Advisory(msgspec.Struct):
    gem: str
    date: str = ""
    cve: str = ""
    ghsa: str = ""
    patched_versions: list[str] = []
    unaffected_versions: list[str] = []


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what every advisory says, which is no copy of the advisory of GitHub that it names."""
    found = tar_members(path, file, limits, lambda name: _ADVISORY.fullmatch(name) is not None)
    for item in knowledge_in(path, _records(found), {RUBYGEMS.osv: RUBYGEMS}):
        yield _own(item) if isinstance(item, Statement) else item


def _own(said: Statement) -> Statement:
    """Name the vulnerability by the CVE, else as GitHub does; the name of the file is only that of the advisory."""
    aliases = tuple(name for name in said.aliases if name != said.advisory)
    if said.vulnerability == said.advisory and aliases:
        return replace(said, vulnerability=aliases[0], aliases=aliases[1:])
    return replace(said, aliases=aliases)


def _records(found: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, LanguageRecord | Unusable]]:
    for name, data in found:
        try:
            yield name, _record(name, msgspec.convert(read_yaml(data), _Advisory))
        except (KnowledgeError, DocumentError, msgspec.ValidationError) as error:
            yield name, Unusable(record=name, reason=str(error))


def _record(name: str, said: _Advisory) -> LanguageRecord:
    file = _ADVISORY.fullmatch(name)
    own = cleaned(f"RUBYSEC-{file[1]}-{file[2]}" if file else name)
    ranges = [Range("ECOSYSTEM", events([*said.patched_versions, *said.unaffected_versions], scheme_of(RUBYGEMS)))]
    return LanguageRecord(
        id=own,
        published=said.date,
        aliases=[*([f"CVE-{said.cve}"] if said.cve else []), *([f"GHSA-{said.ghsa}"] if said.ghsa else [])],
        affected=[Entry(package=Package(ecosystem=RUBYGEMS.osv, name=said.gem), ranges=ranges)],
    )


RUBYSEC = Feed(
    name="rubysec",
    title="Ruby Advisory Database",
    kind="advisories",
    licence="LicenseRef-public-domain",
    notice="Ruby Advisory Database (https://github.com/rubysec/ruby-advisory-db), placed in the public domain by its"
    " contributors; converted to statements of affected versions by Plimsoll.",
    files=("rubysec/*.tar", "rubysec/*.tar.gz"),
    urls=(
        (
            "https://codeload.github.com/rubysec/ruby-advisory-db/tar.gz/refs/heads/master",
            "rubysec/ruby-advisory-db.tar.gz",
        ),
    ),
    parse=parse,
    authority=50,
    reference="https://rubysec.com/advisories/{id}",
    dispensable=8,
)
