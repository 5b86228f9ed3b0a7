"""What a statement means for one version: whether it holds, and what fixes it."""

from collections.abc import Callable, Sequence

from plimsoll.findings.comparison import Ruler
from plimsoll.findings.streams import Holds, applies
from plimsoll.model.knowledge import StoredStatement
from plimsoll.model.statement import State
from plimsoll.versions.schemes import scheme

Speaks = Callable[[], bool]
"""Says whether the release itself has a word on the vulnerability of a statement."""


def holds(stored: StoredStatement, ruler: Ruler, version: str, stream: str, release_speaks: Speaks) -> bool | None:
    """Say whether a statement holds for a version of a stream; None where that is not certain.

    The statement's interval must hold the version's key already, where both have one (KnowledgeBase.affecting).
    """
    said = stored.statement
    of_stream = applies(said.stream, stream, version, said.hi)
    if said.state is State.NOT_AFFECTED or of_stream is Holds.NO:
        return False
    by_key = not stored.slow and said.scheme == ruler.scheme.name and ruler.key(version) is not None
    inside = True if by_key else ruler.compare(version, said).holds
    if inside is False or (of_stream is Holds.ALONE and release_speaks()):
        return False
    return None if inside is None or of_stream is Holds.UNKNOWN else True


def fixed_in(statements: Sequence[StoredStatement], ruler: Ruler) -> str:
    """Give the version that ends every interval; "" where one has no end that is a fix, or the ends do not compare.

    A last affected version is no fix, but where another interval ends later with one, that ends both.
    """
    fixes = {stored.statement.hi for stored in statements if not stored.statement.hi_inclusive}
    known = sorted(fix for fix in fixes if fix is not None)
    if None in fixes or not known:
        return ""
    newest = known[0] if len(known) == 1 else ruler.newest(known)
    last = {stored.statement.hi or "" for stored in statements if stored.statement.hi_inclusive}
    return newest if newest and all(_is_before(version, newest, ruler) for version in last) else ""


def _is_before(version: str, fix: str, ruler: Ruler) -> bool:
    sign = ruler.sign(version, fix) if version else None
    return sign is not None and sign < 0


class Judge:
    """Judges the versions of many subjects, scheme by scheme; remembers keys of versions."""

    def __init__(self) -> None:
        self._rulers: dict[str, Ruler] = {}

    def holds(
        self, stored: StoredStatement, scheme: str, version: str, stream: str, release_speaks: Speaks
    ) -> bool | None:
        """Say whether a statement holds for a version in a scheme, of a stream; None where that is not certain."""
        return holds(stored, self._ruler(scheme), version, stream, release_speaks)

    def fixed_in(self, statements: Sequence[StoredStatement], scheme: str) -> str:
        """Give the version that ends the intervals of all these statements, "" where none does."""
        return fixed_in(statements, self._ruler(scheme))

    def _ruler(self, name: str) -> Ruler:
        if name not in self._rulers:
            self._rulers[name] = Ruler(scheme(name))
        return self._rulers[name]
