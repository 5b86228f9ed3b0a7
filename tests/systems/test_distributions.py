import pytest

from plimsoll.systems.distributions import id_of, is_rolling, known_as, of_purl

KNOWN = {
    ("debian", "12.5"): "debian:12",
    ("debian", "3.1"): "debian:3.1",
    ("debian", "sid"): "debian:sid",
    ("alpine", "3.20.3"): "alpine:3.20",
    ("alpine", "3.21.0_alpha20240807"): "alpine:edge",
    ("redhat", "9.4"): "rhel:9",
    ("centos", "7.9.2009"): "rhel:7",
    ("amzn", "2018.03"): "amzn:1",
    ("amzn", "2"): "amzn:2",
    ("amzn", "2023.6.20241010"): "amzn:2023",
    ("cbl-mariner", "2.0.20240123"): "mariner:2.0",
    ("opensuse.leap", "15.5"): "opensuse-leap:15.5",
    ("arch", "2026.01"): "arch",
    ("unheard-of", "1.2.3"): "unheard-of:1.2.3",
}


@pytest.mark.parametrize(("stated", "asked"), KNOWN.items())
def test_a_distribution_is_known_as_feeds_speak_of_it(stated: tuple[str, str], asked: str) -> None:
    assert known_as(*stated).asked == asked


def test_other_names_lead_to_the_id_and_its_row() -> None:
    assert (id_of("oracle"), id_of("ol"), id_of("unheard-of")) == ("ol", "ol", "unheard-of")
    assert known_as("oracle", "8.9") == known_as("ol", "8.9")
    assert known_as("redhat", "9").namespace == "redhat"
    assert is_rolling("wolfi")
    assert not is_rolling("debian")
    assert not is_rolling("unheard-of")


PURLS = {
    ("debian", "debian-12"): ("debian", "12"),
    ("debian", "jessie"): ("debian", "jessie"),
    ("debian", "debian-jessie"): ("debian", "jessie"),
    ("", "alpine-3.20.1"): ("alpine", "3.20"),
    ("alpine", "3.20.1"): ("alpine", "3.20"),
    ("alpine", "v3.20"): ("alpine", "3.20"),
    ("opensuse", "opensuse-tumbleweed"): ("opensuse-tumbleweed", ""),
    ("opensuse", "opensuse-tumbleweed-20240101"): ("opensuse-tumbleweed", ""),
    ("Fedora", "fedora-40"): ("fedora", "40"),
    ("fedora", ""): ("fedora", ""),
    ("new", "new-linux-7.1"): ("new-linux", "7.1"),
}


@pytest.mark.parametrize(("stated", "known"), PURLS.items())
def test_a_package_url_names_a_distribution(stated: tuple[str, str], known: tuple[str, str]) -> None:
    found = of_purl(*stated)
    assert found is not None
    assert (found.id, found.version) == known


def test_a_package_url_may_name_none() -> None:
    assert of_purl("", "") is None
    assert of_purl("", "12") is None
