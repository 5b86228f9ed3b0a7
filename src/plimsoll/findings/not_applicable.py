"""What does not apply: packages that cannot have the vulnerabilities of their source package, with the reason."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from plimsoll.model.package import Package


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    ecosystem: str
    source: tuple[str, ...]
    packages: tuple[str, ...]
    reason: str


def why_not(binaries: Iterable[Package]) -> str:
    """Say why the vulnerabilities of a source package are in none of its installed packages; "" where they may be."""
    reasons = {_reason(binary) for binary in binaries}
    return reasons.pop() if len(reasons) == 1 else ""


def _reason(package: Package) -> str:
    for row in _rows():
        if row.ecosystem == package.ecosystem and _is_one(package.source, row.source):
            return row.reason if _is_one(package.name, row.packages) else ""
    return ""


def _is_one(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


@cache
def _rows() -> tuple[_Row, ...]:
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return tuple(
        _Row(
            ecosystem=row["ecosystem"],
            source=tuple(row["source"]),
            packages=tuple(row["packages"]),
            reason=row["reason"],
        )
        for row in table["row"]
    )
