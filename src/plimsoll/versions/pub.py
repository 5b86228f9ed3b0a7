"""The order of Dart's packages: `major{.minor{.patch}}`, then `-label.label` of a pre-release, then `+build.build`.

Source: the version philosophy of pub and its package `pub_semver`: Semantic Versioning 2.0, but builds are compared
too: none is below any, and they are ordered like labels. A leading `v` is ignored and missing numbers are 0, though pub
itself takes neither. Parts of digits are numbers of any size (Dart's own are of 64 bits, and it also reads `-5` and
`0x1f` as numbers; here these are text).

A key is three NUMs; RELEASE, or a code and a value for every label and END; then NO_BUILD, or a code and a value for
every part of the build and END.
"""

import re
from functools import lru_cache

from plimsoll.model.version import Scheme
from plimsoll.versions.numbers import number, size
from plimsoll.versions.refusal import check_length, refused

_NAME = "pub"
_NO_BUILD_CODE = b"\x00"
_END_CODE = b"\x01"
_NUMBER_CODE = b"\x02"
_TEXT_CODE = b"\x03"
_RELEASE_CODE = b"\x04"

_PARTS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_SYNTAX = re.compile(rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-({_PARTS}))?(?:\+({_PARTS}))?")


def key(text: str) -> bytes:
    """Encode a version; raises VersionRefusedError for text outside the grammar and for numbers over 62 bytes."""
    major, minor, patch, labels, build = _match(text).groups("")
    numbers = number(major.encode()) + number(minor.encode()) + number(patch.encode())
    return numbers + _parts(labels, _RELEASE_CODE) + _parts(build, _NO_BUILD_CODE)


def _parts(text: str, without: bytes) -> bytes:
    return without if not text else b"".join(map(_part, text.split("."))) + _END_CODE


@lru_cache(maxsize=2048)
def _part(part: str) -> bytes:
    return _NUMBER_CODE + number(part.encode()) if part.isdigit() else _TEXT_CODE + part.encode() + b"\x00"


def _match(text: str) -> re.Match[str]:
    check_length(_NAME, text)
    match = _SYNTAX.fullmatch(text)
    if match is None:
        raise refused(_NAME, text, "not major{.minor{.patch}}, then -label.label, then +build.build")
    return match


def compare(left: str, right: str) -> int:
    """Compare numbers, labels and builds; raises VersionRefusedError for text outside the grammar."""
    a, b = _ranked(left), _ranked(right)
    return (a > b) - (a < b)


_Ranks = list[tuple[bool, tuple[int, str]]]


def _ranked(text: str) -> tuple[list[tuple[int, str]], bool, _Ranks, _Ranks]:
    *numbers, labels, build = _match(text).groups("")
    return [size(digits) for digits in numbers], not labels, _ranks(labels), _ranks(build)


def _ranks(text: str) -> _Ranks:
    """Rank numbers below text, and no parts at all below any."""
    parts = text.split(".") if text else []
    return [(False, size(part)) if part.isdigit() else (True, (0, part)) for part in parts]


PUB = Scheme(name=_NAME, revision=1, key=key, compare=compare)
