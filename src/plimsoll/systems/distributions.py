"""Distributions as feeds speak of them: the part of a version that counts, namespaces, and who speaks for whom."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from plimsoll.model.package import Distro

_AMAZON = re.compile(r"(?P<major>\d+)(?P<month>\.\d\d(?!\d|\.))?")
_QUALIFIER = re.compile(r"(?:(?P<name>[A-Za-z][A-Za-z0-9._-]*?)-)?(?P<version>v?\d.*)")


def known_as(name: str, version: str, title: str = "") -> Distro:
    """Give a distribution as feeds speak of it: the part of its version that counts, and who speaks for it."""
    own = id_of(name)
    row = _rows().get(own, {})
    return Distro(
        id=own,
        version=_PARTS.get(row.get("version", "whole"), str)(version),
        name=title,
        namespace=row.get("namespace", ""),
        judged_as=row.get("judged_as", ""),
    )


def id_of(name: str) -> str:
    """Give the os-release ID that a distribution has, by any name that tools and package URLs give it."""
    row = _rows().get(name, {})
    return row.get("id", name)


def is_rolling(name: str) -> bool:
    """Say whether a distribution has no versions."""
    return _rows().get(id_of(name), {}).get("version") == "none"


@lru_cache(maxsize=1024)
def of_purl(namespace: str, qualifier: str) -> Distro | None:
    """Give the distribution of a package URL by its namespace and its qualifier `distro`; None where nothing says it.

    The qualifier is `debian-12`, as most tools write it, just the version (`3.20.3`), or a codename (`jessie`), which
    then is the version. Without it the version is "" (unknown).
    """
    name, version = _named(qualifier.strip())
    stated = name or namespace.lower()
    return known_as(stated, version) if stated else None


def _named(qualifier: str) -> tuple[str, str]:
    """Split a qualifier into a distribution ("" if it names none) and a version or codename."""
    if qualifier.lower() in _rows():
        return qualifier.lower(), ""
    name, _, version = qualifier.rpartition("-")
    if name.lower() in _rows():
        return name.lower(), version
    found = _QUALIFIER.fullmatch(qualifier)
    return ((found["name"] or "").lower(), found["version"]) if found else ("", qualifier)


@cache
def _rows() -> dict[str, dict[str, str]]:
    """Read the table of distributions; loaded only where one is looked at."""
    import tomllib

    table = tomllib.loads(Path(__file__).with_name("distributions.toml").read_text(encoding="utf-8"))
    return {name: {key: str(value) for key, value in row.items()} for name, row in table.items()}


def _alpine(version: str) -> str:
    """`3.20.3` belongs to the branch 3.20; development versions (`3.21.0_alpha20240807`) are edge."""
    if "_" in version or version == "edge":
        return "edge"
    return ".".join(version.removeprefix("v").split(".")[:2])


def _debian(version: str) -> str:
    """12 for 12 or 12.5; releases before 4.0 count minor numbers (3.1), testing and unstable have words."""
    major = version.partition(".")[0]
    return major if major.isascii() and major.isdigit() and int(major[:9]) >= 4 else version


def _major(version: str) -> str:
    return version.partition(".")[0]


def _two_numbers(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _amazon(version: str) -> str:
    """`2018.03` and its like were the first Amazon Linux; `2 (Karoo)` is 2, `2023.6.20241010` is 2023."""
    found = _AMAZON.match(version)
    return version if found is None else "1" if found["month"] else found["major"]


_PARTS: dict[str, Callable[[str], str]] = {
    "alpine": _alpine,
    "amazon": _amazon,
    "debian": _debian,
    "major": _major,
    "two": _two_numbers,
    "none": lambda _version: "",
}
