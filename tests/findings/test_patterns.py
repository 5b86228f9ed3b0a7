"""Patterns of others: they mean what `re` says they mean, and none takes long."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.findings.patterns import LONGEST, PatternError, pattern


@pytest.mark.parametrize(
    ("text", "matching", "others"),
    [
        ("nginx", ["nginx"], ["nginx2", "xnginx", "Nginx", ""]),
        (".*", ["", "kube-system"], []),
        ("kube-.*", ["kube-system", "kube-"], ["my-kube-x"]),
        ("kube-.*|default", ["kube-system", "default"], ["default2", "xdefault"]),
        ("^app$", ["app"], ["apps"]),
        ("a[0-9]{2,3}", ["a12", "a123"], ["a1", "a1234"]),
        ("a{,2}", ["a{,2}"], ["aa"]),
        (r"web\.shop", ["web.shop"], ["webxshop"]),
        (r"\w+-\d*", ["web-1", "web-"], ["-1"]),
        ("[^-]+", ["web"], ["a-b"]),
        ("[]a]", ["]", "a"], ["b"]),
        ("[a-]", ["-"], ["b"]),
        ("(?i)App", ["app", "APP"], ["ap"]),
        ("(?:ab)+?c?", ["abab", "abc"], ["c"]),
        ("", [""], ["a"]),
        ("x(^|a)y", ["xay"], ["xy"]),
    ],
)
def test_what_matches(text: str, matching: list[str], others: list[str]) -> None:
    made = pattern(text)
    assert [each for each in (*matching, *others) if made.matches(each)] == matching


def test_case_may_not_matter() -> None:
    assert pattern("NSA|Mit[A-Z]e", any_case=True).matches("mitre")
    assert not pattern("NSA").matches("nsa")


@pytest.mark.parametrize(
    "text",
    [
        "(",
        "a)",
        "[a",
        "*a",
        "a**",
        "a\\",
        "(?=a)",
        "(?P<a>b)",
        r"\b",
        r"\1",
        "[[:alpha:]]",
        "a{300}",
        "a{3,2}",
        "[b-a]",
        "a" * (LONGEST + 1),
        "((a{99}){99}){99}",
        "(" * 40 + ")" * 40,
        r"(?i)\D",
    ],
)
def test_what_cannot_be_used_is_said(text: str) -> None:
    with pytest.raises(PatternError, match=r"."):
        pattern(text)


@pytest.mark.parametrize("text", ["(a+)+b", "(a|a)*b", ".*.*.*.*.*.*b", "(a?){200}a{200}", "((a*)*)*b"])
def test_no_pattern_takes_long(text: str) -> None:
    assert not pattern(text).matches("a" * 190 + "c")


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", "-"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        inner.map(lambda one: f"(?:{one})*"),
        inner.map(lambda one: f"(?:{one})?"),
        inner.map(lambda one: f"({one}){{1,3}}"),
        inner.map(lambda one: f"({one})+"),
    ),
    max_leaves=6,
)


@given(PATTERNS, st.text("ab1-", max_size=8))
def test_it_means_what_re_says(text: str, subject: str) -> None:
    assert pattern(text).matches(subject) == (re.fullmatch(text, subject) is not None)


@given(st.text("ab()[]{}|*+?.^$\\-,0123", max_size=20), st.text("ab0", max_size=5))
def test_nothing_crashes(text: str, subject: str) -> None:
    try:
        made = pattern(text)
    except PatternError:
        return
    assert made.matches(subject) in {True, False}
