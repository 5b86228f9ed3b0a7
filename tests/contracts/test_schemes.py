"""What every version scheme must hold to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import VersionRefusedError
from plimsoll.model.version import FROM_THE_START, NOT_FIXED, Scheme
from plimsoll.plugins import discover

SCHEMES = list(discover("plimsoll.versions", Scheme).values())
ASCENDING = ["0.0.1", "0.1.0", "1.2.3", "1.2.10", "1.10.0", "2.0.0", "10.0.0", "191.0.0", "192.0.0", "20240131.0.0"]
"""Three numbers without leading zeros: versions under every scheme, and ordered alike by all."""

HOSTILE = [
    *("", " ", "\n", "\x00", "1.2.3\x00", "1.2.3\n", "\x1b[2J", "\u0661.2.3", "\uff11.2.3", "1.2.\u00e9", "\udc80"),
    *("1.2.3'; --", "../../etc/passwd", "9" * 100_000, "1" + ".1" * 50_000, "~" * 50_000, "1" + "_p" * 50_000),
]

anything = st.text(max_size=30) | st.text("0123456789.abpr~+-_:^", max_size=20) | st.sampled_from(ASCENDING)
for_each_scheme = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)


def key_of(scheme: Scheme, text: str) -> bytes | None:
    try:
        return scheme.key(text)
    except VersionRefusedError:
        return None


def order_of(scheme: Scheme, left: str, right: str) -> int | None:
    try:
        return scheme.compare(left, right)
    except VersionRefusedError:
        return None


def test_there_are_schemes() -> None:
    assert {scheme.name for scheme in SCHEMES} >= {"apk", "dpkg"}


@for_each_scheme
def test_a_scheme_has_a_name_and_a_revision(scheme: Scheme) -> None:
    assert scheme.name.isascii()
    assert scheme.name == scheme.name.lower()
    assert scheme.revision >= 1


@for_each_scheme
def test_keys_and_comparison_order_plain_versions(scheme: Scheme) -> None:
    keys = [scheme.key(text) for text in ASCENDING]
    assert keys == sorted(set(keys))
    assert all(FROM_THE_START < key < NOT_FIXED and key[0] != NOT_FIXED[0] for key in keys)
    for left, a in enumerate(ASCENDING):
        for right, b in enumerate(ASCENDING):
            order = scheme.compare(a, b)
            assert (order > 0) - (order < 0) == (left > right) - (left < right)


@for_each_scheme
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_text_is_refused(scheme: Scheme, text: str) -> None:
    with pytest.raises(VersionRefusedError) as caught:
        scheme.key(text)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 300
    order_of(scheme, text, "1.2.3")
    order_of(scheme, "1.2.3", text)


@pytest.mark.fuzz
@for_each_scheme
@given(text=anything)
def test_any_text_gets_a_key_or_is_refused(scheme: Scheme, text: str) -> None:
    key = key_of(scheme, text)
    if key is not None:
        assert FROM_THE_START < key < NOT_FIXED
        assert scheme.compare(text, text) == 0


@pytest.mark.fuzz
@for_each_scheme
@given(texts=st.lists(anything, min_size=3, max_size=3))
def test_any_texts_are_ordered_totally_or_refused(scheme: Scheme, texts: list[str]) -> None:
    a, b, c = (text if order_of(scheme, text, text) == 0 else "1.2.3" for text in texts)
    assert scheme.compare(a, b) == -scheme.compare(b, a)
    if scheme.compare(a, b) <= 0 and scheme.compare(b, c) <= 0:
        assert scheme.compare(a, c) <= 0
    left, right = key_of(scheme, a), key_of(scheme, b)
    if left is not None and right is not None:
        assert (left > right) - (left < right) == scheme.compare(a, b)
