"""The order of rpm's packages: `[epoch:]version[-release]`.

Source: rpm-version(7), and what rpm's own `rpmvercmp` does: a version is runs of digits, runs of ASCII letters, `~` and
`^`; every other sign only separates them.

A key is NUM(epoch) PART(version), and PART(release) where there is one. A part is the codes of its runs and END; the
codes are ordered as rpm ranks the kinds of run: `~` below the end, the end below `^`, `^` below letters, letters below
digits. A version without release, as advisories write bounds, sorts directly below all its releases, and its key is the
beginning of theirs. No part begins with 0xFF: key and 0xFF is the bound directly above all releases of a version.
"""

import re
from functools import lru_cache
from itertools import zip_longest

from plimsoll.model.version import Scheme
from plimsoll.versions.numbers import number, size
from plimsoll.versions.refusal import check_length, refused

_NAME = "rpm"
_TILDE_CODE = b"\x01"
_END = b"\x02"
_CARET_CODE = b"\x03"
_AFTER_LETTERS = b"\x00"
_SMALL_NUMBER = 0x80
_NUMBER_OF_LENGTH = 0xF0
_LONG_NUMBER = 0xFE
_LARGEST_SMALL = _NUMBER_OF_LENGTH - _SMALL_NUMBER - 1
_MOST_BYTES_IN_CODE = _LONG_NUMBER - _NUMBER_OF_LENGTH - 1

# The signs that rpm lets a package have, and `:` only after an epoch. `%{}` stand there where a macro was not expanded.
_SYNTAX = re.compile(r"(?:([0-9]+):)?([A-Za-z0-9._+~^%{}]+)(?:-([A-Za-z0-9._+~^%{}]+))?")
_RUN = re.compile(r"[0-9]+|[A-Za-z]+|[~^]")


def key(text: str) -> bytes:
    """Encode a version; raises VersionRefusedError for text outside the grammar and for numbers over 62 bytes."""
    check_length(_NAME, text)
    match = _SYNTAX.fullmatch(text)
    if match is None:
        raise refused(_NAME, text, "not [epoch:]version[-release] of letters, digits and . _ + ~ ^ % { }")
    epoch, version, release = match.groups()
    encoded = number((epoch or "").encode()) + _part(version)
    return encoded if release is None else encoded + _part(release)


def _part(part: str) -> bytes:
    return b"".join(map(_run, _RUN.findall(part))) + _END


@lru_cache(maxsize=4096)
def _run(run: str) -> bytes:
    if run == "~":
        return _TILDE_CODE
    if run == "^":
        return _CARET_CODE
    return _digits(run) if run[0].isdigit() else run.encode() + _AFTER_LETTERS


def _digits(digits: str) -> bytes:
    """Encode a number, two thirds of all there is in a version, in one byte less than NUM after a code would take."""
    encoded = number(digits.encode())
    if len(encoded) == 1 and encoded[0] <= _LARGEST_SMALL:
        return bytes((_SMALL_NUMBER + encoded[0],))
    value = encoded[1:] or encoded
    if len(value) <= _MOST_BYTES_IN_CODE:
        return bytes((_NUMBER_OF_LENGTH + len(value),)) + value
    return bytes((_LONG_NUMBER, len(value))) + value


_EPOCH = re.compile(r"([0-9]*):(.*)", re.DOTALL)

_TILDE, _NOTHING, _CARET, _LETTERS, _DIGITS = range(5)


def compare(left: str, right: str) -> int:
    """Compare as rpm does, which answers for nearly every text: signs that it does not know separate.

    Without a release a version is below every release of it, also below an empty one. Raises VersionRefusedError for
    NUL, and for an empty version and overlong text.
    """
    (a_epoch, *a_parts), (b_epoch, *b_parts) = _split(left), _split(right)
    if size(a_epoch) != size(b_epoch):
        return -1 if size(a_epoch) < size(b_epoch) else 1
    for a, b in zip_longest(a_parts, b_parts):
        if a is None or b is None:
            return -1 if a is None else 1
        order = _compare_parts(a, b)
        if order:
            return order
    return 0


def _split(text: str) -> list[str]:
    """Split into epoch, version and, where there is one, release; an epoch is digits before the first colon."""
    check_length(_NAME, text)
    match = _EPOCH.fullmatch(text)
    epoch, rest = match.groups() if match else ("", text)
    version, hyphen, release = rest.rpartition("-") if "-" in rest else (rest, "", "")
    if not version or "\0" in text:
        raise refused(_NAME, text, "its version is empty, or it holds a NUL")
    return [epoch, version, release] if hyphen else [epoch, version]


def _compare_parts(left: str, right: str) -> int:
    """Walk both through their runs: the first that differ decide, by kind, or as numbers or as letters."""
    for a, b in zip_longest(_RUN.findall(left), _RUN.findall(right), fillvalue=""):
        if _rank(a) != _rank(b):
            return -1 if _rank(a) < _rank(b) else 1
    return 0


def _rank(run: str) -> tuple[int, tuple[int, str]]:
    match run[:1]:
        case "":
            return _NOTHING, (0, "")
        case "~":
            return _TILDE, (0, "")
        case "^":
            return _CARET, (0, "")
        case first if first.isdigit():
            return _DIGITS, size(run)
        case _:
            return _LETTERS, (0, run)


RPM = Scheme(name=_NAME, revision=1, key=key, compare=compare)
