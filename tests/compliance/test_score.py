from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from plimsoll.compliance.score import fix_of, mass_of, score, what_if
from plimsoll.errors import UsageError
from plimsoll.model.check import CheckResult, CheckState
from plimsoll.model.finding import Finding, FindingKind, Vulnerability
from plimsoll.model.score import Part, Score
from plimsoll.model.severity import Severity


def vulnerability(package: str, name: str, severity: Severity, epss: float | None = None) -> Finding:
    return Finding(
        id=f"vulnerability:deb/debian/{package}:{name}",
        kind=FindingKind.VULNERABILITY,
        severity=severity,
        subject="image",
        title=name,
        vulnerability=Vulnerability(id=name, epss=epss),
    )


def ruled(rule: str = "no-root", severity: Severity = Severity.HIGH, kind: str = "misconfiguration") -> Finding:
    return Finding(
        id=f"{kind}:Container/web:{rule}",
        kind=FindingKind(kind),
        severity=severity,
        subject="image",
        title=rule,
        rule=rule,
    )


def check(state: CheckState, rule: str = "no-root", likelihood: float = 0.2) -> CheckResult:
    return CheckResult(rule=rule, subject="image", state=state, severity=Severity.HIGH, likelihood=likelihood)


def scored(  # noqa: PLR0913 - as `score`
    findings: Sequence[Finding] = (),
    checks: Sequence[CheckResult] = (),
    *,
    unmeasured: Mapping[str, str] | None = None,
    stale: Mapping[str, int] | None = None,
    undetermined: Sequence[Finding] = (),
    unread: Sequence[tuple[str, int]] = (),
    measured_anything: bool = True,
) -> Score:
    return score(
        findings,
        checks,
        unmeasured=unmeasured or {},
        stale=stale or {},
        undetermined=undetermined,
        unread=unread,
        measured_anything=measured_anything,
    )


OPENSSL = [
    vulnerability("openssl", "CVE-1", Severity.HIGH, 0.36),  # 5 x 0.6 = 3
    vulnerability("openssl", "CVE-2", Severity.CRITICAL, 0.16),  # 10 x 0.4 = 4
]
ZLIB = vulnerability("zlib", "CVE-3", Severity.CRITICAL, 0.25)  # 10 x 0.5 = 5


def test_nothing_wrong_is_a_hundred() -> None:
    assert scored() == Score(low=100, high=100, estimated=False)


def test_a_fix_weighs_the_norm_of_its_findings_and_fixes_add_up() -> None:
    result = scored([*OPENSSL, ZLIB])
    assert [(part.fix, part.mass_high, part.mass_low, part.findings) for part in result.parts] == [
        ("vulnerability:deb/debian/openssl", 5, 5, 2),
        ("vulnerability:deb/debian/zlib", 5, 5, 1),
    ]
    assert result.low == result.high == 100 / (1 + 10 / 20)


def test_undetermined_counts_in_its_fix_at_the_low_end_only() -> None:
    result = scored([OPENSSL[0]], undetermined=[OPENSSL[1]])
    (part,) = result.parts
    assert (part.mass_high, part.mass_low, part.findings, part.estimated) == (3, 5, 1, False)
    assert part.reason == "not measured, counted at the low end: 1"
    assert not result.estimated


def test_a_check_not_measured_counts_its_full_mass_at_the_low_end_within_its_fix() -> None:
    alone = scored(checks=[check(CheckState.NOT_MEASURED)])
    assert [(part.fix, part.mass_high, part.mass_low) for part in alone.parts] == [("check:image:no-root", 0, 1)]
    joined = scored([ruled()], [check(CheckState.FAIL), check(CheckState.NOT_MEASURED)])
    (part,) = joined.parts
    assert (part.fix, part.mass_high, part.mass_low) == ("check:image:no-root", 1, 2**0.5)


def test_pass_and_not_applicable_weigh_nothing() -> None:
    assert scored(checks=[check(CheckState.PASS), check(CheckState.NOT_APPLICABLE)]) == scored()


def test_a_failed_check_is_not_lost_where_nobody_made_a_finding_of_it() -> None:
    assert scored(checks=[check(CheckState.FAIL)]) == Score(
        low=100 / (1 + 1 / 20),
        high=100 / (1 + 1 / 20),
        estimated=False,
        parts=(Part(fix="check:image:no-root", mass_low=1, mass_high=1),),
    )


def test_one_finding_stands_for_one_failed_check() -> None:
    twice = [check(CheckState.FAIL), check(CheckState.FAIL)]
    (before,), (after,) = scored(checks=twice).parts, scored([ruled()], twice).parts
    assert before.mass_high == after.mass_high == 2**0.5
    mounts = [replace(ruled(), id=f"{ruled().id}@/{number}") for number in range(3)]
    (more,) = scored(mounts, twice).parts
    assert more.mass_high == 3**0.5


def test_a_finding_in_several_places_is_one_trouble() -> None:
    (once,), (often,) = scored([ruled()]).parts, scored([ruled(), ruled(), ruled()]).parts
    assert (once.mass_high, often.mass_high) == (once.mass_high, once.mass_high)
    assert often.findings == 3


def test_a_rule_says_its_likelihood_else_the_kind_does() -> None:
    exposed = check(CheckState.FAIL, likelihood=1.0)
    assert mass_of(ruled(), [exposed]) == 5
    assert mass_of(ruled()) == 1
    assert mass_of(ruled("aws-key", kind="secret")) == 5
    assert (fix_of(ruled(), [exposed]), fix_of(ruled())) == ("check:image:no-root", ruled().id)


def test_an_id_with_a_colon_still_names_its_package() -> None:
    assert fix_of(vulnerability("openssl", "RHSA-2024:1234", Severity.HIGH)) == "vulnerability:deb/debian/openssl"


def test_estimates_are_parts_of_their_own_and_called_so() -> None:
    result = scored(
        [ZLIB],
        unmeasured={"deb/debian/bash": "no feed speaks for it"},
        stale={"deb/debian/zlib": 73, "deb/debian/tar": 7300, "deb/debian/bash": 400},
        unread=[("npm", 3), ("wheel", 0)],
    )
    assert [(part.fix, part.mass_low, part.mass_high, part.estimated) for part in result.parts] == [
        ("vulnerability:deb/debian/zlib", 5, 5, False),
        ("unread:npm", 3, 0, True),
        ("stale:deb/debian/tar", 1, 0, True),
        ("unmeasured:deb/debian/bash", 1, 0, True),
        ("stale:deb/debian/zlib", 0.1, 0, True),
    ]
    assert result.estimated
    assert result.high == 100 / (1 + 5 / 20)
    assert result.low == pytest.approx(100 / (1 + 10.1 / 20))


def test_nothing_measured_is_no_number() -> None:
    result = scored(unmeasured={"deb/debian/bash": "the distribution is not known"}, measured_anything=False)
    assert (result.low, result.high, len(result.parts)) == (None, None, 1)
    assert what_if(result, ["unmeasured:deb/debian/bash"]) == Score(low=None, high=None, estimated=False)


def test_what_if_is_subtraction() -> None:
    result = scored([*OPENSSL, ZLIB])
    assert what_if(result, ["vulnerability:deb/debian/openssl"]) == scored([ZLIB])
    assert what_if(result, []) == result
    assert what_if(result, [part.fix for part in result.parts]) == scored()


def test_what_if_refuses_a_fix_that_is_no_part() -> None:
    with pytest.raises(UsageError, match="the score has no part 'vulnerability:deb/debian/opensll'"):
        what_if(scored(OPENSSL), ["vulnerability:deb/debian/opensll"])
