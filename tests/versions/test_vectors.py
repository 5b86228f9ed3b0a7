"""Every scheme against pairs of versions whose order is known."""

from collections.abc import Callable

import pytest

from plimsoll.errors import VersionRefusedError
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover

SCHEMES = list(discover("plimsoll.versions", Scheme).values())

NUMBERS_MISSING = {"1-r", "1-r-0", "1-r-1", "1-r-2", "0.r1", "0.8.21.r2"}
DOTS_IN_A_ROW = {"0..1..0", "0..1..1", "0...1...0", "0...1...1", "0..8", "0...8"}
NO_SUCH_PART = {"1.2.0A", "1.2.0D", "1-r0-1", "1-ruff1", "1-ruff2", "1.2_csv2", "1.2_blah"}
NO_NUMBER_AT_ALL = {"b", "c"}
WITHOUT_KEY = {"apk": (15, NUMBERS_MISSING | DOTS_IN_A_ROW | NO_SUCH_PART | NO_NUMBER_AT_ALL)}
"""Pairs, and texts in them, that no encoder may accept: they are no versions."""

Vectors = Callable[[str], list[tuple[str, int, str]]]


def sign(number: int) -> int:
    return (number > 0) - (number < 0)


def has_key(scheme: Scheme, text: str) -> bool:
    try:
        scheme.key(text)
    except VersionRefusedError:
        return False
    return True


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_the_comparison_agrees_with_every_pair(scheme: Scheme, vectors: Vectors) -> None:
    pairs = vectors(scheme.name)
    assert len(pairs) > 1000
    assert [pair for pair in pairs if sign(scheme.compare(pair[0], pair[2])) != pair[1]] == []
    assert [pair for pair in pairs if sign(scheme.compare(pair[2], pair[0])) != -pair[1]] == []


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_the_keys_agree_with_every_pair_of_versions(scheme: Scheme, vectors: Vectors) -> None:
    pairs = vectors(scheme.name)
    encoded = [(left, order, right) for left, order, right in pairs if has_key(scheme, left) and has_key(scheme, right)]
    texts = {text for left, _, right in pairs for text in (left, right)}
    refused = {text for text in texts if not has_key(scheme, text)}

    assert (len(pairs) - len(encoded), refused) == WITHOUT_KEY.get(scheme.name, (0, set()))
    keys = [(scheme.key(left), order, scheme.key(right)) for left, order, right in encoded]
    assert [key for key in keys if (key[0] > key[2]) - (key[0] < key[2]) != key[1]] == []
