import sqlite3
from pathlib import Path

import pytest
from tests.knowledge.making import ALL_OF_DEBIAN_12, ZLIB, build, feed, found, saying

from plimsoll.errors import KnowledgeError, LimitError, PlimsollError
from plimsoll.knowledge.bundle import export, import_
from plimsoll.knowledge.squeezing import squeezed
from plimsoll.knowledge.store import Store
from plimsoll.model.limits import Limits


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB)).store


def test_a_store_goes_out_and_comes_back(store: Path, tmp_path: Path) -> None:
    export(store, tmp_path / "store.zst")
    assert (tmp_path / "store.zst").stat().st_size < store.stat().st_size / 5
    target = tmp_path / "cache" / "knowledge" / "store.db"
    import_(tmp_path / "store.zst", target)
    assert target.read_bytes() == store.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o600
    assert found(Store.open(target), "debian:12", "zlib", "1:1.2") == {ZLIB.vulnerability}


def test_only_a_sound_store_goes_out(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no store")
    with pytest.raises(KnowledgeError):
        export(tmp_path / "x.db", tmp_path / "store.zst")
    assert not (tmp_path / "store.zst").exists()


def test_a_path_that_cannot_be_written(store: Path, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="cannot be written"):
        export(store, tmp_path / "missing" / "store.zst")


def refused(store: Path, data: bytes, limits: Limits | None = None) -> PlimsollError:
    """Import something bad over a good store, and show that nothing changed."""
    before = store.read_bytes()
    file = store.parent / "bad.zst"
    file.write_bytes(data)
    with pytest.raises((KnowledgeError, LimitError)) as error:
        import_(file, store, limits=limits)
    assert store.read_bytes() == before
    assert not [path for path in store.parent.iterdir() if path.name.startswith(".")]
    return error.value


@pytest.mark.parametrize("data", [b"", b"nonsense", squeezed(b"", 1), squeezed(b"no store" * 100, 1)])
def test_another_file_does_not_come_in(store: Path, data: bytes) -> None:
    assert isinstance(refused(store, data), KnowledgeError)


def test_a_cut_or_prolonged_file_does_not_come_in(store: Path) -> None:
    packed = squeezed(store.read_bytes(), 3)
    assert "ends in the middle" in refused(store, packed[:-10]).message
    assert "goes on after its end" in refused(store, packed + b"more").message
    assert "goes on after its end" in refused(store, packed + packed).message


def test_a_changed_byte_does_not_come_in(store: Path) -> None:
    packed = bytearray(squeezed(store.read_bytes(), 3))
    packed[len(packed) // 2] ^= 1
    refused(store, bytes(packed))
    packed = bytearray(squeezed(store.read_bytes(), 3))
    packed[-1] ^= 1  # the checksum itself
    assert "damaged" in refused(store, bytes(packed)).message


def test_a_store_with_a_trigger_does_not_come_in(store: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.db"
    odd.write_bytes(store.read_bytes())
    with sqlite3.connect(odd) as db:
        db.execute("CREATE TRIGGER t AFTER INSERT ON meta BEGIN SELECT 1; END")
    db.close()
    assert "other tables than ours" in refused(store, squeezed(odd.read_bytes(), 1)).message


def test_a_store_of_another_schema_does_not_come_in(store: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.db"
    odd.write_bytes(store.read_bytes())
    with sqlite3.connect(odd) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    assert "schema version 99" in refused(store, squeezed(odd.read_bytes(), 1)).message


def test_a_bomb_does_not_come_in(store: Path) -> None:
    bomb = squeezed(b"\0" * 20_000_000, 1)
    assert "feed_size" in refused(store, bomb, Limits(feed_size=1_000_000)).message
    assert "ratio" in refused(store, bomb, Limits(ratio=10, ratio_floor=1_000_000)).message


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"none\.zst cannot be unpacked"):
        import_(tmp_path / "none.zst", tmp_path / "cache" / "store.db")
