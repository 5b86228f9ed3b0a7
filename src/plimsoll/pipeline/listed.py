"""Packages of a list that somebody made: what the user says of them, and releases that are told by codename."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from plimsoll.model.package import Distro, Package
from plimsoll.pipeline.distribution import VersionOf
from plimsoll.systems.known import key_of, product_of, systems


def as_stated(packages: Iterable[Package], distro: Distro) -> tuple[Package, ...]:
    """Take packages of distributions for those of the one that the user names."""
    return tuple(
        package
        if systems()[package.ecosystem].product
        else replace(
            package,
            product=product_of(systems()[package.ecosystem], distro),
            key=key_of(systems()[package.ecosystem], package.source, distro),
        )
        for package in packages
    )


def with_releases(packages: Iterable[Package], version_of: VersionOf) -> tuple[Package, ...]:
    """Give releases that are told by their codename (`debian:jessie`) as feeds speak of them (`debian:8`)."""
    release = _releases(version_of)
    known: dict[str, str] = {}
    found = []
    for package in packages:
        product = package.product
        if product not in known:
            known[product] = release(product)
        found.append(package if known[product] == product else replace(package, product=known[product]))
    return tuple(found)


def _releases(version_of: VersionOf) -> Callable[[str], str]:
    def release(product: str) -> str:
        distribution, colon, word = product.partition(":")
        if not colon or not word.isalpha():
            return product
        version = version_of(distribution, word)
        return f"{distribution}:{version}" if version else product

    return release
