"""The `rpmdb.sqlite` of today's releases: a table `Packages` whose column `blob` holds the headers.

The file comes from outside, so SQLite gets a copy in memory, no schema with a life of its own (views, triggers,
virtual tables, computed columns), and bounds on all that a file can ask for (SQLite, "Defense Against The Dark Arts").
"""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Final

from plimsoll.model.package import MOST_RECORDS

if TYPE_CHECKING:
    from sqlite3 import Connection

MAGIC: Final = b"SQLite format 3\0"

_VERSIONS = slice(18, 20)
"""The write and the read version of the file (SQLite, "Database File Format", 1.3): 1 rollback journal, 2 WAL."""
_STEP = 10_000
_MOST_STEPS = 1_000
"""Instructions of SQLite's machine before it is stopped: a row takes a handful."""
_LONGEST_SQL = 10_000
_PRAGMAS = ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "temp_store=MEMORY")


def read_sqlite(data: bytes) -> Iterator[bytes]:
    """Give the header of each package. Raises ValueError for what SQLite refuses, and for what we refuse."""
    import sqlite3

    try:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            _restrict(connection, len(data))
            connection.deserialize(_without_wal(data))
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            _check_schema(connection)
            yield from _blobs(connection, len(data))
    except (sqlite3.Error, AttributeError, OverflowError) as error:
        # Interpreters may be built without `deserialize`.
        raise ValueError(f"SQLite cannot read it: {error}") from error


def _without_wal(data: bytes) -> bytes | bytearray:
    """Mark a database in WAL mode as one without: in memory there is nowhere to put the log.

    What only the log holds is not seen: rpm.py makes a log that is not empty a fault of its own.
    """
    if data[_VERSIONS] == b"\1\1":
        return data
    patched = bytearray(data)
    patched[_VERSIONS] = b"\1\1"
    return patched


def _restrict(connection: "Connection", size: int) -> None:
    """Bound lengths, statements and work: whatever the file says, its reading ends soon."""
    import sqlite3

    bounds = {
        sqlite3.SQLITE_LIMIT_LENGTH: max(size, _LONGEST_SQL),
        sqlite3.SQLITE_LIMIT_SQL_LENGTH: _LONGEST_SQL,
        sqlite3.SQLITE_LIMIT_COLUMN: 100,
        sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 20,
        sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 2,
        sqlite3.SQLITE_LIMIT_VDBE_OP: 25_000,
        sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 8,
        sqlite3.SQLITE_LIMIT_ATTACHED: 0,
        sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
        sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
    }
    for bound, value in bounds.items():
        connection.setlimit(bound, value)
    steps = iter(range(_MOST_STEPS))
    connection.set_progress_handler(lambda: next(steps, None) is None, _STEP)
    connection.text_factory = bytes


def _check_schema(connection: "Connection") -> None:
    """Raise ValueError unless `Packages` is a plain table, and the schema holds nothing but tables and indexes."""
    kinds = "SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index')"
    virtual = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND coalesce(rootpage, 0) < 1"
    for what, query in (("views or triggers", kinds), ("virtual tables", virtual)):
        (found,) = connection.execute(query).fetchone()
        if found:
            raise ValueError(f"its schema holds {what}, which no rpm database has")
    columns = connection.execute("PRAGMA table_xinfo(Packages)").fetchall()
    hidden = {name: kind for _number, name, _type, _null, _default, _key, kind in columns}
    if hidden.get(b"blob") != 0:
        raise ValueError("it has no table Packages with a plain column blob")


def _blobs(connection: "Connection", size: int) -> Iterator[bytes]:
    left = size
    rows = connection.execute("SELECT blob FROM main.Packages NOT INDEXED")
    for number, (blob,) in enumerate(rows, start=1):
        if number > MOST_RECORDS:
            raise ValueError(f"only the first {MOST_RECORDS} packages were read")
        header = blob if isinstance(blob, bytes) else b""
        left -= len(header)
        if left < 0:
            raise ValueError("packages together are larger than the file")
        yield header
