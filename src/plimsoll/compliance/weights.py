"""The weights of the score: `weights.toml`, read once and checked."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from plimsoll.errors import PlimsollError
from plimsoll.model.finding import FindingKind
from plimsoll.model.severity import Severity

Key = TypeVar("Key", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The table in force. `severity` and `kinds` have an entry for every severity and every rule-made kind."""

    severity: Mapping[Severity, float]
    kinds: Mapping[FindingKind, float]
    exploited: float
    epss_floor: float
    no_epss: float
    unmeasured: float
    stale_full_days: float

    def of_vulnerability(self, severity: Severity, epss: float | None, *, exploited: bool) -> float:
        """Give the mass of a vulnerability; `epss` is a probability, 0.0 to 1.0, or None."""
        if exploited:
            likelihood = self.exploited
        elif epss is None:
            likelihood = self.no_epss
        else:
            likelihood = max(self.epss_floor, math.sqrt(epss))
        return self.severity[severity] * likelihood


@cache
def weights() -> Weights:
    """Give the weights that Plimsoll ships. Raises PlimsollError if the table is damaged."""
    return read_weights(Path(__file__).with_name("weights.toml").read_text(encoding="utf-8"))


def read_weights(text: str) -> Weights:
    """Read a table of weights. Raises PlimsollError naming the key that is missing, unknown or no number over 0."""
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlimsollError(f"weights.toml cannot be read: {error}", advice="Install Plimsoll again.") from error
    _expect(table, {"severity", "likelihood", "estimate"}, "weights.toml")
    rule_made: list[FindingKind] = [kind for kind in FindingKind if kind is not FindingKind.VULNERABILITY]
    likelihood = dict(_table(table, "likelihood"))
    kinds = _numbers({"kinds": likelihood.pop("kinds", None)}, "kinds", rule_made)
    severity = _numbers(table, "severity", list(Severity))
    scale = _numbers({"likelihood": likelihood}, "likelihood", ["exploited", "epss_floor", "no_epss"])
    estimate = _numbers(table, "estimate", ["unmeasured", "stale_full_days"])
    _expect_worse_weighs_more(severity)
    return Weights(severity=severity, kinds=kinds, **scale, **estimate)


def _numbers(table: Mapping[str, object], name: str, keys: list[Key]) -> dict[Key, float]:
    values = _table(table, name)
    _expect(values, set(keys), name)
    return {key: _positive(values[key], f"{name}.{key}") for key in keys}


def _table(table: Mapping[str, object], name: str) -> Mapping[str, object]:
    values = table.get(name)
    if not isinstance(values, dict):
        raise PlimsollError(f"weights.toml: {name} must be a table", advice="Install Plimsoll again.")
    return values


def _expect(values: Mapping[str, object], keys: set[str], name: str) -> None:
    if wrong := sorted(set(values) ^ keys):
        raise PlimsollError(f"{name}: missing or unknown: {', '.join(wrong)}", advice="Install Plimsoll again.")


def _positive(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise PlimsollError(f"{name} must be a number over 0, not {value!r}", advice="Install Plimsoll again.")
    return float(value)


def _expect_worse_weighs_more(severity: Mapping[Severity, float]) -> None:
    """Refuse a table where a milder rating weighs more: worse news could then raise the score."""
    for worse in Severity:
        for milder in Severity:
            if worse.rank >= milder.rank and severity[worse] < severity[milder]:
                raise PlimsollError(f"severity: {worse} must weigh at least as much as {milder}")
