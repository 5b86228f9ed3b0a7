"""What a package set holds: the names that feeds can be asked about, at versions; and the digest of it all."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from plimsoll.model.package import Package
from plimsoll.systems.asking import asked_of
from plimsoll.systems.known import systems


class Member(NamedTuple):
    """One name of a package of a product, at one version of a scheme; `source` is the key of its source package."""

    product: str
    asked: str
    version: str
    stream: str
    scheme: str
    source: str


class Members:
    """Makes members of packages, and remembers them: images of one fleet hold the same packages over and over."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[Member, ...]] = {}

    def of(self, packages: Iterable[Package]) -> list[Member]:
        """Give the members of a set of packages, each once and in order.

        Packages that another one owns are judged through it, and of those without a product nobody can be asked:
        both are left out.
        """
        found: set[Member] = set()
        for package in packages:
            if package.product and not package.owner:
                found.update(self._members(package))
        return sorted(found)

    def _members(self, package: Package) -> tuple[Member, ...]:
        place = (
            *(package.ecosystem, package.name, package.version, package.source, package.source_version),
            *(package.key, package.product, package.stream, package.cpe),
        )
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = tuple(_members(package))
        return known


def _members(package: Package) -> Iterator[Member]:
    scheme = systems()[package.ecosystem].scheme
    for asked, version in asked_of(package):
        said = (package.product, asked, version, package.stream, scheme, package.key)
        yield Member(*(text if text.isprintable() else _storable(text) for text in said))


def _storable(text: str) -> str:
    """Replace what a database cannot keep as text. No feed knows such names, and no scheme such versions."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{REPLACEMENT CHARACTER}")


def digest_of(members: Iterable[Member]) -> str:
    """Give the SHA-256 of members in order; two sets have one digest only if they hold the same."""
    import json

    return sha256(json.dumps(list(members)).encode("ascii")).hexdigest()
