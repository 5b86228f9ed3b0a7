from dataclasses import replace

import pytest
from tests.reports.sample_report import FINDINGS, WAIVED, sample_report

from plimsoll.compliance.score import score as scored
from plimsoll.compliance.score import what_if
from plimsoll.model.finding import Evidence, Finding, StatementEvidence, Vulnerability
from plimsoll.model.report import Report
from plimsoll.model.score import Part, Score
from plimsoll.model.severity import Severity
from plimsoll.reports.fixes import Fix, first_fixes, urgency

GLIBC, _, OPENSSL, ZLIB, APT, NCURSES, ROOT_USER = FINDINGS


def report(*findings: Finding) -> Report:
    """Give a report of these findings with the score that they really have."""
    score = scored(findings, unmeasured={}, stale={}, measured_anything=True)
    return replace(sample_report(), findings=findings, score=score, checks=())


def only(*findings: Finding) -> Fix:
    (fix,) = first_fixes(report(*findings))
    return fix


def also(finding: Finding, name: str, fixed_in: str, scheme: str = "dpkg") -> Finding:
    """Give a finding of the same package for another vulnerability, fixed in another version."""
    statement = StatementEvidence(
        feed="f", feed_date="", advisory="", product="", state="", interval="", comparison="", scheme=scheme
    )
    return replace(
        finding,
        id=f"{finding.fix_key}:{name}",
        vulnerability=Vulnerability(id=name, fixed_in=fixed_in),
        evidence=Evidence(statements=(statement,)),
    )


def test_exploited_ones_come_first_then_the_heaviest() -> None:
    assert [fix.name for fix in first_fixes(sample_report())] == ["glibc", "openssl", "The image runs as root"]
    critical = replace(OPENSSL, severity=Severity.CRITICAL)
    assert [fix.name for fix in first_fixes(report(critical, GLIBC))] == ["glibc", "openssl"]
    assert [fix.name for fix in first_fixes(report(also(APT, "CVE-1", "3"), critical))] == ["openssl", "apt"]


def test_what_has_no_fix_matters_first_only_when_exploited() -> None:
    assert first_fixes(report(APT, NCURSES)) == []
    assert APT.vulnerability is not None
    exploited = replace(APT, vulnerability=replace(APT.vulnerability, exploited=True))
    fix = only(exploited)
    assert (fix.remedy, fix.score, fix.exploited) == ("", None, True)


def test_what_is_waived_asks_for_nothing() -> None:
    assert first_fixes(report(replace(GLIBC, waiver=WAIVED))) == []
    assert only(replace(GLIBC, waiver=WAIVED), also(GLIBC, "CVE-1", "9")).findings == 2


def test_the_gain_is_that_of_the_score_itself() -> None:
    whole = report(GLIBC, OPENSSL, ZLIB, APT)
    gains = {fix.name: fix.score for fix in first_fixes(whole)}
    assert gains == {
        "glibc": what_if(whole.score, ["vulnerability:deb/debian/glibc"]).low,
        "openssl": what_if(whole.score, ["vulnerability:deb/debian/openssl"]).low,
    }
    assert not any(fix.at_most for fix in first_fixes(whole))


def test_the_gain_is_at_most_that_where_some_findings_stay() -> None:
    assert only(GLIBC, also(GLIBC, "CVE-1", "")).at_most
    assert not only(GLIBC, also(GLIBC, "CVE-1", "9")).at_most


def test_findings_that_a_filter_hides_count_as_staying() -> None:
    whole = report(GLIBC, also(GLIBC, "CVE-1", "9"))
    (fix,) = first_fixes(replace(whole, findings=(GLIBC,), hidden=1))
    assert fix.at_most


def test_what_may_be_there_counts_as_staying() -> None:
    part = Part(fix=GLIBC.fix_key, mass_low=2.0, mass_high=1.0, findings=1)
    score = Score(low=90.9, high=95.2, estimated=False, parts=(part,))
    (fix,) = first_fixes(replace(report(GLIBC), score=score))
    assert fix.at_most


def test_without_a_score_there_is_no_gain() -> None:
    nothing = Score(low=None, high=None, estimated=False)
    (fix,) = first_fixes(replace(report(GLIBC), score=nothing))
    assert (fix.score, fix.mass, fix.at_most) == (None, 0.0, False)
    (fix,) = first_fixes(replace(report(GLIBC), score=replace(nothing, parts=report(GLIBC).score.parts)))
    assert fix.score is None


def test_a_fix_gathers_its_findings() -> None:
    fix = only(replace(GLIBC, severity=Severity.LOW), also(GLIBC, "CVE-1", "2.36-9+deb12u2"))
    assert fix.findings == 2
    assert fix.severity is Severity.HIGH
    assert fix.epss == 0.81422
    assert fix.explain == "CVE-2023-4911"  # exploited, though it is not the worst
    assert fix.exploited


NEWEST = [
    (["2.36-9+deb12u3", "2.36-9+deb12u10"], "dpkg", "2.36-9+deb12u10"),
    (["1:1", "9"], "dpkg", "1:1"),
    (["1", "2", "3"], "no-such-scheme", "3 versions"),
    (["1", "not a version"], "dpkg", "2 versions"),
    (["1", "1"], "no-such-scheme", "1"),
]


@pytest.mark.parametrize(("versions", "scheme", "remedy"), NEWEST)
def test_the_version_to_upgrade_to_has_all_the_fixes(versions: list[str], scheme: str, remedy: str) -> None:
    findings = [also(GLIBC, f"CVE-{number}", version, scheme) for number, version in enumerate(versions)]
    assert only(*findings).remedy == remedy


def test_a_rule_is_fixed_by_doing_what_it_says() -> None:
    fix = first_fixes(sample_report())[-1]
    assert (fix.name, fix.remedy, fix.explain) == (ROOT_USER.title, "Add a USER instruction.", ROOT_USER.id)
    assert fix.mass == 0.4


def test_urgency_is_exploited_then_severity_then_probability() -> None:
    assert GLIBC.vulnerability is not None
    unlikely = replace(GLIBC, vulnerability=replace(GLIBC.vulnerability, exploited=False, epss=None))
    order = sorted([APT, NCURSES, unlikely, OPENSSL, GLIBC, ZLIB], key=urgency)
    assert order == [GLIBC, ZLIB, OPENSSL, unlikely, NCURSES, APT]


def of_branches(name: str, fixed_in: str, *intervals: str) -> Finding:
    """Give a finding of one package whose vulnerability has these affected intervals."""
    finding = also(GLIBC, name, fixed_in, "maven")
    (said,) = finding.evidence.statements
    told = tuple(replace(said, interval=interval, state="affected") for interval in intervals)
    return replace(finding, evidence=Evidence(statements=told))


def test_the_fix_of_all_lies_in_no_branch_that_another_vulnerability_affects() -> None:
    of_2_12 = of_branches("CVE-2021-45046", "2.12.2", "[2.0-beta9, 2.12.2)", "[2.13.0, 2.16.0)")
    of_2_3 = of_branches("CVE-2021-45105", "2.3.1", "[2.0-beta9, 2.3.1)", "[2.4, 2.12.3)", "[2.13.0, 2.17.0)")
    last = of_branches("CVE-2021-44832", "2.3.2", "[2.0-beta7, 2.3.2)", "[2.4, 2.12.4)", "[2.13.0, 2.17.1)")
    assert only(of_2_3, last).remedy == "2.3.2"
    assert only(of_2_12, of_2_3).remedy == "2.12.3"
    assert only(of_2_12, of_2_3, last).remedy == "2.12.4"


def test_a_single_affected_version_between_branches_is_no_fix_of_all() -> None:
    one = of_branches("CVE-1", "2.4.4", "[0, 2.4.4)", "[2.4.5, 2.4.5]", "[2.4.6, 2.4.8)", "[3.0, 3.1)")
    two = of_branches("CVE-2", "2.4.5", "[0, 2.4.5)")
    assert only(one, two).remedy == "2.4.8"
    assert only(of_branches("CVE-1", "2", "[0, 2)", "[3, 3]"), of_branches("CVE-2", "3", "[0, 3)")).remedy == "3"


def test_an_interval_without_order_is_passed_over() -> None:
    odd = [
        replace(
            each, evidence=Evidence(statements=tuple(replace(s, scheme="pep440") for s in each.evidence.statements))
        )
        for each in (
            of_branches("CVE-1", "2.0", "[0, 2.0)", "[1.0, no version)"),
            of_branches("CVE-2", "3.0", "[0, 3.0)", "[3.0, 3.1)"),
        )
    ]
    assert only(*odd).remedy == "3.1"
