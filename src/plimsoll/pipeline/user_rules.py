"""Rules of one's own: a folder of the same rows as Plimsoll's, without functions."""

from dataclasses import fields
from pathlib import Path

from plimsoll.checks.catalogue import as_catalogue, rules
from plimsoll.checks.rows import RowError, read_rows
from plimsoll.errors import UsageError
from plimsoll.model.limits import Limits
from plimsoll.model.rule import Rule
from plimsoll.model.workload import Container, Mount, Pair, Port, Variable, Volume, Workload
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
        _expect_facts(rule)
    as_catalogue([*rules().values(), *found])
    return tuple(found)


def _expect_facts(rule: Rule) -> None:
    """Raise RowError for a fact that nothing has which the rule is about: it would never be measured."""
    known = _known_to(rule)
    names = {rule.fact, *rule.where, rule.each} - {""}
    if known is None or not names:
        return
    elements = _ELEMENTS.get(rule.each, set()) if rule.each else known
    strange = {name for name in names - {rule.each} if name.partition(".")[0] not in elements}
    if rule.each and rule.each not in _ELEMENTS:
        strange.add(rule.each)
    if strange:
        choice = ", ".join(sorted(elements))
        raise RowError(rule.origin, rule.id, f"there is no {' or '.join(sorted(strange))} here; there are {choice}")


_CONTAINER, _WORKLOAD = ({field.name for field in fields(kind)} for kind in (Container, Workload))
_ELEMENTS = {
    "mounts": {field.name for field in fields(Mount)},
    "ports": {field.name for field in fields(Port)},
    "variables": {field.name for field in fields(Variable)},
    "volumes": {field.name for field in fields(Volume)},
    **{key: {field.name for field in fields(Pair)} for key in ("labels", "annotations", "sysctls", "ulimits")},
}
"""What the elements of tuples have that rules may judge one by one."""


def _known_to(rule: Rule) -> set[str] | None:
    """Give the facts of what a rule is about; None for kinds of resources, which have whatever their body has."""
    if rule.on == ("container",):
        return _CONTAINER
    return _WORKLOAD if rule.on == ("workload",) else None
