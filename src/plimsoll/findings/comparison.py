"""Is an installed version inside a stated interval? By keys where both have one, else by the reference comparison."""

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.errors import VersionRefusedError
from plimsoll.model.statement import Statement
from plimsoll.model.version import Scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was compared, in one line, and whether the interval holds the version; None if that has no answer."""

    text: str
    holds: bool | None


class Ruler:
    """Measures versions by one scheme, and remembers their keys."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self._keys: dict[str, bytes | None] = {}

    def key(self, version: str) -> bytes | None:
        """Give the key of a version, None where the encoder refuses the text."""
        if version not in self._keys:
            try:
                self._keys[version] = self.scheme.key(version)
            except VersionRefusedError:
                self._keys[version] = None
        return self._keys[version]

    def sign(self, left: str, right: str) -> int | None:
        """Compare two versions: negative, zero or positive; None where the scheme has no answer."""
        left_key, right_key = self.key(left), self.key(right)
        if left_key is not None and right_key is not None:
            return (left_key > right_key) - (left_key < right_key)
        try:
            return self.scheme.compare(left, right)
        except VersionRefusedError:
            return None

    def newest(self, versions: Sequence[str]) -> str:
        """Give the newest of these versions, "" where two of them have no order."""
        newest = versions[0]
        for version in versions[1:]:
            sign = self.sign(newest, version)
            if sign is None:
                return ""
            newest = version if sign < 0 else newest
        return newest

    def compare(self, version: str, statement: Statement) -> Comparison:
        """Compare a version with both bounds of a statement's interval."""
        if statement.scheme != self.scheme.name:
            text = f"{version} ({self.scheme.name}) cannot be compared with {interval(statement)} ({statement.scheme})"
            return Comparison(text=text, holds=None)
        start = self.sign(statement.lo, version) if statement.lo else -1
        if start is not None and start > 0:
            return Comparison(text=f"{version} < {statement.lo}", holds=False)
        end = -1 if statement.hi is None else self.sign(version, statement.hi)
        if end is not None and (end > 0 or (end == 0 and not statement.hi_inclusive)):
            return Comparison(text=f"{version} ≥ {statement.hi}", holds=False)
        if (start is None or end is None) and statement.lo == statement.hi and statement.hi_inclusive:
            # A listed version that has no place in the order is only itself.
            is_same = version == statement.lo
            return Comparison(text=f"{version} {'=' if is_same else '≠'} {statement.lo}", holds=is_same)
        if start is None or end is None:
            return Comparison(text=f"{version} cannot be compared with {interval(statement)}", holds=None)
        return Comparison(text=inside(version, statement), holds=True)


def inside(version: str, statement: Statement) -> str:
    """Put in words that an interval holds a version: `1.0 ≤ 1.2-1 < 1.2-3`."""
    from_start = f"{statement.lo} ≤ " if statement.lo else ""
    if statement.hi is not None:
        return f"{from_start}{version} {'≤' if statement.hi_inclusive else '<'} {statement.hi}"
    return f"{from_start}{version}" if statement.lo else f"{version}: every version"


def interval(statement: Statement) -> str:
    """Write an interval in mathematical notation: `[0, 1.2-3)`, `[1.0, ∞)`."""
    if statement.hi is None:
        return f"[{statement.lo or '0'}, ∞)"
    return f"[{statement.lo or '0'}, {statement.hi}{']' if statement.hi_inclusive else ')'}"
