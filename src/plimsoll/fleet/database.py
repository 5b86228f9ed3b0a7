"""The database that a fleet is kept in: the few things that are asked of it, and SQLite doing them."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol, Self

from plimsoll.errors import PlimsollError
from plimsoll.fleet.dialect import SQLITE, Dialect

Row = tuple[Any, ...]
_ADVICE = "Move the file away and store the images again; scans do not need it."
_CACHE_KIB = 131_072


class FleetError(PlimsollError):
    """The fleet's database cannot be used."""


class Database(Protocol):
    """A connection that one thread uses. Every method raises FleetError where the database fails."""

    dialect: Dialect

    def ask(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Answer one query, whose parameters are written `$1` and so on."""
        ...

    def tell(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each of these rows of parameters."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Keep what is written inside only if no exception ends the block; nobody else writes meanwhile."""
        ...


class SqliteDatabase:
    """A fleet in one SQLite file."""

    dialect = SQLITE

    def __init__(self, path: Path) -> None:
        """Open a file, or make it with our tables. Raises FleetError."""
        self.name = str(path)
        with self._told():
            self._connection = sqlite3.connect(path, isolation_level=None)
        try:
            for setting in (f"cache_size = -{_CACHE_KIB}", "temp_store = MEMORY", "journal_mode = WAL"):
                self.ask(f"PRAGMA {setting}")
            self.ask("PRAGMA trusted_schema = 0")
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        with self.transaction():
            if not self.ask("SELECT 1 FROM sqlite_schema LIMIT 1"):
                for statement in self.dialect.script("schema.sql"):
                    self.ask(statement)
        for statement in self.dialect.script("question.sql"):
            self.ask(statement)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        with self._told():
            return self._connection.execute(self.dialect.query(query), parameters).fetchall()

    def tell(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        with self._told():
            self._connection.executemany(self.dialect.query(statement), rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.ask("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.ask("ROLLBACK")
            raise
        self.ask("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise FleetError(f"the fleet in {self.name} cannot be used: {error}", advice=_ADVICE) from error
