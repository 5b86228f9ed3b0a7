"""The order of Ruby's packages, and what it refuses."""

from itertools import pairwise

import pytest

from plimsoll.errors import VersionRefusedError
from plimsoll.versions.gem import GEM

ASCENDING = [
    *("0.a", "0", "0.0.1", "0.1", "1.A", "1.a.b", "1.a.0.b", "1.a.0.0.b", "1.a", "1.a.0.1", "1.a.1", "1.a.2", "1.a.10"),
    *("1.a.192", "1.ab", "1.b", "1.beta1", "1-1", "1.rc1", "1", "1.0.1.a", "1.0.1", "1.1.a", "1.1", "1.9", "1.10"),
    *("1.191", "1.192", "1.20240131", "2", "192"),
]


def test_every_kind_of_segment_has_its_place() -> None:
    keys = [GEM.key(version) for version in ASCENDING]
    assert keys == sorted(keys)
    assert [pair for pair in pairwise(ASCENDING) if GEM.compare(*pair) >= 0] == []
    assert [pair for pair in pairwise(ASCENDING) if GEM.key(pair[0]) >= GEM.key(pair[1])] == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("0", "04"),
        ("1.2.0", "0501 0502 04"),
        ("1.0.300.0", "0501 0500 05c2012c 04"),
        ("1.0.rc1", "0501 02726300 0501 04"),
        ("1.0-a.0.0.b.0.2.0", "0501 0270726500 026100 0302 026200 0500 0502 04"),
    ],
)
def test_a_key_is_encoded_as_specified(text: str, key: str) -> None:
    assert GEM.key(text).hex() == key.replace(" ", "")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1", "1.0.0"),
        ("1.0.a", "1.a"),
        ("1.a.0", "1.a"),
        ("1.a1", "1.a.1"),
        ("1.01", "1.1"),
        ("1-1", "1.pre.1"),
        ("1--", "1.pre.pre"),
        ("1.0.0.a0.0", "1.a"),
    ],
)
def test_zeros_that_nothing_follows_and_hyphens_are_normalised(left: str, right: str) -> None:
    assert GEM.compare(left, right) == 0
    assert GEM.key(left) == GEM.key(right)


@pytest.mark.parametrize(
    "text",
    [
        *("v1", "a", "1a", ".1", "1.", "1..2", "1-", "1.a_b", "1+2", "1 2", "-1", "1.2-a.", "1.2-.a", "1\x00", "~> 1"),
        *("\u0661", "\uff11", "1.\u00e9", "1\udc80", "1" * 5000),
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(VersionRefusedError):
        GEM.key(text)
    with pytest.raises(VersionRefusedError):
        GEM.compare(text, "1")
    with pytest.raises(VersionRefusedError):
        GEM.compare("1", text)


@pytest.mark.parametrize(
    ("text", "lower", "higher"),
    [
        ("", "0.a", "0.1"),
        (" 1.5\n", "1.4", "1.6"),
        ("1." + "9" * 200, "1." + "8" * 200, "1.1" + "0" * 200),
        ("1.a." + "9" * 200, "1.a." + "9" * 199, "1.a.9" + "0" * 200),
    ],
)
def test_what_has_no_key_is_still_compared(text: str, lower: str, higher: str) -> None:
    with pytest.raises(VersionRefusedError):
        GEM.key(text)
    assert GEM.compare(lower, text) < 0 < GEM.compare(higher, text)
    assert GEM.compare(text, text) == 0
