"""Values of Kubernetes objects as facts; a value of another kind than the API takes is a fault, and not known."""

from collections.abc import Mapping
from typing import TypeVar

from plimsoll.documents.document import TextDocument
from plimsoll.documents.quantities import quantity
from plimsoll.documents.scalars import is_null, is_template, truth, whole, written
from plimsoll.model.estate import Document
from plimsoll.model.fact import Fact, Place, Standing, default, dotted, unknown

T = TypeVar("T")

Body = Mapping[str, object]

TEMPLATE = "a template's action or a variable stands there, and its value is not known"
NOT_UNDERSTOOD = "what stands there is not understood"

MOST_FAULTS = 1000
"""Faults of one document that are told one by one."""

_LONGEST_SHOWN = 60

HIDDEN: Body = {"{{": ""}
"""A mapping of which nothing is known, because a template makes it."""

_EMPTY: Body = {}


class Facts:
    """Reads the facts of one document, and collects what is wrong with it.

    Nothing is taken for absent in a mapping to which a template adds: there it is not known.
    """

    __slots__ = ("_document", "_faults", "_has_templates", "_more")

    def __init__(self, document: Document) -> None:
        """Begin without faults."""
        self._document = document
        self._has_templates = not isinstance(document, TextDocument) or document.has_actions
        self._faults: list[str] = []
        self._more = 0

    @property
    def faults(self) -> tuple[str, ...]:
        """What was found to be wrong, each with its line where the document has lines."""
        more = (f"{self._more} more values are not understood",) if self._more else ()
        return (*self._faults, *more)

    def fault(self, at: Place, reason: str) -> None:
        """Note that what stands at a place cannot be understood."""
        if len(self._faults) >= MOST_FAULTS:
            self._more += 1
            return
        position = self._document.position(at)
        line = f"line {position.line}: " if position else ""
        self._faults.append(f"{line}{dotted(at) or 'it'} {reason}")

    def expected(self, at: Place, what: str, value: object) -> None:
        """Note that a value should be of another kind."""
        self.fault(at, f"should be {what}, not {_shown(value)}")

    def flag(self, body: Body, key: str, at: Place, *, otherwise: bool) -> Fact[bool]:
        """Read a truth value, with the default where nothing is said."""
        place = (*at, key)
        value = body.get(key)
        if value is None:
            return self.absent(body, otherwise, place)
        said = truth(value)
        if said is not None:
            return Fact(said, place)
        if is_null(value):
            return self.absent(body, otherwise, place)
        return self._unknown(otherwise, place, value, "true or false")

    def text(self, body: Body, key: str, at: Place, otherwise: str) -> Fact[str]:
        """Read a text, with the default where nothing is said."""
        return self.text_if_said(body, key, at) or default(otherwise, (*at, key))

    def text_if_said(self, body: Body, key: str, at: Place) -> Fact[str] | None:
        """Read a text; None where nothing is said."""
        value = body.get(key)
        if value is None or is_null(value):
            return unknown("", (*at, key), TEMPLATE) if self.hides(body) else None
        return self.one_text(value, (*at, key))

    def one_text(self, value: object, at: Place) -> Fact[str]:
        """Read a text that stands at a place; of a template the text stays to be seen, though it is unknown."""
        if isinstance(value, dict | list):
            return self._unknown("", at, value, "a text")
        return unknown(written(value), at, TEMPLATE) if is_template(value) else Fact(written(value), at)

    def word(self, body: Body, key: str, at: Place, words: Mapping[str, str], otherwise: str) -> Fact[str]:
        """Read one of the words that the API knows, translated."""
        place = (*at, key)
        value = body.get(key)
        if value is None or is_null(value):
            return self.absent(body, otherwise, place)
        said = words.get(value) if isinstance(value, str) else None
        if said is not None:
            return Fact(said, place)
        fact = self._unknown(otherwise, place, value, f"one of {', '.join(words)}")
        # Whatever a wrong word means, it is none of the right ones.
        return Fact(value, place) if isinstance(value, str) and fact.reason != TEMPLATE else fact

    def whole(self, body: Body, key: str, at: Place, otherwise: int) -> Fact[int]:
        """Read a whole number, with the default where nothing is said."""
        place = (*at, key)
        value = body.get(key)
        if value is None or is_null(value):
            return self.absent(body, otherwise, place)
        said = whole(value)
        return Fact(said, place) if said is not None else self._unknown(otherwise, place, value, "a whole number")

    def identity(self, body: Body, key: str, at: Place) -> Fact[str] | None:
        """Read the number of a user or group as text; None where nothing is said."""
        value = body.get(key)
        place = (*at, key)
        if value is None or is_null(value):
            return unknown("", place, TEMPLATE) if self.hides(body) else None
        said = whole(value)
        return Fact(str(said), place) if said is not None else self._unknown("", place, value, "a whole number")

    def quantity(self, body: Body, key: str, at: Place) -> Fact[float]:
        """Read a quantity; 0 where nothing is said."""
        place = (*at, key)
        value = body.get(key)
        if value is None or is_null(value):
            return self.absent(body, 0.0, place)
        said = quantity(value)
        return Fact(said, place) if said is not None else self._unknown(0.0, place, value, "a quantity such as 64Mi")

    def mapping(self, body: Body, key: str, at: Place) -> Body:
        """Read a mapping, empty where nothing is said or something else stands there, HIDDEN where a template does."""
        value = body.get(key)
        if isinstance(value, dict):
            return value
        if is_null(value):
            return HIDDEN if self.hides(body) else _EMPTY
        if is_template(value):
            return HIDDEN
        self.expected((*at, key), "a mapping", value)
        return _EMPTY

    def sequence(self, body: Body, key: str, at: Place) -> list[object]:
        """Read a list, empty where nothing is said or something else stands there."""
        value = body.get(key)
        if isinstance(value, list):
            return value
        if is_template(value) or (isinstance(value, dict) and self.hides(value)):
            self.fault((*at, key), "is made by a template, and what stands in it is not known")
        elif not is_null(value):
            self.expected((*at, key), "a list", value)
        return []

    def mappings(self, body: Body, key: str, at: Place) -> list[tuple[Body, Place]]:
        """Read the mappings of a list, each with its place."""
        found: list[tuple[Body, Place]] = []
        for number, element in enumerate(self.sequence(body, key, at)):
            if isinstance(element, dict):
                found.append((element, (*at, key, number)))
            elif is_template(element):
                self.fault((*at, key, number), "is made by a template, and what stands in it is not known")
            elif not is_null(element):
                self.expected((*at, key, number), "a mapping", element)
        return found

    def texts(self, body: Body, key: str, at: Place) -> tuple[Fact[str], ...]:
        """Read the texts of a list, each with its place."""
        return tuple(
            self.one_text(element, (*at, key, number)) for number, element in enumerate(self.sequence(body, key, at))
        )

    def absent(self, body: Body, otherwise: T, place: Place) -> Fact[T]:
        """Give the default of what a mapping does not say, unless a template may say it."""
        if self.hides(body):
            return unknown(otherwise, place, TEMPLATE)
        return Fact(otherwise, place, Standing.DEFAULT)

    def hides(self, body: Body) -> bool:
        """Say whether a template adds to a mapping, so that more may stand in it than is seen."""
        return self._has_templates and any(map(is_template, body))

    def _unknown(self, neutral: T, at: Place, value: object, what: str) -> Fact[T]:
        if is_template(value):
            return unknown(neutral, at, TEMPLATE)
        self.expected(at, what, value)
        return unknown(neutral, at, NOT_UNDERSTOOD)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = written(value)
    return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…")
