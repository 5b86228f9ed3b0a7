"""Fedora's updates, by binary package: updateinfo.xml of its repositories.

Format: see `plimsoll.knowledge.updateinfo`; a release's repository holds the newest update of a package only.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from plimsoll.knowledge.extent import Extent
from plimsoll.knowledge.osv_errata import Place, severity_of_word
from plimsoll.knowledge.updateinfo import Package, statements_of, updates
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Feed, Knowledge

_SHORT = re.compile(r"F(\d+)M?", re.ASCII)
_URGENT = "urgent"


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what every update says. Updates that were replaced are gone, so no package is spoken for in full."""
    extent = Extent()
    for update in updates(path, file, limits):
        extent.date(update.updated or update.issued)
        for item in statements_of(update, _place, _rating):
            extent.count(item)
            yield item
    yield from extent.stated(in_full=False)


def _place(package: Package) -> Place | None:
    found = _SHORT.fullmatch(package.collection)
    return Place(f"fedora:{found[1]}") if found else None


def _rating(word: str) -> Severity | None:
    return Severity.CRITICAL if word.strip().lower() == _URGENT else severity_of_word(word)


FEDORA_UPDATEINFO = Feed(
    name="fedora-updateinfo",
    title="Fedora updates",
    kind="advisories",
    licence=None,
    notice="Fedora updates (https://bodhi.fedoraproject.org/), Copyright Red Hat, Inc. and others; the file states no"
    " licence, so it is never embedded. It has no lasting address: its name changes with every push.",
    files=("fedora/linux/updates/*/*/*/repodata/*updateinfo.xml*", "fedora/updateinfo-*.xml*"),
    urls=(("", "fedora/updateinfo-updates.xml"),),
    parse=parse,
    authority=50,
    reference="https://bodhi.fedoraproject.org/updates/{id}",
)
