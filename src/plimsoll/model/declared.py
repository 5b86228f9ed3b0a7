"""Where the packages of a finding are declared, in the words of people."""

from collections.abc import Iterable

from plimsoll.model.finding import Finding
from plimsoll.model.package import Package
from plimsoll.model.wording import some_of

_MOST_NEEDING = 3


def declarations(finding: Finding, packages: Iterable[Package]) -> tuple[Package, ...]:
    """Give the declared packages that a finding is about: those the project asks for first, then by file and line."""
    behind = (package for package in _behind(finding, packages) if package.declared)
    return tuple(sorted(behind, key=lambda each: (each.direct is not True, each.path, each.line)))


def files(finding: Finding, packages: Iterable[Package]) -> tuple[str, ...]:
    """Give the files by which the packages of a finding are installed: that of the finding itself, then by name."""
    found = {package.path for package in _behind(finding, packages) if package.path and not package.declared}
    first = finding.location.path
    return (*((first,) if first else ()), *sorted(found - {first}))


def _behind(finding: Finding, packages: Iterable[Package]) -> Iterable[Package]:
    found, key = finding.package, finding.fix_key.partition(":")[2]
    if found is None:
        return ()
    versions = found.versions or (found.version,)
    return (each for each in packages if each.key == key and each.source_version in versions and not each.owner)


def declared_at(package: Package) -> str:
    """Write `package-lock.json:12 (transitive, dev)`, as far as it is known."""
    line = f":{package.line}" if package.line else ""
    directness = {True: "direct", False: "transitive", None: ""}[package.direct]
    words = ", ".join(word for word in (directness, package.scope) if word)
    return f"{package.path}{line} ({words})" if words else f"{package.path}{line}"


def needed_by(package: Package, packages: Iterable[Package]) -> str:
    """Name the packages of the same file that require a package, a few of them."""
    needing = [each for each in packages if each.path == package.path and package.purl in each.requires]
    names = sorted({f"{each.name} {each.version}" for each in needing})
    return some_of(names, _MOST_NEEDING)
