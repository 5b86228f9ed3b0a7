"""The order of Maven's versions, where it departs from Maven 3.9, and what it refuses."""

from itertools import pairwise

import pytest

from plimsoll.errors import VersionRefusedError
from plimsoll.versions.maven import MAVEN

ASCENDING = [
    *("alpha", "0", "foo", "0-1", "0.0.1", "1-alpha-SNAPSHOT", "1-alpha", "1-alpha-1", "1-alpha2", "1-alpha.1"),
    *(
        "1-beta",
        "1-milestone",
        "1-rc-SNAPSHOT",
        "1.rc",
        "1rc1",
        "1-rc2",
        "1-SNAPSHOT",
        "1",
        "1-sp",
        "1-sp-1",
        "1_1",
        "1-a",
    ),
    *("1-abc", "1.foo", "1-foo-1", "1-foo.1", "1-m", "1-0-1", "1-1", "1-1-1", "1-1.1", "1-2", "1.0.1", "1.1"),
    *("1.10", "2", "191", "192", "20240131"),
]


def sign(a: bytes, b: bytes) -> int:
    return (a > b) - (a < b)


def test_every_kind_of_part_has_its_place() -> None:
    ascending = sorted(ASCENDING, key=MAVEN.key)
    assert [pair for pair in pairwise(ascending) if MAVEN.compare(*pair) >= 0] == []
    assert ascending == ASCENDING


@pytest.mark.parametrize(
    "equal",
    [
        (
            "1",
            "1.0",
            "1.0.0",
            "1-0",
            "1.",
            "1-",
            "1.-",
            "1.0-0.0",
            "01",
            "1-ga",
            "1.Final",
            "1.0.0.RELEASE",
            "1-final-ga",
        ),
        ("1-rc", "1rc", "1.rc", "1.0-RC", "1-cr", "1.0.0.CR", "1--rc", "1-0-rc", "1-ga-rc", "1.0.rc"),
        ("1a1", "1-alpha-1", "1.0.Alpha1", "1.alpha-1"),
        ("1b1", "1-beta-1"),
        ("1m1", "1-milestone-1"),
        ("1-1", "1.0-1", "1.0.0-1"),
        ("1-x-1", "1.x1", "1x1", "1.X-1"),
        ("0", "0.0", "-", ".", "ga", "final-0"),
    ],
    ids=lambda equal: equal[0],
)
def test_versions_that_mean_the_same_are_equal(equal: tuple[str, ...]) -> None:
    assert {MAVEN.key(version) for version in equal} == {MAVEN.key(equal[0])}
    assert {MAVEN.compare(left, right) for left in equal for right in equal} == {0}


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("1-a-1", "1-b"),  # a hyphen after `a`: it is no alpha
        ("1", "1-a-1"),
        ("0.0.0-2022-10-31T00-42-12-322ba6b9", "0.0.0-2022-10-31T07-00-43-71eccd49"),
        ("0.0.0-2021-12-06T00-08-57-89a33731", "0.0.0-2021-12-06T03-21-21-abbb8564"),
        ("2.17.0", "2.17.1"),
        ("2.3.31.1", "2.3.34"),
        ("31.1-android", "31.1-jre"),
        ("9.4.43.v20210629", "9.4.44.v20210927"),
        ("1.4.0-beta4", "1.4.0"),
        ("5.3.0.RELEASE", "5.3.1"),
        ("2.0.SP1", "2.0.1"),
    ],
)
def test_real_versions_are_ordered(lower: str, higher: str) -> None:
    assert MAVEN.compare(lower, higher) < 0 < MAVEN.compare(higher, lower)
    assert MAVEN.key(lower) < MAVEN.key(higher)


@pytest.mark.parametrize(
    ("left", "order", "right"),
    [
        # Maven 3.9 agrees with us: the source of the vectors follows an older rule, `.qualifier` below `-qualifier`.
        ("1.0.0-RC16", 1, "1.0.0.RC8-beta"),
        ("2.9.0-1", 1, "2.9.0.RC1"),
        ("1.0.0rc0", 1, "1.0.beta8"),
        ("1.5.9.RC1", 1, "1.5.9-RC0"),
        ("1.2.60.sec10", 1, "1.2.60_noneautotype"),
        ("1.2.8.sec10_noneautotype", 1, "1.2.8_noneautotype"),
        # Maven 3.9 has the opposite order, but a qualifier between dots has no place in it; Maven 4 agrees with us.
        ("3.6.2.FL.20090615", 1, "3.6.2-FL-2009-05-11"),
        ("3.5.0-CR-2", 1, "3.5.0.Beta-1"),
        ("2.1.0.rc.2", -1, "2.1.0-rc.3"),
        # An empty part before a qualifier, which Maven 3.9 puts above all qualifiers.
        ("1.4.0--rc182.9eb947470fcf", -1, "1.4.0"),
    ],
)
def test_a_qualifier_after_a_dot_is_one_after_a_hyphen(left: str, order: int, right: str) -> None:
    assert MAVEN.compare(left, right) == order == -MAVEN.compare(right, left)
    assert sign(MAVEN.key(left), MAVEN.key(right)) == order


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1.2", "6001 6002 10"),
        ("1.0-alpha-1", "6001 01 5001 10"),
        ("1.0-0-1", "6001 5000 5001 10"),
        ("300.0.1.Final", "60c2012c 6000 6001 10"),
        ("2-foo.sp", "6002 40666f6f00 30 10"),
        ("0", "10"),
    ],
)
def test_a_key_is_encoded_as_specified(text: str, key: str) -> None:
    assert MAVEN.key(text).hex() == key.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1 0", "1\n", "1\x00", "1\x7f", "1:1", "1/2", "1\\2", "${version}", "[1,2)", "1,2", "1*", "<1"),
        *("\u0661", "\uff11", "1.\u00e9", "1\udc80", "2\ufffd.1.0", "1" * 5000),
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(VersionRefusedError):
        MAVEN.key(text)
    with pytest.raises(VersionRefusedError):
        MAVEN.compare(text, "1")
    with pytest.raises(VersionRefusedError):
        MAVEN.compare("1", text)


@pytest.mark.parametrize(
    ("text", "lower", "higher"),
    [
        ("1." + "9" * 200, "1." + "8" * 200, "1.1" + "0" * 200),
        ("1-rc" + "9" * 200, "1-rc" + "9" * 199, "1"),
    ],
)
def test_what_has_no_key_is_still_compared(text: str, lower: str, higher: str) -> None:
    with pytest.raises(VersionRefusedError):
        MAVEN.key(text)
    assert MAVEN.compare(lower, text) < 0 < MAVEN.compare(higher, text)
    assert MAVEN.compare(text, text) == 0


def test_a_version_of_a_thousand_levels_is_compared() -> None:
    deep = "1" + "-1" * 2000
    assert MAVEN.compare(deep, deep + "-1") == -1
    assert MAVEN.key(deep) < MAVEN.key(deep + "-1")
