"""The Python Packaging Advisory Database, as its repository holds it: one OSV record in YAML per file.

Format: https://github.com/pypa/advisory-database (`vulns/<package>/<id>.yaml`).
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.yaml import read_yaml
from plimsoll.knowledge.archives import tar_members
from plimsoll.knowledge.osv_records import LanguageRecord, knowledge_in
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge, Unusable
from plimsoll.systems.languages import PYPI

_ADVISORY = re.compile(r"(?:.*/)?vulns/[^/]+/[^/]+\.ya?ml")


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what every advisory says."""
    found = tar_members(path, file, limits, lambda name: _ADVISORY.fullmatch(name) is not None)
    yield from knowledge_in(path, _records(found), {PYPI.osv: PYPI})


def _records(found: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, LanguageRecord | Unusable]]:
    for name, data in found:
        try:
            yield name, msgspec.convert(read_yaml(data), LanguageRecord)
        except (DocumentError, msgspec.ValidationError) as error:
            yield name, Unusable(record=name, reason=str(error))


PYPA = Feed(
    name="pypa",
    title="Python Packaging Advisory Database",
    kind="advisories",
    licence="CC-BY-4.0",
    notice="Python Packaging Advisory Database (https://github.com/pypa/advisory-database), Copyright Python Packaging"
    " Authority, published under CC BY 4.0, converted to statements of affected versions by Plimsoll.",
    files=("pypa/*.tar", "pypa/*.tar.gz"),
    urls=(
        ("https://codeload.github.com/pypa/advisory-database/tar.gz/refs/heads/main", "pypa/advisory-database.tar.gz"),
    ),
    parse=parse,
    authority=50,
    reference="https://osv.dev/vulnerability/{id}",
    dispensable=8,
)
