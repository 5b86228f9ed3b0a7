"""Matching against the reference comparison, statement by statement, in any order."""

import random

from hypothesis import given
from hypothesis import strategies as st
from tests.bookworm import AS_OF, package, says, supported, tracker
from tests.knowledge_in_memory import InMemoryKnowledge

from plimsoll.errors import VersionRefusedError
from plimsoll.findings.match import match
from plimsoll.model.package import Package
from plimsoll.model.statement import State, Statement
from plimsoll.versions.schemes import scheme

SOURCES = ("bash", "glibc", "openssl")
VERSIONS = ("1.0-1", "1.0-1+deb12u1", "1.0~rc1-1", "1:0.9-1", "2.0-1", f"1.{'9' * 200}-1", "no version")
AFFECTING = {State.AFFECTED, State.WILL_NOT_FIX, State.DEFERRED}

packages = st.builds(
    package,
    name=st.sampled_from(("a", "b", "c", "d")),
    version=st.just("1"),
    source=st.sampled_from(SOURCES),
    source_version=st.sampled_from(VERSIONS),
    layer=st.sampled_from(("sha256:1", "sha256:2")),
)
statements = st.builds(
    says,
    source=st.sampled_from(SOURCES),
    vulnerability=st.sampled_from(("CVE-2024-0001", "CVE-2024-0002")),
    lo=st.sampled_from(("", *VERSIONS)),
    hi=st.none() | st.sampled_from(VERSIONS),
    hi_inclusive=st.booleans(),
    state=st.sampled_from(State),
)


def holds(version: str, statement: Statement) -> bool | None:
    """Say whether the interval holds the version, by the reference comparison; None if that has no answer."""
    compare = scheme("dpkg").compare
    answers: list[bool | None] = []
    for bound, is_low in ((statement.lo or None, True), (statement.hi, False)):
        try:
            sign = -1 if bound is None else compare(bound, version) if is_low else compare(version, bound)
        except VersionRefusedError:
            answers.append(None)
        else:
            answers.append(sign < 0 or (sign == 0 and (is_low or statement.hi_inclusive)))
    if False in answers:
        return False
    if None in answers and statement.hi_inclusive and statement.lo == statement.hi:
        return version == statement.lo  # a listed version
    return None if None in answers else True


@given(st.lists(packages, min_size=1, max_size=8), st.lists(statements, max_size=8), st.integers())
def test_the_order_of_packages_changes_nothing(installed: list[Package], said: list[Statement], seed: int) -> None:
    base = InMemoryKnowledge([tracker(*said)])
    mixed = random.Random(seed).sample(installed, len(installed))
    given_order = match("image", installed, base, supported, AS_OF)
    assert match("image", mixed, base, supported, AS_OF) == given_order


@given(st.lists(packages, min_size=1, max_size=8), st.lists(statements, max_size=8))
def test_findings_and_doubts_are_those_of_the_reference_comparison(
    installed: list[Package], said: list[Statement]
) -> None:
    result = match("image", installed, InMemoryKnowledge([tracker(*said)]), supported, AS_OF)
    certain: set[str] = set()
    doubtful: set[str] = set()
    for one in installed:
        for statement in said:
            answer = holds(one.source_version, statement) if statement.package == one.source else False
            if answer is False or statement.state is State.NOT_AFFECTED:
                continue
            is_certain = answer and statement.state in AFFECTING
            (certain if is_certain else doubtful).add(f"vulnerability:{one.key}:{statement.vulnerability}")
    assert {finding.id for finding in result.findings} == certain
    assert {finding.id for finding in result.undetermined} == doubtful - certain
    assert all(finding.evidence.statements for finding in (*result.findings, *result.undetermined))
    assert bool(doubtful) == bool(result.gaps)


@given(st.lists(packages, min_size=1, max_size=8), st.lists(statements, max_size=8))
def test_ids_are_unique_and_in_order(installed: list[Package], said: list[Statement]) -> None:
    result = match("image", installed, InMemoryKnowledge([tracker(*said)]), supported, AS_OF)
    ids = [finding.id for finding in result.findings]
    assert ids == sorted(set(ids))
