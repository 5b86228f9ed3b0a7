"""Properties of the orders of language packages and upstream products, on generated and on changed real versions."""

from collections.abc import Callable
from functools import cmp_to_key
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import VersionRefusedError
from plimsoll.model.version import NOT_FIXED, Scheme
from plimsoll.versions.composer import COMPOSER
from plimsoll.versions.loose import LOOSE
from plimsoll.versions.maven import MAVEN
from plimsoll.versions.nuget import NUGET
from plimsoll.versions.pub import PUB

REAL = {
    "composer": ["v5.4.21", "2.3.7-p1", "1.0.0-beta.2-dev", "3.10.0+180611", "4.3-2RC1", "1.x-dev", "2.0-stable"],
    "loose": ["1.0.1f", "8u292", "1.8.0_292", "7.4.0-beta1", "9.2p1", "3.11.0rc1", "16beta1", "1.9.3-p551"],
    "maven": ["2.17.1", "5.3.0.RELEASE", "1.4.0-beta4", "31.1-jre", "1.0-rc-1", "0.0.0-2022-10-31T00-42-12", "1.sp.1"],
    "nuget": ["4.3.0", "1.0.0-rc.1+meta", "6.0.0.1-preview.7.21377.19", "1.0-BETA2", "2024.1.31"],
    "pub": ["1.2.3", "v0.13.5-nullsafety.1", "1.0.0-dev.2.0+build.7", "2.0.0+hotfix.1"],
}
PIECES = {
    "composer": [*".-_", "v", "+1", "dev", "alpha", "a", "beta", "b", "RC", "p", "pl1", "patch", "stable", ".x-dev"],
    "loose": [*".-_", "v", "+", "+9", "a", "b", "f", "m", "p", "u", "za", "alpha", "beta", "rc", "pre", "sp", "dev"],
    "maven": [*".-_+", "a", "b", "m", "x", "alpha", "RC", "cr", "SNAPSHOT", "ga", "Final", "sp", ".0", "-0", "-1", "0"],
    "nuget": [*".-+", "-a", "-B", ".a", ".1", ".01", "-0", "rc", "+x.1", "--"],
    "pub": [*".-+v", ".0.0", "-a", "-B", ".a", ".1", ".01", "-0", "rc", "+x.1", "+0", "--"],
}
SCHEMES = [COMPOSER, LOOSE, MAVEN, NUGET, PUB]
for_each_scheme = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)

digits = st.sampled_from(["0", "00", "1", "01", "9", "10", "191", "192", "256", "20240131", "9" * 20])


def changed(version: str, pieces: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Replace a few signs of a version at some place, by a piece of another."""

    def cut(at: int, length: int, put: str) -> str:
        at %= len(version) + 1
        return version[:at] + put + version[at + length :]

    return st.builds(cut, st.integers(0, 40), st.integers(0, 2), pieces)


def families(scheme: str) -> st.SearchStrategy[list[str]]:
    """Give versions that have something in common: most differ from the first one in one or two places."""
    pieces = st.sampled_from(PIECES[scheme]) | digits | st.just("")
    built = st.builds("{}{}".format, digits, st.lists(pieces, max_size=6).map("".join))

    def family(version: str) -> st.SearchStrategy[list[str]]:
        one = changed(version, pieces)
        others = one | one.flatmap(lambda text: changed(text, pieces)) | built
        return st.lists(others, min_size=2, max_size=4).map(lambda texts: [version, *texts])

    return (built | st.sampled_from(REAL[scheme])).flatmap(family)


def answered(function: Callable[..., object], texts: list[str], times: int) -> list[str]:
    """Keep the texts that a function takes, given so many times."""

    def takes(text: str) -> bool:
        try:
            function(*[text] * times)
        except VersionRefusedError:
            return False
        return True

    return [text for text in texts if takes(text)]


@for_each_scheme
def test_the_real_versions_have_keys(scheme: Scheme) -> None:
    assert all(scheme.key(version) for version in REAL[scheme.name])


@for_each_scheme
@given(data=st.data())
def test_the_comparison_is_a_total_order(scheme: Scheme, data: st.DataObject) -> None:
    compared = answered(scheme.compare, data.draw(families(scheme.name)), 2)
    for left, right in combinations(compared, 2):
        assert scheme.compare(left, right) == -scheme.compare(right, left)
    ordered = sorted(compared, key=cmp_to_key(scheme.compare))
    assert all(scheme.compare(left, right) <= 0 for left, right in combinations(ordered, 2))


@for_each_scheme
@given(data=st.data())
def test_keys_sort_as_the_versions_compare(scheme: Scheme, data: st.DataObject) -> None:
    for left, right in combinations(answered(scheme.key, data.draw(families(scheme.name)), 1), 2):
        a, b = scheme.key(left), scheme.key(right)
        assert (a > b) - (a < b) == scheme.compare(left, right) == -scheme.compare(right, left)


@for_each_scheme
@given(data=st.data())
def test_nothing_lies_between_a_key_and_the_key_with_a_zero(scheme: Scheme, data: st.DataObject) -> None:
    """An inclusive bound is stored as key and zero byte: that includes the version's equals and nothing else."""
    keys = {scheme.key(text) for text in answered(scheme.key, data.draw(families(scheme.name)), 1)}
    for low, high in combinations(sorted(keys), 2):
        assert low < low + b"\x00" < high < NOT_FIXED
        assert not high.startswith(low)


@for_each_scheme
@given(data=st.data())
def test_what_has_a_key_has_a_place_in_the_order(scheme: Scheme, data: st.DataObject) -> None:
    encoded = answered(scheme.key, data.draw(families(scheme.name)), 1)
    assert answered(scheme.compare, encoded, 2) == encoded
