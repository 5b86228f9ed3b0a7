"""What a version scheme is: an order, as bytes that sort alike and as a reference comparison."""

from collections.abc import Callable
from dataclasses import dataclass

FROM_THE_START = b""
"""Key of the lower bound "every version"."""

NOT_FIXED = b"\xff"
"""Key of the upper bound "no version fixes it"; no encoder ever emits 0xFF as first byte."""

AFTER = b"\xff"
"""What makes a key the bound behind its version: nothing lies between, and an rpm version without a release takes all
its releases in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """How one packaging system orders its versions.

    `key(text)` gives bytes whose order is the scheme's order, and raises VersionRefusedError for text outside
    its grammar. `compare(left, right)` is the reference comparison: negative, zero or positive; it raises
    VersionRefusedError where the scheme itself has no answer. `revision` counts changes of the key encoding:
    a store built with another revision is refused.
    """

    name: str
    revision: int
    key: Callable[[str], bytes]
    compare: Callable[[str, str], int]
