"""NuGet packages as Paket resolved them: paket.lock (Paket, "The paket.lock file")."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from plimsoll.ecosystems.gathering import Gathering, resolved, text_lines
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_PACKAGE = re.compile(r" {4}([^ ()]+) \(([^()]+)\)(?: .*)?")
_REQUIRED = re.compile(r" {6}([^ ()]+)(?: .*)?")
_ELSEWHERE = frozenset({"GITHUB", "GIT", "GIST", "HTTP"})


@dataclass(slots=True, kw_only=True)
class _Package:
    record: PackageRecord
    requires: list[str] = field(default_factory=list)


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the NuGet packages of every group; single files from elsewhere have no version that feeds know."""
    gathering = Gathering()
    found: list[_Package] = []
    for package in _packages(data, gathering):
        if not gathering.has_room(len(found)):
            break
        found.append(package)
    versions = {package.record.name: package.record.version for package in found}
    for package in found:
        gathering.add(replace(package.record, requires=resolved(package.requires, versions)))
    return gathering.observed()


def _packages(data: bytes, gathering: Gathering) -> Iterator[_Package]:
    section, package = "", None
    for number, line in text_lines(data, gathering):
        if line[:1] not in {"", " "}:
            section = line.partition(" ")[0].partition(":")[0]
            if section not in _ELSEWHERE | _OF_PAKET:
                gathering.fault(f"{line[:60]!r} is not understood", number)
        elif section == "NUGET" and (found := _PACKAGE.fullmatch(line)):
            package = _Package(record=PackageRecord.simple(found[1], found[2], line=number))
            yield package
        elif section == "NUGET" and package is not None and (required := _REQUIRED.fullmatch(line)):
            package.requires.append(required[1])
        elif section in _ELSEWHERE and (found := _PACKAGE.fullmatch(line)):
            gathering.fault(f"{found[1]} at {found[2]} is no package of NuGet", number)


_OF_PAKET = frozenset(
    {"NUGET", "GROUP", "RESTRICTION", "STORAGE", "FRAMEWORK", "CONTENT", "REDIRECTS", "STRATEGY", "LOWEST_MATCHING"}
    | {
        "VERSION-IN-PATH",
        "COPY-LOCAL",
        "COPY-CONTENT-TO-OUTPUT-DIR",
        "IMPORT-TARGETS",
        "REFERENCES",
        "SPECIFIC-VERSION",
    }
    | {"LICENSEDOWNLOAD", "LICENSE-DOWNLOAD", "GENERATE-LOAD-SCRIPTS"}
)
"""What else may stand at the beginning of a line: the packages' own sections, groups, and options."""

PAKET_LOCK = Ecosystem(
    name="paket-lock",
    title="NuGet packages that Paket resolved",
    version=1,
    system="nuget",
    paths=("paket.lock",),
    declared=True,
    parse=parse,
)
