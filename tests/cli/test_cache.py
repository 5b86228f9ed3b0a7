"""`plimsoll cache`: shows what is kept, drops only that."""

import os
import time
from pathlib import Path

import pytest
from tests.cli.running import Run


def kept(cache: Path) -> set[str]:
    return {path.name for path in cache.iterdir()}


def test_status_counts_files_and_bytes(run: Run, image: str, cache: Path) -> None:
    run("scan", image)
    run("base", "add", image)
    document = run("cache", "status", "-f", "json").json
    assert document["folder"] == str(cache)
    for part, counted in document["parts"].items():
        files = [path for path in [cache / part, *(cache / part).rglob("*")] if path.is_file()]
        assert counted == {"files": len(files), "bytes": sum(path.stat().st_size for path in files)}, part
        assert files, part
    table = run("cache", "status").out
    assert table.startswith(f"Cache folder: {cache}\n")
    assert len(table.splitlines()) == 5


def test_an_empty_cache_has_a_status(run: Run) -> None:
    document = run("cache", "status", "-f", "json", "--cache-dir", "nowhere").json
    assert {counted["files"] for counted in document["parts"].values()} == {0}
    assert run("cache", "clean", "--all", "--cache-dir", "nowhere").code == 0
    assert not Path("nowhere").exists()


def test_clean_keeps_the_store_unless_all_is_asked_for(run: Run, image: str, cache: Path) -> None:
    run("scan", image)
    assert kept(cache) == {"layers", "last-report.json", "knowledge"}
    assert run("cache", "clean").code == 0
    assert kept(cache) == {"knowledge"}
    assert run("scan", image).code == 0
    result = run("cache", "clean", "--all")
    assert (result.code, result.out, kept(cache)) == (0, "", set())


def test_clean_keeps_the_base_images_unless_all_is_asked_for(run: Run, image: str, cache: Path) -> None:
    run("base", "add", image)
    (cache / "bases" / ".adding-left1234").write_text("half an image")
    assert run("cache", "clean").code == 0
    assert kept(cache) == {"knowledge", "bases"}
    assert run("cache", "clean", "--all").code == 0
    assert kept(cache) == set()


def test_clean_drops_what_a_killed_update_left(run: Run, image: str, cache: Path) -> None:
    run("scan", image)
    left, at_work = cache / "knowledge" / ".building-left1234", cache / "knowledge" / ".import-atwork12"
    for place in (left, at_work):
        place.mkdir()
        (place / "store").write_text("half a store")
    for path in (left / "store", left):
        os.utime(path, (time.time() - 700,) * 2)
    result = run("cache", "clean")
    assert (result.code, "dropped 1 unfinished update of the knowledge" in result.err) == (0, True)
    assert (left.exists(), at_work.exists(), (cache / "knowledge" / "store.db").exists()) == (False, True, True)
    assert "unfinished" not in run("cache", "clean").err
    assert run("cache", "clean", "--all").code == 0
    assert not at_work.exists()


def test_nothing_else_in_the_folder_is_removed(run: Run, image: str, cache: Path) -> None:
    run("scan", image)
    (cache / "mine.txt").write_text("mine")
    (cache / "other").mkdir()
    assert run("cache", "clean", "--all").code == 0
    assert kept(cache) == {"mine.txt", "other"}


@pytest.mark.parametrize("part", ["layers", "knowledge", "bases"])
def test_a_folder_of_somebody_else_is_not_dropped(run: Run, work: Path, part: str) -> None:
    (work / "project" / part).mkdir(parents=True)
    (work / "project" / part / "thesis.txt").write_text("years of work")
    result = run("cache", "clean", "--all", "--cache-dir", "project")
    assert (result.code, "holds 'thesis.txt', which is not Plimsoll's" in result.err) == (4, True)
    assert (work / "project" / part / "thesis.txt").read_text() == "years of work"


def test_links_are_dropped_and_never_followed(run: Run, image: str, cache: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "ab").mkdir(parents=True)
    (outside / "ab" / "file").write_text("outside")
    run("scan", image)
    (next((cache / "layers").iterdir()) / "link").symlink_to(outside)
    run("cache", "clean")
    (cache / "layers").symlink_to(outside)
    (cache / "last-report.json").symlink_to(outside / "ab" / "file")
    assert run("cache", "status").code == 0
    assert run("cache", "clean", "--all").code == 0
    assert kept(cache) == set()
    assert (outside / "ab" / "file").read_text() == "outside"


def test_a_scan_works_where_nothing_can_be_kept(run: Run, image: str, work: Path) -> None:
    (work / "file").write_text("")
    result = run("scan", image, "-f", "json", "--cache-dir", "file")
    assert result.code == 0
    assert "note: layer memory is not used" in result.err
    assert {feed["name"] for feed in result.json["knowledge"]} >= {"debian-tracker"}
