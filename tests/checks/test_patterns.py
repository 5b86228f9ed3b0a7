"""Patterns of user rules on hostile values: what may take for ever is refused, what is too long is not measured."""

import pytest

from plimsoll.checks.patterns import searching
from plimsoll.errors import UsageError
from plimsoll.model.fact import UnknownFactError


@pytest.mark.parametrize(
    "pattern",
    [
        *("(a+)+$", "(a*)*b", "(a|a)*b", "(a|aa)+$", "(.*a){20,}x", "((a{1,99})b?)*", "(?:x(?=(a+)+)y)", "(?=(a+)+b)"),
        *("(?:(a|ab)(c|bcd))*d", "(?(1)x|(a+)+)", "(?>(a+)+)b"),
    ],
)
def test_a_repetition_in_a_repetition_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="several ways"):
        searching(pattern)


@pytest.mark.parametrize("pattern", ["(", "a{99999999999999999999}", "[z-a]", "(" * 5000 + ")" * 5000, "*"])
def test_what_is_no_pattern_is_said(pattern: str) -> None:
    with pytest.raises(UsageError, match="is no pattern"):
        searching(pattern)


@pytest.mark.parametrize(
    ("pattern", "value", "is_found"),
    [
        (r"^([a-z0-9-]++\.)*+example\.com(/|$)", "a.b.example.com/x", False),
        (r"^(?:[a-z0-9-]+\.){0,9}example\.com(/|$)", "a.b.example.com/x", True),
        (r"^(127\.\d+\.\d+\.\d+|localhost)(:\d+)?$", "127.0.0.1:80", True),
        (r"(a|b)+$", "abab", True),
        ("(?:a+b)++c", "aabc", True),
        ("[[a]", "[", True),
        (r"\.(pem|key)$", "x.pem", True),
        (r"\.(pem|key)$", "x.pem.txt", False),
    ],
)
def test_patterns_are_searched(pattern: str, value: str, *, is_found: bool) -> None:
    assert searching(pattern)(value) is is_found


@pytest.mark.parametrize(
    ("pattern", "longest"), [("a", 4096), ("a.*b", 4096), ("a.*b.*c", 512), ("a.*b.*c.*d", 128), ("a" + ".*b" * 4, 48)]
)
def test_how_long_a_value_may_be_depends_on_the_pattern(pattern: str, longest: int) -> None:
    search = searching(pattern)
    assert search("x" * longest) is False
    with pytest.raises(UnknownFactError, match=f"longer than the {longest} characters"):
        search("x" * (longest + 1))
