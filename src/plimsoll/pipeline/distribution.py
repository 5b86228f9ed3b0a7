"""Recognise the distribution of a root file system from its os-release or older files."""

import re
from collections.abc import Callable

from plimsoll.ecosystems.os_release import OS_RELEASE
from plimsoll.errors import UsageError
from plimsoll.model.gap import Gap  # noqa: TC001 - imported for a local annotation
from plimsoll.model.package import Distro
from plimsoll.pipeline.databases import Seen, databases
from plimsoll.systems.distributions import is_rolling, known_as

VersionOf = Callable[[str, str], str | None]
"""Gives the version of a distribution's release by its codename (`debian`, `trixie` → `13`), or None."""


def recognise(seen: Seen, version_of: VersionOf) -> Distro | None:
    """Tell the distribution, or None where nothing says so."""
    if OS_RELEASE.name not in seen.ecosystems:
        return None
    unread: list[Gap] = []
    stated = {path.rpartition("/")[2]: dict(observed.facts) for path, observed in databases(seen, OS_RELEASE, unread)}
    fields = stated.get("os-release", {})
    if fields.get("ID"):
        return _of_fields(fields, stated.get("debian_version", {}).get("VERSION", ""), version_of)
    if "alpine-release" in stated:
        return known_as("alpine", stated["alpine-release"]["VERSION"])
    if "debian_version" in stated:
        return known_as("debian", _debian("", stated["debian_version"]["VERSION"], "", version_of))
    for name in _RELEASE_FILES:
        if name in stated:
            return _of_release_line(stated[name]["VERSION"])
    return None


def stated_by_user(text: str) -> Distro:
    """Read `--distro`, `id:version`, or just the id of a rolling distribution. Raises UsageError for anything else."""
    name, colon, version = text.partition(":")
    name = name.strip().lower()
    if not name or (not version and not is_rolling(name)) or (colon and not version):
        raise UsageError(f"--distro {text!r} is not ID:VERSION", advice="For example: --distro debian:12")
    return known_as(name, version)


def _of_fields(fields: dict[str, str], debian_version: str, version_of: VersionOf) -> Distro:
    name, version = fields["ID"].lower(), fields.get("VERSION_ID", "")
    if name == "debian":
        version = _debian(version, debian_version, fields.get("VERSION_CODENAME", ""), version_of)
    return known_as(name, version, fields.get("PRETTY_NAME", ""))


_RELEASE_FILES = ("centos-release", "redhat-release", "system-release", "fedora-release")
_RELEASE_LINE = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z .]{0,60}?)(?: Linux)?(?: Server)? release (?P<version>\d+(?:\.\d+)*)"
)
_RELEASE_NAMES = {"centos": "centos", "red hat enterprise": "rhel", "fedora": "fedora", "amazon": "amzn"}


def _of_release_line(line: str) -> Distro | None:
    """Read `CentOS release 6.10 (Final)`, which stands where there is no os-release yet."""
    found = _RELEASE_LINE.match(line)
    name = _RELEASE_NAMES.get(found["name"].lower().removesuffix(" linux"), "") if found else ""
    return known_as(name, found["version"], line) if found and name else None


def _debian(version: str, debian_version: str, codename: str, version_of: VersionOf) -> str:
    """Give what says most: testing and unstable have a codename only."""
    word = debian_version.removesuffix("/sid")
    return version or version_of("debian", codename or word) or (word if word[:1].isdigit() else "sid")
