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

RELEASE_MISSING = {"1-", "+1-", "+2-", "+1-:", "+2-:"}
COLON_NOT_AFTER_DIGITS = {
    *("a:1", "b:1", "a1:1", "b~1:1", "0+-n:1", "1.m+e2:1", "4.m+e1:1"),
    *("0+1.na.r-n:1", "0+2.na.r-n:1", "4.0+2.na.r-n:1", "5.0+1.na.r-n:1"),
    "1.module+el9.4.0+23026+aaa2e3cb.2.noarch.rpm-nginx:1",
    "4.module+el9.5.0+22954+e2d70a1c.1.noarch.rpm-nginx:1",
}
GREEK = {"1.1.\u03b1\u03b1", "1.1.\u03b2\u03b2", "1.2.\u03b2\u03b2", "0:1.2.\u03b2\u03b2"}

BEFORE_PEP_440 = {
    *("0.3m4", "0.3m5", "0.4m1", "0.4m2", "0.4m3", "0.4m4", "0.4m5", "0.5m1", "0.5m2", "0.5m3", "0.5m4", "0.5m5"),
    *("0.6m1", "0.6m3", "0.6m4", "0.6m5", "0.6m6", "0.3.1-p1", "0.4.0-p1", "0.7.10p1", "0.7.11p1", "0.7.11p2"),
    *("0.7.11p3", "0.8.1p1", "0.8.3p1", "0.8.4p1", "0.8.4p2", "0.8.6p1", "0.8.7p1", "0.0.1-test1", "0.1-charmander"),
    *("0.9-doduo", "0.9-eevee", "1.3.1-STAGING", "2.0.1rc2-git", "5.0-final", "trunk", "// 1.0.0+local"),
    *("1.0.0 False", "2013-09-11T19-27-10", "2014-01-12T15-52-10", "-class.-jw.util.version.Version-"),
    *("-class.-jw.util.version.version-pre", "-class.-jw.util.version.version-preview", "2013-01-21T20:33:09+0100"),
    *("2013-01-23T17:11:52+0100", "2013-02-01T20:50:46+0100", "2013-02-02T19:59:03+0100", "2013-02-02T20:23:17+0100"),
    *("2013-02-08T17:40:57+0000", "2013-03-27T16:32:26+0100", "2013-05-09T12:47:53+0200", "2013-05-10T17:55:56+0200"),
    *("2013-05-14T20:16:05+0200", "2013-06-01T10:32:51+0200", "2013-07-19T09:11:08+0000", "2013-08-12T21:48:56+0200"),
}

WITHOUT_KEY = {
    "apk": (15, NUMBERS_MISSING | DOTS_IN_A_ROW | NO_SUCH_PART | NO_NUMBER_AT_ALL),
    "gem": (2, {"1beta", "1gamma"}),
    "pep440": (42, BEFORE_PEP_440),
    "rpm": (16, RELEASE_MISSING | COLON_NOT_AFTER_DIGITS | GREEK),
}
"""Pairs, and texts in them, that no encoder may accept: they are no versions."""

WITHOUT_ORDER = {"gem", "pep440"}
"""Schemes whose own tools refuse those texts too. The source of the pairs ranks them all the same, by older rules."""

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
    if scheme.name in WITHOUT_ORDER:
        unordered, texts = WITHOUT_KEY[scheme.name]
        ordered = [pair for pair in pairs if not texts & {pair[0], pair[2]}]
        assert len(ordered) == len(pairs) - unordered
        pairs = ordered
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
