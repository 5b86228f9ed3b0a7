"""Which former store an update carries on, and what killed updates leave behind."""

import os
import time
from pathlib import Path

import pytest
from tests.knowledge.making import ALL_OF_DEBIAN_12, ZLIB, build, feed, folder, found, saying

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.bundle import export, import_
from plimsoll.knowledge.placing import sweep
from plimsoll.knowledge.snapshot import unpacked_snapshot
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import UpdateSummary, update

OLD = saying(feed("old"), ALL_OF_DEBIAN_12, ZLIB)


def renewed(store: Path, place: Path, former: Path | None = None) -> UpdateSummary:
    feeds = {"fine": saying(feed("fine"), ZLIB)}
    return update(folder(place / "fine", "fine/all.txt"), store, as_of="2025-04-01", former=former, feeds=feeds)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return build(tmp_path / "own", OLD).store


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return build(tmp_path / "shipped", saying(feed("shipped"), ALL_OF_DEBIAN_12, ZLIB)).store


def feeds_in(store: Path) -> set[str]:
    with Store.open(store) as opened:
        return {state.name for state in opened.feeds("2025-04-01")}


def spoil(store: Path, how: str) -> None:
    match how:
        case "writable":
            store.chmod(0o666)
        case "damaged":
            store.write_bytes(store.read_bytes()[:5000])
        case _:
            data = bytearray(store.read_bytes())
            data[60:64] = (99).to_bytes(4, "big")  # user_version, in the header of SQLite's format
            store.write_bytes(data)


SPOILT = pytest.mark.parametrize("how", ["writable", "damaged", "another schema"])


@SPOILT
def test_a_store_that_cannot_be_trusted_or_read_is_not_carried_on(tmp_path: Path, store: Path, how: str) -> None:
    spoil(store, how)
    summary = renewed(store, tmp_path)
    assert feeds_in(store) == {"fine"}
    assert [note for note in summary.notes if f"{store} is not carried on, its history is lost" in note]
    assert store.stat().st_mode & 0o777 == 0o600


@SPOILT
def test_the_snapshot_takes_its_place(tmp_path: Path, store: Path, snapshot: Path, how: str) -> None:
    spoil(store, how)
    renewed(store, tmp_path, snapshot)
    assert feeds_in(store) == {"fine", "shipped"}


def test_a_sound_store_comes_before_the_snapshot(tmp_path: Path, store: Path, snapshot: Path) -> None:
    assert [note for note in renewed(store, tmp_path, snapshot).notes if "not carried on" in note] == []
    assert feeds_in(store) == {"fine", "old"}


def test_a_snapshot_that_others_may_write_is_refused_too(tmp_path: Path, snapshot: Path) -> None:
    snapshot.chmod(0o666)
    target = tmp_path / "new" / "store.db"
    assert "others may write to it" in "".join(renewed(target, tmp_path, snapshot).notes)
    assert feeds_in(target) == {"fine"}


def test_a_store_of_somebody_else_is_not_carried_on(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = store.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    if owner == 0:
        os.chown(store, 12345, -1)
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        renewed(store, tmp_path)
        assert feeds_in(store) == {"fine"}
    else:
        with pytest.raises(KnowledgeError, match="someone else's"):
            renewed(store, tmp_path)


@pytest.mark.parametrize("what", ["store", "folder"])
def test_a_store_that_others_may_write_is_not_exported(tmp_path: Path, store: Path, what: str) -> None:
    (store if what == "store" else store.parent).chmod(0o777)
    with pytest.raises(KnowledgeError, match="others may write"):
        export(store, tmp_path / "out.zst")
    assert not (tmp_path / "out.zst").exists()


# What killed updates leave behind


def leave(folder: Path, name: str, hours: float) -> Path:
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "store").write_text("half a store")
    for path in (place / "store", place):
        os.utime(path, (time.time() - hours * 3600,) * 2)
    return place


def test_only_our_own_abandoned_folders_go(tmp_path: Path) -> None:
    abandoned = [leave(tmp_path, f".{kind}-ab_c1234", 2) for kind in ("building", "import", "snapshot")]
    young = leave(tmp_path, ".building-young123", 0.5)
    at_work = leave(tmp_path, ".building-atwork12", 2)
    (at_work / "store").write_text("more of a store")
    others = [leave(tmp_path, name, 2) for name in ("mine", ".building", ".cache-x", ".building-a.b")]
    outside = leave(tmp_path / "outside", ".building-linked12", 2)
    (tmp_path / ".import-linked12").symlink_to(outside)
    (tmp_path / ".import-file1234").write_text("a file")
    assert sweep(tmp_path) == 3
    assert not [place for place in abandoned if place.exists()]
    assert all(place.exists() for place in (young, at_work, outside, *others))
    assert (tmp_path / ".import-linked12").is_symlink()
    assert (tmp_path / ".import-file1234").exists()
    assert sweep(tmp_path / "nowhere") == 0


def test_every_build_sweeps(tmp_path: Path, store: Path) -> None:
    export(store, tmp_path / "store.zst")
    left = leave(store.parent, ".building-left1234", 2)
    renewed(store, tmp_path)
    assert not left.exists()
    left = leave(store.parent, ".import-left1234", 2)
    import_(tmp_path / "store.zst", store)
    assert not left.exists()
    (tmp_path / "cache").mkdir(mode=0o700)
    (tmp_path / "cache/knowledge").mkdir(mode=0o700)
    left = leave(tmp_path / "cache/knowledge", ".snapshot-left1234", 2)
    unpacked_snapshot(tmp_path / "cache")
    assert not left.exists()


# What is noted of a folder


def test_keys_of_partial_toml_that_name_no_file_are_noted(tmp_path: Path) -> None:
    place = folder(tmp_path / "feeds", "vendor/all.txt")
    (place / "partial.toml").write_text('["vendor/al.txt"]\nspeaks_for = "names in the file"\n')
    summary = build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB))
    assert summary.unmatched == ("vendor/al.txt",)
    assert found(Store.open(summary.store), "debian:12", "zlib", "1:1.2")
