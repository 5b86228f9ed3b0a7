"""Judging small pieces of configuration by one shipped rule."""

from functools import cache
from importlib.resources import files

from plimsoll.checks.judge import Judge
from plimsoll.checks.rows import read_rows
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.fact import dotted
from plimsoll.model.rule import Judgement, Rule
from plimsoll.pipeline.estate import estate_of, platforms
from plimsoll.pipeline.examples import wrong_examples


@cache
def rules_of(name: str) -> dict[str, Rule]:
    """Give the rules of one file of rows, by id."""
    data = files("plimsoll.checks.workload").joinpath(name).read_bytes()
    return {rule.id: rule for rule in read_rows(data, name)}


def wrong(name: str) -> list[str]:
    """Say what is wrong with the examples of a file of rows."""
    return list(wrong_examples(rules_of(name).values()))


def estate(platform: str, *texts: str) -> Estate:
    """Make an estate of pieces of configuration of one platform."""
    door = platforms()[platform]
    return estate_of(((f"{number}", door.frame(text)) for number, text in enumerate(texts)), platform)


def judged(rule: Rule, of: Estate) -> list[Judgement]:
    """Judge an estate by one rule."""
    return list(Judge([rule]).judge(of))


def places(rule: Rule, of: Estate) -> list[str]:
    """Give where a rule fails, as people write it."""
    return [dotted(each.verdict.at) for each in judged(rule, of) if each.state is CheckState.FAIL]


def states(rule: Rule, of: Estate) -> list[CheckState]:
    """Give the states in which a rule found what it was asked of."""
    return [each.state for each in judged(rule, of)]
