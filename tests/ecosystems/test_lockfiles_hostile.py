"""Lockfiles that lie: whatever the bytes, whatever the shapes, readers answer, and say what they left out."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json_with_comments
from plimsoll.documents.yaml import read_yaml
from plimsoll.ecosystems.declared.npm_writing import is_version
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import MOST_RECORDS, Observed
from plimsoll.plugins import find

SAMPLES = Path(__file__).parents[1] / "data" / "ecosystems"
IN_JSON = ("package-lock", "bun-lock", "pipfile-lock")
IN_YAML = ("pnpm-lock", "yarn-lock")
IN_TOML = ("poetry-lock", "pdm-lock", "uv-lock", "pylock")
IN_LINES = ("requirements",)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
MANY = 100_000


def plugin(name: str) -> Ecosystem:
    found = find("plimsoll.ecosystems.declared", Ecosystem, name)
    assert found is not None
    return found


def samples(name: str) -> Iterator[bytes]:
    return (path.read_bytes() for path in sorted((SAMPLES / name).rglob("*")) if path.is_file())


def read(name: str, data: bytes) -> Observed:
    observed = plugin(name).parse(plugin(name).paths[0], data)
    assert len(observed.packages) <= MOST_RECORDS
    assert len(observed.faults) <= 30
    assert all(package.name and package.version for package in observed.packages)
    return observed


@pytest.mark.parametrize("name", [*IN_JSON, *IN_YAML, *IN_TOML])
@pytest.mark.parametrize(
    "data",
    [
        *(b"[" * MANY, b"{a: " * MANY, b'{"a":' * MANY, b"a=" + b"[" * MANY, b"\0" * 100, b"\xff\xfe\x00\xd8"),
        *(b"a: &a [*a]\n__metadata: 1", b"- &a [x]\n" + b"- &a [*a,*a,*a,*a]\n" * 100 + b'\n"__metadata": x'),
    ],
    ids=range(8),
)
def test_bombs_are_faults(name: str, data: bytes) -> None:
    observed = read(name, data)
    assert observed.packages == ()
    assert observed.faults


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - any document
    """Give the way to every value inside a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield (*path, key)
        yield from places(below, (*path, key))


def replaced(document: Any, place: tuple[Any, ...], value: Any) -> Any:  # noqa: ANN401 - any document
    if not place:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    copy[place[0]] = replaced(document[place[0]], place[1:], value)
    return copy


@pytest.mark.parametrize("name", [*IN_JSON, *IN_YAML])
@given(data=st.data())
def test_a_value_of_another_shape_anywhere_never_raises(name: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([*samples(name)]))
    try:
        document = read_json_with_comments(text) if name in IN_JSON else read_yaml(text)
    except DocumentError:
        return  # yarn.lock of Yarn 1 is neither
    place = data.draw(st.sampled_from([*places(document)]))
    read(name, json.dumps(replaced(document, place, data.draw(ANYTHING)), indent=2).encode())


@pytest.mark.parametrize("name", IN_TOML)
@given(data=st.data())
def test_a_table_of_another_shape_never_raises(name: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([*samples(name)])).decode()
    document = tomllib.loads(text)
    keys = sorted({str(key) for place in places(document) for key in place if isinstance(key, str)})
    key = data.draw(st.sampled_from(keys))
    value = data.draw(st.sampled_from(["1", '"x"', "[]", "[1]", "{}", '{a = "b"}', "[[{}]]", "true", "1979-05-27"]))
    lines = [f"{key} = {value}" if line.startswith(f"{key} = ") else line for line in text.split("\n")]
    read(name, "\n".join(lines).encode())


@pytest.mark.parametrize("name", [*IN_JSON, *IN_YAML, *IN_TOML, *IN_LINES])
@given(document=ANYTHING)
def test_any_document_is_answered(name: str, document: object) -> None:
    read(name, json.dumps(document).encode())
    read(name, json.dumps({"packages": document, "dependencies": document, "package": document}).encode())


@pytest.mark.parametrize("name", [*IN_JSON, *IN_YAML, *IN_TOML, *IN_LINES])
def test_packages_without_number_are_bounded_and_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.ecosystems.gathering.MOST_RECORDS", 5)
    numbers = range(1, 9)
    texts = {
        "package-lock": json.dumps({"packages": {f"node_modules/a{n}": {"version": "1.0.0"} for n in numbers}}),
        "bun-lock": json.dumps({"packages": {f"a{n}": [f"a{n}@1.0.0"] for n in numbers}}),
        "pipfile-lock": json.dumps({"default": {f"a{n}": {"version": "==1"} for n in numbers}}),
        "pnpm-lock": "lockfileVersion: '9.0'\npackages:\n" + "".join(f"  a{n}@1.0.0: {{}}\n" for n in numbers),
        "yarn-lock": "".join(f'a{n}@1:\n  version "1.0.0"\n' for n in numbers),
        "pylock": "".join(f'[[packages]]\nname = "a{n}"\nversion = "1"\n' for n in numbers),
        "requirements": "".join(f"a{n}==1\n" for n in numbers),
    }
    tables = "".join(f'[[package]]\nname = "a{n}"\nversion = "1"\n' for n in numbers)
    observed = read(name, texts.get(name, tables).encode())
    assert len(observed.packages) == 5
    assert observed.faults == ("only the first 5 packages were read",)


def test_dependencies_in_a_circle_end() -> None:
    circle = {"a": ["a@1.0.0", {"dependencies": {"b": "1"}}], "b": ["b@1.0.0", {"dependencies": {"a": "1"}}]}
    observed = read(
        "bun-lock", json.dumps({"workspaces": {"": {"dependencies": {"a": "1"}}}, "packages": circle}).encode()
    )
    assert [package.requires for package in observed.packages] == [("b 1.0.0",), ("a 1.0.0",)]


def test_a_link_to_itself_ends() -> None:
    packages = {"": {"dependencies": {"a": "1"}}, "node_modules/a": {"link": True, "resolved": "node_modules/a"}}
    assert read("package-lock", json.dumps({"packages": packages}).encode()) == Observed()


@given(st.text(max_size=40))
def test_a_version_is_never_an_address_or_a_path(text: str) -> None:
    if is_version(text):
        assert text[0].isdigit()
        assert not {":", "/", "#"} & {*text}


@pytest.mark.parametrize(
    ("name", "path", "data"),
    [
        *((name, "x", b'a = "b"\n') for name in (*IN_TOML, "cargo-lock")),
        *((name, "x", b'{"a": {}}') for name in ("package-lock", "bun-lock", "pipfile-lock", "composer-lock")),
        ("pnpm-lock", "pnpm-lock.yaml", b"a: b\n"),
        ("gemfile-lock", "Gemfile.lock", b"    rack (1.0)\n"),
    ],
)
def test_a_document_of_another_kind_is_said_to_be_one(name: str, path: str, data: bytes) -> None:
    observed = plugin(name).parse(path, data)
    assert observed.packages == ()
    assert len(observed.faults) == 1
    assert "it is no such file" in observed.faults[0] or "stands in no section" in observed.faults[0]


def test_blocks_of_the_older_yarn_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.ecosystems.gathering.MOST_RECORDS", 5)
    text = "".join(f'p{number}@^1:\n  version "1.0.{number}"\n' for number in range(9))
    observed = plugin("yarn-lock").parse("yarn.lock", text.encode())
    assert [package.name for package in observed.packages] == ["p0", "p1", "p2", "p3", "p4"]
    assert observed.faults == ("only the first 5 packages were read",)
