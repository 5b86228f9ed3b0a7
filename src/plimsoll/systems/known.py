"""The packaging systems by name and by the type of their package URLs."""

from functools import cache

from plimsoll.model.package import Distro
from plimsoll.model.purl import purl, purl_key
from plimsoll.model.system import System
from plimsoll.plugins import discover


@cache
def systems() -> dict[str, System]:
    """Give all packaging systems by name."""
    return discover("plimsoll.systems", System)


@cache
def of_purl_type(kind: str) -> System | None:
    """Give the packaging system of a type of package URL, None where we know none."""
    return next((each for each in systems().values() if each.purl_type == kind), None)


def product_of(system: System, distro: Distro | None) -> str:
    """Give what feeds speak for: the system's own product, else that of the distribution; "" where that is unknown."""
    return system.product or (distro.asked if distro else "")


def key_of(system: System, source: str, distro: Distro | None) -> str:
    """Give the version-free identity of a source package, `type/namespace/name`."""
    namespace, name = _named(system, system.normalise(source), distro)
    return purl_key(system.purl_type, namespace, name)


def purl_of(system: System, name: str, version: str, architecture: str, distro: Distro | None) -> str:
    """Give the package URL of an installed package; rpm's epoch is a qualifier (ECMA-427, type `rpm`)."""
    namespace, last = _named(system, system.purl_spelling(name), distro)
    qualifiers = {"arch": architecture}
    if not system.product and distro:
        qualifiers["distro"] = distro.product.replace(":", "-")
    if system.purl_type == "rpm" and ":" in version:
        epoch, _, version = version.partition(":")
        qualifiers["epoch"] = epoch
    return purl(system.purl_type, namespace, last, version, qualifiers)


def _named(system: System, name: str, distro: Distro | None) -> tuple[str, str]:
    if system.product:
        return system.split(name)
    return (distro.namespace or distro.id if distro else ""), name
