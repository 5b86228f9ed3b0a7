import pytest

from plimsoll.model.severity import Severity


@pytest.mark.parametrize(
    ("score", "of_2", "of_3"),
    [
        (0.0, "low", "negligible"),
        (0.1, "low", "low"),
        (3.9, "low", "low"),
        (4.0, "medium", "medium"),
        (6.9, "medium", "medium"),
        (7.0, "high", "high"),
        (8.9, "high", "high"),
        (9.0, "high", "critical"),
        (10.0, "high", "critical"),
    ],
)
def test_the_bands_are_those_of_the_version(score: float, of_2: str, of_3: str) -> None:
    assert [Severity.of_cvss(score, version).value for version in (2, 3, 4)] == [of_2, of_3, of_3]
