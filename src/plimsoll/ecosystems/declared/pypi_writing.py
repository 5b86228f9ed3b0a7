"""How lockfiles of Python write packages, digests and what a package depends on."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from plimsoll.documents.shapes import mappings, sequence, text
from plimsoll.documents.toml import header_lines, read_toml
from plimsoll.ecosystems.gathering import Gathering
from plimsoll.systems.languages import pypi_name

_DIGEST = re.compile(r"(?:md5|sha1|sha224|sha256|sha384|sha512):[0-9a-f]{32,128}")
_MOST_DIGESTS = 200
"""Digests of one package, which has one for each platform; the largest have some 80."""
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_DEVELOPING = frozenset({"dev", "develop", "development", "test", "tests", "testing", "lint", "doc", "docs", "typing"})

Table = Mapping[str, object]


def read_tables(data: bytes, name: str, gathering: Gathering) -> tuple[Table, list[tuple[Table, int]]]:
    """Read a TOML lockfile whose packages are tables `[[name]]`: all of it, and each of them with its line.

    Raises DocumentError where it is no TOML.
    """
    document = read_toml(data)
    tables = list(mappings(document.get(name)))
    if len(tables) < len(sequence(document.get(name))) or not isinstance(document.get(name, []), list):
        gathering.fault(f"{name!r} does not hold packages only")
    lines = header_lines(data, f"[[{name}]]")
    return document, list(zip(tables, lines if len(lines) == len(tables) else [0] * len(tables), strict=True))


def digests(written: Iterable[object]) -> tuple[str, ...]:
    """Give what is a digest, `algorithm:hex`."""
    found = dict.fromkeys(each for each in written if isinstance(each, str) and _DIGEST.fullmatch(each))
    return tuple(found)[:_MOST_DIGESTS]


def name_in(requirement: str) -> str:
    """Give the name that a requirement begins with (Python packaging, "Dependency specifiers")."""
    found = _NAME.match(requirement.strip())
    return found[0] if found else ""


def is_for_developing(groups: Iterable[str]) -> bool:
    """Say whether all groups of dependencies, by their names, are for those who work on the project."""
    return all(group.lower() in _DEVELOPING for group in groups)


class Versions:
    """The versions of a lockfile's packages, so far as a name has only one."""

    def __init__(self, tables: Iterable[Table]) -> None:
        named = [(pypi_name(text(table.get("name"))), text(table.get("version"))) for table in tables]
        count = Counter(name for name, _ in dict.fromkeys(named))
        self._of = {name: version for name, version in named if version and count[name] == 1}

    def needed(self, names: Iterable[str]) -> tuple[str, ...]:
        """Give each name once, as `name version` where that is known."""
        return tuple(dict.fromkeys(self._needed(name) for name in names if name))

    def _needed(self, name: str) -> str:
        version = self._of.get(pypi_name(name))
        return f"{name} {version}" if version else name


def files(table: Table, *keys: str) -> Iterator[Table]:
    """Give the files of a package, which stand below one key each, or in a list below it."""
    for key in keys:
        value = table.get(key)
        yield from mappings([value] if isinstance(value, dict) else value)
