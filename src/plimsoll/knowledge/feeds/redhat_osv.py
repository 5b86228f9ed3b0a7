"""Red Hat's errata (RHSA, RHBA, RHEA) as OSV records, by binary package.

Format: https://ossf.github.io/osv-schema/ (ecosystem `Red Hat:` and the rest of a CPE name).
"""

import re
from collections.abc import Iterator
from pathlib import Path

from plimsoll.knowledge.osv_errata import Erratum, Place, Publisher, parse_errata, severity_of_word
from plimsoll.knowledge.redhat_products import place_of_cpe
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Feed, Knowledge

_CLASSIFICATION = re.compile(r"/security/updates/classification/?#(\w+)$", re.ASCII)


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what every erratum says of RHEL; other products of Red Hat are no distribution of ours."""
    return parse_errata(_RED_HAT, path, file, limits)


def _place(ecosystem: str, _record: str) -> Place | None:
    name, _, cpe = ecosystem.partition(":")
    return place_of_cpe(cpe) if name == "Red Hat" else None


def _rating(erratum: Erratum) -> Severity | None:
    """Give the worst of the ratings whose explanations a record refers to; its text names none."""
    words = (_CLASSIFICATION.search(reference.url) for reference in erratum.references or ())
    ratings = [severity for word in words if word and (severity := severity_of_word(word[1]))]
    return max(ratings, key=lambda severity: severity.rank, default=None)


_RED_HAT = Publisher(place=_place, security=("RHSA-",), rate=_rating)

REDHAT_OSV = Feed(
    name="redhat-osv",
    title="Red Hat errata (OSV)",
    kind="advisories",
    licence="CC-BY-4.0",
    notice="Red Hat security data, Copyright Red Hat, Inc., published under CC BY 4.0"
    " (https://access.redhat.com/security/data), converted to statements of affected versions by Plimsoll.",
    files=("osv/Red Hat/all.zip",),
    urls=(("https://osv-vulnerabilities.storage.googleapis.com/Red%20Hat/all.zip", "osv/Red Hat/all.zip"),),
    parse=parse,
    authority=50,
    reference="https://access.redhat.com/errata/{id}",
    dispensable=9,
)
