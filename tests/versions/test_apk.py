"""The order of Alpine's packages, and what it refuses."""

from itertools import pairwise

import pytest

from plimsoll.errors import VersionRefusedError
from plimsoll.versions.apk import APK, MOST_ZEROS

ASCENDING = [
    *("1_alpha", "1_alpha1", "1_beta", "1_pre", "1_rc", "1_rc1", "1", "1-r0", "1-r1", "1~1f", "1~f0", "1_cvs"),
    *("1_svn", "1_git", "1_git-r0", "1_git~1f", "1_git20230120", "1_hg", "1_p", "1_p1_alpha", "1_p1", "1_p2", "1a"),
    *("1a_p1", "1a1", "1b", "1.00", "1.00_rc1", "1.001", "1.0", "1.0_rc1", "1.0-r0", "1.01", "1.02", "1.1", "1.10"),
    *("1.10.1", "2", "191", "192", "20240131"),
]


def test_every_kind_of_part_has_its_place() -> None:
    keys = [APK.key(version) for version in ASCENDING]
    assert keys == sorted(keys)
    assert [pair for pair in pairwise(ASCENDING) if APK.compare(*pair) >= 0] == []
    assert [pair for pair in pairwise(ASCENDING) if APK.key(pair[0]) >= APK.key(pair[1])] == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1", "01 10"),
        ("1.2.3-r4", "01 8002 8003 2004 10"),
        ("5.7.1p1_rc2", "05 8007 8001 5070 6001 04 3002 10"),
        ("1.0", "01 70fe 10"),
        ("1.0-r0", "01 70fe6000 2000 10"),
        ("1.002", "01 70fd6002 10"),
        ("1.5_git20~1f", "01 8005 43 3014 25316600 10"),
    ],
)
def test_a_key_is_encoded_as_specified(text: str, key: str) -> None:
    assert APK.key(text).hex() == key.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    ["", " ", "1 0", "1\n", "1\x00", "1:1", "1+1", "1/2", "\u0661", "\uff11", "1.\u00e9", "1\udc80", "1" * 5000],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(VersionRefusedError):
        APK.key(text)
    with pytest.raises(VersionRefusedError):
        APK.compare(text, "1")
    with pytest.raises(VersionRefusedError):
        APK.compare("1", text)


@pytest.mark.parametrize(
    ("text", "lower", "higher"),
    [
        ("1.2_foo", "1.2_rc1", "1.2"),
        ("1.2-r1-r2", "1.2-r1", "1.2-r2"),
        ("1.2ab", "1.2_p1", "1.2b"),
        ("1a2.3", "1a2", "1a3"),
        ("1." + "9" * 200, "1." + "8" * 200, "1.1" + "0" * 200),
        ("1.2-r" + "9" * 200, "1.2-r" + "9" * 199, "1.3"),
        ("1." + "0" * (MOST_ZEROS + 1) + "5", "1." + "0" * (MOST_ZEROS + 1) + "4", "1." + "0" * MOST_ZEROS + "1"),
    ],
)
def test_what_has_no_key_is_still_compared(text: str, lower: str, higher: str) -> None:
    with pytest.raises(VersionRefusedError):
        APK.key(text)
    assert APK.compare(lower, text) < 0 < APK.compare(higher, text)
    assert APK.compare(text, text) == 0


def test_as_many_zeros_as_fit_into_a_byte_have_a_key() -> None:
    most, fewer = APK.key("1." + "0" * MOST_ZEROS + "1"), APK.key("1." + "0" * (MOST_ZEROS - 1) + "1")
    assert most < fewer
