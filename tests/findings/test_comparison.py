import pytest
from tests.bookworm import says

from plimsoll.findings.comparison import Ruler, interval
from plimsoll.versions.schemes import scheme


@pytest.mark.parametrize(
    ("lo", "hi", "inclusive", "notation"),
    [
        ("", "1.2-3", False, "[0, 1.2-3)"),
        ("1.0-1", "1.2-3", True, "[1.0-1, 1.2-3]"),
        ("", None, False, "[0, ∞)"),
        ("1.0-1", None, False, "[1.0-1, ∞)"),
    ],
)
def test_an_interval_in_mathematical_notation(lo: str, hi: str | None, inclusive: bool, notation: str) -> None:  # noqa: FBT001 - a case
    assert interval(says("zlib", "CVE-2023-45853", hi, lo=lo, hi_inclusive=inclusive)) == notation


@pytest.mark.parametrize(
    ("version", "lo", "hi", "inclusive", "text", "holds"),
    [
        ("1.2-1", "", "1.2-3", False, "1.2-1 < 1.2-3", True),
        ("1.2-1", "1.0-1", "1.2-3", False, "1.0-1 ≤ 1.2-1 < 1.2-3", True),
        ("1.0-1", "1.0-1", None, False, "1.0-1 ≤ 1.0-1", True),
        ("1.2-3", "", "1.2-3", True, "1.2-3 ≤ 1.2-3", True),
        ("1.2-3", "", "1.2-3", False, "1.2-3 ≥ 1.2-3", False),
        ("0.9-1", "1.0-1", "1.2-3", False, "0.9-1 < 1.0-1", False),
        ("1.2-1", "", None, False, "1.2-1: every version", True),
        ("a b", "", "1.2-3", False, "a b cannot be compared with [0, 1.2-3)", None),
        ("1.2-1", "a b", "1.2-3", False, "1.2-1 cannot be compared with [a b, 1.2-3)", None),
        ("1.5-1", "a b", "1.2-3", False, "1.5-1 ≥ 1.2-3", False),
    ],
)
def test_both_bounds_are_compared(  # noqa: PLR0913, PLR0917 - columns of the table
    version: str,
    lo: str,
    hi: str | None,
    inclusive: bool,  # noqa: FBT001 - a case
    text: str,
    holds: bool | None,  # noqa: FBT001 - a case
) -> None:
    statement = says("zlib", "CVE-2023-45853", hi, lo=lo, hi_inclusive=inclusive)
    comparison = Ruler(scheme("dpkg")).compare(version, statement)
    assert (comparison.text, comparison.holds) == (text, holds)


def test_the_newest_version_is_none_where_two_have_no_order() -> None:
    ruler = Ruler(scheme("dpkg"))
    assert ruler.newest(["1.2-1", "1.10-1", "1.9-1"]) == "1.10-1"
    assert not ruler.newest(["1.2-1", "a b"])
