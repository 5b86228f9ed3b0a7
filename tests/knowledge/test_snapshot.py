import json
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, found

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge import snapshot
from plimsoll.knowledge.feeds.alpine_secdb import ALPINE_SECDB
from plimsoll.knowledge.notice import notice_text
from plimsoll.knowledge.run import FEEDS as FEEDS_PACKAGE
from plimsoll.knowledge.snapshot import SNAPSHOT, about, build_snapshot, open_knowledge, store_path, unpacked_snapshot
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import update
from plimsoll.model.statement import Feed
from plimsoll.plugins import discover

ROOT = Path(__file__).parents[2]
DAY = {"debian-tracker": "2025-02-12"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("snapshot") / "snapshot.zst"
    build_snapshot(FEEDS, output, as_of="2026-11-24", dates=DAY)
    return output


def _feeds() -> dict[str, Feed]:
    return discover(FEEDS_PACKAGE, Feed)


# The one that is embedded


def test_it_is_small_and_its_dates_are_known() -> None:
    assert SNAPSHOT.stat().st_size <= snapshot.MOST_BYTES
    details = about()
    assert details.built >= "2026-11-24"
    assert set(details.feeds) >= {
        "debian-tracker",
        "epss",
        "kev",
        "nvd",
        "osv-maven",
        "osv-npm",
        "osv-pypi",
        "redhat-cve",
    }
    assert details.feeds["debian-tracker"] == "2025-02-12"
    assert set(details.left_out) >= {feed.name for feed in _feeds().values() if feed.licence is None}


def test_it_is_whole_and_partly_covered(tmp_path: Path) -> None:
    store = open_knowledge(tmp_path)
    store.check()
    assert found(store, "debian:12", "zlib", "1:1.2.13.dfsg-1") == {"CVE-2023-45853"}
    assert set(store.speakers("debian:12", ["zlib", "bash", "no-such-package"])) >= {"zlib"}
    assert "no-such-package" not in store.speakers("debian:12", ["no-such-package"])
    assert not store.speaks_for("alpine:3.20")
    assert store.threats(["CVE-2021-44228"])["CVE-2021-44228"].epss is not None
    assert {state.name: state.date for state in store.feeds("2026-11-24")} == dict(about().feeds)


def test_it_holds_no_feed_without_a_licence(tmp_path: Path) -> None:
    assert ALPINE_SECDB.licence is None
    rows = open_knowledge(tmp_path).rows("SELECT count(*) FROM feed WHERE licence IS NULL")
    assert rows == [(0,)]


def test_it_holds_no_text(tmp_path: Path) -> None:
    """Facts only: no interned word or column is longer than the name of a package, a version or a CVSS vector."""
    store = open_knowledge(tmp_path)
    lengths = store.rows(
        "SELECT (SELECT max(length(text)) FROM word), (SELECT max(length(lo_text)) FROM statement),"
        " (SELECT max(length(hi_text)) FROM statement), (SELECT max(length(vector)) FROM rating)"
    )
    assert max(lengths[0][1:]) <= 200  # a vector of CVSS 4 with all its metrics
    assert all(" " not in word or len(word) < 80 for (word,) in store.rows("SELECT text FROM word"))


def test_the_notice_is_up_to_date() -> None:
    assert (ROOT / "NOTICE").read_text(encoding="utf-8") == notice_text()


def test_the_notice_names_every_embedded_feed(tmp_path: Path) -> None:
    text = notice_text()
    for title, licence in open_knowledge(tmp_path).rows("SELECT title, licence FROM feed"):
        assert f"{title} ({licence})" in text
    assert "Alpine" not in text


# Opening


def test_it_is_unpacked_once(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with open_knowledge(cache) as store:
        name = store.name
    file = Path(name)
    assert file.parent == cache / "knowledge"
    assert about().packed[:16] in file.name
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    before = file.stat().st_mtime_ns
    assert open_knowledge(cache).name == name
    assert file.stat().st_mtime_ns == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_store_in_the_cache_comes_first(tmp_path: Path) -> None:
    update(FEEDS, store_path(tmp_path), as_of="2026-11-24")
    store = open_knowledge(tmp_path)
    assert store.name == str(store_path(tmp_path))
    assert store.speaks_for("alpine:3.20")


def test_a_damaged_store_in_the_cache_is_said(tmp_path: Path) -> None:
    store_path(tmp_path).parent.mkdir(mode=0o700)
    store_path(tmp_path).write_bytes(b"nonsense" * 1000)
    with pytest.raises(KnowledgeError):
        open_knowledge(tmp_path)


@pytest.mark.parametrize("what", ["store", "folder"])
def test_a_store_that_others_may_write_is_not_trusted(tmp_path: Path, what: str) -> None:
    store = store_path(tmp_path)
    update(FEEDS, store, as_of="2026-11-24")
    (store if what == "store" else store.parent).chmod(0o777)
    with pytest.raises(KnowledgeError, match="others may write"):
        open_knowledge(tmp_path)


def test_where_the_cache_cannot_be_used_it_is_held_in_memory(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, no folder")
    store = open_knowledge(tmp_path / "cache")
    assert store.name == "the embedded snapshot"
    assert found(store, "debian:12", "zlib", "1:1.2.13.dfsg-1") == {"CVE-2023-45853"}
    assert (tmp_path / "cache").read_text() == "a file, no folder"


def test_a_cache_that_others_may_write_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge").chmod(0o777)
    assert unpacked_snapshot(tmp_path) is None
    assert open_knowledge(tmp_path).name == "the embedded snapshot"
    assert not list((tmp_path / "knowledge").iterdir())


@pytest.mark.parametrize("damage", ["packed", "about", "missing", "digest"])
def test_a_damaged_snapshot_is_said(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    copy = tmp_path / "snapshot.zst"
    copy.write_bytes(small.read_bytes() + (b"x" if damage == "packed" else b""))
    details = small.with_suffix(".json").read_text()
    if damage != "missing":
        wrong = json.dumps({**json.loads(details), "plain": "0" * 64})
        copy.with_suffix(".json").write_text({"about": "{}", "digest": wrong}.get(damage, details))
    monkeypatch.setattr(snapshot, "SNAPSHOT", copy)
    with pytest.raises(KnowledgeError, match="embedded knowledge"):
        open_knowledge(tmp_path / "cache")


# Building


def test_the_same_feeds_give_the_same_bytes(small: Path, tmp_path: Path) -> None:
    build_snapshot(FEEDS, tmp_path / "again.zst", as_of="2026-11-24", dates=DAY)
    assert (tmp_path / "again.zst").read_bytes() == small.read_bytes()


def test_whole_feeds_are_left_out_in_order_until_it_fits(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[str] = []
    most = small.stat().st_size - 100
    monkeypatch.setattr(snapshot, "MOST_BYTES", most)
    details = build_snapshot(FEEDS, tmp_path / "s.zst", as_of="2026-11-24", dates=DAY, say=sizes.append)
    feeds = _feeds()
    unlicensed = [feed.name for feed in feeds.values() if feed.licence is None]
    out = details.left_out[len(unlicensed) :]
    assert out
    spare = [feed for feed in feeds.values() if feed.dispensable]
    spare.sort(key=lambda feed: (-feed.dispensable, feed.name))
    assert out == tuple(feed.name for feed in spare)[: len(out)]
    assert sizes == [
        f"left out for want of a licence: {', '.join(unlicensed)}",
        *(f"left out for want of room: {name}" for name in out),
    ]
    assert (tmp_path / "s.zst").stat().st_size <= most
    monkeypatch.setattr(snapshot, "SNAPSHOT", tmp_path / "s.zst")
    names = {state.name for state in open_knowledge(tmp_path / "cache").feeds("2026-11-24")}
    assert names == set(feeds) - set(unlicensed) - set(out)


def test_nothing_that_fits_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MOST_BYTES", 10)
    with pytest.raises(KnowledgeError):
        build_snapshot(FEEDS, tmp_path / "s.zst", as_of="2026-11-24")
    assert not (tmp_path / "s.zst").exists()


def test_the_first_update_carries_the_snapshot_on(tmp_path: Path) -> None:
    former = unpacked_snapshot(tmp_path)
    target = store_path(tmp_path)
    update(FEEDS, target, as_of="2026-11-24", former=former, dates=DAY)
    with Store.open(target) as store:
        assert store.speaks_for("alpine:3.20")
        assert store.speaks_for("debian:13")
