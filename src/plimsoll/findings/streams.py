"""Which statements of a release hold for a package, by the stream that each comes from."""

import re
from enum import Enum

ANY_MODULE = "module:?"
"""The stream of statements on modular packages whose module their publisher does not name."""


class Holds(Enum):
    """Whether a statement of a stream speaks of a package."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    ALONE = "if the release itself says nothing"


_MARKS = {"esm": re.compile(r"esm", re.IGNORECASE)}
_EXTENSIONS = frozenset({"esm", "ltss", "els"})
_BESIDE = ("extra:", "sig-")
_NUMBER = re.compile(r"(?:\d+:)?(\d+)")
_MODULAR = re.compile(r"\.module[_+]")


def applies(stated: str, stream: str, version: str, until: str | None = None) -> Holds:
    """Say whether a statement of a stream holds for a package of a stream, at a version; `until` is its upper bound.

    What is said of the release as such holds for packages of no module. What is said of a module holds for its
    packages only (rpm modularity: builds of different modules share names and are no updates of each other); a build
    that says it is of a module, and not of which, as bills of materials list it, may be of any. Extended
    support (Ubuntu's ESM, SUSE's LTSS) goes on with the versions of the release: where only it has a fix, everybody is
    affected below it; where the release has a word of its own, that holds for builds of the release. What is kept
    beside a release (Amazon's extras) is told apart by its major version. Other supports (EUS, AUS …) are versions of
    their own, for their customers.
    """
    if stated == stream:
        return Holds.YES
    if _may_be_of(stated, stream, version):
        return Holds.UNKNOWN
    if stream:
        return Holds.NO
    if stated in _EXTENSIONS:
        marked = stated in _MARKS and _MARKS[stated].search(version) is not None
        return Holds.YES if marked else Holds.ALONE
    if stated.startswith(_BESIDE):
        return Holds.YES if _major(version) == _major(until or "") else Holds.ALONE
    return Holds.NO


def _may_be_of(stated: str, stream: str, version: str) -> bool:
    """Say whether the module of a statement or of a package is not named, so that both may be of the same."""
    if stream:
        return stated == ANY_MODULE and stream.startswith("module:")
    return stated.startswith("module:") and _MODULAR.search(version) is not None


def _major(version: str) -> str:
    found = _NUMBER.match(version)
    return found[1] if found else ""
