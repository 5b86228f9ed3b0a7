"""The order of Dart's packages, and what it refuses."""

from itertools import pairwise

import pytest

from plimsoll.errors import VersionRefusedError
from plimsoll.versions.pub import PUB

ASCENDING = [
    *("0.0.0", "1.0.0-0", "1.0.0-1", "1.0.0-1.0", "1.0.0-2", "1.0.0-192", "1.0.0--", "1.0.0-0a", "1.0.0-A"),
    *("1.0.0-alpha", "1.0.0-alpha+1", "1.0.0-alpha+a", "1.0.0-alpha.1", "1.0.0-alpha.b", "1.0.0-rc.2", "1.0.0-rc.11"),
    *("1.0.0", "1.0.0+0", "1.0.0+0.0", "1.0.0+1", "1.0.0+1.a", "1.0.0+192", "1.0.0+1a", "1.0.0+B", "1.0.0+b", "1.0.1"),
    *("1.2.0", "1.10.0", "2.0.0", "191.0.0", "192.0.0", "20240131.0.0"),
]


def test_every_kind_of_part_has_its_place() -> None:
    ascending = sorted(ASCENDING, key=PUB.key)
    assert [pair for pair in pairwise(ascending) if PUB.compare(*pair) >= 0] == []
    assert ascending == ASCENDING


@pytest.mark.parametrize(
    "equal",
    [("1", "1.0", "1.0.0", "v1.0.0", "01.00.0"), ("1-rc.1+2", "v1.0-rc.01+02", "1.0.0-rc.1+2")],
    ids=lambda equal: equal[0],
)
def test_versions_that_mean_the_same_are_equal(equal: tuple[str, ...]) -> None:
    assert {PUB.key(version) for version in equal} == {PUB.key(equal[0])}
    assert {PUB.compare(left, right) for left in equal for right in equal} == {0}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1.2.3", "01 02 03 04 00"),
        ("300.0.1+7", "c2012c 00 01 04 0207 01"),
        ("1.2.3-RC.1+b.2", "01 02 03 03524300 0201 01 036200 0202 01"),
    ],
)
def test_a_key_is_encoded_as_specified(text: str, key: str) -> None:
    assert PUB.key(text).hex() == key.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "1.0.0 ",
            "1.0.0\n",
            "1\x00",
            "V1.0.0",
            "vv1.0.0",
            "1.",
            ".1",
            "1..2",
            "1.2.3.4",
            "1.0.0-",
            "1.0.0+",
        ),
        *("1.0.0-a..b", "1.0.0-a.", "1.0.0+a+b", "1.0.0b1", "1.0.0-a_b", "-1.0.0", "any", "^1.0.0", "\u0661.0.0"),
        *("1.0.\uff11", "1.0.0-\u00e9", "1.0.0\udc80", "1" * 5000),
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(VersionRefusedError):
        PUB.key(text)
    with pytest.raises(VersionRefusedError):
        PUB.compare(text, "1.0.0")
    with pytest.raises(VersionRefusedError):
        PUB.compare("1.0.0", text)


@pytest.mark.parametrize(
    ("text", "lower", "higher"),
    [
        ("1.0." + "9" * 200, "1.0." + "8" * 200, "1.0.1" + "0" * 200),
        ("1.0.0-" + "9" * 200, "1.0.0-" + "9" * 199, "1.0.0-a"),
        ("1.0.0+" + "9" * 200, "1.0.0+" + "9" * 199, "1.0.0+a"),
    ],
)
def test_what_has_no_key_is_still_compared(text: str, lower: str, higher: str) -> None:
    with pytest.raises(VersionRefusedError):
        PUB.key(text)
    assert PUB.compare(lower, text) < 0 < PUB.compare(higher, text)
    assert PUB.compare(text, text) == 0
