"""One feed file on its way into a store: each item becomes a row, and what it says of itself is counted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.codes import EVIDENCE, SEVERITY_CODES, STATE_CODES, day_number, moment_number
from plimsoll.knowledge.interning import Keys, Words
from plimsoll.model.limits import Limits
from plimsoll.model.statement import (
    AsOf,
    Exploited,
    Knowledge,
    Probability,
    Rating,
    SpeaksFor,
    Statement,
    Unusable,
)

Insert = Callable[[str, list[tuple[Any, ...]]], None]

_BATCH = 5_000
_EXAMPLES = 5
_LONGEST_EXAMPLE = 300


@dataclass(slots=True)
class Said:
    """What one file said about itself, and how much it said."""

    date: str = ""
    record_days: set[str] = field(default_factory=set)
    speaks: list[SpeaksFor] = field(default_factory=list)
    products: set[str] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)
    records: int = 0
    unusable: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)


class Intake:
    """Takes the items of one file, in batches; `insert(table, rows)` writes them."""

    def __init__(self, feed: int, words: Words, keys: Keys, schemes: dict[str, int], insert: Insert) -> None:
        """Begin with nothing said; `feed` and `schemes` are numbers in the store."""
        self.said = Said()
        self._feed = feed
        self._words = words
        self._keys = keys
        self._schemes = schemes
        self._insert = insert
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def take(self, item: Knowledge, limits: Limits) -> None:
        """Add one item. Raises LimitError over `feed_records`."""
        match item:
            case Statement():
                self._statement(item)
            case Rating() | Probability() | Exploited():
                self._threat(item)
            case SpeaksFor():
                self.said.speaks.append(item)
            case AsOf(of_record=True):
                self.said.record_days.add(item.date)
            case AsOf():
                self.said.date = max(self.said.date, item.date)
            case Unusable():
                self._unusable(item.record, item.reason)
                for known in item.known:
                    self._statement(known, is_record=False)
        if self.said.records + self.said.unusable > limits.feed_records:
            raise LimitError("feed_records", limits.feed_records, "a feed")

    def flush(self) -> None:
        """Write what is still held."""
        for table, rows in self._rows.items():
            self._insert(table, rows)
        self._rows.clear()

    def _add(self, table: str, row: tuple[Any, ...], *, is_record: bool = True) -> None:
        self.said.records += is_record
        rows = self._rows.setdefault(table, [])
        rows.append(row)
        if len(rows) >= _BATCH:
            self._insert(table, rows)
            rows.clear()

    def _unusable(self, record: str, reason: str) -> None:
        self.said.unusable += 1
        if len(self.said.examples) < _EXAMPLES:
            self.said.examples.append((_on_one_line(record), _on_one_line(reason)))

    def _threat(self, said: Rating | Probability | Exploited) -> None:
        number = self._number(said.vulnerability)
        match said:
            case Rating():
                self._add("rating", (number, said.version, self._feed, said.vector, said.score))
            case Probability():
                self._add("probability", (number, self._feed, round(said.score * 100_000)))
            case Exploited():
                self._add("exploited", (number, self._feed, day_number(said.since)))

    def _number(self, vulnerability: str) -> int:
        return self._words.vulnerability(vulnerability)

    def _statement(self, said: Statement, *, is_record: bool = True) -> None:
        try:
            lo, hi, flags = self._keys.interval(said.scheme, said.lo, said.hi, inclusive=said.hi_inclusive)
        except KnowledgeError as error:
            if is_record:
                self._unusable(said.advisory, error.message)
            return
        words = self._words
        self.said.products.add(said.product)
        self.said.packages.add(said.package)
        row = (
            self._feed,
            words.number(said.product),
            words.number(said.package),
            self._number(said.vulnerability),
            0 if said.advisory == said.vulnerability else self._number(said.advisory),
            STATE_CODES[said.state],
            self._schemes[said.scheme],
            flags | (EVIDENCE if said.evidence else 0),
            said.lo,
            said.hi,
            words.number(said.stream),
            lo,
            hi,
            None if said.severity is None else SEVERITY_CODES[said.severity],
            words.number(said.detail),
            " ".join(said.aliases),
            day_number(said.since),
            moment_number(said.modified) if said.modified else 0,
        )
        self._add("temp.incoming", row, is_record=is_record)


def _on_one_line(text: str) -> str:
    """Give what a record says as it may stand in a message: it cannot begin a line of its own."""
    return " ".join(text[: 2 * _LONGEST_EXAMPLE].split())[:_LONGEST_EXAMPLE]
