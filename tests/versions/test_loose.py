"""The order for upstream products, by releases in the order in which they were made, and what it refuses."""

from itertools import combinations, pairwise

import pytest

from plimsoll.errors import VersionRefusedError
from plimsoll.versions.loose import LOOSE

ASCENDING = [
    *("0", "1-dev", "1-alpha", "1-alpha1", "1a2", "1.alpha10", "1-beta", "1b2", "1-m3", "1-preview", "1-pre1", "1rc"),
    *("1-rc1", "1-snapshot", "1", "1a", "1f", "1foo", "1p", "1p1", "1-patch2", "1-sp1", "1-u1", "1-update2", "1za"),
    *("1.0", "1.0.0", "1.0.1", "1.1", "1.10", "2", "191", "192", "20240131"),
]

RELEASES = {
    "bash": "4.4.18 4.4.23 5.0 5.0.17 5.1-alpha 5.1-beta 5.1-rc1 5.1 5.1.16 5.2 5.2.15",
    "busybox": "1.9.2 1.21.1 1.35.0 1.36.0 1.36.1",
    "curl": "7.9.8 7.64.0 7.87.0 7.88.0 7.88.1 8.0.0 8.0.1",
    "httpd": "2.2.34 2.4.6 2.4.41 2.4.49 2.4.50 2.4.51",
    "java": "7u80 8 8u20 8u292 8u301 11.0.11 17.0.1",
    "java, as it calls itself": "1.7.0_80 1.8.0 1.8.0_20 1.8.0_292 1.8.0_301",
    "mariadb": "5.5.68 10.2.38 10.5.9 10.5.10 10.6.0",
    "nginx": "0.7.67 1.9.15 1.24.0 1.25.3",
    "node": "v0.12.18 v4.9.1 v16.20.2 v18.0.0-rc.1 v18.0.0 v18.19.0",
    "openssh": "8.9p1 9.0p1 9.1p1 9.2 9.2p1 9.2p2 9.3",
    "openssl": "0.9.8 0.9.8a 0.9.8z 0.9.8za 0.9.8zh 1.0.0-beta1 1.0.0 1.0.1 1.0.1a 1.0.1f 1.0.1g 1.0.2-beta1 1.0.2",
    "openssl 3": "1.1.1-pre9 1.1.1 1.1.1k 1.1.1w 3.0.0-alpha17 3.0.0-beta2 3.0.0 3.0.13",
    "perl": "5.8.9 5.10.1 5.36.0-RC3 5.36.0 5.36.1",
    "php": "5.6.40 7.4.0alpha3 7.4.0-beta1 7.4.0RC6 7.4.0 7.4.33 8.0.0-dev 8.0.0",
    "postgres": "9.6.24 15.3 15.4 16beta1 16rc1 16 16.0 16.1",
    "python": "2.7.18 3.9.19 3.11.0a7 3.11.0b5 3.11.0rc1 3.11.0rc2 3.11.0 3.11.0+ 3.11.2",
    "redis": "2.8.24 6.2.14 7.0-rc1 7.0.0 7.0.15",
    "ruby": "1.8.7-p374 1.9.3-p0 1.9.3-p551 2.0.0-preview2 2.0.0-rc1 2.0.0-p0 2.0.0-p648 3.1.4",
}


def test_every_kind_of_part_has_its_place() -> None:
    ascending = sorted(ASCENDING, key=LOOSE.key)
    assert [pair for pair in pairwise(ascending) if LOOSE.compare(*pair) >= 0] == []
    assert ascending == ASCENDING


@pytest.mark.parametrize("product", RELEASES)
def test_releases_are_in_the_order_in_which_they_were_made(product: str) -> None:
    for earlier, later in combinations(RELEASES[product].split(), 2):
        order = 0 if later == f"{earlier}+" else -1
        assert LOOSE.compare(earlier, later) == order == -LOOSE.compare(later, earlier)
        a, b = LOOSE.key(earlier), LOOSE.key(later)
        assert (a > b) - (a < b) == order


@pytest.mark.parametrize(
    "equal",
    [
        ("1.2.3", "v1.2.3", "1-2_3", "01.02.3", "1.2.3+dfsg", "V1.2.3+9"),
        ("8u292", "8.u292", "8-U-292", "8update292", "8-update_292"),
        ("1.0p1", "1.0-patch1", "1.0.pl1", "1.0_P1"),
        ("1.0rc1", "1.0-RC1", "1.0.rc.1", "1.0-cr1"),
        ("1.0a1", "1.0-alpha1", "1.0.Alpha-1"),
        ("1.0b1", "1.0beta1"),
        ("1.0-pre1", "1.0preview1"),
    ],
    ids=lambda equal: equal[0],
)
def test_versions_that_mean_the_same_are_equal(equal: tuple[str, ...]) -> None:
    assert {LOOSE.key(version) for version in equal} == {LOOSE.key(equal[0])}
    assert {LOOSE.compare(left, right) for left in equal for right in equal} == {0}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1.0.1f", "3001 3000 3001 206600 10"),
        ("8u292", "3008 207500 30c20124 10"),
        ("v7.4.0-beta1", "3007 3004 3000 03 3001 10"),
    ],
)
def test_a_key_is_encoded_as_specified(text: str, key: str) -> None:
    assert LOOSE.key(text).hex() == key.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1 0", "1\n", "1\x00", "v", "vv1", "alpha", "*", "-", "1..2", "1.", ".1", "1:1", "1~rc1", "1/2"),
        *("\u0661", "\uff11", "1.\u00e9", "1.0\u212a", "1\udc80", "1" * 5000),
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(VersionRefusedError):
        LOOSE.key(text)
    with pytest.raises(VersionRefusedError):
        LOOSE.compare(text, "1")
    with pytest.raises(VersionRefusedError):
        LOOSE.compare("1", text)


@pytest.mark.parametrize(
    ("text", "lower", "higher"),
    [
        ("1." + "9" * 200, "1." + "8" * 200, "1.1" + "0" * 200),
        ("1.0rc" + "9" * 200, "1.0rc" + "9" * 199, "1.0"),
    ],
)
def test_what_has_no_key_is_still_compared(text: str, lower: str, higher: str) -> None:
    with pytest.raises(VersionRefusedError):
        LOOSE.key(text)
    assert LOOSE.compare(lower, text) < 0 < LOOSE.compare(higher, text)
    assert LOOSE.compare(text, text) == 0
