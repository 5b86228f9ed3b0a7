"""What is installed, as advisories see it: source packages at source versions, with the binaries made from them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from plimsoll.findings.comparison import Ruler
from plimsoll.model.package import Package


@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """One source package at one source version. `key` is its version's key, None where the encoder refuses."""

    package: str
    source: str
    version: str
    ruler: Ruler
    key: bytes | None
    binaries: tuple[Package, ...]


def installs_of(packages: Iterable[Package], ruler_of: Callable[[str], Ruler]) -> tuple[Install, ...]:
    """Group binaries by source package and version, in an order that owes nothing to that of `packages`.

    `ruler_of` gives the ruler of an ecosystem by its name.
    """
    groups: dict[tuple[str, str], set[Package]] = {}
    for package in packages:
        groups.setdefault((package.key, package.source_version), set()).add(package)
    return tuple(_install(binaries, ruler_of) for _, binaries in sorted(groups.items()))


def _install(binaries: set[Package], ruler_of: Callable[[str], Ruler]) -> Install:
    ordered = tuple(sorted(binaries, key=_order))
    first = ordered[0]
    ruler = ruler_of(first.ecosystem)
    return Install(
        package=first.key,
        source=first.source,
        version=first.source_version,
        ruler=ruler,
        key=ruler.key(first.source_version),
        binaries=ordered,
    )


def _order(package: Package) -> tuple[str, ...]:
    return (package.name, package.version, package.purl, package.path, package.layer, package.instruction)
