"""The cases are those of osv-scalibr, trivy and syft about installed packages, without the descriptions."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ecosystems.archives import archive

from plimsoll.ecosystems.pypi import parse

DATA = Path(__file__).parents[1] / "data" / "installed" / "python"


@pytest.mark.parametrize(
    ("file", "expected", "licence"),
    [
        ("pip.METADATA", "pip@22.2.2", "MIT"),
        ("setuptools.PKG-INFO", "setuptools@57.4.0", "MIT License"),
        ("pycups.egg-info", "pycups@2.0.1", "GPLv2+"),
        ("malformed.PKG-INFO", "passlib@1.7.4", "BSD"),
        ("repeated.PKG-INFO", "root@1.0.0", ""),
        # trivy takes the word UNKNOWN for a licence; setuptools writes it where nothing is stated.
        ("setuptools-51.3.3.PKG-INFO", "setuptools@51.3.3", "MIT License"),
        ("distlib.egg-info", "distlib@0.3.1", "Python license"),
        # trivy prefers classifiers here, and the field in an egg-info of the same package; we prefer the field in both.
        ("distlib.METADATA", "distlib@0.3.1", "Python license"),
        ("asyncssh.METADATA", "asyncssh@2.14.2", "Eclipse Public License v2.0"),
        ("iniconfig.METADATA", "iniconfig@2.0.0", "MIT"),
        ("requests.egg-info", "requests@2.22.0", "Apache 2.0"),
    ],
)
def test_cases_of_others_are_read_alike(file: str, expected: str, licence: str) -> None:
    observed = parse(f"site-packages/{file}", (DATA / file).read_bytes())
    assert observed.faults == ()
    assert [f"{each.name}@{each.version}" for each in observed.packages] == [expected]
    assert observed.packages[0].licence == licence


def test_what_only_an_extra_needs_is_not_needed() -> None:
    (package,) = parse("a.dist-info/METADATA", (DATA / "asyncssh.METADATA").read_bytes()).packages
    assert package.requires == ("cryptography", "typing-extensions")


def test_needs_are_names_whatever_stands_around_them() -> None:
    needs = [
        "a[b,c]>=1; python_version < '3'",
        "d (>=1)",
        "e @ https://example.org/e.zip",
        "f;extra=='x'",
        "a",
        "[",
        "",
    ]
    text = "Name: x\nVersion: 1\n" + "".join(f"Requires-Dist: {need}\n" for need in needs)
    assert parse("METADATA", text.encode()).packages[0].requires == ("a", "d", "e")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_fields_end_where_the_description_begins(ending: str) -> None:
    lines = ["Metadata-Version: 2.1", "name: x", "VERSION: 1", "", "License: in the description", "Name: y"]
    (package,) = parse("METADATA", ending.join(lines).encode()).packages
    assert (package.name, package.version, package.licence) == ("x", "1", "")


def test_an_egg_may_be_a_zip_archive() -> None:
    data = archive({"EGG-INFO/PKG-INFO": "Name: x\nVersion: 1\n", "x/EGG-INFO/PKG-INFO": "Name: y\nVersion: 1\n"})
    assert [each.name for each in parse("site-packages/x-1-py3.egg", data).packages] == ["x"]
    assert parse("x.egg", archive({"x.py": ""})).faults == ("it holds no EGG-INFO/PKG-INFO",)
    assert "no zip archive" in parse("x.egg", b"").faults[0]


def test_a_bomb_in_an_egg_is_read_no_further_than_fields_reach() -> None:
    data = archive({"EGG-INFO/PKG-INFO": b"Name: x\nVersion: 1\n\n" + bytes(64 << 20)})
    assert [each.name for each in parse("x.egg", data).packages] == ["x"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Name: x\n",
        "Version: 1\n",
        "Name: \x1b[2J\nVersion: 1",
        "Name: x\nVersion: 1 2",
        f"Name: {'x' * 999}\nVersion: 1",
    ],
)
def test_what_names_no_package_is_said(text: str) -> None:
    observed = parse("x.dist-info/METADATA", text.encode())
    assert observed.packages == ()
    assert len(observed.faults) == 1


@given(st.binary(max_size=300), st.sampled_from(["METADATA", "x.egg"]))
def test_any_bytes_give_packages_or_a_fault(data: bytes, path: str) -> None:
    observed = parse(path, b"Name: x\n" + data)
    assert bool(observed.packages) is not bool(observed.faults)
