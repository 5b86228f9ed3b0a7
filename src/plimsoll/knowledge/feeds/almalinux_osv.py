"""AlmaLinux's errata (ALSA, ALBA, ALEA) as OSV records, by binary package: its repository, or the OSV.dev export.

Format: https://github.com/AlmaLinux/osv-database (`advisories/almalinux<N>/<id>.json`; ecosystem `AlmaLinux:9`).
"""

import re
from collections.abc import Iterator
from pathlib import Path

from plimsoll.knowledge.osv_errata import Place, Publisher, parse_errata, rating_in_summary
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge

_ECOSYSTEM = re.compile(r"AlmaLinux:([0-9]+)", re.ASCII)


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what every erratum says."""
    return parse_errata(_ALMALINUX, path, file, limits)


def _place(ecosystem: str, _record: str) -> Place | None:
    found = _ECOSYSTEM.fullmatch(ecosystem)
    return Place(f"almalinux:{found[1]}") if found else None


_ALMALINUX = Publisher(place=_place, security=("ALSA-",), rate=rating_in_summary)

ALMALINUX_OSV = Feed(
    name="almalinux-osv",
    title="AlmaLinux errata (OSV)",
    kind="advisories",
    licence="MIT",
    notice="AlmaLinux OSV database (https://github.com/AlmaLinux/osv-database), Copyright AlmaLinux OS Foundation,"
    " published under the MIT licence.",
    files=("almalinux/osv-database.tar", "almalinux/osv-database.tar.gz", "osv/AlmaLinux/all.zip"),
    urls=(
        (
            "https://github.com/AlmaLinux/osv-database/archive/refs/heads/master.tar.gz",
            "almalinux/osv-database.tar.gz",
        ),
    ),
    parse=parse,
    authority=50,
    reference="https://osv.dev/vulnerability/{id}",
    dispensable=9,
)
