"""One question to a fleet: the statements on a vulnerability, joined with all packages, sets and images."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby

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
    " SELECT DISTINCT m.set_id, j.certain FROM judged AS j CROSS JOIN member AS m"
    " WHERE m.package_id = j.package_id AND j.certain = $1 ON CONFLICT (set_id) DO NOTHING"
)
_COUNT = "SELECT h.certain, count(*) FROM hit AS h JOIN image AS i ON i.set_id = h.set_id GROUP BY h.certain"
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


def answer(
    database: Database, judge: Judging, statements: Sequence[StoredStatement], limit: int, after: Cursor | None
) -> Hits:
    """Say whom these statements hit."""
    for table in _FORGET:
        database.ask(table)
    database.tell(_ASKING, _asking(statements))
    found = _judged(judge, statements, database.ask(_MAY_BE_HIT))
    database.tell(_JUDGED, ((number, int(any(one.certain for one in hits))) for number, hits in found.items()))
    for certain in (1, 0):
        database.ask(_HIT, (certain,))
    count = dict(database.ask(_COUNT))
    page = _page(database, sum(count.values()), limit, after)
    return Hits(
        images=count.get(1, 0),
        undetermined=count.get(0, 0),
        page=tuple(_images(database, page[:limit], found)),
        after=Cursor(*page[limit - 1][:2]) if len(page) > limit else None,
    )


def _asking(statements: Sequence[StoredStatement]) -> Iterator[Row]:
    for number, stored in enumerate(statements):
        lo, hi = _bounds(stored.statement)
        yield number, stored.statement.product, stored.statement.package, lo, hi


def _bounds(said: Statement) -> tuple[bytes, bytes]:
    """Give the keys of an interval; every version is inside where a bound has none, for then texts are compared."""
    key = scheme(said.scheme).key
    try:
        lo = key(said.lo) if said.lo else FROM_THE_START
        hi = NOT_FIXED if said.hi is None else key(said.hi) + (AFTER if said.hi_inclusive else b"")
    except VersionRefusedError:
        return FROM_THE_START, NOT_FIXED
    return lo, hi


def _release_speaks(statements: Sequence[StoredStatement], said: Statement) -> bool:
    """Say whether the release itself has a word on what a statement of one of its streams is about."""
    place = (said.product, said.package, said.vulnerability, "")
    return any(
        (one.product, one.package, one.vulnerability, one.stream) == place
        for one in (stored.statement for stored in statements)
    )


def _judged(
    judge: Judging, statements: Sequence[StoredStatement], rows: Iterable[Row]
) -> dict[int, tuple[HitPackage, ...]]:
    """Let the judge decide on what may be hit, package by package."""
    found = {}
    for _, together in groupby(rows, key=lambda row: row[0]):
        package = list(together)
        number, _, source, asked, version, stream, order = package[0]
        holding: dict[tuple[str, bool], list[StoredStatement]] = {}
        for row in package:
            stored = statements[row[1]]
            holds = judge.holds(stored, order, version, stream, partial(_release_speaks, statements, stored.statement))
            if holds is not False:
                certain = holds is True and stored.statement.state is not State.UNDETERMINED
                holding.setdefault((stored.statement.vulnerability, certain), []).append(stored)
        hits = [
            HitPackage(
                source=source,
                name=asked,
                version=version,
                vulnerability=vulnerability,
                fixed_in=judge.fixed_in(those, order),
                certain=certain,
            )
            for (vulnerability, certain), those in sorted(holding.items())
            if certain or (vulnerability, True) not in holding
        ]
        if hits:
            found[number] = tuple(hits)
    return found


def _page(database: Database, images: int, limit: int, after: Cursor | None) -> list[Row]:
    """Give name, subject and set of the images of a page, and one more where there is another page."""
    start = after or Cursor("", "")
    return database.ask(_OF_THE_HIT if images <= _FEW else _IN_ORDER, (*start, limit + 1))


def _images(database: Database, page: Iterable[Row], found: dict[int, tuple[HitPackage, ...]]) -> Iterator[HitImage]:
    of_set: dict[int, tuple[HitPackage, ...]] = {}
    for name, subject, number in page:
        if number not in of_set:
            packages = (hit for (package,) in database.ask(_HIT_OF_SET, (number,)) for hit in found[package])
            of_set[number] = tuple(sorted(packages, key=_order))
        platform, seen_at = database.ask(_IMAGE, (subject,))[0]
        yield HitImage(subject=subject, name=name, platform=platform, seen_at=seen_at, packages=of_set[number])


def _order(hit: HitPackage) -> tuple[str, str, str, str]:
    return hit.source, hit.name, hit.version, hit.vulnerability
