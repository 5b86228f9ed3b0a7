"""The order of Debian's packages: `[epoch:]upstream[-revision]`.

Source: deb-version(7), and Debian Policy section 5.6.12; what dpkg accepts is what `dpkg --compare-versions` does.

A key is NUM(epoch) PART(upstream) PART(revision). A part is pairs of non-digits and digits, the first pair always
there: the codes of the non-digits, END, NUM(digits); after the last pair END. Hence `~` sorts below the end, the end
below letters, letters below other signs; a missing number is 0 and a missing revision is "0".
"""

import re
from functools import lru_cache
from itertools import zip_longest

from plimsoll.model.version import Scheme
from plimsoll.versions.numbers import number, size
from plimsoll.versions.refusal import check_length, refused

LARGEST_EPOCH = 2**31 - 1
"""dpkg keeps the epoch in a C int."""

_NAME = "dpkg"
_END = b"\x02"
_NOTHING = _END + number(b"")

# Letters and digits stand for themselves; `~` sorts below END, the other signs above all letters.
_CODES = bytes.maketrans(b"~+-.:", b"\x01\xab\xad\xae\xba")

_SYNTAX = re.compile(r"[A-Za-z0-9.+~-]+|[0-9]+:[A-Za-z0-9.+~:-]+")
_REVISION = re.compile(r"[A-Za-z0-9.+~]+")
_DIGITS = re.compile(rb"([0-9]+)")


def key(text: str) -> bytes:
    """Encode a version; raises VersionRefusedError for text outside the grammar and for numbers over 62 bytes.

    A version that does not begin with a digit has a key: dpkg only warns of it.
    """
    check_length(_NAME, text)
    if not _SYNTAX.fullmatch(text):
        raise refused(_NAME, text, "not [epoch:]upstream[-revision] of letters, digits and . + - ~ :")
    epoch, _, rest = text.partition(":") if ":" in text else ("0", "", text)
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "0")
    if not upstream or not _REVISION.fullmatch(revision):
        raise refused(_NAME, text, "its upstream version or its revision is empty, or a colon stands in the revision")
    return number(b"%d" % _epoch(epoch, text)) + _part(upstream) + _part(revision)


def _part(part: str) -> bytes:
    pieces = _DIGITS.split(part.encode().translate(_CODES))
    pieces[1::2] = map(_number_of_a_pair, pieces[1::2])
    if pieces[-1] or len(pieces) == 1:
        pieces.append(_NOTHING)
    pieces.append(_END)
    return b"".join(pieces)


@lru_cache(maxsize=2048)
def _number_of_a_pair(digits: bytes) -> bytes:
    return _END + number(digits)


_BLANKS = " \t\n\v\f\r"
_EPOCH = re.compile(r"\+?[0-9]+|-0+")
_PAIR = re.compile(r"([^0-9]*)([0-9]*)")


def compare(left: str, right: str) -> int:
    """Compare as dpkg does, also what it only warns of: strange signs, an upstream version without a digit.

    Raises VersionRefusedError where dpkg ends with an error, and for NUL, non-ASCII and overlong text.
    """
    a_epoch, a_upstream, a_revision = _split(left)
    b_epoch, b_upstream, b_revision = _split(right)
    if a_epoch != b_epoch:
        return -1 if a_epoch < b_epoch else 1
    return _compare_parts(a_upstream, b_upstream) or _compare_parts(a_revision, b_revision)


def _split(text: str) -> tuple[int, str, str]:
    check_length(_NAME, text)
    stripped = text.strip(_BLANKS)
    if not stripped.isascii() or any(sign in stripped for sign in f"\0{_BLANKS}"):
        raise refused(_NAME, text, "it holds a blank, a NUL or a sign outside ASCII")
    epoch, _, rest = stripped.partition(":") if ":" in stripped else ("0", "", stripped)
    if not _EPOCH.fullmatch(epoch):
        raise refused(_NAME, text, "its epoch is no number, or negative")
    upstream, hyphen, revision = rest.rpartition("-") if "-" in rest else (rest, "", "")
    if not upstream or (hyphen and not revision):
        raise refused(_NAME, text, "its upstream version or its revision is empty")
    return _epoch(epoch, text), upstream, revision


def _epoch(epoch: str, text: str) -> int:
    digits = epoch.lstrip("+-0")
    if len(digits) > len(str(LARGEST_EPOCH)) or int(digits or "0") > LARGEST_EPOCH:
        raise refused(_NAME, text, f"its epoch is over {LARGEST_EPOCH}")
    return int(digits or "0")


def _compare_parts(left: str, right: str) -> int:
    """Walk both through alternating runs of non-digits, sign by sign, and of digits, as numbers."""
    for (a, a_digits), (b, b_digits) in zip_longest(_PAIR.findall(left), _PAIR.findall(right), fillvalue=("", "")):
        a_rank, b_rank = ([*map(_weight, a), 0], size(a_digits)), ([*map(_weight, b), 0], size(b_digits))
        if a_rank != b_rank:
            return -1 if a_rank < b_rank else 1
    return 0


def _weight(sign: str) -> int:
    """Rank one non-digit; the end of the run, or of the version, ranks 0."""
    if sign == "~":
        return -1
    return ord(sign) if sign.isalpha() else ord(sign) + 256


DPKG = Scheme(name=_NAME, revision=1, key=key, compare=compare)
