"""Rules of one's own: a folder of the same rows as Plimsoll's, without functions."""

from pathlib import Path

from plimsoll.checks.catalogue import as_catalogue, rules
from plimsoll.checks.rows import RowError, read_rows
from plimsoll.errors import UsageError
from plimsoll.model.limits import Limits
from plimsoll.model.rule import Rule
from plimsoll.sources.configurations import read_configuration


def rules_of(folder: Path, limits: Limits) -> tuple[Rule, ...]:
    """Read every `*.toml` of a folder, or one file. Raises UsageError for a row that is none, and for an id twice.

    A row of one's own never runs code: `logic` is refused.
    """
    files = sorted(folder.glob("*.toml")) if folder.is_dir() else [folder]
    if not files:
        raise UsageError(f"{folder} holds no rules", advice="Put rows into files that end in .toml.")
    found = [rule for file in files for rule in read_rows(read_configuration(file, str(file), limits), str(file))]
    for rule in found:
        if rule.logic:
            raise RowError(rule.origin, rule.id, "logic is for the rules that Plimsoll ships; use fact and expect")
    as_catalogue([*rules().values(), *found])
    return tuple(found)
