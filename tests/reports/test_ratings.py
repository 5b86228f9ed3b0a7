from dataclasses import replace

import pytest
from tests.reports.sample_report import FINDINGS

from plimsoll.model.finding import Evidence, SeverityEvidence
from plimsoll.model.severity import Severity
from plimsoll.reports.ratings import Cvss, cvss_of, severity_score

V2 = "AV:N/AC:L/Au:N/C:P/I:N/A:N"
V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V40 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
RATINGS = [
    ("high", Cvss()),
    ("not yet assigned", Cvss()),
    ("", Cvss()),
    (f"CVSS 2 5.0 {V2}", Cvss(method="CVSSv2", vector=V2, score=5.0)),
    (f"CVSS 3 9.8 {V31}", Cvss(method="CVSSv31", vector=V31, score=9.8)),
    (f"CVSS 4 10.0 {V40}", Cvss(method="CVSSv4", vector=V40, score=10.0)),
    (V31.replace("3.1", "3.0"), Cvss(method="CVSSv3", vector=V31.replace("3.1", "3.0"))),
    ("CVSS 3 7.5", Cvss(score=7.5)),
    ("version 1.2.3", Cvss()),
]


@pytest.mark.parametrize(("rating", "cvss"), RATINGS)
def test_a_rating_gives_what_it_holds(rating: str, cvss: Cvss) -> None:
    assert cvss_of(rating) == cvss


def rated(severity: Severity, score: str, *, is_used: bool) -> float:
    evidence = SeverityEvidence(source="nvd", rating=f"CVSS 3 {score} {V31}", severity=severity, used=is_used)
    return severity_score(replace(FINDINGS[0], severity=severity, evidence=Evidence(severities=(evidence,))))


def test_the_number_is_the_score_that_decided() -> None:
    assert rated(Severity.HIGH, "7.1", is_used=True) == 7.1


def test_without_one_it_is_the_middle_of_the_band() -> None:
    assert rated(Severity.HIGH, "7.1", is_used=False) == 8.0
    assert rated(Severity.LOW, "7.1", is_used=True) == 2.0


def test_a_score_of_cvss_2_that_tools_would_band_otherwise_is_the_middle() -> None:
    assert rated(Severity.HIGH, "10.0", is_used=True) == 8.0
    assert rated(Severity.HIGH, "7.5", is_used=True) == 7.5
    assert rated(Severity.LOW, "0.0", is_used=True) == 2.0


@pytest.mark.parametrize("severity", [each for each in Severity if each is not Severity.UNKNOWN])
def test_the_middle_lies_in_its_band(severity: Severity) -> None:
    finding = replace(FINDINGS[0], severity=severity, evidence=Evidence())
    expected = Severity.LOW if severity is Severity.NEGLIGIBLE else severity  # CVSS has no band below low but 0.0
    assert Severity.of_cvss(severity_score(finding), 3) is expected
