"""The order of Ruby's packages: `number{.part}[-part{.part}]`, a part being numbers and words in a row.

Source: RubyGems' `Gem::Version`: a hyphen stands for `.pre.`, a version is its numbers and words, a word makes a
pre-release, and a missing segment is 0. A platform (`1.2.3-java`) is no part of a version: it would be read as one.

A key is the segments, each with a code, and END. The zeros at the end of the numbers before the first word are left
out, and so are those at the very end. Words sort below END, numbers above it. Zeros directly before a later word have a
code of their own, with their count: `1.a.0.b` is below `1.a`, for `b` is below the 0 that is missing there.
"""

import re
from functools import lru_cache
from itertools import dropwhile, takewhile, zip_longest

from plimsoll.model.version import Scheme
from plimsoll.versions.numbers import number, size
from plimsoll.versions.refusal import check_length, refused

_NAME = "gem"
_WORD_CODE = b"\x02"
_AFTER_WORD = b"\x00"
_ZEROS_BEFORE_WORD_CODE = b"\x03"
_END = b"\x04"
_NUMBER_CODE = b"\x05"
_ZERO = _NUMBER_CODE + number(b"0")

_SYNTAX = re.compile(r"[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")
_SEGMENT = re.compile(r"[0-9]+|[A-Za-z]+")


def key(text: str) -> bytes:
    """Encode a version; raises VersionRefusedError for text outside the grammar and for numbers over 62 bytes."""
    codes = list(map(_segment, _segments(text)))
    first_word = next((place for place, code in enumerate(codes) if code[:1] == _WORD_CODE), len(codes))
    return b"".join((*_trimmed(codes[:first_word]), *_with_counted_zeros(_trimmed(codes[first_word:])), _END))


def _segments(text: str) -> list[str]:
    check_length(_NAME, text)
    if not _SYNTAX.fullmatch(text):
        raise refused(_NAME, text, "not number{.part}[-part{.part}] of digits and letters")
    return _SEGMENT.findall(text.replace("-", ".pre."))


@lru_cache(maxsize=4096)
def _segment(segment: str) -> bytes:
    if segment.isdigit():
        return _NUMBER_CODE + number(segment.encode())
    return _WORD_CODE + segment.encode() + _AFTER_WORD


def _trimmed(codes: list[bytes]) -> list[bytes]:
    while codes and codes[-1] == _ZERO:
        codes.pop()
    return codes


def _with_counted_zeros(codes: list[bytes]) -> list[bytes]:
    """Replace the zeros directly before a word by their count."""
    if _ZERO not in codes:
        return codes
    counted: list[bytes] = []
    zeros = 0
    for code in codes:
        if code == _ZERO:
            zeros += 1
            continue
        if zeros:
            is_word = code[:1] == _WORD_CODE
            counted += [_ZEROS_BEFORE_WORD_CODE + number(b"%d" % zeros)] if is_word else [_ZERO] * zeros
        counted.append(code)
        zeros = 0
    return counted


_BLANKS = " \t\n\v\f\r"


def compare(left: str, right: str) -> int:
    """Compare as RubyGems does: segment by segment, a missing one being 0, and a word below every number.

    Blanks around a version do not count, and nothing at all is 0. Raises VersionRefusedError for what is no version.
    """
    for a, b in zip_longest(_canonical(left), _canonical(right), fillvalue="0"):
        if a.isdigit() != b.isdigit():
            return 1 if a.isdigit() else -1
        mine, other = (size(a), size(b)) if a.isdigit() else ((0, a), (0, b))
        if mine != other:
            return -1 if mine < other else 1
    return 0


def _canonical(text: str) -> list[str]:
    """Give the segments without the zeros at the end of the leading numbers, and at the end."""
    segments = _segments(text.strip(_BLANKS) or "0")
    leading = list(takewhile(str.isdigit, segments))
    return [*_without_last_zeros(leading), *_without_last_zeros(segments[len(leading) :])]


def _without_last_zeros(segments: list[str]) -> list[str]:
    return list(dropwhile(lambda segment: not segment.strip("0"), reversed(segments)))[::-1]


GEM = Scheme(name=_NAME, revision=1, key=key, compare=compare)
