"""What one manifest asks for, gathered within bounds."""

import re
from collections.abc import Callable, ItemsView, Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json
from plimsoll.documents.shapes import mapping, text
from plimsoll.documents.toml import read_toml
from plimsoll.ecosystems.gathering import fault
from plimsoll.model.package import LOCKED_BY, MOST_RECORDS, PROJECT, Observed, Wanted

_LONGEST = 4096
_OUTSIDE = re.compile(r"(?:file|link|portal|workspace|path):|\.{0,2}/|~/")

Table = Mapping[str, object]


class Asking:
    """Collects what a manifest asks for: a name once, for its most pressing purpose."""

    def __init__(self) -> None:
        self._wanted: dict[str, Wanted] = {}
        self._is_full = False

    def add(self, name: str, versions: str = "", scope: str = "") -> None:
        """Take a name; what is needed at run time outranks what is needed for anything else."""
        if not name or max(len(name), len(versions)) > _LONGEST:
            return
        known = self._wanted.get(name)
        if known is None and len(self._wanted) >= MOST_RECORDS:
            self._is_full = True
        elif known is None or (known.scope and not scope):
            self._wanted[name] = Wanted(name=name, versions=versions, scope=scope)

    def observed(self, project: str, locked_by: str) -> Observed:
        """Give everything, in the order in which it was asked for, the project's name ("") and what locks it."""
        return Observed(
            wanted=tuple(self._wanted.values()),
            facts=((LOCKED_BY, locked_by), *([(PROJECT, project)] if 0 < len(project) <= _LONGEST else [])),
            faults=(f"only the first {MOST_RECORDS} names were read",) if self._is_full else (),
        )


Read = Callable[[Table, Asking], tuple[str, str]]
"""Takes a document; gives the project's name, "" where it has none, and the command that makes a lockfile."""


def of_json(data: bytes, read: Read) -> Observed:
    """Read a JSON manifest."""
    return _read(lambda: mapping(read_json(data)), read)


def of_toml(data: bytes, read: Read) -> Observed:
    """Read a TOML manifest."""
    return _read(lambda: read_toml(data), read)


def _read(document: Callable[[], Table], read: Read) -> Observed:
    asking = Asking()
    try:
        project, locked_by = read(document(), asking)
    except DocumentError as error:
        return fault(error)
    return asking.observed(project, locked_by)


def entries(table: object) -> ItemsView[str, object]:
    """Give the entries of a table of dependencies."""
    return mapping(table).items()


def versions_in(entry: object) -> str:
    """Give the versions that an entry allows, which is a text or a table."""
    return text(entry) or text(mapping(entry).get("version"))


def is_outside(versions: str) -> bool:
    """Say whether this is no version of a registry but a folder or file of the project's own."""
    return _OUTSIDE.match(versions) is not None
