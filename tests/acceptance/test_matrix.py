"""The same container, written for every platform, gives the same findings: an executed matrix.

Each case says which rules fail, and every platform must give exactly these: as far as a rule is about the platform,
and but for the differences that are listed here with their reasons. A platform that cannot say what a case is about
says why. So nothing is left out silently, and any two platforms agree.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from plimsoll.checks.catalogue import rules
from plimsoll.checks.judge import Judge
from plimsoll.model.check import CheckState
from plimsoll.pipeline.estate import estate_of, platforms
from plimsoll.pipeline.images import with_images

CASES = Path(__file__).with_name("matrix")
PLATFORMS = ("compose", "swarm", "kubernetes", "marathon", "run", "inspect")
NOTHING = frozenset(
    {
        "image-without-digest",
        "low-user-id",
        "no-capabilities-dropped",
        "no-cpu-limit",
        "no-healthcheck-runtime",
        "no-memory-limit",
        "no-new-privileges-off",
        "no-pids-limit",
        "raw-sockets-kept",
        "root-group",
        "root-user-container",
        "unapproved-registry",
        "writable-rootfs",
    }
)
"""The rules that fail where nothing is said, of an image that says nothing either."""


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


class Case(NamedTuple):
    """One container, by platform; `fails` and `unmeasured` are the rules expected."""

    name: str
    fails: frozenset[str]
    unmeasured: frozenset[str]
    mended: frozenset[str]
    explicit: frozenset[str]
    texts: Mapping[str, str]
    cannot: Mapping[str, str]
    unsaid: Mapping[str, frozenset[str]]


def cases() -> Iterator[Case]:
    yield case_of({"name": "nothing is said", **dict.fromkeys(PLATFORMS, "")})
    for path in sorted(CASES.glob("*.toml")):
        yield from map(case_of, tomllib.loads(path.read_text())["case"])


def case_of(row: dict[str, Any]) -> Case:
    mended = frozenset(row.get("mends", ()))
    fails = row["fails"] if "fails" in row else (NOTHING - mended) | frozenset(row.get("adds", ()))
    return Case(
        name=row["name"],
        fails=frozenset(fails),
        unmeasured=frozenset(row.get("unmeasured", ())),
        mended=mended,
        explicit=frozenset(row.get("explicit", ())),
        texts={platform: row[platform] for platform in PLATFORMS if platform in row},
        cannot=row.get("cannot", {}),
        unsaid={platform: frozenset(said["rules"]) for platform, said in row.get("unsaid", {}).items()},
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


@cache
def judge() -> Judge:
    return Judge(rule for rule in rules().values() if len(rule.platforms) > 1)


@cache
def judged(platform: str, text: str, *, image_is_known: bool = True) -> Mapping[CheckState, frozenset[str]]:
    """Give the rules by what they say of a text, of which nothing may be a riddle."""
    estate = estate_of([("example", platforms()[platform].frame(text))], platform)
    assert len(estate.workloads) == 1
    assert not estate.gaps
    if image_is_known:
        names = [container.image.value for workload in estate.workloads for container in workload.containers]
        estate = with_images(estate, {name: {"Cmd": ["app"]} for name in names})
    found: dict[CheckState, set[str]] = {state: set() for state in CheckState}
    for judgement in judge().judge(estate):
        found[judgement.state].add(judgement.rule.id)
    return {state: frozenset(ids) for state, ids in found.items()}


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
