"""Azure Linux's and CBL-Mariner's vulnerabilities, by source package, as OVAL.

Format: https://github.com/microsoft/AzureLinuxVulnerabilityData (`azurelinux-3.0-oval.xml`, `cbl-mariner-2.0-oval.xml`
and so on).
"""

import re
from collections.abc import Iterator
from pathlib import Path

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.archives import tar_members
from plimsoll.knowledge.extent import Extent
from plimsoll.knowledge.osv_errata import Place, severity_of_word
from plimsoll.knowledge.oval import read_oval, statements_of
from plimsoll.knowledge.reading import cleaned
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import AsOf, Feed, Knowledge, Unusable

_FILE = re.compile(r"(?:.*/)?(azurelinux|cbl-mariner)-(\d+\.\d+)-oval\.xml", re.ASCII)
_IDS = {"azurelinux": "azurelinux", "cbl-mariner": "mariner"}
_SEVERITIES = {"high": Severity.HIGH, "medium": Severity.MEDIUM}


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what the definitions of every release in the archive say."""
    extent = Extent()
    for name, data in tar_members(path, file, limits, lambda name: _FILE.fullmatch(name) is not None):
        try:
            oval = read_oval(name, [data], lambda _: False)
        except KnowledgeError as error:
            yield Unusable(record=cleaned(name) or "unnamed", reason=error.message)
            continue
        if oval.date:
            yield AsOf(date=oval.date)
        place = _place(name)
        for definition in oval.definitions:
            for item in statements_of(oval, definition, lambda _, place=place: [place], _rating):  # type: ignore[misc]
                extent.count(item)
                yield item
    yield from extent.stated()


def _place(name: str) -> Place:
    found = _FILE.fullmatch(name)
    return Place(f"{_IDS[found[1]]}:{found[2]}" if found else "")


def _rating(word: str) -> Severity | None:
    return _SEVERITIES.get(word.lower()) or severity_of_word(word)


AZURELINUX_OVAL = Feed(
    name="azurelinux-oval",
    title="Azure Linux vulnerability data (OVAL)",
    kind="advisories",
    licence="MIT",
    notice="Azure Linux vulnerability data (https://github.com/microsoft/AzureLinuxVulnerabilityData), Copyright"
    " Microsoft Corporation, published under the MIT licence.",
    files=("microsoft/azurelinux-oval.tar.gz", "microsoft/azurelinux-oval.tar"),
    urls=(
        (
            "https://github.com/microsoft/AzureLinuxVulnerabilityData/archive/refs/heads/main.tar.gz",
            "microsoft/azurelinux-oval.tar.gz",
        ),
    ),
    parse=parse,
    authority=100,
    reference="https://nvd.nist.gov/vuln/detail/{id}",
    dispensable=9,
)
