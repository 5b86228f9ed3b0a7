"""From what a file states to a package of a subject: its package URL, its key, where it lies, who owns it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from plimsoll.model.package import Distro, Package, PackageRecord
from plimsoll.model.system import System
from plimsoll.systems.known import key_of, product_of, purl_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a package was found; `owner` is the purl of the distribution's package that owns the file.

    `declared` says that the file tells what is wanted, not what is installed.
    """

    path: str
    layer: str = ""
    instruction: str = ""
    owner: str = ""
    declared: bool = False


def package_of(record: PackageRecord, system: System, distro: Distro | None, place: Place) -> Package:
    """Make the package of a record."""
    path = f"{place.path}!/{record.inside}" if record.inside else place.path
    return Package(
        ecosystem=system.name,
        name=record.name,
        version=record.version,
        purl=purl_of(system, record.name, record.version, record.architecture, distro),
        key=key_of(system, record.source, distro),
        source=record.source,
        source_version=record.source_version,
        product=product_of(system, distro),
        architecture=record.architecture,
        licence=record.licence,
        path=path,
        layer=place.layer,
        instruction=place.instruction,
        owner=place.owner,
        declared=place.declared,
        stream=record.stream,
        hashes=record.hashes,
        requires=record.requires,
        cpe=record.cpe,
        guessed=record.guessed,
        line=record.line,
        direct=record.direct,
        scope=record.scope,
    )


def related(packages: Sequence[Package]) -> list[Package]:
    """Turn names of required packages into the purls of those that are there.

    A name with a version means that one. Of several versions under one name the one from the same file counts, else
    the only one; a name that stays open is kept as it is.
    """
    exact: dict[tuple[str, str, str], str] = {}
    named: dict[tuple[str, ...], set[str]] = {}
    for package in packages:
        exact.setdefault((package.ecosystem, package.name, package.version), package.purl)
        for place in ((package.ecosystem, package.name), (package.ecosystem, package.name, package.path)):
            named.setdefault(place, set()).add(package.purl)
    return [_relating(package, exact, named) if package.requires else package for package in packages]


def _relating(
    package: Package, exact: dict[tuple[str, str, str], str], named: dict[tuple[str, ...], set[str]]
) -> Package:
    return replace(package, requires=tuple(dict.fromkeys(_required(package, exact, named))))


def _required(
    package: Package, exact: dict[tuple[str, str, str], str], named: dict[tuple[str, ...], set[str]]
) -> Iterable[str]:
    for text in package.requires:
        name, _, version = text.partition(" ")
        found = exact.get((package.ecosystem, name, version)) if version else None
        purls = named.get((package.ecosystem, name), set())
        if len(purls) > 1:
            purls = named.get((package.ecosystem, name, package.path), set())
        yield found or (next(iter(purls)) if len(purls) == 1 else name)
