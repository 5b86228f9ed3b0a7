"""YAML from outside: what is read, what is refused, and on which lines keys stand."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.documents.bounds import DEEPEST
from plimsoll.documents.errors import DocumentError
from plimsoll.documents.yaml import read_yaml, read_yaml_documents

MANY = 100_000
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]))
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
LAUGHS = b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (level, level, b", ".join([b"*a%d" % (level - 1)] * 9)) for level in range(1, 12)
)


@given(VALUES)
def test_it_reads_flow_style_as_json_is_written(value: object) -> None:
    assert read_yaml(json.dumps(value, ensure_ascii=False).encode()) == value


def test_every_scalar_is_text_as_written() -> None:
    text = b"a: 1.10\nb: no\nc: null\nd: ~\ne:\nf: 2024-01-01\ng: 0x1f\nh: 'q'\n"
    expected = {"a": "1.10", "b": "no", "c": "null", "d": "~", "e": "", "f": "2024-01-01", "g": "0x1f", "h": "q"}
    assert read_yaml(text) == expected


def test_tags_are_not_acted_upon() -> None:
    assert read_yaml(b'!!python/object/apply:os.system ["true"]') == ["true"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_accepted(encoding: str) -> None:
    assert read_yaml("a: ä".encode(encoding)) == {"a": "ä"}


def test_a_key_has_the_line_where_it_stands() -> None:
    mapping: Any = read_yaml(b"a: 1\n\n'b':\n  - c: 1\n    d: {e: 1,\n      f: 2}\n? g\n: h\n")
    assert mapping.lines == {"a": 1, "b": 3, "g": 7}
    inner = mapping["b"][0]
    assert inner.lines == {"c": 4, "d": 5}
    assert inner["d"].lines == {"e": 5, "f": 6}


def test_an_alias_is_what_it_stands_for() -> None:
    assert read_yaml(b"a: &x [1, &y 2]\nb: *x\n*y : *y") == {"a": ["1", "2"], "b": ["1", "2"], "2": "2"}


def test_merged_keys_give_way_to_the_mappings_own_and_to_earlier_ones() -> None:
    text = b"a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*b, *a]\n  z: 3\nd: {y: 4, <<: *a}\ne: {'<<': 5}\n"
    read: Any = read_yaml(text)
    assert read["c"] == {"z": "3", "y": "2", "x": "1"}
    assert read["d"] == {"y": "4", "x": "1"}
    assert read["e"] == {"<<": "5"}
    assert read["c"].lines == {"z": 5, "y": 2, "x": 1}


def test_several_documents_are_read_when_asked_for() -> None:
    assert read_yaml_documents(b"---\na: &x 1\n---\n- b\n") == [{"a": "1"}, ["b"]]
    assert read_yaml_documents(b"") == []
    with pytest.raises(DocumentError, match="2 documents"):
        read_yaml(b"a: 1\n---\nb: 2\n")


def test_equal_keys_are_refused_unless_the_last_is_to_hold() -> None:
    with pytest.raises(DocumentError, match="'a' stands twice in one mapping, again on line 2"):
        read_yaml(b"a: 1\na: 2\n")
    assert read_yaml(b"a: 1\na: 2\n", last_key_holds=True) == {"a": "2"}


@pytest.mark.parametrize(
    "data",
    [
        *(b"[", b"a: \0", b"a: b: c", b"\t", b'"\xff"', b"[1]: 2", b"{a: 1}: 2", b"a: *b", b"%TAG ! a\n" * MANY),
        *(b"&a [*a]", b"&a {b: *a}", b"&a {*a : 1}", b"a: {<<: 1}", b"a: {<<: [{b: 1}, 2]}"),
        *(b"[" * MANY, b"{a: " * MANY, b"- " * MANY, b"? " * MANY, b"&a " * MANY),
        b"".join(b" " * depth + b"a:\n" for depth in range(1000)),
        *(LAUGHS, b'a: &a "' + b"x" * 1_000_000 + b'"\nb: [' + b"*a, " * MANY + b"]"),
        b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [*a%d]\n" % (n, n, n - 1) for n in range(1, 200)),
        b"".join(b"%%TAG !%d! a\n" % n for n in range(20_000)) + b"--- a",
    ],
    ids=range(24),
)
def test_what_is_no_yaml_or_over_a_bound_is_refused_in_one_short_line(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"^[^\n]{5,200}$"):
        read_yaml(data)


def test_the_deepest_document_is_read_and_one_level_more_is_not() -> None:
    assert read_yaml(b"[" * DEEPEST + b"]" * DEEPEST)
    with pytest.raises(DocumentError, match="deeper than"):
        read_yaml(b"[" + b"[" * DEEPEST + b"]" * DEEPEST + b"]")


def test_an_anchor_may_be_used_again_and_has_its_latest_value() -> None:
    assert read_yaml(b"[&a 1, *a, &a 2, *a, &b [&b 3, *b], *b]") == ["1", "1", "2", "2", ["3", "3"], ["3", "3"]]


@given(st.binary())
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    try:
        read_yaml_documents(data)
    except DocumentError as error:
        assert str(error)


@given(st.text("ab:-[]{}&*?!|>'\"%#@, \n\t<", max_size=60))
def test_no_signs_of_yaml_do_more_than_be_refused(text: str) -> None:
    try:
        read_yaml_documents(text.encode())
    except DocumentError as error:
        assert str(error)
