"""The order of NuGet's packages: one to four numbers, then `-label.label` of a pre-release, then `+metadata`.

Source: NuGet's package versioning reference, and Semantic Versioning 2.0 section 11 for the labels; case does not
count, missing numbers are 0, and metadata is not compared. Labels of digits are numbers of any size, as Semantic
Versioning says (NuGet itself compares those above 2**31 - 1 as text, which differs where their lengths do).

A key is four NUMs and RELEASE; or four NUMs, a code and a value for every label, and END, which is below RELEASE.
"""

import re
from functools import lru_cache
from itertools import zip_longest

from plimsoll.model.version import Scheme
from plimsoll.versions.numbers import number, size
from plimsoll.versions.refusal import check_length, refused

MOST_NUMBERS = 4
"""Numbers of a version: major, minor, patch, revision."""

_NAME = "nuget"
_END_CODE = b"\x01"
_NUMBER_CODE = b"\x02"
_TEXT_CODE = b"\x03"
_RELEASE_CODE = b"\x04"

_LABELS = r"[0-9a-z-]+(?:\.[0-9a-z-]+)*"
_SYNTAX = re.compile(rf"([0-9]+(?:\.[0-9]+){{0,{MOST_NUMBERS - 1}}})(?:-({_LABELS}))?(?:\+{_LABELS})?", re.ASCII)


def key(text: str) -> bytes:
    """Encode a version; raises VersionRefusedError for text outside the grammar and for numbers over 62 bytes."""
    numbers, labels = _split(text)
    codes = [number(digits.encode()) for digits in numbers.split(".")]
    codes.extend([b"\x00"] * (MOST_NUMBERS - len(codes)))
    if labels is None:
        codes.append(_RELEASE_CODE)
    else:
        codes.extend(map(_label, labels.split(".")))
        codes.append(_END_CODE)
    return b"".join(codes)


@lru_cache(maxsize=2048)
def _label(label: str) -> bytes:
    return _NUMBER_CODE + number(label.encode()) if label.isdigit() else _TEXT_CODE + label.encode() + b"\x00"


def _split(text: str) -> tuple[str, str | None]:
    """Give the numbers and the labels, in lower case."""
    check_length(_NAME, text)
    match = _SYNTAX.fullmatch(text.lower()) if text.isascii() else None
    if match is None:
        raise refused(_NAME, text, f"not one to {MOST_NUMBERS} numbers, then -label.label, then +metadata")
    return match[1], match[2]


def compare(left: str, right: str) -> int:
    """Compare the numbers, then the labels; raises VersionRefusedError for text outside the grammar."""
    (a_numbers, a_labels), (b_numbers, b_labels) = _split(left), _split(right)
    for a, b in zip_longest(a_numbers.split("."), b_numbers.split("."), fillvalue="0"):
        if size(a) != size(b):
            return -1 if size(a) < size(b) else 1
    if a_labels is None or b_labels is None:
        return (a_labels is None) - (b_labels is None)
    a_ranks, b_ranks = (list(map(_rank, labels.split("."))) for labels in (a_labels, b_labels))
    return (a_ranks > b_ranks) - (a_ranks < b_ranks)


def _rank(label: str) -> tuple[bool, tuple[int, str]]:
    """Rank numbers below text."""
    return (False, size(label)) if label.isdigit() else (True, (0, label))


NUGET = Scheme(name=_NAME, revision=1, key=key, compare=compare)
