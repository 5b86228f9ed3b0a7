"""JSON from outside: what is read, what is refused, and on which lines keys stand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.documents.bounds import DEEPEST
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import depth_of, key_lines, read_json, read_json_with_comments

MANY = 100_000
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_it_reads_what_the_standard_library_writes(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(json.dumps(value, ensure_ascii=False, indent=2).encode()) == value


@given(VALUES)
def test_comments_and_last_commas_change_nothing(value: object) -> None:
    text = json.dumps(value, indent=1).replace("\n", ' // ]} , "x\n/* , ] */')
    assert read_json_with_comments(text.encode()) == value


def test_last_commas_are_taken_out_but_not_from_strings() -> None:
    text = b'{"a": [1, 2, ], /* x, */ "b": ",]", // y,\n "c": "// no", "d": {"e": "\\",}",},}'
    assert read_json_with_comments(text) == {"a": [1, 2], "b": ",]", "c": "// no", "d": {"e": '",}'}}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_accepted(encoding: str) -> None:
    assert read_json('{"ä": 1}'.encode(encoding)) == {"ä": 1}


def test_of_equal_keys_the_last_holds() -> None:
    assert read_json(b'{"a": 1, "a": 2}') == {"a": 2}


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"\0", b'{"a": "\0"}', b"NaN", b"{'a': 1}", b'"\xff"', b'"\\ud800"', b"\xff\xfe\x00\xd8"),
        *('{"a": 1}'.encode("utf-16-le"), b"1" * MANY, b"1e99999", b"[1,]", b"{} {}"),
        *(b"[" * MANY, b"[" * MANY + b"]" * MANY, b'{"a":' * MANY, b'"' + b'\\"' * MANY, b"\\" * MANY),
        b"[" + b"[]," * 4_000_001 + b"[]]",
    ],
    ids=range(20),
)
def test_what_is_no_json_or_over_a_bound_is_refused_in_one_short_line(data: bytes) -> None:
    for read in (read_json, read_json_with_comments):
        if read is read_json_with_comments and data == b"[1,]":
            continue
        with pytest.raises(DocumentError, match=r"^[^\n]{5,200}$"):
            read(data)


def test_the_deepest_document_is_read_and_one_level_more_is_not() -> None:
    deepest = b"[" * DEEPEST + b"]" * DEEPEST
    assert read_json(deepest) is not None
    with pytest.raises(DocumentError, match="deeper than"):
        read_json(b"[" + deepest + b"]")


@given(VALUES)
def test_depth_is_that_of_the_value(value: object) -> None:
    assert depth_of(json.dumps(value).encode(), 0) == depth(value)


def depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def test_brackets_in_strings_do_not_count_wherever_the_text_is_stretched() -> None:
    long = json.dumps(["[{" * 600_000, '\\"[', "\\\\", "]"]).encode()
    assert depth_of(long, 0) == 1


def test_a_key_has_the_line_where_it_stands() -> None:
    text = b'{\n  "a": {\n    "x/y": {},\n    "b": 1\n  },\n  "a\\u0062": [\n  ],\n  "c": {"a": {}},\n "a": {\n}}'
    assert key_lines(text) == {"a": [2, 9], "x/y": [3], "c": [8]}
    assert key_lines(text, b"[") == {"ab": [6]}
    assert key_lines(b'{\n"\\x": {') == {"\\x": [2]}


@given(st.dictionaries(st.text(), st.dictionaries(st.text(), st.integers()), min_size=1))
def test_every_key_of_an_indented_text_has_its_line(value: dict[str, dict[str, int]]) -> None:
    text = json.dumps(value, indent=2)
    found = key_lines(text.encode())
    assert found.keys() == value.keys()
    for key, lines in found.items():
        assert text.split("\n")[lines[0] - 1].startswith(f"  {json.dumps(key)}: {{")


@given(st.binary())
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    for read in (read_json, read_json_with_comments, key_lines):
        try:
            read(data)
        except DocumentError as error:
            assert str(error)


def test_comments_are_looked_for_in_documents_of_some_size_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.documents.json.LARGEST_WITH_COMMENTS", 10)
    assert read_json_with_comments(b"[1] //") == [1]
    with pytest.raises(DocumentError, match="larger than 10 bytes"):
        read_json_with_comments(b"[1] //     ")
