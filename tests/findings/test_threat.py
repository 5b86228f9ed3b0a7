from plimsoll.findings.threat import ratings, severity_of
from plimsoll.model.knowledge import Threat
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Rating


def rated(version: int, score: float) -> tuple[str, Rating]:
    return "nvd", Rating(vulnerability="CVE-2010-0001", version=version, score=score, vector="")


def test_a_score_of_cvss_2_is_banded_as_such() -> None:
    threat = Threat(ratings=(rated(2, 10.0),))
    assert severity_of((), threat) is Severity.HIGH
    assert [(one.severity, one.used) for one in ratings((), (), threat)] == [(Severity.HIGH, True)]


def test_the_newer_version_decides() -> None:
    threat = Threat(ratings=(rated(2, 10.0), rated(3, 9.8)))
    assert severity_of((), threat) is Severity.CRITICAL
    assert [one.severity for one in ratings((), (), threat)] == [Severity.CRITICAL, Severity.HIGH]
