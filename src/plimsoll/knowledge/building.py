"""Building a store: feeds go in one by one, each wholly or not at all, then history and authority are worked out."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plimsoll.knowledge.codes import APPLICATION_ID, SCHEMA_VERSION, day_number
from plimsoll.knowledge.intake import Intake, Said
from plimsoll.knowledge.interning import Keys, Words
from plimsoll.knowledge.losing import Amounts
from plimsoll.knowledge.renewal import Coverage, Renewal
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, Knowledge
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover

_MARKS = {"temp.incoming": 18, "rating": 5, "exploited": 3, "probability": 3}


class Builder:
    """A store in the making; `former` is a store that `Store.open` accepts, whose history is carried on."""

    def __init__(self, path: Path, former: Path | None, feeds: Iterable[str]) -> None:
        """Create the file, which must not exist yet, for feeds of these names."""
        self._db = sqlite3.connect(path, isolation_level=None)
        self._former = former is not None
        schemes = discover("plimsoll.versions", Scheme)
        self._prepare(former)
        self._words = Words(dict(self._db.execute("SELECT text, id FROM word")))
        self._keys = Keys(schemes)
        self._schemes = self._numbered("scheme", schemes)
        self._feeds = self._numbered("former.feed" if former else "feed", feeds)
        self._db.executemany(
            "INSERT OR IGNORE INTO scheme VALUES (?, ?, ?)",
            ((self._schemes[name], name, scheme.revision) for name, scheme in schemes.items()),
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Keep what is added inside only if no exception ends the block."""
        self._db.execute("SAVEPOINT feed")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO feed")
            raise
        finally:
            self._db.execute("RELEASE feed")

    def take(self, feed: Feed, items: Iterable[Knowledge], limits: Limits) -> Said:
        """Add what one file of a feed says. Raises LimitError over `feed_records`."""
        intake = Intake(self._feeds[feed.name], self._words, self._keys, self._schemes, self._insert)
        for item in items:
            intake.take(item, limits)
        intake.flush()
        return intake.said

    def former_amounts(self, feed: Feed) -> Amounts:
        """Say how much the former store holds of a feed; nothing where there is none."""
        if not self._former:
            return Amounts(replaced=0, rows={})
        number = self._feeds[feed.name]
        rows = self._db.execute(
            "SELECT text, count(*) FROM former.statement JOIN former.word ON former.word.id = product"
            " WHERE feed = ? AND until = 0 GROUP BY product",
            (number,),
        )
        return Amounts(replaced=self._replaced("former", number), rows=dict(rows))

    def amounts(self, renewal: Renewal) -> Amounts:
        """Say how much was taken of a feed in this build."""
        number = self._feeds[renewal.feed.name]
        products = {self._words.number(product): product for product in renewal.products}
        query = "SELECT product, count(*) FROM temp.incoming WHERE feed = ? GROUP BY product"
        rows = self._db.execute(query, (number,))
        return Amounts(
            replaced=self._replaced("main", number), rows={products[product]: count for product, count in rows}
        )

    def _replaced(self, schema: str, feed: int) -> int:
        tables = ("rating", "exploited", "probability")
        counts = (f"(SELECT count(*) FROM {schema}.{table} WHERE feed = ?1)" for table in tables)  # noqa: S608 - ours
        found: int = self._db.execute(f"SELECT {' + '.join(counts)}", (feed,)).fetchone()[0]
        return found

    def renew(self, renewal: Renewal) -> None:
        """Add the feed itself and what it speaks for."""
        feed, number = renewal.feed, self._feeds[renewal.feed.name]
        about = (number, feed.name, feed.title, feed.kind, feed.licence, feed.notice, feed.reference, feed.authority)
        state = (renewal.date, renewal.date_origin, renewal.records, renewal.unusable, json.dumps(renewal.examples))
        self._db.execute("INSERT INTO feed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*about, *state))
        for cover in renewal.coverage:
            self._cover(number, cover)
        whole = dict.fromkeys(sorted(renewal.products), renewal.whole)
        whole |= {cover.product: cover.packages is None for cover in renewal.coverage}
        rows = ((number, self._words.number(product), said) for product, said in whole.items())
        self._db.executemany("INSERT INTO renewed VALUES (?, ?, ?)", rows)

    def finish(self, *, built: str) -> None:
        """Join with the former store, let authority decide, and write everything; `built` is an ISO day."""
        self._db.executemany("INSERT INTO word VALUES (?, ?)", self._words.new())
        today = {"today": day_number(built)}
        self._run("history.sql" if self._former else "first.sql", today)
        self._run("deciding.sql")
        self._db.execute("INSERT INTO meta VALUES ('built', ?)", (built,))
        self._db.execute("COMMIT")
        if self._former:
            self._db.execute("DETACH former")
        self._db.execute("VACUUM")

    def _prepare(self, former: Path | None) -> None:
        for setting in (
            f"application_id = {APPLICATION_ID}",
            f"user_version = {SCHEMA_VERSION}",
            "journal_mode = MEMORY",  # the file is thrown away if anything fails
            "synchronous = OFF",  # `update` syncs the finished file
        ):
            self._db.execute(f"PRAGMA {setting}")
        if former is not None:
            self._db.execute("ATTACH ? AS former", (str(former),))
        self._db.execute("BEGIN")
        self._run("store.sql")
        self._run("building.sql")
        if former is not None:
            self._db.execute("INSERT INTO word SELECT * FROM former.word")
            self._db.execute("INSERT INTO scheme SELECT * FROM former.scheme")

    def _run(self, script: str, parameters: Mapping[str, object] | None = None) -> None:
        text = Path(__file__).with_name(script).read_text(encoding="utf-8")
        for statement in _split(text):
            self._db.execute(statement, parameters if parameters and ":today" in statement else {})

    def _numbered(self, table: str, names: Iterable[str]) -> dict[str, int]:
        """Give every name a number; a name that the table holds already keeps its own."""
        numbers: dict[str, int] = dict(self._db.execute(f"SELECT name, id FROM {table}"))  # noqa: S608 - our tables
        for name in sorted(names):
            numbers.setdefault(name, max(numbers.values(), default=0) + 1)
        return numbers

    def _cover(self, feed: int, cover: Coverage) -> None:
        product = self._words.number(cover.product)
        row = (product, feed, cover.packages is None, cover.date)
        self._db.execute("INSERT INTO coverage VALUES (?, ?, ?, ?)", row)
        rows = ((product, self._words.number(name), feed) for name in sorted(cover.packages or ()))
        self._db.executemany("INSERT INTO spoken VALUES (?, ?, ?)", rows)

    def _insert(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * _MARKS[table])
        self._db.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our tables


def _split(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
