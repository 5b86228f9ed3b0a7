"""The order of Debian's packages, against dpkg itself, and what it refuses."""

import shutil
import subprocess

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from plimsoll.errors import VersionRefusedError
from plimsoll.versions.dpkg import DPKG

needs_dpkg = pytest.mark.skipif(shutil.which("dpkg") is None, reason="needs dpkg, to compare with")

pieces = st.sampled_from([*"019aZ~+-.:", "00", "10", "rc", "deb12u", "20240131", "~~", "0:", "1:", "+b1"])
texts = st.lists(pieces, min_size=1, max_size=6).map("".join)
odd_pieces = pieces | st.sampled_from([*"_%/ \t", "2147483648:", "0" * 12, "+1:"])
odd_texts = st.lists(odd_pieces, min_size=1, max_size=5).map("".join)


def real_order(left: str, right: str) -> int | None:
    """Ask dpkg; None where it ends with an error."""
    for operator, order in (("lt", -1), ("eq", 0), ("gt", 1)):
        asked = subprocess.run(["dpkg", "--compare-versions", left, operator, right], capture_output=True, check=False)
        if asked.returncode == 0:
            return order
        if asked.returncode != 1:
            return None
    pytest.fail(f"dpkg knows no order of {left!r} and {right!r}")


def our_order(left: str, right: str) -> int | None:
    try:
        return DPKG.compare(left, right)
    except VersionRefusedError:
        return None


@needs_dpkg
@settings(max_examples=300)
@given(left=texts.map(lambda text: f"1{text}"), right=texts.map(lambda text: f"1{text}"))
def test_it_orders_as_dpkg_does(left: str, right: str) -> None:
    assert our_order(left, right) == real_order(left, right)


@needs_dpkg
@settings(max_examples=300)
@given(text=odd_texts)
def test_it_refuses_what_dpkg_refuses_and_answers_what_dpkg_answers(text: str) -> None:
    assume(not text.startswith("-"))  # dpkg would take it for an option
    assert our_order(text, "1.0-1") == real_order(text, "1.0-1")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "-1", "1-", "1.0-", ":", ":1", "1:", "1:-1", "a:1", "-1:1", "1.0:1", "2147483648:1"),
        *("99999999999999999999999:1", "1 0", "1\n0", "1\x00", "\u0661", "\uff11", "1.\u00e9", "1\udc80", "1" * 5000),
    ],
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(VersionRefusedError):
        DPKG.key(text)
    with pytest.raises(VersionRefusedError):
        DPKG.compare(text, "1")
    with pytest.raises(VersionRefusedError):
        DPKG.compare("1", text)


@pytest.mark.parametrize(
    ("text", "lower", "higher"),
    [
        ("1_2", "1.2", "2"),
        ("1%2", "1-2", "2"),
        ("1:1-1:2", "1:1-1.2", "1:2"),
        (" 1.5\n", "1.4", "1.6"),
        ("+1:1.5", "1:1.4", "1:1.6"),
        ("1." + "9" * 200, "1." + "8" * 200, "1.1" + "0" * 200),
        ("1.0-" + "9" * 200, "1.0-" + "9" * 199, "1.0-9" + "0" * 200),
    ],
)
def test_what_has_no_key_is_still_compared_where_dpkg_has_an_answer(text: str, lower: str, higher: str) -> None:
    with pytest.raises(VersionRefusedError):
        DPKG.key(text)
    assert DPKG.compare(lower, text) < 0 < DPKG.compare(higher, text)
    assert DPKG.compare(text, text) == 0


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("0", "00 020002 020002"),
        ("1.2", "00 0201ae020202 020002"),
        ("1:1~rc1-2", "01 020101726302 0102 020202"),
        ("300:1a", "c2012c 020161020002 020002"),
    ],
)
def test_a_key_is_encoded_as_specified(text: str, key: str) -> None:
    assert DPKG.key(text).hex() == key.replace(" ", "")


def test_an_error_shows_foreign_text_short_and_in_ascii() -> None:
    with pytest.raises(VersionRefusedError) as caught:
        DPKG.key("\x1b[2J\u202e" + "x" * 3000)
    assert caught.value.message.isprintable()
    assert "\u202e" not in caught.value.message
    assert len(caught.value.message) < 250
