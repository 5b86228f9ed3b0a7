"""Judging pieces of configuration by single rules, for the tests of rules on isolation."""

from pathlib import Path
from typing import NamedTuple

from plimsoll.checks.judge import Judge
from plimsoll.checks.rows import read_rows
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.fact import dotted
from plimsoll.model.rule import Rule
from plimsoll.pipeline.estate import estate_of, platforms
from plimsoll.pipeline.examples import wrong_examples

ROWS = Path(__file__).parents[2] / "src" / "plimsoll" / "checks" / "workload"


class Said(NamedTuple):
    """What a rule says: which state, at which place as people write it, and what was found there."""

    state: CheckState
    at: str = ""
    value: str = ""


def rules_of(file: str) -> dict[str, Rule]:
    """Read the rows of a file."""
    return {rule.id: rule for rule in read_rows((ROWS / file).read_bytes(), file)}


def wrong_in(file: str) -> list[str]:
    """Say which examples of the rows of a file do not hold."""
    return list(wrong_examples(rules_of(file).values()))


def framed(platform: str, text: str) -> Estate:
    """Read a piece of configuration, put into a whole one as examples are."""
    chosen = platforms()[platform]
    return estate_of([("given", chosen.frame(text))], platform)


def said_of(estate: Estate, rule: Rule) -> list[Said]:
    """Judge an estate by one rule, and give all but passes."""
    return [
        Said(each.state, dotted(each.verdict.at), each.verdict.value)
        for each in Judge([rule]).judge(estate)
        if each.state is not CheckState.PASS
    ]


def failures(platform: str, text: str, rule: Rule) -> list[tuple[str, str]]:
    """Give place and value of each failure of a rule on a piece of configuration."""
    return [(each.at, each.value) for each in said_of(framed(platform, text), rule) if each.state is CheckState.FAIL]


def unmeasured(platform: str, text: str, rule: Rule) -> list[str]:
    """Give the place of each thing that a rule could not measure."""
    found = said_of(framed(platform, text), rule)
    return [each.at for each in found if each.state is CheckState.NOT_MEASURED]
