"""Objects of JSON documents, read into facts: a value of the wrong kind becomes a fault and an unknown fact."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from plimsoll.documents.scalars import is_null, is_template, number, truth, whole, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.estate import Document
from plimsoll.model.fact import Fact, Place, default, dotted, unknown
from plimsoll.platforms.docker_words import NOT_KNOWN

T = TypeVar("T")
MOST_FAULTS = 50
"""Faults that are told of one document; the rest are counted."""


class Faults:
    """What cannot be understood in a document, in words with the line."""

    def __init__(self, document: Document) -> None:
        """Begin with none."""
        self._document = document
        self._told: list[str] = []
        self._untold = 0

    def note(self, at: Place, what: str) -> None:
        """Note that the value at `at` is not what it should be."""
        if len(self._told) >= MOST_FAULTS:
            self._untold += 1
            return
        position = self._document.position(at)
        line = f"line {position.line}: " if position else ""
        self._told.append(f"{line}{dotted(at) or 'the document'} {what}")

    @property
    def told(self) -> tuple[str, ...]:
        """Give all of them."""
        return (
            (*self._told, f"{self._untold} more values are not what they should be") if self._untold else (*self._told,)
        )


class Section:
    """An object with its place; each question gives a fact, with the default where nothing is said.

    Where people wrote the document (`is_written`), a template or a variable left in a value makes it unknown; what
    an engine reports is what it says.
    """

    __slots__ = ("at", "body", "faults", "is_written")

    def __init__(self, value: object, at: Place, faults: Faults, *, is_written: bool = False) -> None:
        """Take an object; null is an empty one, anything else as well, with a fault."""
        if not isinstance(value, dict) and not is_null(value):
            faults.note(at, "is no object")
        self.body = mapping(value)
        self.at = at
        self.faults = faults
        self.is_written = is_written

    def section(self, key: str) -> "Section":
        """Give an object inside."""
        return Section(self.body.get(key), (*self.at, key), self.faults, is_written=self.is_written)

    def sections(self, key: str) -> "Iterator[Section]":
        """Give the objects of a list inside."""
        for at, value in self.items(key):
            yield Section(value, at, self.faults, is_written=self.is_written)

    def items(self, key: str) -> Iterator[tuple[Place, object]]:
        """Give the elements of a list inside, with their places."""
        values = self.body.get(key)
        if not isinstance(values, list):
            if values is not None and not is_null(values):
                self.faults.note((*self.at, key), "is no list")
            return
        for index, value in enumerate(values):
            yield (*self.at, key, index), value

    def entries(self, key: str) -> Iterator[tuple[str, Place, object]]:
        """Give the members of an object inside: name, place and value."""
        values = self.body.get(key)
        if not isinstance(values, dict):
            if values is not None and not is_null(values):
                self.faults.note((*self.at, key), "is no object")
            return
        for name, value in values.items():
            yield name, (*self.at, key, name), value

    def flag(self, key: str, *, otherwise: bool = False) -> Fact[bool]:
        """Give a truth value."""
        value = self.body.get(key)
        if value is True or value is False:
            return Fact(value, (*self.at, key))
        return self._fact(key, value, otherwise, truth, "is neither true nor false")

    def text(self, key: str, otherwise: str = "") -> Fact[str]:
        """Give a text; numbers and truth values as they are written. An empty one says nothing."""
        value = self.body.get(key)
        if isinstance(value, str) and value and not self.is_written:
            return Fact(value, (*self.at, key))
        return self._fact(key, value, otherwise, scalar_text, "is no text")

    def number(self, key: str, otherwise: float = 0.0) -> Fact[float]:
        """Give a number."""
        return self._fact(key, self.body.get(key), otherwise, number, "is no number")

    def whole(self, key: str, otherwise: int = 0) -> Fact[int]:
        """Give a whole number."""
        return self._fact(key, self.body.get(key), otherwise, whole, "is no whole number")

    def whole_at(self, at: Place, value: object) -> Fact[int]:
        """Give an element of a list as a whole number."""
        return Section({"": value}, at, self.faults, is_written=self.is_written).whole("")._replace(at=at)

    def texts(self, key: str) -> tuple[Fact[str], ...]:
        """Give a list of texts; a single text is a list of one, as old versions of engines wrote it."""
        value = self.body.get(key)
        if isinstance(value, str):
            return (Fact(value, (*self.at, key)),) if value and not is_null(value) else ()
        return tuple([self.element(at, each) for at, each in self.items(key)])

    def element(self, at: Place, value: object) -> Fact[str]:
        """Give an element of a list as a text."""
        if isinstance(value, str):
            return unknown(value, at, NOT_KNOWN) if self.is_written and is_template(value) else Fact(value, at)
        self.faults.note(at, "is no text")
        return unknown("", at, f"{dotted(at)} is no text")

    def list_of_texts(self, key: str) -> Fact[tuple[Fact[str], ...]]:
        """Give a list of texts as one fact."""
        at = (*self.at, key)
        found = self.texts(key)
        return Fact(found, at) if found else default((), at)

    def _fact(self, key: str, value: object, otherwise: T, read: Callable[[object], T | None], wrong: str) -> Fact[T]:
        at = (*self.at, key)
        if value is None or is_null(value):
            return default(otherwise, at)
        if self.is_written and is_template(value):
            return unknown(otherwise, at, NOT_KNOWN)
        found = read(value)
        if found is not None:
            return Fact(found, at)
        self.faults.note(at, wrong)
        return unknown(otherwise, at, f"{dotted(at)} {wrong}")


def worth(fact: Fact[object], value: T) -> Fact[T]:
    """Give a fact of another kind that stands, and is known, as one from which it follows."""
    return Fact(value, fact.at, fact.standing, fact.reason)


def scalar_text(value: object) -> str | None:
    """Give a scalar as it is written; None for collections."""
    return None if isinstance(value, dict | list) else written(value)
