"""Rocky Linux's errata (RLSA, and RXSA of its special interest groups) as OSV records, by source package.

Format: https://ossf.github.io/osv-schema/ (ecosystem `Rocky Linux:9`).
"""

import re
from collections.abc import Iterator
from pathlib import Path

from plimsoll.knowledge.osv_errata import Place, Publisher, parse_errata, rating_in_summary
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge

_ECOSYSTEM = re.compile(r"Rocky Linux:([0-9]+)", re.ASCII)
_OF_SIG_CLOUD = "RXSA-"
"""Ids of errata for packages that the cloud group builds beside the release's own, with `.cloud` in their release."""


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what every erratum says."""
    return parse_errata(_ROCKY, path, file, limits)


def _place(ecosystem: str, record: str) -> Place | None:
    found = _ECOSYSTEM.fullmatch(ecosystem)
    if found is None:
        return None
    return Place(f"rocky:{found[1]}", "sig-cloud" if record.startswith(_OF_SIG_CLOUD) else "")


_ROCKY = Publisher(place=_place, security=("RLSA-", "RXSA-"), rate=rating_in_summary)

ROCKY_OSV = Feed(
    name="rocky-osv",
    title="Rocky Linux errata (OSV)",
    kind="advisories",
    licence=None,
    notice="Rocky Linux errata of the Rocky Enterprise Software Foundation, as exported by OSV.dev (https://osv.dev/);"
    " the records state no licence, so they are fetched by each user and never embedded.",
    files=("osv/Rocky Linux/all.zip",),
    urls=(("https://osv-vulnerabilities.storage.googleapis.com/Rocky%20Linux/all.zip", "osv/Rocky Linux/all.zip"),),
    parse=parse,
    authority=50,
    reference="https://errata.rockylinux.org/{id}",
)
