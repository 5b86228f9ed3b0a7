"""Recognise the distribution of a root file system from its os-release or older files."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from plimsoll.ecosystems.os_release import OS_RELEASE
from plimsoll.errors import UsageError
from plimsoll.model.gap import Gap  # noqa: TC001 - imported for a local annotation
from plimsoll.model.package import Distro
from plimsoll.pipeline.databases import Seen, databases

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
    is_rolling = _rows().get(name, {}).get("version") == "none"
    if not name or (not version and not is_rolling) or (colon and not version):
        raise UsageError(f"--distro {text!r} is not ID:VERSION", advice="For example: --distro debian:12")
    return known_as(name, version)


def known_as(name: str, version: str, title: str = "") -> Distro:
    """Give a distribution as feeds speak of it: the part of its version that counts, and who speaks for it."""
    row = _rows().get(name, {})
    return Distro(
        id=row.get("id", name),
        version=_PARTS.get(row.get("version", "whole"), str)(version),
        name=title,
        namespace=row.get("namespace", ""),
        judged_as=row.get("judged_as", ""),
    )


@cache
def _rows() -> dict[str, dict[str, str]]:
    """Read the table of distributions; loaded only where a root file system is looked at."""
    import tomllib

    table = tomllib.loads(Path(__file__).with_name("distributions.toml").read_text(encoding="utf-8"))
    return {name: {key: str(value) for key, value in row.items()} for name, row in table.items()}


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


def _alpine(version: str) -> str:
    """`3.20.3` belongs to the branch 3.20; development versions (`3.21.0_alpha20240807`) are edge."""
    if "_" in version or version == "edge":
        return "edge"
    return ".".join(version.removeprefix("v").split(".")[:2])


def _debian(version: str, debian_version: str, codename: str, version_of: VersionOf) -> str:
    """Give 12 for 12 or 12.5; releases before 4.0 count minor numbers (3.1); testing and unstable have a codename."""
    word = debian_version.removesuffix("/sid")
    known = version or (version_of("debian", codename or word)) or (word if word[:1].isdigit() else "sid")
    major = known.partition(".")[0]
    return major if major.isascii() and major.isdigit() and int(major) >= 4 else known


def _major(version: str) -> str:
    return version.partition(".")[0]


def _two_numbers(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _amazon(version: str) -> str:
    """`2018.03` and its like were the first Amazon Linux."""
    return "1" if "." in version else version


_PARTS: dict[str, Callable[[str], str]] = {
    "alpine": _alpine,
    "amazon": _amazon,
    "major": _major,
    "two": _two_numbers,
    "none": lambda _version: "",
}
