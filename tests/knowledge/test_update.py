import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.knowledge.making import (
    ALL_OF_DEBIAN_12,
    FEEDS,
    ZLIB,
    build,
    built,
    by_file,
    failing,
    feed,
    folder,
    found,
    saying,
)

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.run import FEEDS as FEEDS_PACKAGE
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import update
from plimsoll.model.knowledge import Speaker
from plimsoll.model.limits import Limits
from plimsoll.model.statement import (
    AsOf,
    Exploited,
    Feed,
    Probability,
    Rating,
    SpeaksFor,
    State,
    Statement,
    Unusable,
)
from plimsoll.plugins import discover

OTHER = replace(ZLIB, vulnerability="CVE-2022-37434", advisory="CVE-2022-37434", hi="1:1.2.13")


def history(store: Store) -> list[tuple[str, int, int]]:
    """Give (text of hi, since, until) of every row, the closed ones too."""
    return store.rows("SELECT hi_text, since, until FROM statement ORDER BY until, hi_text")


# Since and until


def test_a_row_without_a_date_is_as_old_as_the_build_that_first_saw_it(tmp_path: Path) -> None:
    build(tmp_path, saying(feed(), ZLIB), as_of="2025-03-01")
    store = built(tmp_path, saying(feed(), ZLIB, OTHER), as_of="2025-04-01")
    assert history(store) == [("1:1.2.13", 20250401, 0), ("1:1.3", 20250301, 0)]


def test_a_row_with_a_date_keeps_it(tmp_path: Path) -> None:
    dated = replace(ZLIB, since="2023-10-14")
    build(tmp_path, saying(feed(), dated), as_of="2025-03-01")
    assert history(built(tmp_path, saying(feed(), dated), as_of="2025-04-01")) == [("1:1.3", 20231014, 0)]


def test_a_vanished_row_is_closed_and_kept(tmp_path: Path) -> None:
    build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB, OTHER), as_of="2025-03-01")
    build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB), as_of="2025-04-01")
    store = built(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB), as_of="2025-05-01")
    assert history(store) == [("1:1.3", 20250301, 0), ("1:1.2.13", 20250301, 20250401)]
    assert found(store, "debian:12", "zlib", "1:1.2") == {ZLIB.vulnerability}
    assert store.weighed("debian:12", "zlib", OTHER.vulnerability) == ()


def test_a_row_that_comes_back_begins_anew(tmp_path: Path) -> None:
    both = saying(feed(), ALL_OF_DEBIAN_12, ZLIB, OTHER)
    build(tmp_path, both, as_of="2025-03-01")
    build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB), as_of="2025-04-01")
    store = built(tmp_path, both, as_of="2025-05-01")
    rows = [row for row in history(store) if row[0] == OTHER.hi]
    assert rows == [(OTHER.hi, 20250501, 0), (OTHER.hi, 20250301, 20250401)]


def test_a_changed_fix_closes_the_former_interval(tmp_path: Path) -> None:
    build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, replace(ZLIB, hi=None)), as_of="2025-03-01")
    store = built(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB), as_of="2025-04-01")
    assert history(store) == [("1:1.3", 20250401, 0), (None, 20250301, 20250401)]
    assert found(store, "debian:12", "zlib", "1:1.4") == set()


def test_a_product_that_a_feed_no_longer_names_is_kept_with_its_date(tmp_path: Path) -> None:
    old = replace(ZLIB, product="debian:10")
    buster = SpeaksFor(product="debian:10")
    build(tmp_path, saying(feed(), AsOf(date="2024-01-01"), buster, old), as_of="2025-03-01")
    store = built(tmp_path, saying(feed(), AsOf(date="2025-04-01"), ALL_OF_DEBIAN_12, ZLIB), as_of="2025-04-01")
    assert found(store, "debian:10", "zlib", "1:1.2") == {ZLIB.vulnerability}
    assert store.speakers("debian:10", ["zlib"]) == {"zlib": (Speaker(feed="vendor", date="2024-01-01"),)}
    assert store.speakers("debian:12", ["zlib"]) == {"zlib": (Speaker(feed="vendor", date="2025-04-01"),)}


def test_a_package_that_a_partial_file_leaves_out_has_not_vanished(tmp_path: Path) -> None:
    bash = replace(ZLIB, package="bash")
    build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB, bash), as_of="2025-03-01")
    part = saying(feed(), SpeaksFor(product="debian:12", packages=frozenset({"zlib"})), replace(ZLIB, hi="1:1"))
    store = built(tmp_path, part, as_of="2025-04-01")
    assert found(store, "debian:12", "bash", "1:1.2") == {ZLIB.vulnerability}
    assert found(store, "debian:12", "zlib", "1:1.2") == set()


def test_saying_the_same_twice_is_one_row(tmp_path: Path) -> None:
    assert len(history(built(tmp_path, saying(feed(), ZLIB, ZLIB)))) == 1


# Authority


def deciding(store: Store, vulnerability: str = ZLIB.vulnerability) -> dict[str, bool]:
    return {stored.feed: stored.decides for stored in store.weighed("debian:12", "zlib", vulnerability)}


def test_the_highest_authority_decides(tmp_path: Path) -> None:
    vendor = saying(feed("vendor", authority=100), replace(ZLIB, state=State.NOT_AFFECTED, hi=None))
    store = built(tmp_path, vendor, saying(feed("upstream", authority=50), ZLIB))
    assert deciding(store) == {"vendor": True, "upstream": False}
    assert [stored.feed for stored in store.weighed("debian:12", "zlib", ZLIB.vulnerability)] == ["vendor", "upstream"]
    assert found(store, "debian:12", "zlib", "1:1.2") == set()


def test_a_lesser_feed_decides_what_the_better_one_does_not_name(tmp_path: Path) -> None:
    vendor = saying(feed("vendor", authority=100), ZLIB)
    store = built(tmp_path, vendor, saying(feed("upstream", authority=50), OTHER))
    assert deciding(store, OTHER.vulnerability) == {"upstream": True}


def test_evidence_decides_only_where_nobody_else_speaks(tmp_path: Path) -> None:
    erratum = replace(ZLIB, advisory="DSA-1-1", evidence=True, hi="1:9")
    lone = replace(OTHER, advisory="DSA-2-1", evidence=True)
    store = built(
        tmp_path, saying(feed("errata", authority=100), erratum, lone), saying(feed("low", authority=1), ZLIB)
    )
    assert deciding(store) == {"low": True, "errata": False}
    assert deciding(store, OTHER.vulnerability) == {"errata": True}
    assert found(store, "debian:12", "zlib", "1:1.4") == set()


def test_every_interval_of_the_deciding_feed_decides(tmp_path: Path) -> None:
    store = built(tmp_path, saying(feed(), replace(ZLIB, hi="1:1"), replace(ZLIB, lo="1:2", hi="1:3")))
    versions = ("1:0.9", "1:1", "1:2", "1:2.9", "1:3")
    assert [bool(found(store, "debian:12", "zlib", version)) for version in versions] == [
        True,
        False,
        True,
        True,
        False,
    ]


# Coverage


def test_a_whole_file_speaks_for_every_package(tmp_path: Path) -> None:
    store = built(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB, AsOf(date="2025-02-12")))
    assert store.speakers("debian:12", ["zlib", "nobody-knows"]) == {
        "zlib": (Speaker(feed="vendor", date="2025-02-12"),),
        "nobody-knows": (Speaker(feed="vendor", date="2025-02-12"),),
    }
    assert store.speaks_for("debian:12")
    assert not store.speaks_for("debian:13")
    assert store.speakers("debian:13", ["zlib"]) == {}


PARTIAL = 'speaks_for = "names in the file"'


@pytest.mark.parametrize("key", ["vendor/all.txt", "vendor/all.txt.xz", "vendor"])
def test_a_partial_file_speaks_for_the_packages_it_names(tmp_path: Path, key: str) -> None:
    folder(tmp_path / "feeds").mkdir(exist_ok=True)
    (tmp_path / "feeds/partial.toml").write_text(f'["{key}"]\n{PARTIAL}\n')
    store = built(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB))
    assert set(store.speakers("debian:12", ["zlib", "bash"])) == {"zlib"}
    assert store.speaks_for("debian:12")


def test_a_partial_file_may_know_better_what_it_names_in_full(tmp_path: Path) -> None:
    folder(tmp_path / "feeds").mkdir(exist_ok=True)
    (tmp_path / "feeds/partial.toml").write_text(f'["vendor"]\n{PARTIAL}\n')
    named = SpeaksFor(product="debian:12", named=frozenset({"bash"}))
    store = built(tmp_path, saying(feed(), named, ZLIB))
    assert set(store.speakers("debian:12", ["zlib", "bash"])) == {"bash"}


def test_a_list_says_what_a_file_speaks_for(tmp_path: Path) -> None:
    folder(tmp_path / "feeds").mkdir(exist_ok=True)
    (tmp_path / "feeds/partial.toml").write_text('["vendor"]\nspeaks_for = ["bash"]\n')
    store = built(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB))
    assert set(store.speakers("debian:12", ["zlib", "bash"])) == {"bash"}


def test_files_that_speak_for_nothing_are_no_part_of_a_store(tmp_path: Path) -> None:
    folder(tmp_path / "feeds").mkdir(exist_ok=True)
    (tmp_path / "feeds/partial.toml").write_text('["vendor"]\nspeaks_for = "nothing"\n')
    summary = build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB), saying(feed("other"), OTHER))
    assert {outcome.name: outcome.status for outcome in summary.feeds} == {"vendor": "absent", "other": "updated"}
    assert summary.skipped == ("vendor/",)
    assert not Store.open(summary.store).speaks_for("debian:12")


def two_files(tmp_path: Path, *paths: str) -> Store:
    main = SpeaksFor(product="alpine:3.20", beside=("vendor/community.txt",))
    community = SpeaksFor(product="alpine:3.20", beside=("vendor/main.txt",))
    row = replace(ZLIB, product="alpine:3.20", scheme="apk", hi="1.3-r0")
    vendor = by_file(
        feed(),
        {
            "vendor/main.txt": (main, row, AsOf(date="2025-02-01")),
            "vendor/community.txt": (community, replace(row, package="go"), AsOf(date="2025-01-01")),
        },
    )
    place = folder(tmp_path / "feeds", *paths)
    return Store.open(update(place, tmp_path / "store.db", as_of="2025-03-01", feeds={"vendor": vendor}).store)


def test_files_that_belong_together_are_whole_together(tmp_path: Path) -> None:
    store = two_files(tmp_path, "vendor/main.txt", "vendor/community.txt")
    assert store.speakers("alpine:3.20", ["unheard"]) == {"unheard": (Speaker(feed="vendor", date="2025-01-01"),)}
    assert [state.date for state in store.feeds("2025-03-01")] == ["2025-02-01"]


def test_one_of_them_alone_speaks_for_what_it_names(tmp_path: Path) -> None:
    store = two_files(tmp_path, "vendor/main.txt")
    assert set(store.speakers("alpine:3.20", ["zlib", "go", "unheard"])) == {"zlib"}


def test_ages_count_from_the_feeds_date(tmp_path: Path) -> None:
    store = built(tmp_path, saying(feed(), ZLIB, AsOf(date="2025-02-12")))
    (state,) = store.feeds("2025-03-31")
    assert (state.date, state.age_days, state.licence, state.records) == ("2025-02-12", 47, "CC0-1.0", 1)


# Failure


def threats() -> tuple[Feed, Feed]:
    scores = saying(feed("scores", kind="probability"), Probability(vulnerability="CVE-2023-45853", score=0.5))
    exploited = saying(
        feed("exploited", kind="exploited"),
        Exploited(vulnerability="CVE-2023-45853", since="2024-01-02"),
        Rating(vulnerability="CVE-2023-45853", version=3, score=9.8, vector="V"),
    )
    return scores, exploited


def test_a_feed_that_fails_keeps_its_former_rows_and_date(tmp_path: Path) -> None:
    scores, exploited = threats()
    vendor = saying(feed(), ALL_OF_DEBIAN_12, ZLIB, AsOf(date="2025-02-12"))
    build(tmp_path, vendor, scores, exploited)
    before = Store.open(tmp_path / "store.db")
    broken = [failing(one, KnowledgeError("cut in the middle"), OTHER) for one in (vendor, scores, exploited)]
    fine = saying(feed("fine"), OTHER)
    summary = build(tmp_path, *broken, fine, as_of="2025-04-01")
    after = Store.open(tmp_path / "store.db")
    assert {outcome.name: outcome.status for outcome in summary.feeds} == {
        "vendor": "failed",
        "scores": "failed",
        "exploited": "failed",
        "fine": "updated",
    }
    assert [outcome.reason for outcome in summary.failed] == ["cut in the middle"] * 3
    assert next(outcome.date for outcome in summary.feeds if outcome.name == "vendor") == "2025-02-12"
    assert after.speakers("debian:12", ["zlib"]) == before.speakers("debian:12", ["zlib"])
    assert after.threats(["CVE-2023-45853"]) == before.threats(["CVE-2023-45853"])
    assert after.weighed("debian:12", "zlib", ZLIB.vulnerability) == before.weighed(
        "debian:12", "zlib", ZLIB.vulnerability
    )
    assert {stored.feed for stored in after.weighed("debian:12", "zlib", OTHER.vulnerability)} == {"fine"}


def test_a_feed_that_is_not_in_the_folder_keeps_what_it_had(tmp_path: Path) -> None:
    vendor = saying(feed(), ALL_OF_DEBIAN_12, ZLIB, AsOf(date="2025-02-12"))
    build(tmp_path, vendor)
    place = folder(tmp_path / "other", "fine/all.txt")
    feeds = {"vendor": vendor, "fine": saying(feed("fine"), OTHER)}
    summary = update(place, tmp_path / "store.db", as_of="2025-04-01", feeds=feeds)
    (kept,) = [outcome for outcome in summary.feeds if outcome.name == "vendor"]
    assert (kept.status, kept.date) == ("absent", "2025-02-12")
    assert found(Store.open(summary.store), "debian:12", "zlib", "1:1.2") == {ZLIB.vulnerability, OTHER.vulnerability}


def test_nothing_replaces_the_store_when_the_build_is_interrupted(tmp_path: Path) -> None:
    build(tmp_path, saying(feed(), ZLIB))
    before = (tmp_path / "store.db").read_bytes()
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, failing(feed(), KeyboardInterrupt(), OTHER))  # type: ignore[arg-type]
    assert (tmp_path / "store.db").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feeds", "store.db"]


def test_the_first_build_needs_one_feed_at_least(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no feed could be read: vendor: broken"):
        build(tmp_path, failing(feed(), KnowledgeError("broken")))
    assert not (tmp_path / "store.db").exists()


def test_a_former_store_that_cannot_be_read_is_replaced_and_said(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"SQLite format 3\0 and nothing else")
    summary = build(tmp_path, saying(feed(), ZLIB))
    assert [note for note in summary.notes if "history is lost" in note]
    assert found(Store.open(summary.store), "debian:12", "zlib", "1:1.2")


def test_another_store_can_be_carried_on(tmp_path: Path) -> None:
    first = build(tmp_path, saying(feed(), ZLIB), as_of="2025-03-01").store
    place = folder(tmp_path / "feeds", "vendor/all.txt")
    feeds = {"vendor": saying(feed(), ZLIB)}
    update(place, tmp_path / "new" / "store.db", as_of="2025-04-01", former=first, feeds=feeds)
    assert history(Store.open(tmp_path / "new" / "store.db")) == [("1:1.3", 20250301, 0)]


def test_a_flood_of_records_is_stopped(tmp_path: Path) -> None:
    place = folder(tmp_path / "feeds", "vendor/all.txt", "fine/all.txt")
    flood = saying(feed(), *[replace(ZLIB, hi=f"1:{number}") for number in range(1, 12)])
    feeds = {"vendor": flood, "fine": saying(feed("fine"), OTHER)}
    summary = update(place, tmp_path / "store.db", as_of="2025-03-01", limits=Limits(feed_records=10), feeds=feeds)
    assert [outcome.reason for outcome in summary.failed] == ["a feed is over the limit feed_records = 10"]
    assert found(Store.open(summary.store), "debian:12", "zlib", "1:0.1") == {OTHER.vulnerability}


def test_unusable_records_are_counted_with_examples(tmp_path: Path) -> None:
    bad = [Unusable(record=f"r{number}", reason="odd") for number in range(7)]
    unknown = replace(ZLIB, scheme="runes")
    good = [replace(ZLIB, hi=f"1:{number}") for number in range(8)]
    (outcome,) = build(tmp_path, saying(feed(), unknown, *good, *bad)).feeds
    assert (outcome.records, outcome.unusable) == (8, 8)
    rows = Store.open(tmp_path / "store.db").rows("SELECT unusable, json_array_length(examples) FROM feed")
    assert rows == [(8, 5)]


def test_progress_names_each_feed(tmp_path: Path) -> None:
    said: list[tuple[str, int, int]] = []
    place = folder(tmp_path / "feeds", "vendor/all.txt")
    feeds = {"vendor": saying(feed(), ZLIB), "other": feed("other")}
    update(
        place,
        tmp_path / "store.db",
        as_of="2025-03-01",
        feeds=feeds,
        progress=lambda title, done, of: said.append((title, done, of)),
    )
    assert said == [("Vendor", 0, 2), ("Other", 1, 2)]


def test_the_store_is_private(tmp_path: Path) -> None:
    place = folder(tmp_path / "feeds", "vendor/all.txt")
    store = tmp_path / "cache" / "knowledge" / "store.db"
    update(place, store, as_of="2025-03-01", feeds={"vendor": saying(feed(), ZLIB)})
    assert store.stat().st_mode & 0o777 == 0o600
    assert store.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    place = folder(tmp_path / "feeds", "vendor/all.txt")
    open_to_all = tmp_path / "cache"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    with pytest.raises(KnowledgeError, match="others may write"):
        update(place, open_to_all / "store.db", as_of="2025-03-01", feeds={"vendor": saying(feed(), ZLIB)})


# The real feeds together


def test_the_real_extracts_become_one_store(tmp_path: Path) -> None:
    place = tmp_path / "feeds"
    shutil.copytree(FEEDS, place)
    folder(place, "somebody/else.json", "debian/strange")
    summary = update(place, tmp_path / "store.db", as_of="2026-11-24", dates={"debian-tracker": "2025-02-12"})
    assert {outcome.name: outcome.status for outcome in summary.feeds} == dict.fromkeys(
        discover(FEEDS_PACKAGE, Feed), "updated"
    )
    assert summary.skipped == ("debian/strange", "somebody/")
    store = Store.open(summary.store)
    assert deciding(store) == {"debian-tracker": True, "debian-osv": False}
    assert found(store, "debian:12", "libtasn1-6", "4.19.0-2") == {"CVE-2024-12133"}
    assert found(store, "debian:12", "libtasn1-6", "4.19.0-2+deb12u1") == set()
    weighed = store.weighed("debian:12", "libtasn1-6", "CVE-2024-12133")
    assert [(stored.feed, stored.statement.advisory, stored.decides) for stored in weighed] == [
        ("debian-tracker", "CVE-2024-12133", True),
        ("debian-osv", "CVE-2024-12133", False),
        ("debian-osv", "DSA-5863-1", False),
    ]
    assert found(store, "alpine:3.20", "openssl", "3.3.2-r0", "apk") == {"CVE-2024-9143"}
    threat = store.threats(["CVE-2021-44228", "CVE-2023-45853", "CVE-2000-0001"])
    assert threat["CVE-2021-44228"].exploited_since == "2021-12-10"
    assert threat["CVE-2023-45853"].ratings[0][1].score == 9.8
    assert set(threat) == {"CVE-2021-44228", "CVE-2023-45853"}
    assert store.references("CVE-2023-45853", "debian:12") == (
        "https://osv.dev/vulnerability/CVE-2023-45853",
        "https://security-tracker.debian.org/tracker/CVE-2023-45853",
    )


def test_a_statement_survives_the_store(tmp_path: Path) -> None:
    said = Statement(
        product="debian:12",
        package="zlib",
        vulnerability="TEMP-0000000-A2EB44",
        advisory="DSA-1-1",
        state=State.DEFERRED,
        scheme="dpkg",
        lo="1:1",
        hi="1:2",
        hi_inclusive=True,
        stream="main",
        detail="postponed",
        since="2024-02-29",
        evidence=True,
        aliases=("GHSA-a", "GHSA-b"),
    )
    (stored,) = built(tmp_path, saying(feed(), said)).weighed("debian:12", "zlib", "TEMP-0000000-A2EB44")
    assert stored.statement == said
    assert (stored.feed, stored.decides, stored.slow) == ("vendor", True, False)
