"""What the score promises, whatever is found (design, idea 4)."""

import random
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.compliance.score import fix_of, score, what_if
from plimsoll.model.check import CheckResult, CheckState
from plimsoll.model.finding import Finding, FindingKind, Vulnerability, WaiverMark
from plimsoll.model.score import Score
from plimsoll.model.severity import Severity

T = TypeVar("T")

PACKAGES = ("bash", "glibc", "openssl", "zlib")
RULES = ("no-root", "no-privileged", "read-only")
KEYS = tuple(f"deb/debian/{name}" for name in PACKAGES)
MARK = WaiverMark(id="*", reason="accepted", owner="ops")


@dataclass(frozen=True, kw_only=True)
class World:
    """All that a score is made of. A rule has one severity and one likelihood, as in the product."""

    findings: tuple[Finding, ...]
    checks: tuple[CheckResult, ...]
    unmeasured: dict[str, str] = field(default_factory=dict)
    stale: dict[str, int] = field(default_factory=dict)
    undetermined: tuple[Finding, ...] = ()
    unread: tuple[tuple[str, int], ...] = ()

    def score(self) -> Score:
        return score(
            self.findings,
            self.checks,
            unmeasured=self.unmeasured,
            stale=self.stale,
            undetermined=self.undetermined,
            unread=self.unread,
            measured_anything=True,
        )


def severity_of(rule: str) -> Severity:
    return {"no-root": Severity.HIGH, "no-privileged": Severity.CRITICAL, "read-only": Severity.LOW}[rule]


def ruled(rule: str) -> Finding:
    return Finding(
        id=f"misconfiguration:Container/web:{rule}",
        kind=FindingKind.MISCONFIGURATION,
        severity=severity_of(rule),
        subject="image",
        title=rule,
        rule=rule,
    )


def checked(rule: str, state: CheckState) -> CheckResult:
    likelihood = 1.0 if rule == "no-privileged" else 0.2
    return CheckResult(rule=rule, subject="image", state=state, severity=severity_of(rule), likelihood=likelihood)


@st.composite
def vulnerabilities(draw: st.DrawFn) -> Finding:
    package, number = draw(st.sampled_from(PACKAGES)), draw(st.integers(1, 99_999))
    epss = draw(st.none() | st.floats(0, 1))
    return Finding(
        id=f"vulnerability:deb/debian/{package}:CVE-2024-{number:04}",
        kind=FindingKind.VULNERABILITY,
        severity=draw(st.sampled_from(Severity)),
        subject="image",
        title="a vulnerability",
        vulnerability=Vulnerability(id=f"CVE-2024-{number:04}", epss=epss, exploited=draw(st.booleans())),
    )


anything_found = vulnerabilities() | st.sampled_from(RULES).map(ruled)
checks = st.builds(checked, st.sampled_from(RULES), st.sampled_from(CheckState))
worlds = st.builds(
    World,
    findings=st.lists(anything_found, max_size=12).map(tuple),
    checks=st.lists(checks, max_size=8).map(tuple),
    unmeasured=st.dictionaries(st.sampled_from(KEYS), st.just("no feed")),
    stale=st.dictionaries(st.sampled_from(KEYS), st.integers(31, 5000)),
    undetermined=st.lists(vulnerabilities(), max_size=4).map(tuple),
    unread=st.lists(st.tuples(st.sampled_from(("npm", "wheel")), st.integers(0, 500)), max_size=3).map(tuple),
)


def ends(result: Score) -> tuple[float, float]:
    assert result.low is not None
    assert result.high is not None
    return result.low, result.high


@given(worlds)
def test_the_low_end_is_never_over_the_high_end(world: World) -> None:
    low, high = ends(world.score())
    assert 0 < low <= high <= 100


@given(worlds, anything_found)
def test_adding_a_finding_never_raises_either_end(world: World, found: Finding) -> None:
    low, high = ends(world.score())
    worse_low, worse_high = ends(replace(world, findings=(*world.findings, found)).score())
    assert worse_low <= low
    assert worse_high <= high


@given(worlds, vulnerabilities(), st.sampled_from(KEYS), st.integers(31, 5000))
def test_adding_what_was_not_measured_never_raises_the_low_end_nor_moves_the_high_one(
    world: World, possible: Finding, key: str, days: int
) -> None:
    low, high = ends(world.score())
    for worse in (
        replace(world, undetermined=(*world.undetermined, possible)),
        replace(world, unmeasured={**world.unmeasured, key: "no feed"}),
        replace(world, stale={**world.stale, key: max(days, world.stale.get(key, 0))}),
        replace(world, unread=(*world.unread, ("jar", days))),
        replace(world, checks=(*world.checks, checked("no-root", CheckState.NOT_MEASURED))),
    ):
        worse_low, same_high = ends(worse.score())
        assert worse_low <= low
        assert same_high == high


@given(worlds, st.integers())
def test_order_moves_not_one_bit(world: World, seed: int) -> None:
    shuffled = random.Random(seed)

    def mixed(things: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(shuffled.sample(things, len(things)))

    other = World(
        findings=mixed(world.findings),
        checks=mixed(world.checks),
        unmeasured=dict(mixed(tuple(world.unmeasured.items()))),
        stale=dict(mixed(tuple(world.stale.items()))),
        undetermined=mixed(world.undetermined),
        unread=mixed(world.unread),
    )
    assert other.score() == world.score()


@given(worlds, st.data())
def test_what_if_equals_the_score_of_a_world_without_these_fixes(world: World, data: st.DataObject) -> None:
    result = world.score()
    names = [part.fix for part in result.parts]
    gone = data.draw(st.sets(st.sampled_from(names)) if names else st.just(set[str]()))
    rest = World(
        findings=tuple(found for found in world.findings if fix_of(found, world.checks) not in gone),
        checks=tuple(one for one in world.checks if f"check:{one.subject}:{one.rule}" not in gone),
        unmeasured={key: why for key, why in world.unmeasured.items() if f"unmeasured:{key}" not in gone},
        # What is unmeasured hides that it is stale; only without the whole package neither counts.
        stale={
            key: days for key, days in world.stale.items() if f"stale:{key}" not in gone and key not in world.unmeasured
        },
        undetermined=tuple(found for found in world.undetermined if fix_of(found, world.checks) not in gone),
        unread=tuple((label, count) for label, count in world.unread if f"unread:{label}" not in gone),
    )
    assert what_if(result, gone) == rest.score()


@given(worlds, st.sampled_from(RULES), st.booleans())
def test_measuring_a_check_never_widens_the_range(world: World, rule: str, fails: bool) -> None:  # noqa: FBT001 - drawn
    unknown = replace(world, checks=(*world.checks, checked(rule, CheckState.NOT_MEASURED)))
    known = replace(
        world,
        checks=(*world.checks, checked(rule, CheckState.FAIL if fails else CheckState.PASS)),
        findings=(*world.findings, ruled(rule)) if fails else world.findings,
    )
    low, high = ends(unknown.score())
    measured_low, measured_high = ends(known.score())
    rounding = 1e-12
    assert measured_high - measured_low <= high - low + rounding
    assert measured_high <= high


@given(worlds)
def test_a_waiver_never_changes_the_score(world: World) -> None:
    waived = replace(world, findings=tuple(replace(found, waiver=MARK) for found in world.findings))
    assert waived.score() == world.score()
