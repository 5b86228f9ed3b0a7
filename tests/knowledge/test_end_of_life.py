import csv
from datetime import date
from pathlib import Path

import pytest

from plimsoll.knowledge.end_of_life import end_of_life, releases, version_of_codename

DISTRO_INFO = Path("/usr/share/distro-info")


@pytest.mark.parametrize(
    ("product", "day"),
    [
        ("debian:10", "2024-06-30"),
        ("debian:12", "2028-06-30"),
        ("debian:6.0", "2016-02-29"),
        ("debian:3.1", "2008-03-31"),
        ("ubuntu:14.04", "2019-04-25"),
        ("ubuntu:22.04", "2027-06-01"),
        ("ubuntu:8.04", "2013-05-09"),
        ("alpine:3.20", "2026-04-01"),
        ("alpine:3.2", "2017-05-01"),
    ],
)
def test_the_last_day_of_the_projects_own_fixes(product: str, day: str) -> None:
    found = end_of_life(product)
    assert found is not None
    assert (found.product, found.date) == (product, day)
    assert found.source


@pytest.mark.parametrize("product", ["debian:sid", "debian:14", "alpine:edge", "alpine:99", "windows:11", "", ":"])
def test_rolling_unreleased_and_unknown_products_have_none(product: str) -> None:
    assert end_of_life(product) is None


@pytest.mark.parametrize(
    ("codename", "version"),
    [("bookworm", "12"), ("Squeeze", "6.0"), ("sid", "sid"), ("trixie", "13"), ("noble", None), ("", None)],
)
def test_codenames_of_debian(codename: str, version: str | None) -> None:
    assert version_of_codename("debian", codename) == version


def test_codenames_of_ubuntu() -> None:
    assert version_of_codename("ubuntu", "noble") == "24.04"


def test_the_table_is_sound() -> None:
    seen = set()
    for release in releases():
        assert (release.product, release.version) not in seen
        seen.add((release.product, release.version))
        days = [day for day in (release.released, release.eol, release.lts) if day]
        assert [date.fromisoformat(day).isoformat() for day in days] == sorted(days)
    assert {release.product for release in releases()} >= {"debian", "ubuntu", "alpine", "rhel", "centos", "amzn"}


def test_the_table_agrees_with_the_source_it_names() -> None:
    if not (DISTRO_INFO / "debian.csv").is_file():
        pytest.skip("needs distro-info-data")
    with (DISTRO_INFO / "debian.csv").open(encoding="utf-8") as file:
        rows = {row["series"]: row for row in csv.DictReader(file)}
    ours = {release.codename: release for release in releases() if release.product == "debian"}
    for codename in rows.keys() & ours.keys():
        if ours[codename].eol and rows[codename]["eol"] and ours[codename].eol < "2020":
            assert ours[codename].eol == rows[codename]["eol"]
            assert ours[codename].lts == (rows[codename]["eol-lts"] or "")
