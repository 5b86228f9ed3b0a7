"""The order of Python's packages, and what it refuses."""

from itertools import pairwise

import pytest

from plimsoll.errors import VersionRefusedError
from plimsoll.versions.pep440 import PEP440

ASCENDING = [
    *("0.dev0", "0", "0.1", "1.dev0", "1.dev1", "1.dev192", "1a0.dev1", "1a0", "1a0.post0.dev1", "1a0.post0", "1a1"),
    *("1a192", "1b0", "1rc0.dev1", "1rc0", "1rc1", "1", "1+a", "1+a.b", "1+a.0", "1+ab", "1+b", "1+0", "1+0.a"),
    *("1+0.0", "1+1", "1.post0.dev1", "1.post0", "1.post0+a", "1.post1", "1.0.0.1", "1.1a0", "1.1", "1.10", "1.191"),
    *("1.192", "1.20240131", "2", "2024.1", "1!0.dev0", "1!0", "192!0"),
]


def test_every_part_has_its_place() -> None:
    keys = [PEP440.key(version) for version in ASCENDING]
    assert keys == sorted(keys)
    assert [pair for pair in pairwise(ASCENDING) if PEP440.compare(*pair) >= 0] == []
    assert [pair for pair in pairwise(ASCENDING) if PEP440.key(pair[0]) >= PEP440.key(pair[1])] == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1.2", "00 0201 0202 01 ff 00 ff 00"),
        ("0", "00 01 ff 00 ff 00"),
        ("1!300.0.0", "01 02c2012c 01 ff 00 ff 00"),
        ("1rc2.post3.dev4", "00 0201 01 6302 0103 0104 00"),
        ("1.dev4", "00 0201 01 02 00 0104 00"),
        ("1.0.1+ubuntu.1", "00 0201 0200 0201 01 ff 00 ff 027562756e747500 0301 01"),
    ],
)
def test_a_key_is_encoded_as_specified(text: str, key: str) -> None:
    assert PEP440.key(text).hex() == key.replace(" ", "")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1.0", "1"),
        ("1.0.0", "v1.0"),
        ("V1.0", "0!1"),
        ("1.01", "1.1"),
        ("1.0ALPHA1", "1.0a1"),
        ("1.0-beta.2", "1.0b2"),
        ("1.0_c3", "1.0rc3"),
        ("1.0.pre", "1.0rc0"),
        ("1.0preview4", "1.0-rc-4"),
        ("1.0-1", "1.0.post1"),
        ("1.0rev2", "1.0_r2"),
        ("1.0post", "1.0.post0"),
        ("1.0DEV", "1.0.dev0"),
        ("1.0+Ubuntu-1_2", "1.0+ubuntu.1.2"),
        ("1.0+01", "1.0+1"),
    ],
)
def test_other_spellings_are_equal(left: str, right: str) -> None:
    assert PEP440.compare(left, right) == 0
    assert PEP440.key(left) == PEP440.key(right)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "v", "a1", "1.", ".1", "1..2", "1a1a2", "1.dev1.post1", "1.post1a1", "1-a-1-2-3", "1+", "1+."),
        *("1+_a", "1+a..b", "1+a+b", "1!", "!1", "1!2!3", "-1", "1 0", "1\x00", "1.2d", "2.0-final", "trunk", "==1.0"),
        *("1.*", "\u0661", "\uff11", "1.\u00e9", "1po\u017ft1", "1\u212a", "1\udc80", "1" * 5000),
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(VersionRefusedError):
        PEP440.key(text)
    with pytest.raises(VersionRefusedError):
        PEP440.compare(text, "1")
    with pytest.raises(VersionRefusedError):
        PEP440.compare("1", text)


@pytest.mark.parametrize(
    ("text", "lower", "higher"),
    [
        (" 1.5\n", "1.4", "1.6"),
        ("1." + "9" * 200, "1." + "8" * 200, "1.1" + "0" * 200),
        ("1.dev" + "9" * 200, "1.dev" + "9" * 199, "1.dev9" + "0" * 200),
        ("1+" + "9" * 200, "1+" + "9" * 199, "1+9" + "0" * 200),
    ],
)
def test_what_has_no_key_is_still_compared(text: str, lower: str, higher: str) -> None:
    with pytest.raises(VersionRefusedError):
        PEP440.key(text)
    assert PEP440.compare(lower, text) < 0 < PEP440.compare(higher, text)
    assert PEP440.compare(text, text) == 0
