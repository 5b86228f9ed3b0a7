import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from plimsoll.model.purl import purl, purl_key

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=20).filter(
    lambda name: name.strip("/ ") == name and "/" not in name
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            ("deb", "debian", "curl", "7.50.3-1", {"arch": "i386", "distro": "jessie"}),
            "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
        ),
        (
            ("deb", "debian", "attr", "1:2.4.47-2+b1", {"arch": "amd64"}),
            "pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64",
        ),
        (("apk", "alpine", "curl", "7.83.0-r0", {"arch": "x86"}), "pkg:apk/alpine/curl@7.83.0-r0?arch=x86"),
        (("deb", "", "libstdc++6", "12~rc1", {"distro": ""}), "pkg:deb/libstdc%2B%2B6@12~rc1"),
    ],
)  # fmt: skip
def test_urls_of_the_specification(parts: tuple[str, str, str, str, dict[str, str]], expected: str) -> None:
    assert purl(*parts) == expected


@given(NAMES, st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")), max_size=20), NAMES)
def test_a_url_says_what_went_in(name: str, version: str, value: str) -> None:
    read = PackageURL.from_string(purl("deb", "debian", name, version.strip(), {"arch": value}))
    assert (read.namespace, read.name, read.version or "") == ("debian", name, version.strip())
    assert read.qualifiers == {"arch": value}


def test_a_key_has_no_version() -> None:
    assert purl_key("deb", "debian", "g++") == "deb/debian/g%2B%2B"
