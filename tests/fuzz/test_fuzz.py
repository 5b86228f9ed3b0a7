"""Every parser survives damaged input: some cases each time, more where it is a parser's turn.

PLIMSOLL_FUZZ_SECONDS (three minutes in CI) is shared out among a few parsers per run, other ones each day. A case
that ever crashed one is kept in tests/data/crashes/<target>/ and runs again each time.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from tests.fuzz.campaign import CrashError, Target, attempt, campaign
from tests.fuzz.targets import targets

TARGETS: Final = targets()
CRASHES: Final = Path(__file__).parents[1] / "data" / "crashes"
SECONDS: Final = float(os.environ.get("PLIMSOLL_FUZZ_SECONDS") or 0)
SHARE: Final = 20.0
"""Seconds that a parser gets when it is its turn."""
ALWAYS: Final = 300
"""Cases that every parser gets."""


def whose_turn(today: int, names: list[str], seconds: float) -> set[str]:
    """Give the parsers that get a share today; all have had one after len(names) / (seconds / SHARE) days."""
    turns = min(len(names), int(seconds / SHARE))
    return {names[(today * turns + number) % len(names)] for number in range(turns)}


TODAY: Final = datetime.now(UTC).date().toordinal()
TURN: Final = whose_turn(TODAY, list(TARGETS), SECONDS)


@pytest.mark.fuzz
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_damaged_input_gives_a_result_or_a_clear_error(target: Target) -> None:
    outcome = campaign(target, TODAY, ALWAYS, SHARE if target.name in TURN else 0)
    assert outcome.cases >= ALWAYS


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_undamaged_input_is_accepted(target: Target) -> None:
    for seed in target.seeds:
        if seed != b"{}":
            assert not attempt(target, seed)


def test_what_crashed_once_does_not_crash_again() -> None:
    for crash in sorted(CRASHES.glob("*/*")):
        attempt(TARGETS[crash.parent.name], crash.read_bytes())


def test_every_parser_has_its_turn() -> None:
    names = [str(number) for number in range(23)]
    had = set[str]().union(*(whose_turn(TODAY + day, names, 180) for day in range(3)))
    assert had == set(names)
    assert len(whose_turn(TODAY, names, 180)) == 9


def test_a_crash_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.campaign.KEPT", tmp_path)
    fragile = Target(name="fragile", seeds=(b"12",), run=int)
    with pytest.raises(CrashError, match="ValueError"):
        campaign(fragile, 1, 10_000, 0)
    assert list(tmp_path.iterdir())
