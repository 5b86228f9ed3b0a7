"""What a feed file shows of its own extent while it is read: its dates, and which packages of what it speaks for."""

from collections.abc import Iterator

from plimsoll.knowledge.end_of_life import end_of_life
from plimsoll.knowledge.reading import is_day
from plimsoll.model.statement import AsOf, Knowledge, SpeaksFor, Statement

_OF_EVERYONE = ("module:",)
"""Beginnings of streams that everyone with the release gets; the others are sold or built apart."""


class Extent:
    """Counts what is said. Streams that begin with one of `inside` count as the release itself."""

    def __init__(self, inside: tuple[str, ...] = _OF_EVERYONE) -> None:
        """Begin with nothing said."""
        self._inside = inside
        self._days: set[str] = set()
        self._names: dict[str, set[str]] = {}
        self._extended: set[str] = set()

    def date(self, moment: str) -> None:
        """Note the date of a record; what is none is left out."""
        if is_day(moment):
            self._days.add(moment[:10])

    def count(self, item: Knowledge) -> None:
        """Note what a statement names."""
        if not isinstance(item, Statement):
            return
        if not item.stream or item.stream.startswith(self._inside):
            self._names.setdefault(item.product, set()).add(item.package)
        if item.stream:
            self._extended.add(item.product)

    def stated(self, *, in_full: bool = True, until_end: bool = False) -> Iterator[Knowledge]:
        """Yield the dates of records and what is spoken for; not `in_full`, no package is spoken for.

        With `until_end` a release that ended, and for which nothing is extended, is spoken for in what is named only.
        """
        yield from (AsOf(date=day, of_record=True) for day in sorted(self._days))
        for product, names in sorted(self._names.items()):
            named = frozenset(names)
            end = end_of_life(product) if until_end and product not in self._extended else None
            until = end.date if end else ""
            yield SpeaksFor(
                product=product,
                packages=None if in_full else frozenset(),
                named=named if in_full else None,
                until=until,
                afterwards=named if until else frozenset(),
            )
