"""Packages as images hold them, drawn from the names and versions that a knowledge store speaks of."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plimsoll.knowledge.store import Store
from plimsoll.model.package import Package, PackageRecord
from plimsoll.model.system import System
from plimsoll.pipeline.naming import Place, package_of
from plimsoll.systems.distributions import known_as
from plimsoll.systems.known import systems

Stock = dict[str, list[tuple[str, list[str]]]]
"""By product: the packages that advisories speak of, each with versions of it that occur in them."""

_OF_DISTRIBUTIONS = {"dpkg": "dpkg", "apk": "apk", "rpm": "rpm"}
_MOST_VERSIONS = 12
_RECENT = 4
"""Images are neither new nor ancient: their packages have one of the last versions that fixed anything."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Packages of a product: how many in an image, and for which part of them there is any advisory."""

    product: str
    count: int
    known: float


def stock_of(store: Store, products: Sequence[str]) -> Stock:
    """Read what advisories speak of, in order."""
    stock: Stock = {}
    for product in products:
        found: dict[str, list[str]] = {}
        for name, version in store.rows(
            "SELECT DISTINCT p.text, s.hi_text FROM statement AS s JOIN word AS p ON p.id = s.package"
            " WHERE s.product = (SELECT id FROM word WHERE text = ?) AND s.hi_text IS NOT NULL ORDER BY s.n",
            (product,),
        ):
            found.setdefault(name, []).append(version)
        stock[product] = [(name, _spread(versions)) for name, versions in sorted(found.items())]
    return stock


def _spread(versions: list[str]) -> list[str]:
    """Give at most a dozen of these, evenly: they are in the order of what they fix."""
    step = max(1, len(versions) / _MOST_VERSIONS)
    return [versions[int(number * step)] for number in range(min(len(versions), _MOST_VERSIONS))]


def drawn(stock: Stock, kinds: Sequence[Kind], seed: int) -> list[Package]:
    """Draw the packages of one image; those without advisories get names that no feed knows."""
    chance = random.Random(seed)  # noqa: S311 - made-up data
    return [package for kind in kinds for package in _drawn(stock[kind.product], kind, chance)]


def _drawn(stock: Sequence[tuple[str, list[str]]], kind: Kind, chance: random.Random) -> Iterator[Package]:
    known = min(len(stock), round(kind.count * kind.known))
    for name, versions in chance.sample(stock, known):
        yield package(kind.product, name, chance.choice(versions[-_RECENT:]))
    for number in range(kind.count - known):
        yield package(kind.product, f"unheard-of-{number}", f"1.{number}.0")


def package(product: str, name: str, version: str) -> Package:
    """Make a package of a product as a scan makes it."""
    system = system_of(product)
    distro = None if system.product else known_as(*product.partition(":")[::2])
    return package_of(PackageRecord.simple(name, version), system, distro, Place(path="synthetic"))


def system_of(product: str) -> System:
    """Give the packaging system of a product."""
    for system in systems().values():
        if system.product == product:
            return system
    name = product.partition(":")[0]
    return systems()["apk" if name == "alpine" else "dpkg" if name in {"debian", "ubuntu"} else "rpm"]
