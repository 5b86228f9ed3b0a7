"""A fleet: what is kept, what replaces what, and whom an advisory hits."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.knowledge.making import ALL_OF_DEBIAN_12, ZLIB, built, feed, saying

from plimsoll.findings.judging import Judge
from plimsoll.fleet import question
from plimsoll.fleet.database import FleetError
from plimsoll.fleet.dialect import POSTGRESQL, SQLITE
from plimsoll.fleet.hits import Cursor, Hits
from plimsoll.fleet.store import Fleet
from plimsoll.fleet.writing import Sighting
from plimsoll.knowledge.store import Store
from plimsoll.model.package import Package
from plimsoll.model.statement import State
from plimsoll.model.subject import Subject

CVE = ZLIB.vulnerability
NOON = "2025-03-01T12:00:00Z"


def zlib(version: str, *, source: str = "zlib", product: str = "debian:12", owner: str = "") -> Package:
    return Package(
        ecosystem="dpkg",
        name="zlib1g",
        version=version,
        purl=f"pkg:deb/debian/zlib1g@{version}",
        key="deb/debian/zlib",
        source=source,
        source_version=version,
        product=product,
        owner=owner,
    )


def image(name: str) -> Subject:
    return Subject(id=f"sha256:{name}", kind="image", name=name, platform="linux/amd64")


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with Fleet.open(tmp_path / "fleet.db", Judge()) as fleet:
        yield fleet


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[Store]:
    with built(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, replace(ZLIB, advisory="DSA-1"))) as store:
        yield store


def names(hits: Hits) -> list[str]:
    return [one.name for one in hits.page]


def counts(fleet: Fleet) -> tuple[int, ...]:
    """Count images, package sets, their members and packages."""
    tables = ("image", "package_set", "member", "package")
    query = " UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in tables)  # noqa: S608 - our tables
    return tuple(row[0] for row in fleet._database.ask(query))


def test_an_image_is_hit_below_the_fixed_version(fleet: Fleet, knowledge: Store) -> None:
    fleet.put(image("old"), [zlib("1:1.2.13")], seen_at=NOON)
    fleet.put(image("fixed"), [zlib("1:1.3")], seen_at=NOON)
    hits = fleet.hit_by(CVE, knowledge)
    assert (hits.images, hits.undetermined, hits.after) == (1, 0, None)
    (hit,) = hits.page
    assert (hit.subject, hit.name, hit.platform, hit.seen_at) == ("sha256:old", "old", "linux/amd64", NOON)
    (package,) = hit.packages
    assert (package.source, package.name, package.version) == ("deb/debian/zlib", "zlib", "1:1.2.13")
    assert (package.vulnerability, package.fixed_in, package.certain) == (CVE, "1:1.3", True)


def test_an_advisory_hits_whom_its_vulnerabilities_hit(fleet: Fleet, knowledge: Store) -> None:
    fleet.put(image("old"), [zlib("1:1.2.13")], seen_at=NOON)
    assert fleet.hit_by("DSA-1", knowledge) == fleet.hit_by(CVE, knowledge)
    assert names(fleet.hit_by("DSA-2", knowledge)) == []


def test_a_newer_sighting_replaces_an_older_one_and_never_the_reverse(fleet: Fleet, knowledge: Store) -> None:
    fleet.put(image("a"), [zlib("1:1.2.13")], seen_at=NOON)
    fleet.put(image("a"), [zlib("1:1.3")], seen_at="2025-03-02T00:00:00Z")
    assert names(fleet.hit_by(CVE, knowledge)) == []
    fleet.put(image("a"), [zlib("1:1.2.13")], seen_at="2025-02-01T00:00:00Z")
    assert names(fleet.hit_by(CVE, knowledge)) == []
    assert counts(fleet) == (1, 1, 1, 2)


def test_images_share_sets_whatever_the_order_of_packages(fleet: Fleet) -> None:
    packages = [zlib("1:1.3"), zlib("1:1.2", source="other")]
    fleet.put(image("a"), packages, seen_at=NOON)
    fleet.put(image("b"), [*packages[::-1], packages[0]], seen_at=NOON)
    assert counts(fleet) == (2, 1, 2, 2)


def test_owned_packages_and_those_without_a_product_are_left_out(fleet: Fleet, knowledge: Store) -> None:
    fleet.put(image("a"), [zlib("1:1.2", owner="pkg:deb/debian/x@1"), zlib("1:1.2", product="")], seen_at=NOON)
    assert counts(fleet) == (1, 1, 0, 0)
    assert names(fleet.hit_by(CVE, knowledge)) == []


def test_a_version_without_an_order_is_hit_perhaps(fleet: Fleet, knowledge: Store) -> None:
    fleet.put(image("odd"), [zlib("no version")], seen_at=NOON)
    hits = fleet.hit_by(CVE, knowledge)
    assert (hits.images, hits.undetermined, names(hits)) == (0, 1, ["odd"])
    assert [package.certain for package in hits.page[0].packages] == [False]


def test_what_the_vendor_has_not_determined_is_no_certain_hit(fleet: Fleet, tmp_path: Path) -> None:
    said = replace(ZLIB, state=State.UNDETERMINED, hi=None)
    fleet.put(image("a"), [zlib("1:1.3")], seen_at=NOON)
    hits = fleet.hit_by(CVE, built(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, said)))
    assert (hits.images, hits.undetermined) == (0, 1)


@pytest.mark.parametrize("few", [0, 1_000], ids=["in order", "of the hit"])
def test_pages_are_in_order_of_names_and_complete(
    fleet: Fleet, knowledge: Store, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(question, "_FEW", few)
    wanted = [f"app-{number:02}" for number in range(7)]
    versions = ["1:1.2.11", "1:1.2.12"]
    fleet.put_all(
        Sighting(subject=image(name), packages=[zlib(versions[number % 2])], seen_at=NOON)
        for number, name in enumerate(reversed(wanted))
    )
    fleet.put(image("app-00-fixed"), [zlib("1:1.3")], seen_at=NOON)
    found: list[str] = []
    after: Cursor | None = None
    for _ in range(3):
        hits = fleet.hit_by(CVE, knowledge, limit=3, after=after)
        assert hits.images == 7
        found, after = [*found, *names(hits)], hits.after
    assert (found, after) == (wanted, None)


def test_all_of_a_load_is_stored_or_nothing(fleet: Fleet) -> None:
    def sightings() -> Sequence[Sighting]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fleet.put_all(
            one
            for part in (lambda: [Sighting(subject=image("a"), packages=[zlib("1")], seen_at=NOON)], sightings)
            for one in part()
        )
    assert counts(fleet) == (0, 0, 0, 0)


def test_keys_of_another_revision_are_made_anew(fleet: Fleet, knowledge: Store, tmp_path: Path) -> None:
    fleet.put(image("old"), [zlib("1:1.2.13")], seen_at=NOON)
    fleet._database.ask("UPDATE package SET revision = 0, version_key = $1", (b"\xfe",))
    assert names(fleet.hit_by(CVE, knowledge)) == []
    fleet.close()
    with Fleet.open(tmp_path / "fleet.db", Judge()) as again:
        assert names(again.hit_by(CVE, knowledge)) == ["old"]


def test_names_that_no_database_keeps_are_stored_all_the_same(fleet: Fleet) -> None:
    fleet.put(image("a"), [zlib("1.0\0\udcff", source="a\0b")], seen_at=NOON)
    assert fleet._database.ask("SELECT asked, version FROM package") == [("a\ufffdb", "1.0\ufffd?")]


def test_another_database_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "other.db"
    with sqlite3.connect(place) as other:
        other.execute("CREATE TABLE shopping (what TEXT)")
    other.close()
    with pytest.raises(FleetError, match="cannot be used"):
        Fleet.open(place, Judge())
    (tmp_path / "noise").write_bytes(b"no database at all" * 100)
    with pytest.raises(FleetError, match="cannot be used"):
        Fleet.open(tmp_path / "noise", Judge())


@pytest.mark.parametrize("script", ["schema.sql", "question.sql"])
def test_the_dialects_differ_in_nothing_but_their_words(script: str) -> None:
    ours, theirs = SQLITE.script(script), POSTGRESQL.script(script)
    assert SQLITE.words.keys() == POSTGRESQL.words.keys()
    assert len(ours) == len(theirs) > 0
    assert not any("{" in statement for statement in (*ours, *theirs))
