"""One question to a fleet: the statements on a vulnerability, joined with all packages, sets and images."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

from plimsoll.errors import VersionRefusedError
from plimsoll.fleet.database import Database, Row
from plimsoll.fleet.hits import Cursor, HitImage, HitPackage, Hits, Judging
from plimsoll.model.knowledge import StoredStatement
from plimsoll.model.statement import State, Statement
from plimsoll.model.version import AFTER, FROM_THE_START, NOT_FIXED
from plimsoll.versions.schemes import scheme

_FORGET = ("DELETE FROM asking", "DELETE FROM judged", "DELETE FROM hit")
_ASKING = "INSERT INTO asking (n, product, package, lo, hi) VALUES ($1, $2, $3, $4, $5)"
# The predicate of a scan (knowledge.store), the other way round.
_MAY_BE_HIT = (
    "SELECT p.id, a.n, p.source, p.asked, p.version, p.stream, p.scheme"
    " FROM asking AS a JOIN package AS p ON p.product = a.product AND p.asked = a.package"
    " WHERE p.version_key IS NULL OR (a.hi > p.version_key AND a.lo <= p.version_key)"
    " ORDER BY p.id, a.n"
)
_JUDGED = "INSERT INTO judged (package_id, certain) VALUES ($1, $2)"
# Asked for what is certain first: a set that is hit for certain stays so.
_HIT = (
    "INSERT INTO hit (set_id, certain)"
    " SELECT m.set_id, j.certain FROM judged AS j CROSS JOIN member AS m"
    " WHERE m.package_id = j.package_id AND j.certain = $1 ON CONFLICT (set_id) DO NOTHING"
)
_COUNT = "SELECT count(*), coalesce(sum(h.certain), 0) FROM hit AS h JOIN image AS i ON i.set_id = h.set_id"
# Two ways to the same page: through all images in order, or through those that are hit. Databases follow the order
# of a cross join, or know better.
_IN_ORDER = (
    "SELECT i.name, i.subject, i.set_id FROM image AS i CROSS JOIN hit AS h"
    " WHERE h.set_id = i.set_id AND (i.name, i.subject) > ($1, $2) ORDER BY i.name, i.subject LIMIT $3"
)
_OF_THE_HIT = (
    "SELECT i.name, i.subject, i.set_id FROM hit AS h CROSS JOIN image AS i"
    " WHERE i.set_id = h.set_id AND (i.name, i.subject) > ($1, $2) ORDER BY i.name, i.subject LIMIT $3"
)
_IMAGE = "SELECT platform, seen_at FROM image WHERE subject = $1"
_HIT_OF_SET = (
    "SELECT m.package_id FROM member AS m CROSS JOIN judged AS j"
    " WHERE j.package_id = m.package_id AND m.set_id = $1 ORDER BY m.package_id"
)
_FEW = 2_000
"""So many images are sorted faster than all images are gone through."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """One package that is hit: what the database says of it, and the statements that hold, by what they mean.

    `holding` goes by vulnerability and by whether that is certain.
    """

    place: tuple[str, str, str, str]
    holding: dict[tuple[str, bool], list[StoredStatement]]

    @property
    def certain(self) -> bool:
        return any(certain for _, certain in self.holding)

    def hits(self, judge: Judging) -> Iterator[HitPackage]:
        """Give one hit for each vulnerability: a doubt beside a certainty says nothing."""
        source, asked, version, order = self.place
        for (vulnerability, certain), statements in self.holding.items():
            if certain or (vulnerability, True) not in self.holding:
                yield HitPackage(
                    source=source,
                    name=asked,
                    version=version,
                    vulnerability=vulnerability,
                    fixed_in=judge.fixed_in(statements, order),
                    certain=certain,
                )


def answer(
    database: Database, judge: Judging, statements: Sequence[StoredStatement], limit: int, after: Cursor | None
) -> Hits:
    """Say whom these statements hit."""
    for table in _FORGET:
        database.ask(table)
    database.tell(_ASKING, _asking(statements))
    found = _judged(judge, statements, database.ask(_MAY_BE_HIT))
    database.tell(_JUDGED, ((number, int(package.certain)) for number, package in found.items()))
    for certain in (1, 0):
        database.ask(_HIT, (certain,))
    images, certainly = database.ask(_COUNT)[0]
    page = _page(database, images, limit, after)
    packages = _packages(database, judge, found, {number for _, _, number in page[:limit]})
    return Hits(
        images=certainly,
        undetermined=images - certainly,
        page=tuple(_image(database, row, packages) for row in page[:limit]),
        after=Cursor(*page[limit - 1][:2]) if len(page) > limit else None,
    )


def _asking(statements: Sequence[StoredStatement]) -> Iterator[Row]:
    for number, stored in enumerate(statements):
        said = stored.statement
        if said.state is not State.NOT_AFFECTED:
            yield number, said.product, said.package, *_bounds(said)


def _bounds(said: Statement) -> tuple[bytes, bytes]:
    """Give the keys of an interval; every version is inside where a bound has none, for then texts are compared."""
    key = scheme(said.scheme).key
    try:
        lo = key(said.lo) if said.lo else FROM_THE_START
        hi = NOT_FIXED if said.hi is None else key(said.hi) + (AFTER if said.hi_inclusive else b"")
    except VersionRefusedError:
        return FROM_THE_START, NOT_FIXED
    return lo, hi


def _judged(judge: Judging, statements: Sequence[StoredStatement], rows: Iterable[Row]) -> dict[int, _Judged]:
    """Let the judge decide on what may be hit; by the number of the package."""
    spoken = {_place(stored.statement) for stored in statements if not stored.statement.stream}
    found: dict[int, _Judged] = {}
    for number, n, source, asked, version, stream, order in rows:
        stored = statements[n]
        said = stored.statement
        holds = judge.holds(stored, order, version, stream, partial(_speaks, spoken, said))
        if holds is not False:
            if number not in found:
                found[number] = _Judged((source, asked, version, order), {})
            certain = holds is True and said.state is not State.UNDETERMINED
            found[number].holding.setdefault((said.vulnerability, certain), []).append(stored)
    return found


def _speaks(spoken: AbstractSet[tuple[str, str, str]], said: Statement) -> bool:
    """Say whether the release itself has a word on what a statement of one of its streams is about."""
    return _place(said) in spoken


def _place(said: Statement) -> tuple[str, str, str]:
    return said.product, said.package, said.vulnerability


def _page(database: Database, images: int, limit: int, after: Cursor | None) -> list[Row]:
    """Give name, subject and set of the images of a page, and one more where there is another page."""
    start = after or Cursor("", "")
    return database.ask(_OF_THE_HIT if images <= _FEW else _IN_ORDER, (*start, limit + 1))


def _packages(
    database: Database, judge: Judging, found: Mapping[int, _Judged], sets: Iterable[int]
) -> dict[int, tuple[HitPackage, ...]]:
    """Give what is hit in each of these sets, in order."""
    hits: dict[int, tuple[HitPackage, ...]] = {}
    for number in sets:
        packages = [found[package] for (package,) in database.ask(_HIT_OF_SET, (number,))]
        hits[number] = tuple(sorted((hit for package in packages for hit in package.hits(judge)), key=_order))
    return hits


def _image(database: Database, row: Row, packages: Mapping[int, tuple[HitPackage, ...]]) -> HitImage:
    name, subject, number = row
    platform, seen_at = database.ask(_IMAGE, (subject,))[0]
    return HitImage(subject=subject, name=name, platform=platform, seen_at=seen_at, packages=packages[number])


def _order(hit: HitPackage) -> tuple[str, str, str, str]:
    return hit.source, hit.name, hit.version, hit.vulnerability
