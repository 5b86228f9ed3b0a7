"""The order of rpm's packages, and what it refuses."""

from itertools import pairwise

import pytest

from plimsoll.errors import VersionRefusedError
from plimsoll.versions.rpm import RPM

ASCENDING = [
    *("a", "1~~", "1~", "1~rc1", "1", "1-~1", "1-0", "1-1", "1-1.el8", "1-1.el9", "1-1.el9_3", "1-1.1", "1-2", "1^"),
    *("1^a", "1^git1~pre", "1^git1", "1^20240131", "1.Z", "1.a", "1.ab", "1.b", "1.0~rc1", "1.0", "1.0.a", "1.0.0"),
    *("1.1", "1.111", "1.112", "1.191", "1.192", "1.255", "1.256", "1.20240131", f"1.{10**33}", f"1.{10**34}", "2"),
    *("1:0.1", "191:0", "192:0"),
]


def test_every_kind_of_run_has_its_place() -> None:
    keys = [RPM.key(version) for version in ASCENDING]
    assert keys == sorted(keys)
    assert [pair for pair in pairwise(ASCENDING) if RPM.compare(*pair) >= 0] == []
    assert [pair for pair in pairwise(ASCENDING) if RPM.key(pair[0]) >= RPM.key(pair[1])] == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1", "00 81 02"),
        ("1.2-3", "00 8182 02 83 02"),
        ("1:1.0~rc1^2-1.el9_3", "01 8180 01 726300 81 03 82 02 81 656c00 89 83 02"),
        ("300:111.112.192.256", "c2012c ef f170 f1c0 f20100 02"),
        (f"1.{256**13 - 1}", "00 81 fd" + "ff" * 13 + "02"),
        (f"1.{256**13}", "00 81 fe0e01" + "00" * 13 + "02"),
        ("_.+", "00 02"),
    ],
)
def test_a_key_is_encoded_as_specified(text: str, key: str) -> None:
    assert RPM.key(text).hex() == key.replace(" ", "")


@pytest.mark.parametrize(
    ("left", "right"),
    [("1.0", "1_0"), ("1.0", "0:1.0"), ("1.01", "1.1"), ("1.a", "1a"), ("1.0", "1..0."), ("1-1.el9", "1-1el9")],
)
def test_separators_and_zeros_in_front_do_not_count(left: str, right: str) -> None:
    assert RPM.compare(left, right) == 0
    assert RPM.key(left) == RPM.key(right)


def test_a_bound_without_release_counts_every_release_as_fixed_and_none_of_the_version_before() -> None:
    fixed = RPM.key("1:3.0.7")
    assert RPM.key("1:3.0.6-99.el9") < fixed <= RPM.key("1:3.0.7-0.1.el9")
    assert RPM.key("1:3.0.7~rc1-1.el9") < fixed


@pytest.mark.parametrize("text", ["", "-", "-1", "0:", ":", "1\x00", "1:-1", "1" * 5000])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(VersionRefusedError):
        RPM.key(text)
    with pytest.raises(VersionRefusedError):
        RPM.compare(text, "1")
    with pytest.raises(VersionRefusedError):
        RPM.compare("1", text)


@pytest.mark.parametrize(
    ("text", "lower", "higher"),
    [
        ("1.2-", "1.2", "1.2-1"),
        ("1-2-3", "1-2", "1.2-4"),
        ("a:1", "a", "a.2"),
        (":1.5", "1.4", "1.6"),
        ("1.5\n", "1.4", "1.6"),
        ("1.\u0661", "1~", "1.1"),
        ("1.\u00e9a", "1", "1.b"),
        ("1.5\udc80", "1.4", "1.6"),
        ("1.5/6", "1.5", "1.7"),
        ("9" * 200 + ":1", "8" * 200 + ":2", "1" + "0" * 200 + ":0"),
        ("1." + "9" * 200, "1." + "8" * 200, "1.1" + "0" * 200),
        ("1.0-" + "9" * 200, "1.0-" + "9" * 199, "1.0-9" + "0" * 200),
    ],
)
def test_what_has_no_key_is_still_compared(text: str, lower: str, higher: str) -> None:
    with pytest.raises(VersionRefusedError):
        RPM.key(text)
    assert RPM.compare(lower, text) < 0 < RPM.compare(higher, text)
    assert RPM.compare(text, text) == 0
