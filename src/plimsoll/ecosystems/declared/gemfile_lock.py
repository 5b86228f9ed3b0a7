"""Ruby gems as Bundler resolved them: Gemfile.lock and gems.locked (Bundler, `lockfile_parser`)."""

import re
from dataclasses import dataclass, field, replace

from plimsoll.ecosystems.gathering import Gathering, resolved, text_lines
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Observed, PackageRecord

_SOURCES = frozenset({"GEM", "GIT", "PATH", "PLUGIN SOURCE"})
_OTHERS = frozenset({"PLATFORMS", "RUBY VERSION", "BUNDLED WITH"})
_SPEC = re.compile(r" {4}([^ ()]+) \(([^()-]+)(?:-([^()]+))?\)")
"""`    name (version)` or `    name (version-platform)`; a gem's version holds no hyphen."""
_CHECKSUM = re.compile(r" {2}([^ ()]+) \(([^()-]+)(?:-[^()]+)?\)(?: sha256=([0-9a-f]{64}))?")


@dataclass(slots=True, kw_only=True)
class _File:
    specs: list[PackageRecord] = field(default_factory=list)
    requires: list[list[str]] = field(default_factory=list)
    wanted: set[str] = field(default_factory=set)
    checksums: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the gems of all sources; DEPENDENCIES says which are direct, CHECKSUMS has their digests."""
    gathering, file = Gathering(), _File()
    section = ""
    for number, line in text_lines(data, gathering):
        if not line.strip():
            continue
        if not line.startswith(" "):
            section = line.rstrip()
            if section not in _SOURCES | _OTHERS | {"DEPENDENCIES", "CHECKSUMS"}:
                gathering.fault(f"{section!r} is no section of a Gemfile.lock", number)
        elif section in _SOURCES:
            if gathering.has_room(len(file.specs)) and not _read_spec(file, line, number):
                gathering.fault(f"{line.strip()!r} is not understood", number)
        elif not section:
            gathering.fault(f"{line.strip()[:100]!r} stands in no section", number)
        elif section == "DEPENDENCIES":
            file.wanted.add(_name(line))
        elif section == "CHECKSUMS" and (found := _CHECKSUM.fullmatch(line)) and found[3]:
            file.checksums.setdefault((found[1], found[2]), {})[f"sha256:{found[3]}"] = None
    _gather(file, gathering)
    return gathering.observed()


def _read_spec(file: _File, line: str, number: int) -> bool:
    """Take a line of a source by its indentation: 2 an option, 4 a gem, 6 what that gem requires."""
    indentation = len(line) - len(line.lstrip(" "))
    if indentation == 6 and file.specs:
        file.requires[-1].append(_name(line))
    elif indentation == 4:
        found = _SPEC.fullmatch(line.rstrip())
        if not found:
            return False
        spec = PackageRecord.simple(found[1], found[2], line=number, architecture=found[3] or "")
        file.specs.append(spec)
        file.requires.append([])
    return indentation in {2, 4, 6}


def _name(line: str) -> str:
    """Give the gem that `  name (~> 1.0)`, or `  name!` of another source, speaks of."""
    return line.strip().partition(" ")[0].removesuffix("!")


def _gather(file: _File, gathering: Gathering) -> None:
    versions = {spec.name: spec.version for spec in file.specs}
    for spec, required in zip(file.specs, file.requires, strict=True):
        gathering.add(
            replace(
                spec,
                direct=spec.name in file.wanted,
                requires=resolved(required, versions),
                hashes=tuple(file.checksums.get((spec.name, spec.version), ())),
            )
        )


GEMFILE_LOCK = Ecosystem(
    name="gemfile-lock",
    title="Ruby gems of a project",
    version=1,
    system="rubygems",
    paths=("Gemfile.lock", "gems.locked"),
    declared=True,
    parse=parse,
)
