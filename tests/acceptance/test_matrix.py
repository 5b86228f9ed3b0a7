"""The same container, written for every platform, gives the same findings: an executed matrix.

Each case says which rules fail, and every platform must give exactly these: as far as a rule is about the platform,
and but for the differences that are listed here with their reasons. A platform that cannot say what a case is about
says why. So nothing is left out silently, and any two platforms agree.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import pytest
from tests.acceptance.matrix.cases import PLATFORMS, Case, cases, judge, judged

from plimsoll.checks.catalogue import rules
from plimsoll.model.check import CheckState
from plimsoll.pipeline.estate import estate_of, platforms


class Difference(NamedTuple):
    """What one platform does by default, unlike the others: a rule that fails there, or passes, though nothing is said.

    It does not hold in a case that lists `unless` in its `explicit`.
    """

    platform: str
    rule: str
    unless: str
    reason: str
    fails: bool


DIFFERENCES = (
    *(
        Difference(platform, "default-bridge-used", "network", "Docker's default is a shared bridge", fails=True)
        for platform in ("run", "inspect", "marathon")
    ),
    Difference("swarm", "restart-policy-unbounded", "restart", "a swarm restarts without end by default", fails=True),
    Difference("marathon", "no-memory-limit", "memory", "what an app asks for is its limit, else 128 MiB", fails=False),
    Difference("marathon", "no-cpu-limit", "cpu", "what an app asks for is its limit, else one core", fails=False),
)


EVERY = tuple(cases())
WRITTEN = [(case, platform) for case in EVERY for platform in case.texts]


def expected(case: Case, platform: str, named: frozenset[str]) -> frozenset[str]:
    """Give those of the rules that are about a platform, with its differences."""
    found = set(named - case.unsaid.get(platform, frozenset()))
    for difference in DIFFERENCES:
        if difference.platform == platform and difference.unless not in case.explicit and named is case.fails:
            (found.add if difference.fails else found.discard)(difference.rule)
    return frozenset(rule for rule in found if platform in rules()[rule].platforms)


@pytest.mark.parametrize(("case", "platform"), WRITTEN, ids=[f"{case.name}-{platform}" for case, platform in WRITTEN])
def test_every_platform_gives_the_same_findings(case: Case, platform: str) -> None:
    found = judged(platform, case.texts[platform])
    assert found[CheckState.FAIL] == expected(case, platform, case.fails)
    assert found[CheckState.NOT_MEASURED] == expected(case, platform, case.unmeasured)


@pytest.mark.parametrize("case", EVERY, ids=[case.name for case in EVERY])
def test_any_two_platforms_agree(case: Case) -> None:
    for first, second in combinations(case.texts, 2):
        both = {rule.id for rule in rules().values() if {first, second} <= set(rule.platforms)}
        one, other = (judged(platform, case.texts[platform])[CheckState.FAIL] & both for platform in (first, second))
        assert one ^ other <= justified(case, first) | justified(case, second), (first, second)


@pytest.mark.parametrize("case", EVERY, ids=[case.name for case in EVERY])
def test_failures_are_told_apart_by_the_same_words(case: Case) -> None:
    """The ids of findings have these words. Kubernetes tells of volumes and of what mounts them, so it has more."""
    told = {platform: details(platform, text) for platform, text in case.texts.items() if platform != "kubernetes"}
    for first, second in combinations(told, 2):
        for rule in told[first].keys() & told[second].keys():
            assert told[first][rule] == told[second][rule], (rule, first, second)


@pytest.mark.parametrize("case", EVERY, ids=[case.name for case in EVERY])
def test_what_a_platform_cannot_say_has_a_reason(case: Case) -> None:
    assert set(case.texts) | set(case.cannot) == set(PLATFORMS)
    assert not set(case.texts) & set(case.cannot)
    assert all(case.cannot.values())


def test_every_difference_has_a_reason_and_is_one() -> None:
    nothing = EVERY[0]
    for difference in DIFFERENCES:
        assert difference.reason
        assert difference.fails is (difference.rule not in nothing.fails)
        assert (difference.rule in judged(difference.platform, "")[CheckState.FAIL]) is difference.fails


def test_every_rule_about_several_platforms_fails_somewhere() -> None:
    failing = {rule for case, platform in WRITTEN for rule in judged(platform, case.texts[platform])[CheckState.FAIL]}
    assert failing == {rule.id for rule in rules().values() if len(rule.platforms) > 1}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_an_image_decides_is_not_guessed(platform: str) -> None:
    """Where the image was not read, the same rules are not measured everywhere, but for what is known without it."""
    left = {"root-user-container", "low-user-id", "root-group", "low-group-id", "no-healthcheck-runtime"}
    known = {"kubernetes": {"no-healthcheck-runtime"}, "inspect": left}
    found = judged(platform, "", image_is_known=False)
    assert found[CheckState.NOT_MEASURED] == left - known.get(platform, set())
    assert found[CheckState.FAIL] == judged(platform, "")[CheckState.FAIL] - found[CheckState.NOT_MEASURED]


def justified(case: Case, platform: str) -> frozenset[str]:
    by_default = {each.rule for each in DIFFERENCES if each.platform == platform and each.unless not in case.explicit}
    return case.unsaid.get(platform, frozenset()) | by_default


def details(platform: str, text: str) -> Mapping[str, Sequence[str]]:
    """Give, for each rule that fails, what tells its failures apart."""
    found: dict[str, list[str]] = {}
    for judgement in judge().judge(estate_of([("example", platforms()[platform].frame(text))], platform)):
        if judgement.state is CheckState.FAIL:
            found.setdefault(judgement.rule.id, []).append(judgement.verdict.detail)
    return {rule: sorted(words) for rule, words in found.items()}
