"""CVSS inside the ratings of a finding: vector, score and version, where the rating's words hold them."""

import re
from dataclasses import dataclass

from plimsoll.model.finding import Finding
from plimsoll.model.severity import Severity

_VECTOR = re.compile(r"(?:CVSS:(?P<version>[34]\.\d)/)?A[VC]:[A-Z](?:/[A-Za-z]{1,4}:[A-Z]{1,6})+")
_SCORE = re.compile(r"(?<![\w.:/])(?:10(?:\.0)?|\d\.\d)(?![\w.:/])")
_METHODS = {None: "CVSSv2", "3.0": "CVSSv3", "3.1": "CVSSv31", "4.0": "CVSSv4"}
_MIDDLE = {
    Severity.CRITICAL: 9.5,
    Severity.HIGH: 8.0,
    Severity.MEDIUM: 5.5,
    Severity.UNKNOWN: 5.5,
    Severity.LOW: 2.0,
    Severity.NEGLIGIBLE: 0.1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cvss:
    """What a rating says in CVSS. `method` is CycloneDX's word (`CVSSv31`), `score` 0.0 to 10.0."""

    method: str = "other"
    vector: str = ""
    score: float | None = None


def cvss_of(rating: str) -> Cvss:
    """Find a CVSS vector and a base score in the words of a rating; a vendor's word (`high`) has neither."""
    vector = _VECTOR.search(rating)
    score = _SCORE.search(rating if vector is None else rating.replace(vector[0], " "))
    method = _METHODS.get(vector["version"], "other") if vector else "other"
    return Cvss(method=method, vector=vector[0] if vector else "", score=float(score[0]) if score else None)


def severity_score(finding: Finding) -> float:
    """Give a number from 0.0 to 10.0 for tools that sort by one (`security-severity` of SARIF).

    It is the CVSS score where that decided the severity, else the middle of the severity's band. Such tools band it
    as CVSS 3, so a score of CVSS 2 counts only where both versions band it alike.
    """
    used = (cvss_of(rating.rating).score for rating in finding.evidence.severities if rating.used)
    score = next((score for score in used if score is not None), None)
    fits = score is not None and Severity.of_cvss(score, 3) is finding.severity
    return score if fits and score is not None else _MIDDLE[finding.severity]
