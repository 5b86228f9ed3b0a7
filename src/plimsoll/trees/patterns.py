"""Which plug-in wants which path, decided in well under a microsecond per entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from re import Pattern
from re import compile as compile_pattern

_BEGINNING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A pattern of a plug-in; `is_plain` says that what finds it already decides."""

    plugin: str
    shape: str
    is_plain: bool

    def matches(self, path: str) -> bool:
        return self.is_plain or _expression(self.shape).match(path) is not None


class PathPatterns:
    """Finds the plug-ins whose patterns match a path, at the root or below any folder.

    A pattern's last name is literal (`METADATA`), has an ending (`*.jar`) or a beginning of at least three signs
    (`libssl.so*`, `requirements*.txt`), or is `*` below a literal folder (`status.d/*`): each becomes one look-up,
    and only paths that pass it meet the expression.
    """

    def __init__(self, patterns: Mapping[str, tuple[str, ...]]) -> None:
        """Take each plug-in's patterns. Raises ValueError for a pattern of another shape."""
        self._by_name: dict[str, list[_Row]] = {}
        self._by_ending: dict[str, list[_Row]] = {}
        self._by_beginning: dict[str, list[_Row]] = {}
        self._by_folder: list[tuple[str, _Row]] = []
        for plugin, shapes in patterns.items():
            for shape in shapes:
                self._add(shape, _Row(plugin=plugin, shape=shape, is_plain=_is_plain(shape)))

    def _add(self, shape: str, row: _Row) -> None:
        folder, _, last = shape.rpartition("/")
        if "*" not in last:
            self._by_name.setdefault(last, []).append(row)
        elif last.startswith("*.") and "*" not in last[1:]:
            self._by_ending.setdefault(last[last.rfind(".") :], []).append(row)
        elif last == "*" and folder and "*" not in folder.rpartition("/")[2]:
            self._by_folder.append((folder.rpartition("/")[2] + "/", row))
        elif last.index("*") >= _BEGINNING:
            self._by_beginning.setdefault(last[:_BEGINNING], []).append(row)
        else:
            raise ValueError(f"the pattern {shape!r} starts neither with a literal name, an ending nor a folder")

    def find(self, path: str) -> tuple[str, ...]:
        """Give the names of the plug-ins that want this path; mostly none."""
        base = path[path.rfind("/") + 1 :]
        rows = self._by_name.get(base)
        dot = base.rfind(".")
        if dot >= 0 and (ending := self._by_ending.get(base[dot:])):
            rows = [*(rows or ()), *ending]
        if beginning := self._by_beginning.get(base[:_BEGINNING]):
            rows = [*(rows or ()), *beginning]
        for folder, row in self._by_folder:
            if folder in path:
                rows = [*(rows or ()), row]
        if rows is None:
            return ()
        return tuple(dict.fromkeys(row.plugin for row in rows if row.matches(path)))


def _is_plain(shape: str) -> bool:
    """Say whether a pattern is one name, literal or with one ending."""
    return "/" not in shape and ("*" not in shape or (shape.startswith("*.") and not set(shape[2:]) & set("*.")))


@cache
def _expression(shape: str) -> Pattern[str]:
    """`*` stands for part of one name; the pattern may start below any folder."""
    names = [translate(name).removeprefix("(?s:").removesuffix(r")\Z") for name in shape.split("/")]
    return compile_pattern("(?s:(?:.*/)?" + "/".join(name.replace(".*", "[^/]*") for name in names) + r")\Z")
