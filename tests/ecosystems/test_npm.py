"""The cases are those of osv-scalibr about package.json, cut to the fields that matter."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.ecosystems.npm import NPM, parse
from plimsoll.trees.patterns import PathPatterns

DATA = Path(__file__).parents[1] / "data" / "installed" / "npm"


@pytest.mark.parametrize(
    ("file", "expected", "fault"),
    [
        ("accepts.json", ["accepts@1.3.8"], ""),
        ("no-person-name.json", ["accepts@1.3.8"], ""),
        ("nested-acorn.json", ["acorn@1.2.2"], ""),
        ("undici.json", ["undici@5.28.3"], ""),
        ("editor-extension.json", [], ""),
        ("unity.json", [], ""),
        # osv-scalibr drops it without a word.
        ("empty-name.json", [], "it states no name"),
    ],
)
def test_cases_of_others_are_read_alike(file: str, expected: list[str], fault: str) -> None:
    observed = parse("node_modules/a/package.json", (DATA / file).read_bytes())
    assert [f"{each.name}@{each.version}" for each in observed.packages] == expected
    assert "".join(observed.faults) == fault


@pytest.mark.parametrize(
    ("stated", "licence"),
    [
        ({"license": "MIT"}, "MIT"),
        ({"license": {"type": "BSD", "url": "https://example.org"}}, "BSD"),
        ({"licenses": [{"type": "MIT"}, {"type": "GPL-2.0"}]}, "MIT OR GPL-2.0"),
        ({"license": ["MIT", "ISC"]}, "MIT OR ISC"),
        ({"license": 7, "licenses": [None, 8, {"type": 9}]}, ""),
        ({}, ""),
    ],
)
def test_licences_are_read_in_every_form_they_had(stated: dict[str, object], licence: str) -> None:
    data = json.dumps({"name": "@a/b", "version": "1.0.0", **stated}).encode()
    (package,) = parse("node_modules/a/package.json", data).packages
    assert (package.name, package.licence) == ("@a/b", licence)


def test_needs_are_the_dependencies_at_run_time() -> None:
    data = {"name": "a", "version": "1", "dependencies": {"b": "^1", "@c/d": "*"}, "devDependencies": {"e": "1"}}
    assert parse("node_modules/a/package.json", json.dumps(data).encode()).packages[0].requires == ("b", "@c/d")


@pytest.mark.parametrize("odd", [{"dependencies": ["b"]}, {"engines": []}, {"publisher": {}}, {"unity": 1}])
def test_fields_of_odd_kinds_count_as_absent(odd: dict[str, object]) -> None:
    data = json.dumps({"name": "a", "version": "1", **odd}).encode()
    assert [each.requires for each in parse("node_modules/a/package.json", data).packages] == [()]


def test_a_byte_order_mark_and_odd_bytes_are_read() -> None:
    assert parse("node_modules/a/package.json", b'\xef\xbb\xbf{"name": "a", "version": "1"}').packages
    assert parse("node_modules/a/package.json", '{"name": "a", "version": "1"}'.encode("utf-16")).packages


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "deeper"),
        (b'{"x": ' + b"[" * 100_000, "deeper"),
        (b'{"name": "a"}', "it states no version"),
        (b'{"version": "1"}', "it states no name"),
        (b'{"name": 1, "version": "1"}', "it states no name"),
        (b'{"name": "\\u001b[2J", "version": "1"}', "cannot be one"),
        (json.dumps({"name": "a" * 999, "version": "1"}).encode(), "cannot be one"),
    ],
)
def test_what_names_no_package_is_said(data: bytes, fault: str) -> None:
    observed = parse("node_modules/a/package.json", data)
    assert observed.packages == ()
    assert fault in observed.faults[0]


@pytest.mark.parametrize("data", [b"{}", b'{"type": "module"}', b"[]", b'"text"', b"null"])
def test_files_that_only_tell_how_to_load_modules_are_no_packages(data: bytes) -> None:
    assert parse("node_modules/a/package.json", data) == parse("node_modules/a/package.json", b"{}")
    assert not parse("node_modules/a/package.json", data).packages


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("srv/node_modules/a/package.json", True),
        ("srv/node_modules/@a/b/package.json", True),
        ("srv/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", True),
        ("usr/lib/node_modules/nodejs/package.json", True),
        ("usr/share/nodejs/a/package.json", True),
        ("usr/share/nodejs/@a/b/package.json", True),
        ("usr/lib/x86_64-linux-gnu/nodejs/a/package.json", True),
        ("srv/node_modules/a/lib/esm/package.json", False),
        ("srv/node_modules/a/test/b/package.json", False),
        ("srv/node_modules/@a/package.json", False),
        ("usr/share/nodejs/a/dist/package.json", False),
        # Programs that were unpacked: Yarn in the images of Node.js, and anyone's.
        ("opt/yarn-v1.22.19/package.json", True),
        ("srv/nodejs/a/b/package.json", True),
        ("package.json", True),
    ],
)
def test_packages_lie_in_module_folders_and_programs_outside(
    path: str,
    found: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert PathPatterns({"npm": NPM.paths}).find(path) == ("npm",)
    assert bool(parse(path, b'{"name": "a", "version": "1.0.0"}').packages) is found


@pytest.mark.parametrize(
    "data",
    [b"{", b'{"name": "a"}', b'{"version": "1"}', b'{"name": "a", "version": "1", "private": true}'],
    ids=["no JSON", "no version", "no name", "private"],
)
def test_outside_of_module_folders_only_what_registries_may_have_counts(data: bytes) -> None:
    assert parse("srv/package.json", data) == parse("srv/package.json", b"{}")
    assert parse("srv/node_modules/a/package.json", data) != parse("srv/package.json", data)


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    parse("node_modules/a/package.json", data)
    parse("node_modules/a/package.json", b'{"name": "a", "version": "1", "license": ' + data)


@given(
    st.dictionaries(
        st.sampled_from(["name", "version", "license", "licenses", "dependencies", "engines"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda c: st.lists(c) | st.dictionaries(st.text(), c),
            max_leaves=8,
        ),
    )
)
def test_no_values_make_it_raise(fields: dict[str, object]) -> None:
    observed = parse("node_modules/a/package.json", json.dumps(fields).encode())
    assert len(observed.packages) + len(observed.faults) <= 1
