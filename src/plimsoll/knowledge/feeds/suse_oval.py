"""SUSE's and openSUSE's vulnerabilities, by binary package, as OVAL.

Format: https://ftp.suse.com/pub/projects/security/oval/ (`opensuse.leap.15.6.xml.gz`, and for the Enterprise products
`suse.linux.enterprise.15-affected.xml.gz`, whose platforms are the service packs and the modules of each).
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from plimsoll.errors import LimitError
from plimsoll.knowledge.archives import damaged, decompressed
from plimsoll.knowledge.cvss_rating import rating_of
from plimsoll.knowledge.extent import Extent
from plimsoll.knowledge.osv_errata import Place, severity_of_word
from plimsoll.knowledge.oval import read_oval, statements_of
from plimsoll.model.limits import Limits
from plimsoll.model.statement import AsOf, Feed, Knowledge

_PIECE = 1 << 16
_PLATFORM = re.compile(r"(?:open)?SUSE |Open Enterprise Server |Novell |SLES |SLED ")
_OPENSUSE = re.compile(r"openSUSE(?: (Leap|Leap Micro|Tumbleweed))?(?: (\d+\.\d+))?", re.ASCII)
_ENTERPRISE = re.compile(
    r"SUSE Linux Enterprise (Server|Desktop|Micro|Software Development Kit|Module for [\w .-]+?)"
    r" (\d+)(?:\.(\d+))?(?: SP(\d+))?(?:[- ](LTSS|ESPOS|LTSS-Extended-Security))?",
    re.ASCII,
)
_MICRO = re.compile(r"SUSE Linux Micro (\d+\.\d+)", re.ASCII)
_IDS = {"Leap": "opensuse-leap", "Leap Micro": "leap-micro", "Desktop": "sled", "Micro": "sle-micro"}


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield what the definitions of a file say; a file of patches only speaks for no package in full."""
    oval = read_oval(path, _pieces(path, file, limits), lambda name: _PLATFORM.match(name) is not None)
    if oval.date:
        yield AsOf(date=oval.date)
    extent = Extent()
    for definition in oval.definitions:
        if definition.kind == "vulnerability" and len(definition.cves) == 1:
            yield from (rating_of(definition.cves[0], vector) for vector in dict.fromkeys(definition.vectors))
        for item in statements_of(oval, definition, _places, severity_of_word):
            extent.count(item)
            yield item
    yield from extent.stated(in_full="-patch" not in path)


def _pieces(path: str, file: Path, limits: Limits) -> Iterator[bytes]:
    size = 0
    with damaged(path), file.open("rb") as packed, decompressed(packed) as stream:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > limits.feed_size:
                raise LimitError("feed_size", limits.feed_size, path)
            yield piece


def _places(platforms: tuple[str, ...]) -> Iterable[Place]:
    return dict.fromkeys(found for platform in platforms if (found := place_of_platform(platform)))


def place_of_platform(name: str) -> Place | None:
    """Give release and stream of a platform; the modules of a service pack are the service pack.

    None for products that are no distribution by itself: SAP Applications, High Performance Computing, Manager.
    """
    if free := _OPENSUSE.fullmatch(name):
        return Place(f"{_IDS.get(free[1], 'opensuse')}:{free[2]}" if free[2] else "opensuse-tumbleweed")
    if micro := _MICRO.fullmatch(name):
        return Place(f"sl-micro:{micro[1]}")
    found = _ENTERPRISE.fullmatch(name)
    if found is None:
        return None
    minor = found[4] or found[3]
    version = f"{found[2]}.{minor}" if minor else found[2]
    return Place(f"{_IDS.get(found[1], 'sles')}:{version}", (found[5] or "").lower())


SUSE_OVAL = Feed(
    name="suse-oval",
    title="SUSE and openSUSE security data (OVAL)",
    kind="advisories",
    licence="CC-BY-4.0",
    notice="SUSE security data (https://www.suse.com/support/security/), Copyright SUSE LLC, published under CC BY 4.0,"
    " converted to statements of affected versions by Plimsoll.",
    files=("suse/*.xml.gz", "suse/oval/*.xml.gz"),
    urls=(
        ("https://ftp.suse.com/pub/projects/security/oval/opensuse.leap.15.6.xml.gz", "suse/opensuse.leap.15.6.xml.gz"),
        # A file of the Enterprise products takes minutes to read, so only who puts it there reads it.
        ("", "suse/suse.linux.enterprise.15-affected.xml.gz"),
        ("", "suse/opensuse.leap.15.2.xml.gz"),
    ),
    parse=parse,
    authority=100,
    reference="https://www.suse.com/security/cve/{id}.html",
    dispensable=9,
)
