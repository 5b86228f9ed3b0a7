"""Values of Compose files as facts: what is not said is a default, what depends on a variable is unknown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from plimsoll.documents.bounds import too_large
from plimsoll.documents.scalars import is_action, is_null, number, truth, whole, written
from plimsoll.model.estate import Document
from plimsoll.model.fact import Fact, Place, default, dotted, unknown
from plimsoll.platforms.docker_words import NOT_KNOWN, size

T = TypeVar("T")


MOST_FAULTS = 1000
"""Faults that are named, one by one."""

MOST_ENTRIES = 300_000
"""Entries of lists and mappings that facts are made of in one project, each alias counted with all it stands for."""

_LONGEST_WAY = 200


class Open(str):
    """A text with variables that are not known; each stands in it as `${NAME}`."""

    __slots__ = ("reason",)

    reason: str


def opened(text: str, reason: str) -> Open:
    """Make a text that is not wholly known."""
    made = Open(text)
    made.reason = reason
    return made


def doubt(value: object) -> str:
    """Say why a scalar is not known; "" where it is."""
    if isinstance(value, Open):
        return value.reason
    return NOT_KNOWN if is_action(value) else ""


@dataclass(frozen=True, slots=True)
class Faults:
    """What could not be understood, in words that name the line; and how much was read, which has a bound."""

    document: Document
    words: list[str] = field(default_factory=list)
    _told: set[tuple[Place, str]] = field(default_factory=set)
    _entries: list[int] = field(default_factory=lambda: [0])

    def add(self, at: Place, what: str) -> None:
        """Keep what is wrong at a place; once, and from MOST_FAULTS on only that there is more."""
        if (at, what) in self._told or len(self.words) > MOST_FAULTS:
            return
        self._told.add((at, what))
        if len(self.words) < MOST_FAULTS:
            self.words.append(f"{dotted(at)[:_LONGEST_WAY] or 'the file'}{line_of(self.document, at)}: {what}")
        else:
            self.words.append(f"there are more than {MOST_FAULTS} faults; the others are not named")

    def spend(self, amount: int) -> None:
        """Count entries that facts are made of. Raises DocumentError over MOST_ENTRIES."""
        self._entries[0] += amount
        if self._entries[0] > MOST_ENTRIES:
            raise too_large(MOST_ENTRIES)


def line_of(document: Document, at: Place) -> str:
    """Say where a place is, for people: ` (line 7)`, with the file where it is another one than the document's."""
    found = document.position(at)
    if found is None:
        return ""
    return f" ({found.path} line {found.line})" if found.path else f" (line {found.line})"


def turned(fact: Fact[object], value: T) -> Fact[T]:
    """Give another value the place and the standing of a fact that it was made of."""
    return Fact(value, fact.at, fact.standing, fact.reason)


class Named(NamedTuple):
    """One of a list of `NAME=VALUE`, or of a mapping; the value is None where only the name is said."""

    name: str
    value: Fact[str] | None
    at: Place


@dataclass(frozen=True, slots=True)
class Told:
    """A mapping with its place: gives its values as facts. A value of the wrong kind is a fault, its fact unknown."""

    values: Mapping[str, object]
    at: Place
    faults: Faults

    def says(self, key: str) -> bool:
        """Say whether there is a value, and it is not null."""
        return not is_null(self.values.get(key))

    def text(self, key: str, otherwise: str = "") -> Fact[str]:
        """Give a text."""
        return self.fact(key, otherwise, _as_text, "a text")

    def truth(self, key: str) -> Fact[bool]:
        """Give a truth value; false is the default of all that Compose has."""
        return self.fact(key, False, truth, "true or false")  # noqa: FBT003 - it is the value

    def whole(self, key: str, otherwise: int = 0) -> Fact[int]:
        """Give a whole number."""
        return self.fact(key, otherwise, whole, "a whole number")

    def number(self, key: str) -> Fact[float]:
        """Give a number, 0.0 by default."""
        return self.fact(key, 0.0, number, "a number")

    def bytes(self, key: str) -> Fact[float]:
        """Give a size in bytes, 0.0 by default; all that is negative means no limit."""
        return self.fact(key, 0.0, _as_size, "a size such as 512m")

    def fact(self, key: str, otherwise: T, read: Callable[[object], T | None], kind: str) -> Fact[T]:
        """Give a value as `read` makes it; None of it means that the value is not of its kind."""
        value, at = self.values.get(key), (*self.at, key)
        if is_null(value) and not isinstance(value, Open):
            return default(otherwise, at)
        if reason := doubt(value):
            return unknown(otherwise, at, reason)
        found = read(value)
        if found is None:
            self.faults.add(at, f"it should be {kind}")
            return unknown(otherwise, at, f"it should be {kind}")
        return Fact(found, at)

    def inner(self, key: str) -> "Told":
        """Give an inner mapping, empty where there is none."""
        value, at = self.values.get(key), (*self.at, key)
        if isinstance(value, dict):
            return Told(value, at, self.faults)
        if not is_null(value):
            self.faults.add(at, "it should be a mapping")
        return Told({}, at, self.faults)

    def items(self, key: str) -> Sequence[tuple[object, Place]]:
        """Give the elements of a list with their places; a lone scalar counts as a list of one."""
        value, at = self.values.get(key), (*self.at, key)
        if isinstance(value, list):
            self.faults.spend(len(value))
            return [(element, (*at, index)) for index, element in enumerate(value)]
        if isinstance(value, dict):
            self.faults.add(at, "it should be a list")
            return ()
        return () if is_null(value) else ((value, at),)

    def texts(self, key: str) -> Fact[tuple[Fact[str], ...]]:
        """Give a list of texts, empty by default."""
        value, at = self.values.get(key), (*self.at, key)
        if is_null(value):
            return default((), at)
        if not isinstance(value, list) and (reason := doubt(value)):
            return unknown((), at, reason)
        return Fact(tuple(self.one(element, place) for element, place in self.items(key)), at)

    def one(self, value: object, at: Place) -> Fact[str]:
        """Give one text."""
        if isinstance(value, dict | list):
            self.faults.add(at, "it should be a text")
            return unknown("", at, "it should be a text")
        reason = doubt(value)
        return unknown(written(value), at, reason) if reason else Fact(written(value), at)

    def named(self, key: str, separator: str = "=") -> Sequence[Named]:
        """Give a mapping of scalars, or a list of `NAME=VALUE`."""
        value, at = self.values.get(key), (*self.at, key)
        if isinstance(value, dict):
            self.faults.spend(len(value))
            return [self._named(name, inner, (*at, name)) for name, inner in value.items()]
        found = []
        for element, place in self.items(key):
            text = self.one(element, place)
            name, said, rest = text.stated.partition(separator)
            found.append(Named(name.strip(), text._replace(stated=rest.strip()) if said else None, place))
        return found

    def _named(self, name: str, value: object, at: Place) -> Named:
        return Named(name, None if value is None or value in ("~", "null") else self.one(value, at), at)


def _as_text(value: object) -> str | None:
    return None if isinstance(value, dict | list) else written(value)


def _as_size(value: object) -> float | None:
    amount = number(value)
    if amount is not None:
        return max(amount, 0.0)
    return size(value) if isinstance(value, str) else None
