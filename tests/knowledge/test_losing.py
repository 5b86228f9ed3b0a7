"""An empty, cut or foreign file is no update: what was known stays, and it is said."""

import gzip
import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from tests.knowledge.making import ALL_OF_DEBIAN_12, ZLIB, build, by_file, feed, folder, found, saying

from plimsoll.errors import KnowledgeError, UsageError
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import UpdateSummary, update
from plimsoll.model.statement import Exploited, Feed, Knowledge, Probability, Rating, SpeaksFor, Statement, Unusable


def cves(number: int) -> list[str]:
    return [f"CVE-2020-{1000 + n}" for n in range(number)]


def rows(number: int, product: str = "debian:12") -> list[Statement]:
    return [replace(ZLIB, product=product, vulnerability=name, advisory=name) for name in cves(number)]


def again(place: Path, *feeds: Feed, accept: Collection[str] = ()) -> UpdateSummary:
    known = {feed.name: feed for feed in feeds}
    return update(place / "feeds", place / "store.db", as_of="2025-04-01", feeds=known, accept_shrunk=accept)


def statuses(summary: UpdateSummary) -> dict[str, str]:
    return {outcome.name: outcome.status for outcome in summary.feeds}


@pytest.mark.parametrize("kind", ["advisories", "exploited", "probability"])
@pytest.mark.parametrize(("left", "status"), [(0, "failed"), (1, "failed"), (19, "failed"), (20, "updated")])
def test_less_than_half_of_what_there_was_is_no_update(tmp_path: Path, kind: str, left: int, status: str) -> None:
    made: dict[str, list[Knowledge]] = {
        "advisories": [*rows(40)],
        "exploited": [Exploited(vulnerability=name, since="2021-01-01") for name in cves(40)],
        "probability": [Probability(vulnerability=name, score=0.5) for name in cves(40)],
    }
    items = made[kind]
    build(tmp_path, saying(feed(kind=kind), *items))
    summary = again(tmp_path, saying(feed(kind=kind), *items[:left]))
    assert statuses(summary) == {"vendor": status}
    table = {"advisories": "statement", "exploited": "exploited", "probability": "probability"}[kind]
    store = Store.open(tmp_path / "store.db")
    kept = 40 if status == "failed" or kind == "advisories" else left  # closed rows of advisories stay as history
    assert store.rows(f"SELECT count(*) FROM {table}") == [(kept,)]  # noqa: S608 - one of our tables
    if status == "failed":
        was = next(state.date for state in store.feeds("2025-04-01"))
        assert summary.failed[0].date == was
        told = (
            f"on debian:12 it shrank from 40 to {left} rows" if kind == "advisories" else f"from 40 to {left} records"
        )
        assert (told if left else "no record") in summary.failed[0].reason


@pytest.mark.parametrize("accept", [["vendor"], ["all"], ["all", "vendor"]])
def test_a_user_may_take_a_feed_that_shrank(tmp_path: Path, accept: list[str]) -> None:
    build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, *rows(40)))
    summary = again(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, *rows(1)), accept=accept)
    assert statuses(summary) == {"vendor": "updated"}
    assert found(Store.open(summary.store), "debian:12", "zlib", "1:1.2") == set(cves(1))


def test_only_the_feed_that_is_named_may_shrink(tmp_path: Path) -> None:
    build(tmp_path, saying(feed(), *rows(40)), saying(feed("other"), *rows(40)))
    feeds = (saying(feed(), *rows(1)), saying(feed("other"), *rows(1)))
    assert statuses(again(tmp_path, *feeds, accept=["other"])) == {"vendor": "failed", "other": "updated"}
    with pytest.raises(UsageError, match="there is no feed 'nobody'"):
        again(tmp_path, *feeds, accept=["nobody"])


def test_nothing_at_all_is_never_taken(tmp_path: Path) -> None:
    build(tmp_path, saying(feed(), *rows(3)))
    assert statuses(again(tmp_path, saying(feed()), accept=["all"])) == {"vendor": "failed"}
    with pytest.raises(KnowledgeError, match="no feed could be read: vendor: holds no record that could be used"):
        build(tmp_path / "new", saying(feed(), ALL_OF_DEBIAN_12))


def test_more_unusable_than_usable_records_are_no_feed(tmp_path: Path) -> None:
    def bad(number: int) -> list[Unusable]:
        return [Unusable(record=f"r{n}", reason="odd", known=(ZLIB,)) for n in range(number)]

    assert statuses(build(tmp_path, saying(feed(), *rows(3), *bad(3)))) == {"vendor": "updated"}
    failed = again(tmp_path, saying(feed(), *rows(3), *bad(4)), accept=["all"])
    assert [outcome.reason for outcome in failed.failed] == ["4 of its 7 records could not be used; the first: r0: odd"]
    assert statuses(again(tmp_path, saying(feed(), *bad(4)))) == {"vendor": "failed"}


def test_what_a_record_says_cannot_begin_a_line_of_a_message(tmp_path: Path) -> None:
    bad = Unusable(record="r0\nvendor: updated", reason="odd\r\n" + "x" * 1000)
    with pytest.raises(KnowledgeError) as error:
        build(tmp_path, saying(feed(), bad))
    assert "the first: r0 vendor: updated: odd xxx" in error.value.message
    assert "\n" not in error.value.message
    assert len(error.value.message) < 700


def test_few_records_may_become_fewer(tmp_path: Path) -> None:
    build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, *rows(19)))
    assert statuses(again(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, *rows(1)))) == {"vendor": "updated"}


def branch(product: str, number: int) -> tuple[Knowledge, ...]:
    return (SpeaksFor(product=product), *rows(number, product))


@pytest.mark.parametrize(
    ("left", "reason"),
    [
        (0, "it says nothing of debian:11 any more, after 30 rows"),
        (14, "on debian:11 it shrank from 30 to 14 rows"),
    ],
)
def test_a_release_that_is_emptied_fails_its_feed(tmp_path: Path, left: int, reason: str) -> None:
    build(tmp_path, saying(feed(), *branch("debian:11", 30), *branch("debian:12", 100)))
    emptied = saying(feed(), *branch("debian:11", left), *branch("debian:12", 100))
    (failed,) = again(tmp_path, emptied).failed
    assert failed.reason == f"{reason}; if that is right, say --accept-shrunk vendor"
    with Store.open(tmp_path / "store.db") as store:
        assert found(store, "debian:11", "zlib", "1:1.2") == set(cves(30))
    assert statuses(again(tmp_path, emptied, accept=["vendor"])) == {"vendor": "updated"}
    with Store.open(tmp_path / "store.db") as store:
        assert found(store, "debian:11", "zlib", "1:1.2") == set(cves(left))


def test_a_release_of_which_a_whole_file_says_nothing_is_not_spoken_for(tmp_path: Path) -> None:
    vendor = by_file(feed(), {"vendor/a.txt": branch("debian:11", 0), "vendor/b.txt": branch("debian:12", 1)})
    place = folder(tmp_path / "feeds", "vendor/a.txt", "vendor/b.txt")
    store = Store.open(update(place, tmp_path / "store.db", as_of="2025-03-01", feeds={"vendor": vendor}).store)
    assert not store.speaks_for("debian:11")
    assert store.speaks_for("debian:12")


def test_one_file_of_a_release_may_be_empty(tmp_path: Path) -> None:
    """Alpine's 3.3 has a community repository without a single fix."""
    main = SpeaksFor(product="debian:11", beside=("vendor/b.txt",))
    community = SpeaksFor(product="debian:11", beside=("vendor/a.txt",))
    vendor = by_file(feed(), {"vendor/a.txt": (main, *rows(1, "debian:11")), "vendor/b.txt": (community,)})
    place = folder(tmp_path / "feeds", "vendor/a.txt", "vendor/b.txt")
    store = Store.open(update(place, tmp_path / "store.db", as_of="2025-03-01", feeds={"vendor": vendor}).store)
    assert set(store.speakers("debian:11", ["unheard"])) == {"unheard"}


def test_a_part_is_no_loss(tmp_path: Path) -> None:
    build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, *rows(40)))
    (tmp_path / "feeds/partial.toml").write_text('[vendor]\nspeaks_for = "names in the file"\n')
    part = saying(feed(), ALL_OF_DEBIAN_12, replace(ZLIB, package="bash"))
    assert statuses(again(tmp_path, part)) == {"vendor": "updated"}
    with Store.open(tmp_path / "store.db") as store:
        assert found(store, "debian:12", "zlib", "1:1.2") == set(cves(40))


def test_fewer_releases_are_no_loss(tmp_path: Path) -> None:
    """A folder with one of Alpine's branches renews that branch; the others keep what they had."""
    branches = {"vendor/a.txt": branch("debian:11", 30), "vendor/b.txt": branch("debian:12", 100)}
    vendor = {"vendor": by_file(feed(), branches)}
    update(folder(tmp_path / "all", *branches), tmp_path / "store.db", as_of="2025-03-01", feeds=vendor)
    place = folder(tmp_path / "one", "vendor/a.txt")
    assert statuses(update(place, tmp_path / "store.db", as_of="2025-04-01", feeds=vendor)) == {"vendor": "updated"}
    with Store.open(tmp_path / "store.db") as store:
        assert found(store, "debian:12", "zlib", "1:1.2") == set(cves(100))
        assert store.speakers("debian:12", ["unheard"])


def test_lost_ratings_are_a_loss(tmp_path: Path) -> None:
    ratings = [Rating(vulnerability=name, version=3, score=5.0, vector="V") for name in cves(40)]
    build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB, *ratings))
    (failed,) = again(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB, *ratings[:3])).failed
    assert failed.reason.startswith("it shrank from 40 to 3 ratings")


def test_against_another_store_it_is_noted(tmp_path: Path) -> None:
    """A first update takes what its user chose; that the embedded snapshot knew more is told."""
    first = build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, *rows(40))).store
    feeds = {"vendor": saying(feed(), ALL_OF_DEBIAN_12, *rows(1))}
    target = tmp_path / "new" / "store.db"
    summary = update(tmp_path / "feeds", target, as_of="2025-04-01", former=first, feeds=feeds)
    assert statuses(summary) == {"vendor": "updated"}
    assert "vendor: on debian:12 it shrank from 40 to 1 rows, against the embedded snapshot" in summary.notes


def files(place: Path, **contents: bytes) -> Path:
    names = {
        "kev": "kev/known_exploited_vulnerabilities.json",
        "epss": "epss/epss_scores-2024-11-01.csv.gz",
        "main": "alpine/v3.18/main.json",
        "community": "alpine/v3.18/community.json",
        "tracker": "debian/tracker.json",
    }
    for name, data in contents.items():
        file = place / names[name]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return place


def scores(number: int) -> bytes:
    return gzip.compress(("cve,epss\n" + "".join(f"{name},0.5\n" for name in cves(number))).encode())


def fixes(number: int) -> bytes:
    package = {"pkg": {"name": "openssl", "secfixes": {"3-r0": cves(number)}}}
    return json.dumps({"packages": [package] if number else []}).encode()


def decisions(number: int) -> bytes:
    decision = {"releases": {"bookworm": {"status": "open", "urgency": "low"}}}
    return json.dumps({"zlib": dict.fromkeys(cves(number), decision)}).encode()


def catalogue(number: int, *more: object) -> bytes:
    entries = [{"cveID": name, "dateAdded": "2021-02-03"} for name in cves(number)]
    return json.dumps({"vulnerabilities": [*entries, *more]}).encode()


@pytest.mark.parametrize(
    "emptied",
    [
        {"kev": catalogue(0)},
        {"kev": catalogue(0, {"x": 1})},
        {"kev": catalogue(1)},
        {"epss": gzip.compress(b"cve,epss,percentile\n")},
        {"epss": gzip.compress(b"cve,epss,percentile\nCVE-2020-0001,0.1,0.2\nCVE-2020-00")},
        {"main": fixes(0), "community": b'{"packages": null}'},
        {"tracker": b"{}"},
        {"tracker": decisions(1)},
    ],
)
def test_the_real_formats_emptied_change_nothing(tmp_path: Path, emptied: dict[str, bytes]) -> None:
    full = {"kev": catalogue(30), "epss": scores(30), "main": fixes(30), "community": fixes(30)}
    store = tmp_path / "store.db"
    place = files(tmp_path / "full", tracker=decisions(30), **full)
    assert not update(place, store, as_of="2025-03-01").failed
    with Store.open(store) as before:
        said = _everything(before)
    summary = update(files(tmp_path / "emptied", **emptied), store, as_of="2025-03-02")
    assert len(summary.failed) == 1
    with Store.open(store) as after:
        assert _everything(after) == said


def _everything(store: Store) -> list[object]:
    counts = "SELECT (SELECT count(*) FROM exploited), (SELECT count(*) FROM probability)"
    return [
        store.rows(counts),
        store.rows("SELECT name, date, records FROM feed ORDER BY name"),
        sorted(found(store, "alpine:3.18", "openssl", "2-r0", "apk")),
        sorted(found(store, "debian:12", "zlib", "1")),
        store.speakers("alpine:3.18", ["openssl"]),
    ]
