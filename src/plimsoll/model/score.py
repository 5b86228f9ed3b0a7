"""The score, with everything needed to recompute it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One addend of M: a fix, or an estimate for something not measured.

    `mass_high` goes into the high end of the score (what was found), `mass_low` into the low end (what was
    found and what was not measured); mass_low >= mass_high. `estimated` marks estimates (design, idea 4).
    """

    fix: str
    mass_low: float
    mass_high: float
    findings: int = 0
    estimated: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """score = 100 / (1 + M/20). `low` is the headline; both are None when nothing was measured.

    `estimated` says that the low end contains estimates. `parts` are sorted by descending mass_low.
    """

    low: float | None
    high: float | None
    estimated: bool
    parts: tuple[Part, ...] = ()


def value(mass: float) -> float:
    """Give the score of a total mass M >= 0: 100 for nothing, 50 for M = 20 (design, idea 4)."""
    return 100 / (1 + mass / 20)
