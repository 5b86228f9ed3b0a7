"""What a statement means for one version: whether it holds, and what fixes it."""

from collections.abc import Sequence

from plimsoll.findings.comparison import Ruler
from plimsoll.findings.streams import applies
from plimsoll.model.knowledge import StoredStatement
from plimsoll.model.statement import State
from plimsoll.versions.schemes import scheme


def holds(stored: StoredStatement, ruler: Ruler, version: str, stream: str) -> bool | None:
    """Say whether a statement holds for a version of a stream; None where that is not certain.

    The statement's interval must hold the version's key already, where both have one (KnowledgeBase.affecting).
    """
    said = stored.statement
    is_of_stream = applies(said.stream, stream, version)
    if said.state is State.NOT_AFFECTED or is_of_stream is False:
        return False
    by_key = not stored.slow and said.scheme == ruler.scheme.name and ruler.key(version) is not None
    if not by_key:
        inside = ruler.compare(version, said).holds
        return inside if inside is not True else is_of_stream
    return is_of_stream


def fixed_in(statements: Sequence[StoredStatement], ruler: Ruler) -> str:
    """Give the version that ends every interval; "" where one has no end that is a fix, or the ends do not compare."""
    ends = [stored.statement.hi for stored in statements if not stored.statement.hi_inclusive]
    known = sorted({end for end in ends if end is not None})
    if None in ends or len(ends) < len(statements) or not known:
        return ""
    return known[0] if len(known) == 1 else ruler.newest(known)


class Judge:
    """Judges the versions of many subjects, scheme by scheme; remembers keys of versions."""

    def __init__(self) -> None:
        self._rulers: dict[str, Ruler] = {}

    def holds(self, stored: StoredStatement, scheme: str, version: str, stream: str) -> bool | None:
        """Say whether a statement holds for a version in a scheme, of a stream; None where that is not certain."""
        return holds(stored, self._ruler(scheme), version, stream)

    def fixed_in(self, statements: Sequence[StoredStatement], scheme: str) -> str:
        """Give the version that ends the intervals of all these statements, "" where none does."""
        return fixed_in(statements, self._ruler(scheme))

    def _ruler(self, name: str) -> Ruler:
        if name not in self._rulers:
            self._rulers[name] = Ruler(scheme(name))
        return self._rulers[name]
