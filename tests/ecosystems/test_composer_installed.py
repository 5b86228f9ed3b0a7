import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.ecosystems.composer_installed import parse

DATA = Path(__file__).parents[1] / "data" / "installed" / "php" / "installed.json"
PATH = "srv/vendor/composer/installed.json"


def packages(document: object, path: str = PATH) -> list[str]:
    return [f"{each.name}@{each.version}" for each in parse(path, json.dumps(document).encode()).packages]


def test_what_composer_2_wrote_is_read() -> None:
    observed = parse("testdata/composer-vendor/installed.json", DATA.read_bytes())
    assert observed.faults == ()
    assert [(each.name, each.version, each.licence) for each in observed.packages] == [
        ("guzzlehttp/psr7", "1.8.3", "MIT"),
        ("psr/http-message", "1.1", "MIT"),
        ("ralouphie/getallheaders", "3.0.3", "MIT"),
    ]
    assert observed.packages[0].requires == ("psr/http-message 1.1", "ralouphie/getallheaders 3.0.3")


def test_what_composer_1_wrote_is_a_list() -> None:
    assert packages([{"name": "a/b", "version": "v1.2.3"}, {"name": "c/d", "version": "dev-main"}]) == [
        "a/b@v1.2.3",
        "c/d@dev-main",
    ]


def test_needs_of_development_and_checksums_are_told() -> None:
    document = {
        "packages": [
            {"name": "a/b", "version": "1", "dist": {"shasum": "A" * 40}, "license": ["MIT", "GPL-2.0-only"]},
            {"name": "c/d", "version": "2", "dist": {"shasum": "no digest"}, "license": "MIT"},
        ],
        "dev": True,
        "dev-package-names": ["c/d"],
    }
    first, second = parse(PATH, json.dumps(document).encode()).packages
    assert (first.scope, first.hashes, first.licence) == ("", (f"sha1:{'a' * 40}",), "MIT OR GPL-2.0-only")
    assert (second.scope, second.hashes, second.licence) == ("dev", (), "MIT")


@pytest.mark.parametrize("document", [{}, {"packages": {}}, 7, "text", None, {"packages": 1}])
def test_another_shape_is_said_where_composer_writes_and_left_alone_elsewhere(document: object) -> None:
    data = json.dumps(document).encode()
    assert parse(PATH, data).faults == ("it lists no packages",)
    assert parse("opt/other/installed.json", data).faults == ()


def test_packages_without_a_name_or_version_are_said() -> None:
    observed = parse(PATH, json.dumps({"packages": [{"name": "a/b"}, {"version": "1"}, {}, 7]}).encode())
    assert observed.packages == ()
    assert observed.faults == ("a/b has no version", "a package has no name")


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_json_is_said(data: bytes) -> None:
    assert len(parse(PATH, data).faults) == 1


@given(st.binary(max_size=100), st.integers(0, 2800))
def test_no_damage_makes_it_raise(junk: bytes, cut: int) -> None:
    data = DATA.read_bytes()
    observed = parse(PATH, data[:cut] + junk + data[cut + len(junk) :])
    assert observed.packages or observed.faults
