"""How bad a finding is, on one scale for every kind of finding."""

from enum import StrEnum


class Severity(StrEnum):
    """The vendor's rating, else the CVSS band, else unknown (treated as medium by gates and score)."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEGLIGIBLE = "negligible"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """4 for critical down to 0 for negligible; unknown ranks as medium."""
        return _RANK[self]

    @classmethod
    def of_cvss(cls, score: float, version: int) -> "Severity":
        """Give the qualitative band of a base score, 0.0 to 10.0, of CVSS 2, 3 or 4.

        Source: CVSS v3.1 specification, section 5, and CVSS v4.0 specification, section 6, where a score of 0.0
        ("none" there) is negligible here; for CVSS 2 the bands of the National Vulnerability Database
        (https://nvd.nist.gov/vuln-metrics/cvss), which know neither critical nor none.
        """
        for floor, severity in _BANDS_OF_CVSS_2 if version == 2 else _BANDS:
            if score >= floor:
                return severity
        return cls.NEGLIGIBLE


_RANK = {
    Severity.CRITICAL: 4,
    Severity.HIGH: 3,
    Severity.MEDIUM: 2,
    Severity.UNKNOWN: 2,
    Severity.LOW: 1,
    Severity.NEGLIGIBLE: 0,
}
_BANDS = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
_BANDS_OF_CVSS_2 = ((7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.0, Severity.LOW))
