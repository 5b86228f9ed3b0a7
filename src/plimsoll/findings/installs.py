"""What is installed, as advisories see it: the names they speak of, at versions, with the packages behind them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from plimsoll.findings.comparison import Ruler
from plimsoll.model.package import Package
from plimsoll.systems.asking import asked_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """One name that feeds may speak of, at one version.

    `package` is the key of the source package, `source` its name and `source_version` its version; `asked` is the
    name that feeds of `product` are asked about and `version` the version that is compared: those of the source
    package, or of a binary (model.system.Asked). `stream` is the one it comes from. `key` is the version's key, None
    where the encoder refuses.
    """

    package: str
    source: str
    source_version: str
    product: str
    asked: str
    version: str
    stream: str
    ruler: Ruler
    key: bytes | None
    binaries: tuple[Package, ...]


def installs_of(packages: Iterable[Package], ruler_of: Callable[[str], Ruler]) -> tuple[Install, ...]:
    """Group packages by what feeds are asked about, in an order that owes nothing to that of `packages`.

    Packages whose files a package of the distribution owns are left out: they are judged through it. `ruler_of` gives
    the ruler of a packaging system by its name.
    """
    groups: dict[tuple[str, str, str, str, str], set[Package]] = {}
    for package in packages:
        if not package.owner:
            for asked, version in asked_of(package):
                place = (package.key, package.product, asked, version, package.stream)
                groups.setdefault(place, set()).add(package)
    return tuple(_install(place, found, ruler_of) for place, found in sorted(groups.items()))


def _install(
    place: tuple[str, str, str, str, str], packages: set[Package], ruler_of: Callable[[str], Ruler]
) -> Install:
    ordered = tuple(sorted(packages, key=_order))
    first = ordered[0]
    ruler = ruler_of(first.ecosystem)
    key, product, asked, version, stream = place
    return Install(
        package=key,
        source=first.source,
        source_version=first.source_version,
        product=product,
        asked=asked,
        version=version,
        stream=stream,
        ruler=ruler,
        key=ruler.key(version),
        binaries=ordered,
    )


def _order(package: Package) -> tuple[str, ...]:
    return (package.name, package.version, package.purl, package.path, package.layer, package.instruction)
