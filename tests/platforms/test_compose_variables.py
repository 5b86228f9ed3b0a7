"""Variables of Compose files: interpolation, and files of variables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.yaml import YamlMapping, read_yaml
from plimsoll.platforms import compose_variables
from plimsoll.platforms.compose_facts import Open
from plimsoll.platforms.compose_variables import DEEPEST, LARGEST_FILE, Filling, read_variables

KNOWN = {"V": "v", "EMPTY": "", "IN": "$V"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("$V", "v"),
        ("${V}", "v"),
        ("a${V}b$V.c", "avbv.c"),
        ("$$V", "$V"),
        ("$${V}", "${V}"),
        ("100$$", "100$"),
        ("${V:-d}", "v"),
        ("${V-d}", "v"),
        ("${NONE:-d}", "d"),
        ("${NONE-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${NONE:-}", ""),
        ("${NONE:-a:b/c}", "a:b/c"),
        ("${NONE:-${V}}", "v"),
        ("${NONE:-${OTHER:-x}}y", "xy"),
        ("${NONE-{a}}", "{a}"),
        ("${V:?must}", "v"),
        ("${V?must}", "v"),
        ("${V:+x}", "x"),
        ("${EMPTY:+x}", ""),
        ("${EMPTY+x}", "x"),
        ("$IN", "$V"),
    ],
)
def test_known_variables_are_filled_in(text: str, expected: str) -> None:
    found = Filling(KNOWN).text(text)
    assert found == expected
    assert not isinstance(found, Open)


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("a${NONE}b", "a${NONE}b", "the variable NONE is not set"),
        ("$NONE", "${NONE}", "Compose takes an unset one for an empty text"),
        ("${NONE:-${OTHER}}", "${OTHER}", "the variable OTHER is not set"),
        ("${NONE:?tell me}", "${NONE}", "Compose refuses to start until NONE is set"),
        ("${EMPTY:?tell me}", "${EMPTY}", "Compose refuses to start until EMPTY is set"),
        ("${NONE:+x}", "${NONE}", "the variable NONE is not set"),
        ("$", "$", "begins no variable"),
        ("a$1", "a$1", "begins no variable"),
        ("${", "${", "begins no variable"),
        ("${}", "${}", "begins no variable"),
        ("${V", "${V", "begins no variable"),
        ("${V!x}", "${V!x}", "begins no variable"),
    ],
)
def test_others_leave_a_text_open_with_the_reason(text: str, expected: str, reason: str) -> None:
    found = Filling(KNOWN).text(text)
    assert found == expected
    assert isinstance(found, Open)
    assert reason in found.reason


def test_variables_nest_as_deep_as_is_allowed() -> None:
    def nested(levels: int) -> str:
        return "${A:-" * levels + "x" + "}" * levels

    assert Filling({}).text(nested(DEEPEST)) == "x"
    assert isinstance(Filling({}).text(nested(DEEPEST + 1)), Open)
    assert isinstance(Filling({}).text(nested(100_000)), Open)


def test_texts_cannot_be_made_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose_variables, "MOST_TEXT", 10_000)
    with pytest.raises(DocumentError, match="10000 characters"):
        Filling({"V": "x" * 1000}).fill(["$V" * 5] * 5)


def test_a_mapping_without_variables_stays_the_same_one() -> None:
    root = read_yaml(b"a: [b, c]\nd: {e: f}")
    assert Filling(KNOWN).fill(root) is root


def test_positions_are_kept_where_variables_were_filled_in() -> None:
    filled = Filling(KNOWN).fill(read_yaml(b"a: 1\nb: $V\nc: [x, $V]\n"))
    assert isinstance(filled, YamlMapping)
    assert (filled, filled.lines) == ({"a": "1", "b": "v", "c": ["x", "v"]}, {"a": 1, "b": 2, "c": 3})


def test_what_an_alias_repeats_is_filled_in_once() -> None:
    filled = Filling(KNOWN).fill(read_yaml(b"a: &a [$V]\nb: *a\n"))
    assert isinstance(filled, YamlMapping)
    assert filled["a"] is filled["b"]


def test_keys_are_left_as_they_are() -> None:
    assert Filling(KNOWN).fill({"$V": "$V", "n": 1}) == {"$V": "v", "n": 1}


def test_a_file_of_variables() -> None:
    data = b"""\xef\xbb\xbf# a remark

PLAIN=a b # not this
HASH=a#b
EMPTY=
QUOTED="a # b\\n\\"c\\""
LITERAL='$PLAIN "x"'
export EXPORTED=e
SPACED = s
COLON: c
FILLED=${PLAIN}-$GIVEN-${UNSET:-d}
TWO_LINES="one
two"
NAME_ALONE
GIVEN
= no name
"""
    assert read_variables(data.replace(b"\n", b"\r\n"), {"GIVEN": "g"}) == {
        "PLAIN": "a b",
        "HASH": "a#b",
        "EMPTY": "",
        "QUOTED": 'a # b\n"c"',
        "LITERAL": '$PLAIN "x"',
        "EXPORTED": "e",
        "SPACED": "s",
        "COLON": "c",
        "FILLED": "a b-g-d",
        "TWO_LINES": "one\ntwo",
        "GIVEN": "g",
    }


def test_variables_in_a_file_of_variables_may_be_unset_or_left_alone() -> None:
    found = read_variables(b"A=$NONE", {})["A"]
    assert isinstance(found, Open)
    assert read_variables(b"A=$NONE", {}, fill=False) == {"A": "$NONE"}


@pytest.mark.parametrize("data", [b"A=\xff", b"#" * (LARGEST_FILE + 1)])
def test_what_is_no_file_of_variables(data: bytes) -> None:
    with pytest.raises(DocumentError):
        read_variables(data, {})


@given(st.text(alphabet=st.sampled_from("${}:-+?VAN$\"'\\=# \nx"), max_size=60))
def test_no_text_makes_them_raise(text: str) -> None:
    found = Filling(KNOWN).text(text)
    assert "$" in text or found == text
    assert all(isinstance(value, str) for value in read_variables(text.encode(), KNOWN).values())
