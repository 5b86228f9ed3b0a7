"""Images on their way into a fleet, many at once: packages and package sets are interned."""

from collections.abc import Iterable
from dataclasses import dataclass

from plimsoll.errors import VersionRefusedError
from plimsoll.fleet.database import Database
from plimsoll.fleet.members import Member, Members, digest_of
from plimsoll.model.package import Package
from plimsoll.model.subject import Subject
from plimsoll.versions.schemes import scheme

_BATCH = 50_000

_FIND_PACKAGE = (
    "SELECT id FROM package WHERE product = $1 AND asked = $2 AND version = $3 AND stream = $4 AND scheme = $5"
    " AND source = $6"
)
_ADD_PACKAGE = (
    "INSERT INTO package (product, asked, version, stream, scheme, source, version_key, revision)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id"
)
_FIND_SET = "SELECT id FROM package_set WHERE digest = $1"
_ADD_SET = "INSERT INTO package_set (digest) VALUES ($1) RETURNING id"
_ADD_MEMBER = "INSERT INTO member (package_id, set_id) VALUES ($1, $2)"
_FORMER_SET = "SELECT set_id FROM image WHERE subject = $1"
_PUT_IMAGE = (
    "INSERT INTO image (subject, name, platform, set_id, seen_at) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (subject) DO UPDATE SET name = excluded.name, platform = excluded.platform,"
    " set_id = excluded.set_id, seen_at = excluded.seen_at WHERE excluded.seen_at >= image.seen_at"
)
_FORGET_MEMBERS = (
    "DELETE FROM member WHERE set_id = $1 AND NOT EXISTS (SELECT 1 FROM image WHERE image.set_id = member.set_id)"
)
_FORGET_SET = (
    "DELETE FROM package_set WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM image WHERE image.set_id = package_set.id)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What was found in one image; `seen_at` is an ISO date and time in UTC."""

    subject: Subject
    packages: Iterable[Package]
    seen_at: str


class Writing:
    """One transaction's writing: what it interned, and what it has not written yet."""

    def __init__(self, database: Database, members: Members) -> None:
        """Begin inside a transaction, which nothing else may write beside."""
        self._database = database
        self._members = members
        self._packages: dict[Member, int] = {}
        self._sets: dict[str, int] = {}
        self._holding: list[tuple[int, int]] = []
        self._left: dict[int, None] = {}

    def put(self, sighting: Sighting) -> None:
        """Store one image; one that was seen later already stays as it is."""
        held = self._set_of(self._members.of(sighting.packages))
        subject = sighting.subject
        former = self._database.ask(_FORMER_SET, (subject.id,))
        row = (subject.id, subject.name, subject.platform, held, sighting.seen_at)
        self._database.ask(_PUT_IMAGE, row)
        if former and former[0][0] != held:
            self._left |= {held: None, former[0][0]: None}

    def finish(self) -> None:
        """Write what is still held, and forget the sets that no image has any more."""
        self._flush()
        for statement in (_FORGET_MEMBERS, _FORGET_SET):
            self._database.tell(statement, [(number,) for number in self._left])

    def _set_of(self, members: list[Member]) -> int:
        digest = digest_of(members)
        if digest not in self._sets:
            found = self._database.ask(_FIND_SET, (digest,))
            self._sets[digest] = found[0][0] if found else self._new_set(digest, members)
        return self._sets[digest]

    def _new_set(self, digest: str, members: list[Member]) -> int:
        number: int = self._database.ask(_ADD_SET, (digest,))[0][0]
        self._holding.extend((self._package(member), number) for member in members)
        if len(self._holding) >= _BATCH:
            self._flush()
        return number

    def _flush(self) -> None:
        """Write members in the order in which they are stored, which is several times faster."""
        self._database.tell(_ADD_MEMBER, sorted(self._holding))
        self._holding.clear()

    def _package(self, member: Member) -> int:
        number = self._packages.get(member)
        if number is None:
            found = self._database.ask(_FIND_PACKAGE, member)
            number = self._packages[member] = found[0][0] if found else self._new_package(member)
        return number

    def _new_package(self, member: Member) -> int:
        order = scheme(member.scheme)
        row = (*member, key_of(member.scheme, member.version), order.revision)
        number: int = self._database.ask(_ADD_PACKAGE, row)[0][0]
        return number


def key_of(name: str, version: str) -> bytes | None:
    """Give the key of a version in a scheme, None where the scheme refuses it."""
    try:
        return scheme(name).key(version)
    except VersionRefusedError:
        return None
