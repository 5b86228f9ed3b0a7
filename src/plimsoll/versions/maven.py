"""The order of Maven's versions: numbers and qualifiers, between dots, hyphens and changes of digits and letters.

Source: the version order of Maven's POM reference, and `ComparableVersion` of Maven 3.9, whose order this is wherever
that is an order. It is none where a qualifier stands between dots (`1.sp.1` is below `1-alpha`, that below `1`, that
below `1.sp.1`), nor where nothing is left between hyphens (`1--alpha`, `1-ga-1`); there this follows the reference:
`.qualifier` is `-qualifier`, and what means nothing tells no versions apart.

A key is one code per part, and END. Parts that mean nothing, which are 0 and the qualifiers of a release, are left out
before the end, a hyphen and a word; but one after a hyphen stays, as 0, before a number after a hyphen: `T00-43` is
below `T07-07`. The codes are ordered as Maven ranks the kinds of part against each other and against the end.
"""

import re
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from plimsoll.model.version import Scheme
from plimsoll.versions.numbers import number, size
from plimsoll.versions.refusal import check_length, refused

_NAME = "maven"

_FORBIDDEN = r"\\/:\"<>|?*\[\](){},"
"""Signs that Maven's model validator lets stand in no version."""

_SYNTAX = re.compile(rf"(?:(?![{_FORBIDDEN}])[!-~])+")

_BEFORE_A_RELEASE = ("alpha", "beta", "milestone", "rc", "snapshot")
_OF_A_RELEASE = ("ga", "final", "release")
_BEFORE_A_DIGIT = {"a": "alpha", "b": "beta", "m": "milestone"}

_END_CODE = b"\x10"
_WORD_CODES = {
    **{word: bytes((0x01 + place,)) for place, word in enumerate(_BEFORE_A_RELEASE)},
    "cr": b"\x04",
    **dict.fromkeys(_OF_A_RELEASE, b"\x20"),
    "sp": b"\x30",
}
_WORD_CODE = b"\x40"
_HYPHEN_CODE = b"\x50"
_DOT_CODE = b"\x60"
_EMPTY_LEVEL = _HYPHEN_CODE + number(b"")

# The separator, if any; then digits, or a word and the digit that follows it at once, or nothing.
_PART = re.compile(r"([.-]?)(?:([0-9]+)|([^0-9.-]+)(?=([0-9]?))|(?=[.-]))")


def key(text: str) -> bytes:
    """Encode a version; raises VersionRefusedError for signs that stand in no version and numbers over 62 bytes."""
    codes = [_END_CODE]
    following = _END_CODE
    for part in reversed(_PART.findall(_readable(text))):
        code, kind, means_nothing = _encoded(part)
        if means_nothing and following is not _DOT_CODE:
            if following is not _HYPHEN_CODE or part[0] == ".":
                continue
            code, kind = _EMPTY_LEVEL, _HYPHEN_CODE
        codes.append(code)
        following = kind
    codes.reverse()
    return b"".join(codes)


def _readable(text: str) -> str:
    """Give a version in lower case, with a dot before its first part and no empty part at the end."""
    check_length(_NAME, text)
    if not _SYNTAX.fullmatch(text):
        raise refused(_NAME, text, "empty, or it holds a blank, a sign outside ASCII or one that Maven forbids")
    return f".{text.lower()}".rstrip(".-")


@lru_cache(maxsize=4096)
def _encoded(part: tuple[str, str, str, str]) -> tuple[bytes, bytes, bool]:
    """Give the code of a part, the code of its kind, and whether it means nothing."""
    separator, digits, word, next_digit = part
    if not word:
        kind = _DOT_CODE if separator == "." else _HYPHEN_CODE
        return kind + number(digits.encode()), kind, not digits.strip("0")
    if next_digit:
        word = _BEFORE_A_DIGIT.get(word, word)
    known = _WORD_CODES.get(word)
    return known or _WORD_CODE + word.encode() + b"\x00", _WORD_CODE, word in _OF_A_RELEASE


class _Part(NamedTuple):
    """A number or a word, and whether a dot precedes it."""

    dotted: bool
    text: str

    @property
    def is_number(self) -> bool:
        return self.text.isdigit()

    @property
    def means_nothing(self) -> bool:
        return not self.text.strip("0") or self.text in _OF_A_RELEASE


_PIECE = re.compile(r"[0-9]+|[^0-9.-]+|[.-]")
_WORDS = (*_BEFORE_A_RELEASE, "", "sp")


def compare(left: str, right: str) -> int:
    """Compare part by part as Maven does, where one version ends with what means nothing beside the other's part.

    Raises VersionRefusedError for empty and overlong text, and for signs that Maven lets stand in no version.
    """
    for a, b in zip_longest(_parts(left), _parts(right)):
        a_rank, b_rank = _rank(a or _nothing_like(b)), _rank(b or _nothing_like(a))
        if a_rank != b_rank:
            return -1 if a_rank < b_rank else 1
    return 0


def _nothing_like(part: _Part | None) -> _Part:
    is_number = part is not None and part.is_number
    return _Part(dotted=part is not None and part.dotted, text="0" if is_number else "")


def _rank(part: _Part) -> tuple[int, int, str]:
    """Rank words below numbers after a hyphen, and those below numbers after a dot."""
    if part.is_number:
        return 2 if part.dotted else 1, *size(part.text)
    word = "" if part.text in _OF_A_RELEASE else part.text
    return (0, _WORDS.index(word), "") if word in _WORDS else (0, len(_WORDS), word)


def _parts(text: str) -> list[_Part]:
    """Split a version, and leave out what means nothing before the end, a hyphen and a word."""
    parts: list[_Part] = []
    for part in reversed(_all_parts(_PIECE.findall(_readable(text)))):
        before_number = bool(parts) and parts[-1].is_number
        if not part.means_nothing or (before_number and parts[-1].dotted):
            parts.append(part)
        elif before_number and not part.dotted:
            parts.append(_Part(dotted=False, text="0"))
    return parts[::-1]


def _all_parts(pieces: list[str]) -> list[_Part]:
    parts: list[_Part] = []
    before = ""
    for piece, after in zip_longest(pieces, pieces[1:], fillvalue=""):
        if piece in {".", "-"}:
            if before in {".", "-"}:
                parts.append(_Part(dotted=before == ".", text="0"))
        elif after.isdigit() and piece in _BEFORE_A_DIGIT:
            parts.append(_Part(dotted=before == ".", text=_BEFORE_A_DIGIT[piece]))
        else:
            parts.append(_Part(dotted=before == ".", text="rc" if piece == "cr" else piece))
        before = piece
    return parts


MAVEN = Scheme(name=_NAME, revision=1, key=key, compare=compare)
