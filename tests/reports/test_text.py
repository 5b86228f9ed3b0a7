import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.sample_report import HOSTILE

from plimsoll.reports.document import json_document
from plimsoll.reports.text import LONGEST, each_text, encodable, is_address, plain, visible

ESCAPED = [
    ("\x1b[2J", "\\x1b[2J"),
    ("\x9b31m", "\\x9b31m"),
    ("a\nb\rc\td", "a\\nb\\rc\\td"),
    ("\u202eexe", "\\u202eexe"),
    ("\udcff", "\\udcff"),
    ("\U000e0041", "\\U000e0041"),
    ("naïve 船 🚢", "naïve 船 🚢"),
]


@pytest.mark.parametrize(("text", "shown"), ESCAPED)
def test_what_does_not_print_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_long_text_is_cut_where_one_can_see_it() -> None:
    assert visible("x" * LONGEST) == "x" * LONGEST
    assert visible("x" * (LONGEST + 1)) == "x" * (LONGEST - 1) + "…"
    assert visible("abcdef", 4) == "abc…"


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_can_be_shown_and_written(text: str) -> None:
    assert visible(text).isprintable()
    assert visible(text).encode("utf-8").decode("utf-8").isprintable()
    assert encodable(text).encode("utf-8").decode("utf-8") == encodable(text)
    assert plain(text).isascii()


@given(st.text())
def test_text_without_surrogates_is_encodable_as_it_is(text: str) -> None:
    assert encodable(text) == text


def test_signs_of_ours_have_an_ascii_spelling() -> None:
    assert plain("61 → ≤ 78 (61–78)…") == "61 -> <= 78 (61-78)..."  # noqa: RUF001 - these very signs
    assert plain("船") == "\\u8239"


ADDRESSES = {
    "https://security-tracker.debian.org/tracker/CVE-2023-4911": True,
    "http://a.example:8080/x?y=1&z=%20#part": True,
    "https://a.example": True,
    "https://a.example/%zz": False,
    "https://a.example/a b": False,
    "https://a.example/[x]": False,
    "https://a.example/\x1b": False,
    "https://a.example/\n": False,
    "https://é.example/": False,
    "https://": False,
    "javascript:alert(1)": False,
    "CVE-2023-4911": False,
}


@pytest.mark.parametrize(("text", "is_one"), ADDRESSES.items())
def test_an_address_is_one_that_any_tool_accepts(text: str, *, is_one: bool) -> None:
    assert is_address(text) is is_one


def test_every_text_of_a_tree_is_changed() -> None:
    tree = {"a": ["b", {"c": ("d", 1)}], "e": None, "f": 1.5, "g": True}
    assert each_text(tree, str.upper) == {"A": ["B", {"C": ["D", 1]}], "E": None, "F": 1.5, "G": True}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_json_obeys_no_text(text: str) -> None:
    document = json_document({text: [text]})
    assert document.endswith("\n")
    assert all(line.isprintable() for line in document.split("\n"))


def test_json_escapes_what_is_ascii_and_obeyed_all_the_same() -> None:
    assert json_document(["\x7f"]) == '[\n  "\\u007f"\n]\n'


def test_json_is_pretty_and_in_order() -> None:
    assert json_document({"b": [1], "a": {}}) == '{\n  "b": [\n    1\n  ],\n  "a": {}\n}\n'
