"""Properties of the orders, on generated versions and on real ones that were changed a little."""

from collections.abc import Callable
from functools import cmp_to_key
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import VersionRefusedError
from plimsoll.model.version import NOT_FIXED, Scheme
from plimsoll.versions.apk import APK
from plimsoll.versions.dpkg import DPKG

digits = st.sampled_from(["0", "00", "1", "01", "9", "10", "010", "191", "192", "256", "20240131", "9" * 20])
optional_digits = st.just("") | digits


def join(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def repeat(part: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    return st.lists(part, max_size=most).map("".join)


def maybe(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | part


words = st.sampled_from(["", "~", "~~", "+", ".", "a", "z", "A", "Z", "rc", "~rc", "+deb", ".0", "a~", "+b"])
dpkg_part = repeat(words | digits, 5)
dpkg_versions = join(
    maybe(st.sampled_from(["0:", "1:", "01:", "2147483647:"])),
    digits,
    repeat(words | digits | st.sampled_from(["-0", "-a"]), 5),
    maybe(join(st.just("-"), join(words, digits, dpkg_part))),
)
suffixes = st.sampled_from(["_alpha", "_beta", "_pre", "_rc", "_cvs", "_svn", "_git", "_hg", "_p"])
apk_versions = join(
    digits,
    repeat(join(st.just("."), digits), 4),
    maybe(join(st.sampled_from("abz"), optional_digits)),
    repeat(join(suffixes, optional_digits), 3),
    maybe(st.sampled_from(["~0", "~1", "~1f", "~f00", "~F0"])),
    maybe(join(st.just("-r"), digits)),
)
real = {
    "dpkg": ["1:9.2p1-2+deb12u3", "3.0.15-1~deb12u1", "2.36-9+deb12u8", "1.0~rc1+dfsg-0.1", "0:5.10.0-1", "2023c-5"],
    "apk": ["1.36.1-r29", "3.1.4_git20230120-r0", "6.6.2p1-r1", "2.0.9_rc3-r10", "1.02.07a_p4-r0", "0.9.8zh"],
}
valid = {"dpkg": dpkg_versions, "apk": apk_versions}


def changed(versions: st.SearchStrategy[str], alphabet: str) -> st.SearchStrategy[str]:
    """Replace a few signs of a version at some place, by a few others."""

    def cut(version: str, at: int, length: int, put: str) -> str:
        at %= len(version) + 1
        return version[:at] + put + version[at + length :]

    return st.builds(cut, versions, st.integers(0, 40), st.integers(0, 2), st.text(alphabet, max_size=2))


def families(scheme: str, alphabet: str) -> st.SearchStrategy[list[str]]:
    """Give versions that have something in common: most differ from the first one in one place."""

    def family(version: str) -> st.SearchStrategy[list[str]]:
        one = changed(st.just(version), alphabet) | changed(changed(st.just(version), alphabet), alphabet)
        return st.lists(one | valid[scheme], min_size=2, max_size=4).map(lambda others: [version, *others])

    return (valid[scheme] | st.sampled_from(real[scheme])).flatmap(family)


FAMILIES = [(DPKG, families("dpkg", "019aZ~+-.:_")), (APK, families("apk", "019aprz._-~"))]
for_each_scheme = pytest.mark.parametrize(("scheme", "versions"), FAMILIES, ids=["dpkg", "apk"])


def answer(function: Callable[..., object], *texts: str) -> bool:
    try:
        function(*texts)
    except VersionRefusedError:
        return False
    return True


@for_each_scheme
@given(data=st.data())
def test_the_comparison_is_a_total_order(
    scheme: Scheme, versions: st.SearchStrategy[list[str]], data: st.DataObject
) -> None:
    compared = [text for text in data.draw(versions) if answer(scheme.compare, text, text)]
    for left, right in combinations(compared, 2):
        assert scheme.compare(left, right) == -scheme.compare(right, left)
    ordered = sorted(compared, key=cmp_to_key(scheme.compare))
    assert all(scheme.compare(left, right) <= 0 for left, right in combinations(ordered, 2))


@for_each_scheme
@given(data=st.data())
def test_keys_sort_as_the_versions_compare(
    scheme: Scheme, versions: st.SearchStrategy[list[str]], data: st.DataObject
) -> None:
    encoded = [text for text in data.draw(versions) if answer(scheme.key, text)]
    for left, right in combinations(encoded, 2):
        a, b = scheme.key(left), scheme.key(right)
        assert (a > b) - (a < b) == scheme.compare(left, right)


@for_each_scheme
@given(data=st.data())
def test_nothing_lies_between_a_key_and_the_key_with_a_zero(
    scheme: Scheme, versions: st.SearchStrategy[list[str]], data: st.DataObject
) -> None:
    """An inclusive bound is stored as key and zero byte: that includes the version's equals and nothing else."""
    keys = {scheme.key(text) for text in data.draw(versions) if answer(scheme.key, text)}
    for low, high in combinations(sorted(keys), 2):
        assert low < low + b"\x00" < high < NOT_FIXED
        assert not high.startswith(low)


@given(version=dpkg_versions, zeros=st.integers(1, 3))
def test_equal_dpkg_versions_have_equal_keys(version: str, zeros: int) -> None:
    epoch, _, rest = version.rpartition(":")
    same = f"{'0' * zeros}{epoch or '0'}:{'0' * zeros}{rest}" + ("" if "-" in rest else f"-{'0' * zeros}")
    assert DPKG.compare(version, same) == 0
    assert DPKG.key(version) == DPKG.key(same)


@given(version=apk_versions, zeros=st.integers(1, 3))
def test_equal_apk_versions_have_equal_keys(version: str, zeros: int) -> None:
    same = f"{'0' * zeros}{version}".replace("-r", f"-r{'0' * zeros}")
    assert APK.compare(version, same) == 0
    assert APK.key(version) == APK.key(same)


@given(version=dpkg_versions)
def test_every_valid_dpkg_version_has_a_key(version: str) -> None:
    assert DPKG.key(version)


@given(version=apk_versions)
def test_every_valid_apk_version_has_a_key(version: str) -> None:
    assert APK.key(version)
