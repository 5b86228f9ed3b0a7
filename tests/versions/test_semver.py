"""The order of Semantic Versioning, as npm, Cargo, Hex and Go use it, and what it refuses."""

from itertools import pairwise

import pytest

from plimsoll.errors import VersionRefusedError
from plimsoll.versions.semver import SEMVER

ASCENDING = [
    *("0.0.0-0", "0.0.0-20240131101112-1a2b3c4d5e6f", "0.0.0", "0.0.1", "1.0.0-0", "1.0.0-1", "1.0.0-1.0", "1.0.0-2"),
    *("1.0.0-192", "1.0.0--", "1.0.0-0a", "1.0.0-A", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.1.1"),
    *("1.0.0-alpha.beta", "1.0.0-alpha-1", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"),
    *("1.0.1-0.20240131101112-1a2b3c4d5e6f", "1.0.1", "1.0.191", "1.0.192", "1.0.256", "1.1.0", "1.10.0", "2.0.0"),
]


def test_every_kind_of_identifier_has_its_place() -> None:
    keys = [SEMVER.key(version) for version in ASCENDING]
    assert keys == sorted(keys)
    assert [pair for pair in pairwise(ASCENDING) if SEMVER.compare(*pair) >= 0] == []
    assert [pair for pair in pairwise(ASCENDING) if SEMVER.key(pair[0]) >= SEMVER.key(pair[1])] == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1.2.3", "01 02 03 ff"),
        ("v300.0.1+incompatible", "c2012c 00 01 ff"),
        ("1.2.3-rc.1", "01 02 03 03726300 0201 01"),
        ("1.2.3-5-foo+build", "01 02 03 03352d666f6f00 01"),
        ("0", "00 00 00 ff"),
    ],
)
def test_a_key_is_encoded_as_specified(text: str, key: str) -> None:
    assert SEMVER.key(text).hex() == key.replace(" ", "")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1.2.3", "v1.2.3"),
        ("1", "1.0.0"),
        ("1.2", "1.2.0"),
        ("1.2-rc", "1.2.0-rc"),
        ("1.02.3-01", "1.2.3-1"),
        ("1.2.3+a.b-c", "1.2.3+"),
        ("go1.20.3", "1.20.3"),
        ("go1.21rc1", "1.21.0-rc.1"),
        ("1.21rc1", "v1.21.0-rc.1"),
        ("go1.9.2rc2", "1.9.2-rc.2"),
        ("go1.18beta1", "1.18.0-beta.1"),
        ("go1.20", "1.20.0"),
        ("go1", "1.0.0"),
        ("go1.21.3-bigcorp", "1.21.3"),
        ("go1.21rc3-bigcorp", "1.21.0-rc.3"),
    ],
)
def test_texts_that_mean_the_same_are_equal(left: str, right: str) -> None:
    assert SEMVER.compare(left, right) == 0
    assert SEMVER.key(left) == SEMVER.key(right)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "v", "a", "1.", ".1", "1..2", "1.2.3.4", "1.2.3-", "1.2.3-a..b", "1.2.3-a.", "1.2.3-a_b", "-1"),
        *("V1.2.3", "vv1", "=1.2.3", "^1.2.3", "1.x", "*", "latest", " 1.2.3", "1.2.3\n", "1\x00", "\u0661", "\uff11"),
        *("1.2.3-\u00e9", "1\udc80", "1" * 5000, "go", "gorc1", "go1rc1", "go1.25-devel_1a2b", "devel", "vgo1.2.3"),
        *("go1.2.3.4", "1.2.3a", "go1.21rc", "go1.21.3-", "1.2.3rc1.2"),
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(VersionRefusedError):
        SEMVER.key(text)
    with pytest.raises(VersionRefusedError):
        SEMVER.compare(text, "1.0.0")
    with pytest.raises(VersionRefusedError):
        SEMVER.compare("1.0.0", text)


@pytest.mark.parametrize(
    ("text", "lower", "higher"),
    [
        ("1." + "9" * 200, "1." + "8" * 200, "1.1" + "0" * 200),
        ("1.0.0-" + "9" * 200, "1.0.0-" + "9" * 199, "1.0.0-9" + "0" * 200),
    ],
)
def test_what_has_no_key_is_still_compared(text: str, lower: str, higher: str) -> None:
    with pytest.raises(VersionRefusedError, match="over 62 bytes"):
        SEMVER.key(text)
    assert SEMVER.compare(lower, text) < 0 < SEMVER.compare(higher, text)
    assert SEMVER.compare(text, text) == 0
