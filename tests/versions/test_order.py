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
from plimsoll.versions.gem import GEM
from plimsoll.versions.pep440 import PEP440
from plimsoll.versions.rpm import RPM
from plimsoll.versions.semver import SEMVER

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
rpm_words = st.sampled_from(["~", "^", ".", "_", "+", "a", "z", "Z", "rc", "~rc", "^git", ".el9_3", "..", "~~"])
rpm_part = join(rpm_words | digits, repeat(rpm_words | digits, 5))
rpm_versions = join(maybe(st.sampled_from(["0:", "1:", "01:"])), rpm_part, maybe(join(st.just("-"), rpm_part)))
identifiers = digits | st.sampled_from(["-", "0a", "1-", "a", "alpha", "rc", "rc1", "Z", "20240131101112-1a2b3c"])
semver_versions = join(
    maybe(st.just("v")),
    digits,
    maybe(join(st.just("."), digits, maybe(join(st.just("."), digits)))),
    maybe(join(st.just("-"), identifiers, repeat(join(st.just("."), identifiers), 3))),
    maybe(st.sampled_from(["+", "+incompatible", "+build.1"])),
)
separators = st.sampled_from(["", "", ".", "-", "_"])
stages = st.sampled_from(["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "RC"])
pep440_versions = join(
    maybe(st.sampled_from(["v", "0!", "1!", "V01!"])),
    digits,
    repeat(join(st.just("."), digits), 3),
    maybe(join(separators, stages, separators, optional_digits)),
    maybe(join(st.just("-"), digits) | join(separators, st.sampled_from(["post", "rev", "r"]), optional_digits)),
    maybe(join(separators, st.just("dev"), optional_digits)),
    maybe(join(st.just("+"), identifiers.filter(str.isalnum), repeat(st.sampled_from([".1", "-a", "_01", ".b2"]), 2))),
)
gem_parts = digits | st.sampled_from(["a", "b", "Z", "pre", "rc1", "1a", "0a", "a0", "a0b", "0"])
gem_versions = join(
    digits,
    repeat(join(st.just("."), gem_parts), 5),
    maybe(join(st.just("-"), gem_parts, repeat(st.sampled_from([".0", "-a", ".b", "--"]), 2))),
)
real = {
    "dpkg": ["1:9.2p1-2+deb12u3", "3.0.15-1~deb12u1", "2.36-9+deb12u8", "1.0~rc1+dfsg-0.1", "0:5.10.0-1", "2023c-5"],
    "apk": ["1.36.1-r29", "3.1.4_git20230120-r0", "6.6.2p1-r1", "2.0.9_rc3-r10", "1.02.07a_p4-r0", "0.9.8zh"],
    "gem": ["7.0.4.3", "2.0.0.rc1", "1.13.10-java", "0.9.0.pre.alpha", "4.0.0.beta1.1", "20231109.0.1"],
    "pep440": ["2.31.0", "1.0rc1.post2.dev3", "2024.2.2", "1!0.9", "3.0.0a1+ubuntu.1", "0.1.dev0", "1.0-1"],
    "rpm": ["1:3.0.7-27.el9", "5.14.0-362.18.1.el9_3", "2.9.13~rc1-5.el9^git1", "0:1.1.1k-12.el8_9", "7.76.1"],
    "semver": ["4.17.21", "v0.0.0-20240131101112-1a2b3c4d5e6f", "1.0.0-rc.1", "go1.21rc2", "v24.0.7+incompatible"],
}
valid = {
    "dpkg": dpkg_versions,
    "apk": apk_versions,
    "gem": gem_versions,
    "pep440": pep440_versions,
    "rpm": rpm_versions,
    "semver": semver_versions,
}


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


FAMILIES = [
    (DPKG, families("dpkg", "019aZ~+-.:_")),
    (APK, families("apk", "019aprz._-~")),
    (GEM, families("gem", "019aZ.- ")),
    (PEP440, families("pep440", "019abcrpv!._-+ ")),
    (RPM, families("rpm", "019aZ~^.+-:_")),
    (SEMVER, families("semver", "019aZgo.-+v")),
]
for_each_scheme = pytest.mark.parametrize(("scheme", "versions"), FAMILIES, ids=[scheme.name for scheme, _ in FAMILIES])
for_each_self_delimiting = pytest.mark.parametrize(
    ("scheme", "versions"),
    [family for family in FAMILIES if family[0] is not RPM],  # its versions without release begin those with one
    ids=[scheme.name for scheme, _ in FAMILIES if scheme is not RPM],
)


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


@for_each_self_delimiting
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


@given(left=rpm_part, right=rpm_part, releases=st.lists(rpm_part, min_size=2, max_size=2))
def test_the_releases_of_an_rpm_version_lie_together_directly_above_it(
    left: str, right: str, releases: list[str]
) -> None:
    """A bound without release has all releases of its version above it, and below it with the byte 0xFF."""
    for version in (left, right):
        alone = RPM.key(version)
        keys = [RPM.key(f"{version}-{release}") for release in releases]
        assert all(alone < alone + b"\x00" < key < alone + b"\xff" < NOT_FIXED for key in keys)
        assert keys[0] == keys[1] or not keys[1].startswith(keys[0])
    if RPM.compare(left, right) < 0:
        assert RPM.key(left) + b"\xff" < RPM.key(right)


@given(version=rpm_versions, zeros=st.integers(1, 3))
def test_equal_rpm_versions_have_equal_keys(version: str, zeros: int) -> None:
    epoch, _, rest = version.rpartition(":")
    same = f"{'0' * zeros}{epoch}:{'.' * zeros}{rest}."
    assert RPM.compare(version, same) == 0
    assert RPM.key(version) == RPM.key(same)


@pytest.mark.parametrize("scheme", [DPKG, APK, GEM, PEP440, RPM, SEMVER], ids=lambda scheme: scheme.name)
@given(data=st.data())
def test_every_valid_version_has_a_key(scheme: Scheme, data: st.DataObject) -> None:
    assert scheme.key(data.draw(valid[scheme.name]))
