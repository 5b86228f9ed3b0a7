"""The knowledge store: answers from SQLite, read-only. Built by `building`, replaced whole by `update`."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import wraps
from pathlib import Path
from threading import RLock
from typing import Any, ParamSpec, Self, TypeVar

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.codes import (
    APPLICATION_ID,
    EVIDENCE,
    HI_INCLUSIVE,
    NOT_AFFECTED,
    SCHEMA_VERSION,
    SEVERITIES,
    SLOW,
    STATES,
    cve_name,
    cve_number,
    day_text,
)
from plimsoll.model.knowledge import Speaker, StoredStatement, Threat
from plimsoll.model.report import FeedState
from plimsoll.model.statement import Rating, Statement
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover

Row = tuple[Any, ...]

_ADVICE = "Build it again: `plimsoll db update`, or take over another one: `plimsoll db import FILE`."
_BATCH = 500

_COLUMNS = (
    "product, package, decides, vulnerability, feed, state, severity, scheme, flags, lo_text, hi_text, advisory,"
    " detail, stream, aliases, since"
)
_AFFECTING = (
    f"SELECT {_COLUMNS} FROM statement"  # noqa: S608 - our own column names
    " WHERE product = ? AND package = ? AND decides = 1 AND hi > ? AND lo <= ? AND state <> ?"
)
_OF_PACKAGE = (
    f"SELECT {_COLUMNS} FROM statement"  # noqa: S608 - our own column names
    " WHERE product = ? AND package = ? AND decides = 1 AND state <> ?"
)
# By that index: by itself SQLite reads all that is said of the package.
_WEIGHED = (
    f"SELECT {_COLUMNS} FROM statement INDEXED BY statement_by_vulnerability"  # noqa: S608 - our own column names
    " WHERE vulnerability = ? AND product = ? AND package = ? AND until = 0 ORDER BY decides DESC, flags & 1, feed, n"
)
_ABOUT = (
    f"SELECT {_COLUMNS} FROM statement"  # noqa: S608 - our own column names
    " WHERE vulnerability = ? AND decides = 1 ORDER BY product, package, n"
)
_ABOUT_THE_SAME = (
    f"SELECT {_COLUMNS} FROM statement"  # noqa: S608 - our own column names
    " WHERE decides = 1 AND (vulnerability, product, package) IN ("
    " SELECT s.vulnerability, s.product, s.package FROM advised AS a CROSS JOIN statement AS s"
    " WHERE a.advisory = ? AND s.vulnerability = a.vulnerability AND s.advisory = a.advisory AND s.until = 0)"
    " ORDER BY product, package, n"
)

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _careful(question: Callable[_P, _R]) -> Callable[_P, _R]:
    """Turn what a damaged file makes of a question (numbers that mean nothing) into KnowledgeError."""

    @wraps(question)
    def asked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return question(*args, **kwargs)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise KnowledgeError(f"the knowledge store is damaged: {error!r}", advice=_ADVICE) from error

    return asked


class Store:
    """A knowledge store, open for reading; safe to ask from several threads.

    It is the KnowledgeBase of a scan. Every question raises KnowledgeError where the file turns out damaged.
    """

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        """Take over a connection that nobody else uses; `name` is for messages. Raises KnowledgeError."""
        self._connection = connection
        self._lock = RLock()
        self.name = name
        self._harden()
        self._refuse_strangers()
        self._schemes = self._known_schemes()
        self._feeds = {row[0]: row for row in self._ask("SELECT id, name, reference, licence FROM feed")}
        self._words: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a store file. Raises KnowledgeError if it is missing, damaged or of another schema."""
        from urllib.parse import quote

        if not path.is_file():
            raise KnowledgeError(f"there is no knowledge store at {path}", advice=_ADVICE)
        address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
        try:
            connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise KnowledgeError(f"the knowledge store {path} cannot be opened: {error}", advice=_ADVICE) from error
        return cls(connection, str(path))

    @classmethod
    def of_bytes(cls, data: bytes, name: str) -> Self:
        """Open a store that is held in memory. Raises KnowledgeError."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        try:
            connection.deserialize(data)
        except sqlite3.Error as error:
            raise KnowledgeError(f"the knowledge in {name} is damaged: {error}", advice=_ADVICE) from error
        return cls(connection, name)

    def close(self) -> None:
        """Close the file; the store answers nothing afterwards."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Questions of matching (model.knowledge.KnowledgeBase)

    @_careful
    def speakers(self, product: str, packages: Sequence[str]) -> Mapping[str, tuple[Speaker, ...]]:
        number = self._word_id(product)
        whole: list[Speaker] = []
        part: dict[int, Speaker] = {}
        rows = self._ask("SELECT feed, complete, date FROM coverage WHERE product = ? ORDER BY feed", (number,))
        for feed, complete, day in rows:
            speaker = Speaker(feed=self._feeds[feed][1], date=day)
            if complete:
                whole.append(speaker)
            else:
                part[feed] = speaker
        spoken = self._spoken(number, part) if part else {}
        answer = {name: (*whole, *spoken.get(name, ())) for name in packages}
        return {name: speakers for name, speakers in answer.items() if speakers}

    def speaks_for(self, product: str) -> bool:
        rows = self._ask("SELECT 1 FROM coverage WHERE product = ? LIMIT 1", (self._word_id(product),))
        return bool(rows)

    @_careful
    def affecting(
        self, product: str, wanted: Sequence[tuple[str, bytes | None]]
    ) -> Sequence[tuple[int, StoredStatement]]:
        """Give the deciding statements that may hold (see KnowledgeBase), without those of not being affected."""
        number = self._word_id(product)
        packages = self._word_ids({name for name, _ in wanted})
        answers: list[tuple[int, StoredStatement]] = []
        for index, (name, key) in enumerate(wanted):
            package = packages.get(name)
            if package is None:
                continue
            if key is None:
                rows = self._ask(_OF_PACKAGE, (number, package, NOT_AFFECTED))
            else:
                rows = self._ask(_AFFECTING, (number, package, key, key, NOT_AFFECTED))
            answers.extend((index, self._stored(row)) for row in rows)
        return answers

    @_careful
    def weighed(self, product: str, package: str, vulnerability: str) -> tuple[StoredStatement, ...]:
        place = (self._number(vulnerability), self._word_id(product), self._word_id(package))
        return tuple(self._stored(row) for row in self._ask(_WEIGHED, place))

    @_careful
    def threats(self, vulnerabilities: Sequence[str]) -> Mapping[str, Threat]:
        names = {self._number(name): name for name in vulnerabilities}
        ratings: dict[int, list[tuple[str, Rating]]] = {}
        for number, version, feed, score, vector in self._in_batches(
            "SELECT vulnerability, version, feed, score, vector FROM rating WHERE vulnerability IN ({})"
            " ORDER BY vulnerability, version DESC, score DESC, feed, vector",
            names,
        ):
            rating = Rating(vulnerability=names[number], version=version, score=score, vector=vector)
            ratings.setdefault(number, []).append((self._feeds[feed][1], rating))
        epss: dict[int, int] = dict(
            self._in_batches("SELECT vulnerability, score FROM probability WHERE vulnerability IN ({})", names)
        )
        exploited: dict[int, int] = dict(
            self._in_batches("SELECT vulnerability, since FROM exploited WHERE vulnerability IN ({})", names)
        )
        return {
            name: Threat(
                ratings=tuple(ratings.get(number, ())),
                epss=epss[number] / 100_000 if number in epss else None,
                exploited_since=day_text(exploited.get(number, 0)),
            )
            for number, name in names.items()
            if number in ratings or number in epss or number in exploited
        }

    @_careful
    def references(self, vulnerability: str, product: str) -> tuple[str, ...]:
        number = self._number(vulnerability)
        rows = self._ask(  # by that index: by itself SQLite reads the whole product
            "SELECT feed, advisory FROM statement INDEXED BY statement_by_vulnerability"
            " WHERE vulnerability = ?1 AND product = ?2 AND until = 0"
            " UNION SELECT feed, 0 FROM exploited WHERE vulnerability = ?1 ORDER BY 1, 2 DESC",
            (number, self._word_id(product)),
        )
        addresses = [
            self._feeds[feed][2].replace("{id}", self._name(advisory or number))
            for feed, advisory in rows
            if self._feeds[feed][2]
        ]
        return tuple(dict.fromkeys(addresses))

    @_careful
    def feeds(self, as_of: str) -> tuple[FeedState, ...]:
        today = date.fromisoformat(as_of)
        return tuple(
            FeedState(
                name=name,
                date=day,
                age_days=max(0, (today - date.fromisoformat(day)).days),
                kind=kind,
                licence=licence or "",
                records=records,
            )
            for name, day, kind, licence, records in self._ask(
                "SELECT name, date, kind, licence, records FROM feed ORDER BY name"
            )
        )

    @_careful
    def deciding(self, name: str) -> tuple[StoredStatement, ...]:
        """Give the deciding statements on a vulnerability, those of not being affected too.

        Where the name is that of an advisory, they are those on the vulnerabilities and packages it is about.
        """
        number = self._number(name)
        rows = self._ask(_ABOUT, (number,))
        if number < 0:
            rows += self._ask(_ABOUT_THE_SAME, (number,))
        return tuple(self._stored(row) for row in dict.fromkeys(rows))

    # Questions of `db status` and of the bundle

    def meta(self) -> dict[str, str]:
        """Give what the store says about itself: `built` (ISO day) and more."""
        return dict(self._ask("SELECT name, value FROM meta"))

    def check(self) -> None:
        """Read the whole file. Raises KnowledgeError if it is damaged, or holds tables, views or triggers not ours."""
        schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY name"
        with sqlite3.connect(":memory:") as fresh:
            fresh.executescript(Path(__file__).with_name("store.sql").read_text(encoding="utf-8"))
            expected = fresh.execute(schema).fetchall()
        if self._ask(schema) != expected:
            raise KnowledgeError(f"the knowledge in {self.name} holds other tables than ours", advice=_ADVICE)
        found = self._ask("PRAGMA integrity_check(1)")
        if found != [("ok",)]:
            raise KnowledgeError(f"the knowledge in {self.name} is damaged: {found[0][0]}", advice=_ADVICE)

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Answer one of our own SQL queries (`status`, tests). Raises KnowledgeError."""
        return self._ask(query, parameters)

    def word(self, number: int) -> str:
        """Give an interned text."""
        if number not in self._words:
            self._words[number] = self._ask("SELECT text FROM word WHERE id = ?", (number,))[0][0]
        return self._words[number]

    # Inside

    def _harden(self) -> None:
        for setting in ("query_only = 1", "trusted_schema = 0", "cell_size_check = 1"):
            self._ask(f"PRAGMA {setting}")

    def _refuse_strangers(self) -> None:
        application, version = self._ask("PRAGMA application_id")[0][0], self._ask("PRAGMA user_version")[0][0]
        if application != APPLICATION_ID:
            raise KnowledgeError(f"{self.name} is no knowledge store of Plimsoll", advice=_ADVICE)
        if version != SCHEMA_VERSION:
            message = f"the knowledge store {self.name} has schema version {version}, not {SCHEMA_VERSION}"
            raise KnowledgeError(message, advice=_ADVICE)

    def _known_schemes(self) -> dict[int, str]:
        ours = discover("plimsoll.versions", Scheme)
        known: dict[int, str] = {}
        for number, name, revision in self._ask("SELECT id, name, revision FROM scheme"):
            if name not in ours or ours[name].revision != revision:
                mine = f"revision {ours[name].revision}" if name in ours else "no such scheme"
                message = f"the knowledge store {self.name} has {name} keys of revision {revision}, here is {mine}"
                raise KnowledgeError(message, advice=_ADVICE)
            known[number] = name
        return known

    def _ask(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        try:
            with self._lock:
                return self._connection.execute(query, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise KnowledgeError(f"the knowledge store {self.name} is damaged: {error}", advice=_ADVICE) from error

    def _in_batches(self, query: str, numbers: Iterable[int]) -> Iterator[Row]:
        every = list(numbers)
        for start in range(0, len(every), _BATCH):
            batch = every[start : start + _BATCH]
            yield from self._ask(query.format(",".join("?" * len(batch))), batch)

    def _word_ids(self, texts: Iterable[str]) -> dict[str, int]:
        every = list(texts)
        unknown = [text for text in every if text not in self._numbers]
        for start in range(0, len(unknown), _BATCH):
            batch = unknown[start : start + _BATCH]
            marks = ",".join("?" * len(batch))
            found = self._ask(f"SELECT text, id FROM word WHERE text IN ({marks})", batch)  # noqa: S608 - marks
            self._numbers.update(found)
            self._words.update({number: text for text, number in found})
        return {text: self._numbers[text] for text in every if text in self._numbers}

    def _word_id(self, text: str) -> int:
        return self._numbers.get(text) or self._word_ids((text,)).get(text, 0)

    def _number(self, vulnerability: str) -> int:
        number = cve_number(vulnerability)
        return number if number is not None else -self._word_id(vulnerability)

    def _name(self, number: int) -> str:
        return cve_name(number) if number > 0 else self.word(-number)

    def _spoken(self, product: int, part: Mapping[int, Speaker]) -> dict[str, tuple[Speaker, ...]]:
        rows = self._ask(
            "SELECT text, feed FROM spoken JOIN word ON word.id = package WHERE product = ? ORDER BY feed", (product,)
        )
        spoken: dict[str, tuple[Speaker, ...]] = {}
        for name, feed in rows:
            spoken[name] = (*spoken.get(name, ()), part[feed])
        return spoken

    def _stored(self, row: Row) -> StoredStatement:
        (product, package, decides, vulnerability, feed, state, severity, scheme, flags) = row[:9]
        (lo, hi, advisory, detail, stream, aliases, since) = row[9:]
        statement = Statement(
            product=self.word(product),
            package=self.word(package),
            vulnerability=self._name(vulnerability),
            advisory=self._name(advisory or vulnerability),
            state=STATES[state],
            scheme=self._schemes[scheme],
            lo=lo,
            hi=hi,
            hi_inclusive=bool(flags & HI_INCLUSIVE),
            stream=self.word(stream) if stream else "",
            severity=None if severity is None else SEVERITIES[severity],
            detail=self.word(detail) if detail else "",
            since=day_text(since),
            evidence=bool(flags & EVIDENCE),
            aliases=tuple(aliases.split()),
        )
        return StoredStatement(
            feed=self._feeds[feed][1], statement=statement, decides=bool(decides), slow=bool(flags & SLOW)
        )
