"""The order of Semantic Versioning, for npm, Cargo, Hex and Go: `major.minor.patch[-identifier{.identifier}][+build]`.

Source: Semantic Versioning 2.0.0, sections 9 to 11; for Go the module reference, where `+incompatible` is build
metadata and a pseudo-version an ordinary pre-release, and the toolchain's names, `go1.21rc2` for 1.21.0-rc.2, as Go's
own vulnerability records write it. Looser than the specification, because advisories and lock files are: a `v` in front
does not count, a missing minor or patch is 0, zeros in front of a number do not count.

A key is NUM(major) NUM(minor) NUM(patch), and 0xFF where nothing follows; else one code per identifier with what
belongs to it, and END. END sorts below every identifier, numbers sort below texts.
"""

import re
from functools import lru_cache
from itertools import zip_longest

from plimsoll.model.version import Scheme
from plimsoll.versions.numbers import number, size
from plimsoll.versions.refusal import check_length, refused

_NAME = "semver"
_END = b"\x01"
_NUMBER_CODE = b"\x02"
_TEXT_CODE = b"\x03"
_AFTER_TEXT = b"\x00"
_RELEASED = b"\xff"

_SYNTAX = re.compile(
    r"v?([0-9]+)(?:\.([0-9]+)(?:\.([0-9]+))?)?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]*)?"
)
# A suffix names who built it and does not count, but `go1.25-devel_1a2b` is of any time before or after 1.25.0.
_TOOLCHAIN = re.compile(
    r"go([0-9]+(?:\.[0-9]+){0,2})|"
    r"(?:go)?([0-9]+\.[0-9]+(?:\.[0-9]+)?)(beta|rc)([0-9]+)(?:-[0-9A-Za-z._-]+)?|"
    r"go([0-9]+\.[0-9]+\.[0-9]+)-[0-9A-Za-z._-]+"
)


def key(text: str) -> bytes:
    """Encode a version; raises VersionRefusedError for text outside the grammar and for numbers over 62 bytes."""
    major, minor, patch, identifiers = _split(text)
    core = number(major.encode()) + number((minor or "").encode()) + number((patch or "").encode())
    if identifiers is None:
        return core + _RELEASED
    return core + b"".join(map(_identifier, identifiers.split("."))) + _END


@lru_cache(maxsize=4096)
def _identifier(identifier: str) -> bytes:
    if identifier.isdigit():
        return _NUMBER_CODE + number(identifier.encode())
    return _TEXT_CODE + identifier.encode() + _AFTER_TEXT


def _split(text: str) -> tuple[str, str | None, str | None, str | None]:
    """Give major, minor, patch and identifiers as the text has them; raises VersionRefusedError."""
    check_length(_NAME, text)
    match = _SYNTAX.fullmatch(text) or _SYNTAX.fullmatch(_without_toolchain(text))
    if match is None:
        raise refused(_NAME, text, "not [v]major[.minor[.patch]][-identifier{.identifier}][+build]")
    major, minor, patch, identifiers = match.groups()
    return major, minor, patch, identifiers


def _without_toolchain(text: str) -> str:
    """Rewrite the name of a Go toolchain to a semantic version; any other text becomes "", which is none."""
    match = _TOOLCHAIN.fullmatch(text)
    if match is None:
        return ""
    plain, early, kind, count, built = match.groups()
    return f"{early}-{kind}.{count}" if early else plain or built


def compare(left: str, right: str) -> int:
    """Compare by precedence, section 11; raises VersionRefusedError for what is no version, of numbers of any size."""
    (*a_core, a_identifiers), (*b_core, b_identifiers) = _split(left), _split(right)
    for a, b in zip(a_core, b_core, strict=True):
        if size(a or "0") != size(b or "0"):
            return -1 if size(a or "0") < size(b or "0") else 1
    if a_identifiers is None or b_identifiers is None:
        return (a_identifiers is None) - (b_identifiers is None)
    for mine, other in zip_longest(a_identifiers.split("."), b_identifiers.split(".")):
        order = _compare_identifiers(mine, other)
        if order:
            return order
    return 0


def _compare_identifiers(left: str | None, right: str | None) -> int:
    """Numbers by size and below texts, texts by their ASCII; None, where there is no identifier, below both."""
    if left is None or right is None:
        return (right is None) - (left is None)
    if left.isdigit() != right.isdigit():
        return -1 if left.isdigit() else 1
    a, b = (size(left), size(right)) if left.isdigit() else ((0, left), (0, right))
    return (a > b) - (a < b)


SEMVER = Scheme(name=_NAME, revision=1, key=key, compare=compare)
