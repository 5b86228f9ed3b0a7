"""The fleet: many images with their packages, and whom a vulnerability or an advisory hits."""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

from plimsoll.fleet.database import Database, SqliteDatabase
from plimsoll.fleet.hits import Cursor, Hits, Judging, Statements
from plimsoll.fleet.members import Members
from plimsoll.fleet.question import answer
from plimsoll.fleet.writing import Sighting, Writing, key_of
from plimsoll.model.package import Package
from plimsoll.model.subject import Subject
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover

_PAGE = 50
_STALE_KEYS = "SELECT id, version FROM package WHERE scheme = $1 AND revision <> $2"
_NEW_KEY = "UPDATE package SET version_key = $1, revision = $2 WHERE id = $3"


class Fleet:
    """What is stored about many images. One thread uses it at a time.

    Images share content-addressed package sets, sets share packages; what is known of vulnerabilities is not kept
    here but asked for, so new advisories never need a rescan. Every method raises FleetError where the database fails.
    """

    def __init__(self, database: Database, judge: Judging) -> None:
        """Take over a connection; `judge` says what statements mean, as it does for a scan."""
        self._database = database
        self._judge = judge
        self._members = Members()
        self._renew_keys()

    @classmethod
    def open(cls, path: Path, judge: Judging) -> Self:
        """Open a fleet in an SQLite file, or begin one. Raises FleetError."""
        return cls(SqliteDatabase(path), judge)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(self, subject: Subject, packages: Iterable[Package], *, seen_at: str) -> None:
        """Store what an image holds as of an ISO date and time (UTC).

        It replaces what was known of the subject's id, unless that is of later. Packages that another one owns, and
        those without a product, are left out: nobody can be asked about them.
        """
        self.put_all([Sighting(subject=subject, packages=packages, seen_at=seen_at)])

    def put_all(self, sightings: Iterable[Sighting]) -> None:
        """Store many images in one transaction: all of them, or none where anything fails."""
        with self._database.transaction():
            writing = Writing(self._database, self._members)
            for sighting in sightings:
                writing.put(sighting)
            writing.finish()

    def hit_by(self, name: str, knowledge: Statements, limit: int = _PAGE, after: Cursor | None = None) -> Hits:
        """Say whom a vulnerability hits, or whom an advisory is for: how many images, and a page of them by name.

        An image is hit where a scan of it would find the vulnerability in any of its packages. `after` is the cursor
        of the page before. Raises KnowledgeError where the store of advisories is damaged.
        """
        return answer(self._database, self._judge, knowledge.deciding(name), limit, after)

    def _renew_keys(self) -> None:
        """Encode anew the versions whose keys are of another revision of their scheme."""
        for scheme in discover("plimsoll.versions", Scheme).values():
            place = (scheme.name, scheme.revision)
            if self._database.ask(f"{_STALE_KEYS} LIMIT 1", place):
                with self._database.transaction():
                    stale = self._database.ask(_STALE_KEYS, place)
                    keys = ((key_of(scheme.name, version), scheme.revision, number) for number, version in stale)
                    self._database.tell(_NEW_KEY, keys)
