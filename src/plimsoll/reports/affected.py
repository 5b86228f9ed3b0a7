"""Which packages of a report a finding is about."""

from collections.abc import Callable, Sequence

from plimsoll.model.finding import Finding
from plimsoll.model.package import Package


def affected_packages(packages: Sequence[Package]) -> Callable[[Finding], list[int]]:
    """Give a function that finds the indices of the binaries that a finding names of its source package."""
    by_source: dict[str, list[int]] = {}
    for index, package in enumerate(packages):
        by_source.setdefault(package.key, []).append(index)

    def affected(finding: Finding) -> list[int]:
        installed = by_source.get(finding.fix_key.partition(":")[2], [])
        binaries = finding.package.binaries if finding.package else ()
        return [index for index in installed if packages[index].name in binaries] or installed

    return affected
