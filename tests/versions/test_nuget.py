"""The order of NuGet's packages, and what it refuses."""

from itertools import pairwise

import pytest

from plimsoll.errors import VersionRefusedError
from plimsoll.versions.nuget import NUGET

ASCENDING = [
    *("0", "0.0.0.1", "1-0", "1.0-1", "1.0.0-1.0", "1-2", "1-192", "1.0.0.0--", "1-0a", "1.0-ALPHA", "1-alpha.1"),
    *("1-alpha.1.0", "1-alpha.b", "1-alpha-", "1-beta", "1-beta.2", "1-beta.11", "1-rc1", "1.0", "1.0.0.1-alpha"),
    *("1.0.0.1", "1.0.1", "1.2", "1.10", "2", "191", "192", "20240131"),
]


def test_every_kind_of_part_has_its_place() -> None:
    ascending = sorted(ASCENDING, key=NUGET.key)
    assert [pair for pair in pairwise(ascending) if NUGET.compare(*pair) >= 0] == []
    assert ascending == ASCENDING


@pytest.mark.parametrize(
    "equal",
    [
        ("1", "1.0", "1.0.0", "1.0.0.0", "01.00", "1+a", "1.0+A.b-1"),
        ("1-rc.1", "1.0-RC.1", "1.0.0-Rc.01", "1.0.0.0-rC.1+x"),
    ],
    ids=lambda equal: equal[0],
)
def test_versions_that_mean_the_same_are_equal(equal: tuple[str, ...]) -> None:
    assert {NUGET.key(version) for version in equal} == {NUGET.key(equal[0])}
    assert {NUGET.compare(left, right) for left in equal for right in equal} == {0}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1.2", "01 02 00 00 04"),
        ("300.0.0.4+x", "c2012c 00 00 04 04"),
        ("1.2.3-RC.1", "01 02 03 00 03726300 0201 01"),
    ],
)
def test_a_key_is_encoded_as_specified(text: str, key: str) -> None:
    assert NUGET.key(text).hex() == key.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1 0", "1\n", "1\x00", "v1", "1.", ".1", "1..2", "1.2.3.4.5", "1-", "1-a..b", "1-a.", "1+", "1+a+b"),
        *("1.0.0b1", "1-a_b", "-1", "*", "1.*", "[1.0]", "\u0661", "1.\uff11", "1-\u00e9", "1\udc80", "1-\u212a"),
        "1" * 5000,
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(VersionRefusedError):
        NUGET.key(text)
    with pytest.raises(VersionRefusedError):
        NUGET.compare(text, "1")
    with pytest.raises(VersionRefusedError):
        NUGET.compare("1", text)


@pytest.mark.parametrize(
    ("text", "lower", "higher"),
    [
        ("1." + "9" * 200, "1." + "8" * 200, "1.1" + "0" * 200),
        ("1-" + "9" * 200, "1-" + "9" * 199, "1-a"),
    ],
)
def test_what_has_no_key_is_still_compared(text: str, lower: str, higher: str) -> None:
    with pytest.raises(VersionRefusedError):
        NUGET.key(text)
    assert NUGET.compare(lower, text) < 0 < NUGET.compare(higher, text)
    assert NUGET.compare(text, text) == 0
