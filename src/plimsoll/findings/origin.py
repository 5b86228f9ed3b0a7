"""Where findings come from: the base of an image, or its own layers."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from plimsoll.model.finding import Finding
from plimsoll.model.package import Package

BASE, OWN = "base", "own"


def with_origins(
    findings: Sequence[Finding], packages: Iterable[Package], base: Collection[str]
) -> tuple[Finding, ...]:
    """Say of each finding whether it comes with the base, whose layers are given by their diff ids.

    It does when all that is behind it lies in these layers: the installed packages of its source package in the
    versions that are affected; without packages, its location. Without layers nothing is said.
    """
    if not base:
        return tuple(findings)
    by_key: dict[str, list[Package]] = {}
    for package in packages:
        if not package.owner:  # one that another package owns is judged through that one
            by_key.setdefault(package.key, []).append(package)
    return tuple(replace(finding, origin=_origin(_layers(finding, by_key), base)) for finding in findings)


def _origin(layers: Collection[str], base: Collection[str]) -> str:
    if not layers or not all(layers):
        return ""
    return BASE if all(layer in base for layer in layers) else OWN


def _layers(finding: Finding, by_key: dict[str, list[Package]]) -> set[str]:
    """Give the layers that brought what is behind a finding; "" among them where one is not known."""
    found = finding.package
    key = finding.fix_key.partition(":")[2]
    behind = [
        package
        for package in by_key.get(key, ())
        if found and package.name in found.binaries and package.source_version in (found.versions or {found.version})
    ]
    return {package.layer for package in behind} or {finding.location.layer}
