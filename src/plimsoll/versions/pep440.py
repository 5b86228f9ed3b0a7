"""The order of Python's packages: `[epoch!]number{.number}[{a|b|rc}number][.postnumber][.devnumber][+local]`.

Source: the Python packaging specification "Version specifiers" (PEP 440), with all the spellings it lets a reader
accept: other separators, other names of the stages, capitals, missing numbers, a `v` in front.

A key is NUM(epoch), the release without the zeros at its end, each number with a code, END, and then what is always
there: pre-release, post-release, development release and local version. Where one of them is missing, its byte sorts as
the specification ranks the absence: no pre-release above all (but below all where only a development release is), no
post-release and no local version below all, no development release above all.
"""

import re
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from plimsoll.model.version import Scheme
from plimsoll.versions.numbers import number, size
from plimsoll.versions.refusal import check_length, refused

_NAME = "pep440"
_END = b"\x01"
_NUMBER_OF_RELEASE_CODE = b"\x02"
_ONLY_DEVELOPMENT = b"\x02"
_STAGE_CODES = {"a": b"a", "alpha": b"a", "b": b"b", "beta": b"b", "c": b"c", "rc": b"c", "pre": b"c", "preview": b"c"}
_NUMBER_CODE = b"\x01"
_MISSING_BELOW = b"\x00"
_MISSING_ABOVE = b"\xff"
_TEXT_OF_LOCAL_CODE = b"\x02"
_AFTER_TEXT = b"\x00"
_NUMBER_OF_LOCAL_CODE = b"\x03"

_SYNTAX = re.compile(
    r"v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)"
    r"(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]*))?"
    r"(?:-([0-9]+)|[-_.]?(?:post|rev|r)[-_.]?([0-9]*))?"
    r"(?:[-_.]?dev[-_.]?([0-9]*))?"
    r"(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?",
    re.ASCII,
)
_SEPARATOR = re.compile(r"[-_.]")


class _Version(NamedTuple):
    """The parts as the text has them, in small letters; None is a missing part, and "" a part without its number."""

    epoch: str | None
    release: str
    stage: str | None
    stage_number: str | None
    post_by_hyphen: str | None
    post_by_name: str | None
    dev: str | None
    local: str | None

    @property
    def post(self) -> str | None:
        return self.post_by_name if self.post_by_hyphen is None else self.post_by_hyphen


def key(text: str) -> bytes:
    """Encode a version; raises VersionRefusedError for text outside the grammar and for numbers over 62 bytes."""
    version = _split(text)
    parts = [number((version.epoch or "").encode()), *map(_number_of_release, version.release.split("."))]
    while parts[-1] == _ZERO_OF_RELEASE:
        parts.pop()
    parts += (_END, _pre(version), _post(version.post), _dev(version.dev), _local(version.local))
    return b"".join(parts)


@lru_cache(maxsize=2048)
def _number_of_release(digits: str) -> bytes:
    return _NUMBER_OF_RELEASE_CODE + number(digits.encode())


_ZERO_OF_RELEASE = _number_of_release("0")


def _pre(version: _Version) -> bytes:
    if version.stage is not None:
        return _STAGE_CODES[version.stage] + number((version.stage_number or "").encode())
    return _ONLY_DEVELOPMENT if version.post is None and version.dev is not None else _MISSING_ABOVE


def _post(digits: str | None) -> bytes:
    return _MISSING_BELOW if digits is None else _NUMBER_CODE + number(digits.encode())


def _dev(digits: str | None) -> bytes:
    return _MISSING_ABOVE if digits is None else _NUMBER_CODE + number(digits.encode())


def _local(local: str | None) -> bytes:
    if local is None:
        return _MISSING_BELOW
    return b"".join(map(_segment, _SEPARATOR.split(local))) + _END


def _segment(segment: str) -> bytes:
    if segment.isdigit():
        return _NUMBER_OF_LOCAL_CODE + number(segment.encode())
    return _TEXT_OF_LOCAL_CODE + segment.encode() + _AFTER_TEXT


def _split(text: str) -> _Version:
    check_length(_NAME, text)
    match = _SYNTAX.fullmatch(text) or (_SYNTAX.fullmatch(text.lower()) if text.isascii() else None)
    if match is None:
        raise refused(_NAME, text, "not [N!]N{.N}[{a|b|rc}N][.postN][.devN][+local]")
    return _Version._make(match.groups())


def compare(left: str, right: str) -> int:
    """Compare as the specification orders, blanks around left out; raises VersionRefusedError for no version."""
    a, b = _split(left.strip()), _split(right.strip())
    for mine, other in ((_epoch_rank(a), _epoch_rank(b)), *_releases(a, b), (_tail_rank(a), _tail_rank(b))):
        if mine != other:
            return -1 if mine < other else 1
    return 0


_Number = tuple[int, str]
_Rank = tuple[object, ...]
_LOWEST, _PLAIN, _HIGHEST = range(3)
_STAGES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


def _epoch_rank(version: _Version) -> _Rank:
    return size(version.epoch or "0")


def _releases(left: _Version, right: _Version) -> list[tuple[_Rank, _Rank]]:
    """Pair the numbers of both releases; the shorter one goes on with zeros."""
    pairs = zip_longest(left.release.split("."), right.release.split("."), fillvalue="0")
    return [(size(a), size(b)) for a, b in pairs]


def _tail_rank(version: _Version) -> _Rank:
    stage, post, dev = version.stage, version.post, version.dev
    if stage is not None:
        pre: _Rank = (_PLAIN, _STAGES.get(stage, stage), size(version.stage_number or "0"))
    else:
        pre = (_LOWEST if post is None and dev is not None else _HIGHEST,)
    return (
        pre,
        (_LOWEST,) if post is None else (_PLAIN, size(post)),
        (_HIGHEST,) if dev is None else (_PLAIN, size(dev)),
        _local_rank(version.local),
    )


def _local_rank(local: str | None) -> list[tuple[bool, _Number]]:
    """Rank texts below numbers; a local version is above none, and above one that it goes on from."""
    segments = [] if local is None else _SEPARATOR.split(local)
    return [(segment.isdigit(), size(segment) if segment.isdigit() else (0, segment)) for segment in segments]


PEP440 = Scheme(name=_NAME, revision=1, key=key, compare=compare)
