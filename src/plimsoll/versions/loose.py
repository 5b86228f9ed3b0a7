"""An order for the versions of upstream products, which name no scheme: those of NVD's ranges and of lone binaries.

Source: our own, from how upstreams number releases: `1.0.1f`, `0.9.8zh`, `8u292`, `9.2p1`, `7.4.0-beta1`, `3.11.0rc1`,
`16beta1`. Runs of digits are numbers; `.`, `-`, `_` and nothing between parts are equal; case, a leading `v` and what
follows a `+` do not count. The words of a pre-release sort below the end, and so do `a` and `b` with a number at once
after them; all other words, also letters that count releases, sort above the end, and numbers above words. `1.0` is
below `1.0.0`.

A key is one code per word, one with NUM per number, and END.
"""

import re
from functools import lru_cache

from plimsoll.model.version import Scheme
from plimsoll.versions.numbers import number, size
from plimsoll.versions.refusal import check_length, refused

_NAME = "loose"
_BEFORE_A_RELEASE = ("dev", "alpha", "beta", "milestone", "preview", "rc", "snapshot")
_ALIASES = {"pre": "preview", "cr": "rc", "patch": "p", "pl": "p", "update": "u"}
_BEFORE_A_DIGIT = {"a": "alpha", "b": "beta", "m": "milestone", **_ALIASES}

_WORD_CODES = {word: bytes((0x01 + place,)) for place, word in enumerate(_BEFORE_A_RELEASE)}
_END_CODE = b"\x10"
_OTHER_WORD_CODE = b"\x20"
_NUMBER_CODE = b"\x30"

_SYNTAX = re.compile(r"v?([0-9]++(?:[._-]?(?:[0-9]++|[a-z]++))*)(?:\+[0-9a-z._+-]*)?")
_TOKEN = re.compile(r"([0-9]+)|([a-z]+)(?=([0-9]?))")


def key(text: str) -> bytes:
    """Encode a version; raises VersionRefusedError for text outside the grammar and for numbers over 62 bytes."""
    return b"".join(map(_code, _TOKEN.findall(_normal(text)))) + _END_CODE


@lru_cache(maxsize=4096)
def _code(token: tuple[str, str, str]) -> bytes:
    digits, word, next_digit = token
    if digits:
        return _NUMBER_CODE + number(digits.encode())
    word = (_BEFORE_A_DIGIT if next_digit else _ALIASES).get(word, word)
    return _WORD_CODES.get(word) or _OTHER_WORD_CODE + word.encode() + b"\x00"


def _normal(text: str) -> str:
    check_length(_NAME, text)
    match = _SYNTAX.fullmatch(text.lower()) if text.isascii() else None
    if match is None:
        raise refused(_NAME, text, "not a number, then numbers and words with at most one of . - _ between them")
    return match[1]


_RUN = re.compile(r"[0-9]+|[a-z]+|[._-]")
_END = (1, 0, "")


def compare(left: str, right: str) -> int:
    """Compare run by run; raises VersionRefusedError for text outside the grammar."""
    a, b = _ranked(left), _ranked(right)
    return (a > b) - (a < b)


def _ranked(text: str) -> list[tuple[int, int, str]]:
    """Rank pre-releases below the end, that below other words, those below numbers."""
    runs = _RUN.findall(_normal(text))
    ranked = [_rank(run, after) for run, after in zip(runs, [*runs[1:], ""], strict=True) if run not in {".", "-", "_"}]
    return [*ranked, _END]


def _rank(run: str, after: str) -> tuple[int, int, str]:
    if run.isdigit():
        return 3, *size(run)
    if after.isdigit() and run in {"a", "b", "m"}:
        return 0, {"a": 1, "b": 2, "m": 3}[run], ""
    word = _ALIASES.get(run, run)
    return (0, _BEFORE_A_RELEASE.index(word), "") if word in _BEFORE_A_RELEASE else (2, 0, word)


LOOSE = Scheme(name=_NAME, revision=1, key=key, compare=compare)
