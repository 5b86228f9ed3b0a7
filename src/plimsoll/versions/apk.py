"""The order of Alpine's packages: `number{.number}{letter{number}}{_suffix{number}}{~hash}{-rN}`.

Source: apk-package(5), and the comparison of apk-tools 2, whose order this is. apk 3 differs for numbers with leading
zeros (it compares them as text), and refuses digits after a letter, which old releases of Alpine hold. Only apk 3
knows hashes; they are ranked as it ranks them.

A key is NUM(first number), one code per part with what belongs to it, and END; the codes are ordered as apk ranks the
kinds of part against each other and against the end. A number after a dot that begins with zeros sorts below all that
do not, the lower the more zeros, and only then by the rest; where nothing at all follows the zeros, apk reads no rest,
so `1.0` sorts below `1.0_rc1`, but `1.0-r0` above `1.0_rc1-r0`.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache

from plimsoll.model.version import Scheme
from plimsoll.versions.numbers import number, size
from plimsoll.versions.refusal import check_length, refused

MOST_ZEROS = 254
"""Leading zeros of a number after a dot that are encoded: their count is one byte of the key."""

_NAME = "apk"
_BEFORE_THE_END = ("alpha", "beta", "pre", "rc")
_AFTER_THE_END = ("cvs", "svn", "git", "hg", "p")

_SUFFIX_CODES = {
    **{word: bytes((0x01 + place,)) for place, word in enumerate(_BEFORE_THE_END)},
    **{word: bytes((0x41 + place,)) for place, word in enumerate(_AFTER_THE_END)},
}
_END_CODE = b"\x10"
_REVISION_CODE = b"\x20"
_HASH_CODE = b"\x25"
_NUMBER_OF_SUFFIX_CODE = b"\x30"
_LETTER_CODE = b"\x50"
_NUMBER_CODE = b"\x60"
_ZEROS_CODE = b"\x70"
_DOT_CODE = b"\x80"

_SYNTAX = re.compile(
    r"(?P<first>[0-9]+)(?P<dotted>(?:\.[0-9]+)*)(?:(?P<letter>[a-z])(?P<patch>[0-9]*))?"
    rf"(?P<suffixes>(?:_(?:{'|'.join(_SUFFIX_CODES)})[0-9]*)*)(?:~(?P<hash>[0-9A-Fa-f]+))?(?:-r(?P<revision>[0-9]+))?"
)


def key(text: str) -> bytes:
    """Encode a version; raises VersionRefusedError for text outside the grammar and for numbers over 62 bytes."""
    check_length(_NAME, text)
    match = _SYNTAX.fullmatch(text)
    if match is None:
        raise refused(_NAME, text, "not number{.number}{letter{number}}{_suffix{number}}{~hash}{-rN}")
    first, dotted, letter, patch, suffixes, digest, revision = match.groups()
    numbers = dotted.split(".")[1:]
    parts = [number(first.encode()), *map(_after_a_dot, numbers)]
    if numbers and match.end("dotted") == len(text) and not numbers[-1].strip("0"):
        parts[-1] = parts[-1][:2]  # apk reads no rest after the zeros
    if letter:
        parts.append(_LETTER_CODE + letter.encode())
    if patch:
        parts.append(_NUMBER_CODE + number(patch.encode()))
    parts.extend(map(_suffix, suffixes.split("_")[1:]))
    if digest:
        parts.append(_HASH_CODE + digest.encode() + b"\x00")
    if revision:
        parts.append(_REVISION_CODE + number(revision.encode()))
    parts.append(_END_CODE)
    return b"".join(parts)


@lru_cache(maxsize=2048)
def _after_a_dot(digits: str) -> bytes:
    rest = digits.lstrip("0")
    zeros = len(digits) - len(rest)
    if zeros > MOST_ZEROS:
        raise refused(_NAME, digits, f"over {MOST_ZEROS} leading zeros have no key")
    if zeros:
        return _ZEROS_CODE + bytes((0xFF - zeros,)) + _NUMBER_CODE + number(rest.encode())
    return _DOT_CODE + number(digits.encode())


@lru_cache(maxsize=1024)
def _suffix(suffix: str) -> bytes:
    word = suffix.rstrip("0123456789")
    digits = suffix[len(word) :]
    return _SUFFIX_CODES[word] + (_NUMBER_OF_SUFFIX_CODE + number(digits.encode()) if digits else b"")


class _Part(IntEnum):
    """What a version is made of, by rank, where two versions go on with different parts or one of them ends."""

    EARLY_SUFFIX = 0
    NO_PART = 1  # something that apk does not understand; the rest is not looked at
    END = 2
    REVISION = 3
    HASH = 4
    NUMBER_OF_SUFFIX = 5
    LATE_SUFFIX = 6
    LETTER = 7
    NUMBER = 8  # the first, and what follows the zeros
    PATCH = 9
    ZEROS = 10
    DOTTED = 11


_ALPHABET = re.compile(r"[0-9A-Za-z._~-]+")

_PATTERNS = {
    _Part.EARLY_SUFFIX: re.compile(f"_({'|'.join(_BEFORE_THE_END)})"),
    _Part.REVISION: re.compile("-r([0-9]*)"),
    _Part.HASH: re.compile("~([0-9A-Fa-f]+)"),
    _Part.NUMBER_OF_SUFFIX: re.compile("([0-9]+)"),
    _Part.LATE_SUFFIX: re.compile(f"_({'|'.join(_AFTER_THE_END)})"),
    _Part.LETTER: re.compile("([a-z])"),
    _Part.NUMBER: re.compile("([0-9]*)"),
    _Part.PATCH: re.compile("([0-9]+)"),
    _Part.ZEROS: re.compile(r"\.(0+)"),
    _Part.DOTTED: re.compile(r"\.(?![a-z])([0-9]*)"),
}

_REVISIONS = (_Part.REVISION,)
_TAIL = (_Part.EARLY_SUFFIX, _Part.LATE_SUFFIX, _Part.HASH, _Part.REVISION)
_AFTER_NUMBER = (_Part.ZEROS, _Part.DOTTED, _Part.LETTER, *_TAIL)

_FOLLOWERS = {
    _Part.NUMBER: _AFTER_NUMBER,
    _Part.ZEROS: (_Part.NUMBER,),
    _Part.DOTTED: _AFTER_NUMBER,
    _Part.LETTER: (_Part.PATCH, *_TAIL),
    _Part.PATCH: _AFTER_NUMBER,
    _Part.EARLY_SUFFIX: (_Part.NUMBER_OF_SUFFIX, *_TAIL),
    _Part.LATE_SUFFIX: (_Part.NUMBER_OF_SUFFIX, *_TAIL),
    _Part.NUMBER_OF_SUFFIX: _TAIL,
    _Part.HASH: _REVISIONS,
    _Part.REVISION: _REVISIONS,
}


def compare(left: str, right: str) -> int:
    """Compare as apk does, which answers for every text: what follows the first thing it does not understand is equal.

    Raises VersionRefusedError for signs that stand in no version, and for empty and overlong text.
    """
    a, b = _ranked(left), _ranked(right)
    return (a > b) - (a < b)


def _ranked(text: str) -> list[tuple[_Part, tuple[int, str]]]:
    check_length(_NAME, text)
    if not _ALPHABET.fullmatch(text):
        raise refused(_NAME, text, "empty, or not of letters, digits and . _ ~ -")
    return list(_parts(text))


def _parts(text: str) -> Iterator[tuple[_Part, tuple[int, str]]]:
    """Yield each part with what orders it among its like, and at last how the version ends."""
    at = 0
    expected: tuple[_Part, ...] = (_Part.NUMBER,)
    while at < len(text):
        found = ((part, _PATTERNS[part].match(text, at)) for part in expected)
        part, match = next(((part, match) for part, match in found if match), (_Part.NO_PART, None))
        if match is None:
            yield _Part.NO_PART, (0, "")
            return
        yield part, _value(part, match[1])
        at, expected = match.end(), _FOLLOWERS[part]
    yield _Part.END, (0, "")


def _value(part: _Part, text: str) -> tuple[int, str]:
    match part:
        case _Part.EARLY_SUFFIX:
            return _BEFORE_THE_END.index(text), ""
        case _Part.LATE_SUFFIX:
            return _AFTER_THE_END.index(text), ""
        case _Part.LETTER | _Part.HASH:
            return 0, text
        case _Part.ZEROS:
            return -len(text), ""
        case _:
            return size(text)


APK = Scheme(name=_NAME, revision=1, key=key, compare=compare)
