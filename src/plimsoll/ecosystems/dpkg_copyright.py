"""The licences of Debian packages, which dpkg does not know: usr/share/doc/PACKAGE/copyright.

Most are machine-readable ("Machine-readable debian/copyright file", version 1.0): each paragraph has a field `License:`
whose first line is a short name. The others mostly refer to texts in /usr/share/common-licenses (Debian policy, 12.5).
"""

import re

from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed

_FIELD = re.compile(rb"\nLicense:[ \t]*(\S[^\n]*)")
_REFERENCE = re.compile(rb"/usr/share/common-licenses/([A-Za-z0-9+.-]*[A-Za-z0-9+])")
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)
_MOST_NAMES = 2000
_LONGEST = 2000
"""Characters of all names together; what is cut off ends in an ellipsis."""


def parse(path: str, data: bytes) -> Observed:
    """Give the fact `licence:PACKAGE`: short names joined by `and`. No fact where the file names none. Total."""
    package = path.rsplit("/", 2)[-2] if path.count("/") > 1 else ""
    licence = " and ".join(_terms(_FIELD.findall(data) or _REFERENCE.findall(data)))
    if not licence or not package:
        return Observed()
    if len(licence) > _LONGEST:
        licence = licence[:_LONGEST].rpartition(" and ")[0] + " and …"
    owner = package.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return Observed(facts=((f"licence:{owner}", licence),))


def _terms(names: list[bytes]) -> tuple[str, ...]:
    """Give each part of what holds together once; a choice stays whole, in brackets unless it stands alone."""
    terms: dict[str, None] = {}
    for name in dict.fromkeys(names[:_MOST_NAMES]):
        text = " ".join(name.decode("utf-8", "backslashreplace").split())
        terms.update(dict.fromkeys([text] if _CHOICE.search(text) else text.split(" and ")))
    if len(terms) == 1:
        return tuple(terms)
    return tuple(f"({term})" if _CHOICE.search(term) else term for term in terms)


DPKG_COPYRIGHT = Ecosystem(
    name="dpkg-copyright",
    title="Licences of Debian packages",
    version=1,
    paths=("usr/share/doc/*/copyright",),
    at_root=True,
    parse=parse,
)
