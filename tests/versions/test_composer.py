"""The order of Composer's packages, where it departs from plain `version_compare`, and what it refuses."""

from itertools import pairwise

import pytest

from plimsoll.errors import VersionRefusedError
from plimsoll.versions.composer import COMPOSER

ASCENDING = [
    *("0", "1-dev", "1.0.0-alpha", "1.0a0", "1.0.0-alpha1-dev", "1.0-alpha1", "1.0.0.0-alpha.1.1", "1.0-alpha.2"),
    *("1-beta", "1-beta1", "1-RC", "1-RC1-dev", "1-rc.1", "1-rc2", "1", "1.0.0.0.0", "1-p", "1-p1", "1.0.0-patch2"),
    *("1.0.0.1", "1.0.1", "1.1", "1.10", "1.10.x-dev", "1.x-dev", "2", "191", "192", "20240131"),
]


def sign(a: bytes, b: bytes) -> int:
    return (a > b) - (a < b)


def test_every_kind_of_part_has_its_place() -> None:
    ascending = sorted(ASCENDING, key=COMPOSER.key)
    assert [pair for pair in pairwise(ascending) if COMPOSER.compare(*pair) >= 0] == []
    assert ascending == ASCENDING


@pytest.mark.parametrize(
    "equal",
    [
        ("1", "1.0", "1.0.0.0", "v1", "V1.0", "01", "1.0.0+build.1", "1.0-stable", "1.0.0stable"),
        ("1.0.0-RC1", "1.0.0rc1", "1.0.0.rc.1", "1.0_RC-1", "v1.0.0.0-Rc1", "1.0.0-rc1+170613"),
        ("1-a1", "1-alpha1", "1.0-ALPHA.1"),
        ("1-b", "1.0.0-beta"),
        ("1-pl1", "1-p1", "1-patch.1"),
        ("1.x-dev", "1.X-DEV", "v1.x.x-dev", "1.*.dev", "1.9999999.9999999.9999999-dev"),
        ("2017-08-18", "2017.8.18"),
        ("4.3-2RC1", "4.3.2-rc1"),
    ],
    ids=lambda equal: equal[0],
)
def test_versions_that_mean_the_same_are_equal(equal: tuple[str, ...]) -> None:
    assert {COMPOSER.key(version) for version in equal} == {COMPOSER.key(equal[0])}
    assert {COMPOSER.compare(left, right) for left in equal for right in equal} == {0}


@pytest.mark.parametrize(
    ("left", "order", "right"),
    [
        # The source of the vectors compares as they stand, where a missing number is below `beta`, and case counts.
        ("v3.0", 1, "v3.0.0-beta"),
        ("v4-beta4", 1, "v4.0-alpha"),
        ("v1.9.0-ALPHA.1", -1, "v1.9.0-BETA.1"),
        ("v1.9.0-ALPHA.2", -1, "v1.9.0-BETA.2"),
        # What Composer refuses, as PHP orders it.
        ("6.0.0-GM", -1, "6.0.0-dev"),
        ("6.0.0-GM", 1, "5.4.4"),
        ("4.4.1-lts", 0, "4.4.1-contentFiles"),
        ("1.0.0-M1", -1, "1.0.0-M2"),
        ("3.5.2.post1", 1, "3.5.2"),
    ],
)
def test_versions_are_ordered_as_composer_reads_them(left: str, order: int, right: str) -> None:
    assert COMPOSER.compare(left, right) == order == -COMPOSER.compare(right, left)
    assert sign(COMPOSER.key(left), COMPOSER.key(right)) == order


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1.2", "2001 2002 2000 2000 10"),
        ("300.0.0.4-RC1", "20c2012c 2000 2000 2004 05 2001 10"),
        ("v1.2.3-beta.2-dev", "2001 2002 2003 2000 04 2002 02 10"),
        ("1.2-p1", "2001 2002 2000 2000 30 2001 10"),
    ],
)
def test_a_key_is_encoded_as_specified(text: str, key: str) -> None:
    assert COMPOSER.key(text).hex() == key.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1 0", "1\n", "1\x00", "v", "-", "\u0661", "\uff11", "1.\u00e9", "1\udc80", "1.0-\u017ftable"),
        *("dev-main as 1.0", "1" * 5000),
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(VersionRefusedError):
        COMPOSER.key(text)
    with pytest.raises(VersionRefusedError):
        COMPOSER.compare(text, "1")
    with pytest.raises(VersionRefusedError):
        COMPOSER.compare("1", text)


@pytest.mark.parametrize(
    ("text", "lower", "higher"),
    [
        ("dev-foo", "xyz", "1.26.0"),
        ("dev-main", "main", "0"),
        ("1.0@dev", "0.9", "1.0.0-dev"),
        ("1..2", "1.1", "1.3"),
        ("1." + "9" * 200, "1." + "8" * 200, "1.1" + "0" * 200),
        ("1.0-RC" + "9" * 200, "1.0-RC" + "9" * 199, "1.0"),
    ],
)
def test_what_has_no_key_is_still_compared(text: str, lower: str, higher: str) -> None:
    with pytest.raises(VersionRefusedError):
        COMPOSER.key(text)
    assert COMPOSER.compare(lower, text) < 0 < COMPOSER.compare(higher, text)
    assert COMPOSER.compare(text, text) == 0
