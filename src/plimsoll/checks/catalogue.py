"""All rules that Plimsoll ships."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

from plimsoll.checks.rows import read_rows
from plimsoll.errors import UsageError
from plimsoll.model.rule import Rule

_HEAD = 8192
"""Bytes of the compiled form among which its digest stands."""

COMPILED = "rules.json"
"""The rows as one JSON document, made by `make rules`: reading TOML takes ten times as long as a scan may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    """The compiled form: the rules, and the digest of the rows they were made of."""

    rows: str
    rules: list[Rule]


@cache
def rules() -> dict[str, Rule]:
    """Give every rule, by id, in the order of ids. Raises UsageError where two have one id."""
    rows = row_files()
    return as_catalogue(_compiled(rows) or parsed(rows))


def as_catalogue(found: list[Rule]) -> dict[str, Rule]:
    """Put rules in order by id. Raises UsageError where two have one id."""
    catalogue: dict[str, Rule] = {}
    for rule in found:
        if rule.id in catalogue:
            raise UsageError(
                f"two rules have the id {rule.id!r}: in {catalogue[rule.id].origin} and {rule.origin}",
                advice="Rename one of them.",
            )
        catalogue[rule.id] = rule
    return dict(sorted(catalogue.items()))


def row_files() -> dict[str, bytes]:
    """Give the texts of all rows, by file name."""
    return {each.name: each.read_bytes() for each in sorted(Path(__file__).with_name("workload").glob("*.toml"))}


def parsed(rows: dict[str, bytes]) -> list[Rule]:
    """Read the rows themselves."""
    return [rule for name, data in rows.items() for rule in read_rows(data, name)]


def digest_of(rows: dict[str, bytes]) -> str:
    """Give what tells whether the compiled form is of these rows: a checksum and the size of each file.

    It guards against a forgotten `make rules`, not against an enemy, and loads nothing.
    """
    return ",".join(f"{name}:{len(data)}:{crc32(data):08x}" for name, data in rows.items())


def compiled(rows: dict[str, bytes]) -> bytes:
    """Make the compiled form of all rows."""
    import msgspec

    made = _Compiled(rows=digest_of(rows), rules=parsed(rows))
    body = msgspec.json.format(msgspec.json.encode(made), indent=1)
    return body + b"\n"


def _compiled(rows: dict[str, bytes]) -> list[Rule] | None:
    """Give the rules as they were compiled, if that was of these very rows."""
    import msgspec

    place = Path(__file__).with_name(COMPILED)
    if not place.is_file():
        return None
    data = place.read_bytes()
    if digest_of(rows).encode() not in data[:_HEAD]:
        return None
    return msgspec.json.decode(data, type=_Compiled).rules
