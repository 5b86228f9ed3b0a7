"""By which names, at which versions, feeds are asked about a package."""

from collections.abc import Iterator

from plimsoll.model.package import Package
from plimsoll.model.system import Asked
from plimsoll.systems.known import systems


def asked_of(package: Package) -> Iterator[tuple[str, str]]:
    """Give the names that feeds of the package's product may know it by, each with the version that is compared."""
    system = systems()[package.ecosystem]
    if system.asked is Asked.CPE:
        yield from ((cpe, package.source_version) for cpe in package.cpe.split())
        return
    yield system.normalise(package.source), package.source_version
    if system.asked is Asked.SOURCE_AND_BINARY:
        yield system.normalise(package.name), package.version
