"""The order of Composer's packages, which is that of PHP's `version_compare` on what Composer makes of a version.

Source: the `VersionParser` of composer/semver, and PHP's manual of `version_compare`. Composer fills to four numbers,
ignores a leading `v`, case, `+metadata` and a last `stable`, and turns `1.x-dev` into a version above all of 1. PHP
ranks words by their first letters against numbers and the end, and all words that it does not know as one, below `dev`.
Advisories name versions that Composer itself refuses (`6.0.0-GM`, `4.3-2`, `3.5.2.post1`): this takes them as PHP does.
Numbers have any size. Names of branches (`dev-main`) have no key.

A key is one code per word, one with NUM per number, and END.
"""

import re
from functools import lru_cache
from itertools import zip_longest

from plimsoll.model.version import Scheme
from plimsoll.versions.numbers import number, size
from plimsoll.versions.refusal import check_length, refused

FILLED_NUMBERS = 4
"""Numbers that a version has at least; those that are missing are 0."""

BRANCH_NUMBER = "9999999"
"""What Composer puts for the numbers that a branch such as `1.x-dev` leaves open."""

_NAME = "composer"
_END_CODE = b"\x10"
_NUMBER_CODE = b"\x20"
_WORD_CODES = {
    "dev": b"\x02",
    **dict.fromkeys(("alpha", "a"), b"\x03"),
    **dict.fromkeys(("beta", "b"), b"\x04"),
    "rc": b"\x05",
    **dict.fromkeys(("pl", "p"), b"\x30"),
    "": b"\x01",
}
"""By what a word begins with."""

_KNOWN_WORD = re.compile("|".join(_WORD_CODES))
_SYNTAX = re.compile(r"[0-9]++(?:[._-]?(?:[0-9]++|[a-z]++))*")
_METADATA = re.compile(r"\+[!-~]+\Z")
_BRANCH = re.compile(r"([0-9]+(?:\.[0-9]+){0,2})((?:\.[x*]){1,3})[.-]?dev")
_TOKEN = re.compile(r"[0-9]+|[a-z]+")


def key(text: str) -> bytes:
    """Encode a version; raises VersionRefusedError for text outside the grammar and for numbers over 62 bytes."""
    normal = _normal(text)
    if not _SYNTAX.fullmatch(normal):
        raise refused(_NAME, text, "not a number, then numbers and words with at most one of . - _ between them")
    tokens = _TOKEN.findall(normal)
    codes = list(map(_code, tokens))
    numbers = next((at for at, token in enumerate(tokens) if not token.isdigit()), len(tokens))
    codes[numbers:numbers] = [_NUMBER_CODE + b"\x00"] * (FILLED_NUMBERS - numbers)
    codes.append(_END_CODE)
    return b"".join(codes)


@lru_cache(maxsize=2048)
def _code(token: str) -> bytes:
    if token.isdigit():
        return _NUMBER_CODE + number(token.encode())
    known = _KNOWN_WORD.match(token)
    return _WORD_CODES[known[0] if known else ""]


def _normal(text: str) -> str:
    """Give a version in lower case, without what Composer ignores and with the numbers that a branch leaves open."""
    check_length(_NAME, text)
    if not text.isascii():
        raise refused(_NAME, text, "it holds a sign outside ASCII")
    normal = _METADATA.sub("", text.lower().removeprefix("v"), count=1)
    if normal.endswith("stable"):
        normal = normal[: -len("stable")].rstrip("._-")
    branch = _BRANCH.fullmatch(normal)
    if branch:
        numbers = branch[1].split(".")
        return ".".join([*numbers, *[BRANCH_NUMBER] * (FILLED_NUMBERS - len(numbers))]) + "-dev"
    return normal


_FORMS = ("dev", "alpha", "a", "beta", "b", "rc", "#", "pl", "p")
_RANKS = {"dev": 0, "alpha": 1, "a": 1, "beta": 2, "b": 2, "rc": 3, "#": 4, "pl": 5, "p": 5}
_PIECE = re.compile(r"[0-9]+|[^0-9._-]+")
_FIRST_NUMBERS = re.compile(r"[0-9]++(?:[._-]*+[0-9]++)*")
_FOREIGN = re.compile(r"[^!-~]")


def compare(left: str, right: str) -> int:
    """Compare as PHP does what Composer makes of two versions; words that PHP does not know are equal, and below all.

    Raises VersionRefusedError for text that is empty, overlong, or holds blanks or signs outside ASCII.
    """
    for a, b in zip_longest(_pieces(left), _pieces(right)):
        order = _compare_pieces(a, b)
        if order:
            return order
    return 0


def _pieces(text: str) -> list[str]:
    normal = _normal(text)
    pieces = _PIECE.findall(normal)
    if not pieces or _FOREIGN.search(text):
        raise refused(_NAME, text, "empty, or it holds a blank or a sign outside ASCII")
    first = _FIRST_NUMBERS.match(normal)
    numbers = len(_PIECE.findall(first[0])) if first else FILLED_NUMBERS
    return [*pieces[:numbers], *["0"] * (FILLED_NUMBERS - numbers), *pieces[numbers:]]


def _compare_pieces(a: str | None, b: str | None) -> int:
    """Compare numbers by size, and all else by the forms; a number beside a word, and the end, are the form `#`."""
    if a is not None and b is not None and a.isdigit() and b.isdigit():
        return (size(a) > size(b)) - (size(a) < size(b))
    if a is None and b is not None and b.isdigit():
        return -1
    if b is None and a is not None and a.isdigit():
        return 1
    return (_form(a) > _form(b)) - (_form(a) < _form(b))


def _form(piece: str | None) -> int:
    """Rank by the first form that the piece begins with."""
    if piece is None or piece.isdigit():
        return _RANKS["#"]
    return next((_RANKS[form] for form in _FORMS if piece.startswith(form)), -1)


COMPOSER = Scheme(name=_NAME, revision=1, key=key, compare=compare)
