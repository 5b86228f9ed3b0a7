"""`plimsoll db`: the store is built whole, shown, moved, and never lost."""

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.running import TODAY, Run, write_feeds

from plimsoll.cli.main import main

DATED = ("--date", "debian-tracker=2026-11-20")


@pytest.fixture
def empty(cache: Path) -> Path:
    """A cache without a store."""
    shutil.rmtree(cache / "knowledge")
    return cache


def feeds_of(run: Run, *options: str) -> dict[str, dict[str, object]]:
    document = run("db", "status", "--format", "json", *options).json
    return {feed["name"]: feed for feed in document["feeds"]}


def test_a_folder_of_feeds_becomes_the_store_that_scans_use(run: Run, image: str, feeds: Path) -> None:
    other = ("--cache-dir", "other")
    result = run("db", "update", "--from", str(feeds), *DATED, *other)
    assert (result.code, result.out) == (0, "")
    assert "debian-tracker: updated, 4 records as of 2026-11-20 (option)" in result.err
    assert "kev: updated, 1 records as of 2026-11-20 (content)" in result.err
    assert result.err.endswith("built other/knowledge/store.db\n")
    found = run("scan", image, "-f", "json", *other).found
    assert found > run("scan", image, "-f", "json").found, "what the folder lacks comes from the embedded snapshot"


def test_quiet_tells_nothing_of_success(run: Run, feeds: Path) -> None:
    assert run("db", "update", "--from", str(feeds), "--quiet").err == ""


def test_a_feed_that_fails_keeps_its_rows_and_date_and_is_3(run: Run, image: str, tmp_path: Path) -> None:
    broken = write_feeds(tmp_path / "broken")
    (broken / "debian" / "tracker.json").write_text('{"glibc": {')
    before, found = feeds_of(run)["debian-tracker"], run("scan", image, "-f", "json").found
    result = run("db", "update", "--from", str(broken), "--quiet")
    assert result.code == 3
    assert result.err.startswith("debian-tracker: failed, keeps what it had as of 2026-11-20: ")
    assert feeds_of(run)["debian-tracker"] == before
    assert run("scan", image, "-f", "json").found == found


def test_folders_that_no_feed_knows_are_named_and_skipped(run: Run, tmp_path: Path) -> None:
    folder = write_feeds(tmp_path / "more")
    (folder / "vendor").mkdir()
    (folder / "vendor" / "advisories.json").write_text("{}")
    result = run("db", "update", "--from", str(folder))
    assert result.code == 0
    assert "skipped, no feed knows them: vendor" in result.err


def test_an_emptied_feed_is_3_and_changes_nothing(run: Run, image: str, tmp_path: Path) -> None:
    folder = write_feeds(tmp_path / "emptied")
    (folder / "kev" / "known_exploited_vulnerabilities.json").write_text('{"vulnerabilities": []}')
    before, found = feeds_of(run)["kev"], run("scan", image, "-f", "json").found
    result = run("db", "update", "--from", str(folder), *DATED, "--quiet")
    assert (result.code, result.out) == (3, "")
    assert "kev: failed, keeps what it had as of 2026-11-20: holds no record that could be used" in result.err
    assert feeds_of(run)["kev"] == before
    assert run("scan", image, "-f", "json").found == found


def write_catalogue(folder: Path, number: int) -> None:
    entries = [{"cveID": f"CVE-2020-{1000 + n}", "dateAdded": "2021-02-03"} for n in range(number)]
    document = {"dateReleased": "2026-11-20", "vulnerabilities": entries}
    (folder / "kev" / "known_exploited_vulnerabilities.json").write_text(json.dumps(document))


def test_a_feed_that_shrank_is_3_until_it_is_accepted(run: Run, tmp_path: Path) -> None:
    folder = write_feeds(tmp_path / "shrunk")
    write_catalogue(folder, 40)
    assert run("db", "update", "--from", str(folder)).code == 0
    write_catalogue(folder, 10)
    refused = run("db", "update", "--from", str(folder))
    assert refused.code == 3
    assert "kev: failed, keeps what it had as of 2026-11-20: it shrank from 40 to 10 records" in refused.err
    assert "--accept-shrunk kev" in refused.err
    assert feeds_of(run)["kev"]["records"] == 40
    for option in ("epss", "epss,kev"):
        assert run("db", "update", "--from", str(folder), "--accept-shrunk", option).code == (
            0 if "kev" in option else 3
        )
    assert feeds_of(run)["kev"]["records"] == 10


def test_the_first_update_notes_what_the_snapshot_knew_more(run: Run, feeds: Path, empty: Path) -> None:
    result = run("db", "update", "--from", str(feeds), *DATED)
    assert result.code == 0
    assert "note: kev: it shrank from 1404 to 1 records, against the embedded snapshot" in result.err
    assert (empty / "knowledge" / "store.db").exists()


def test_what_a_date_is_worth_is_noted(run: Run, feeds: Path) -> None:
    assert "note: debian-tracker: " in (told := run("db", "update", "--from", str(feeds)).err)
    assert "--date debian-tracker=DAY" in told
    assert "--date" not in run("db", "update", "--from", str(feeds), *DATED).err


@pytest.mark.parametrize("how", ["writable", "damaged"])
def test_a_store_that_is_not_to_be_trusted_is_built_anew_from_the_snapshot(
    run: Run, feeds: Path, cache: Path, how: str
) -> None:
    store = cache / "knowledge" / "store.db"
    if how == "writable":
        store.chmod(0o666)
        assert run("db", "export", "store.zst").code == 4
    else:
        store.write_bytes(store.read_bytes()[:9000])
    result = run("db", "update", "--from", str(feeds), *DATED)
    assert result.code == 0
    assert "is not carried on, its history is lost" in result.err
    assert "debian-osv" in feeds_of(run), "what the folder lacks comes from the embedded snapshot"


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--from", "missing"), 2, "missing is no folder of feeds"),
        (("--from", "shop.tar"), 2, "shop.tar is no folder of feeds"),
        (("--from", "."), 4, "no file in . belongs to a feed"),
        (("--from", "ftp://mirror.example"), 2, "no address of a mirror"),
        (("--from", "feeds", "--date", "epss"), 2, "'epss' has no ="),
        (("--from", "feeds", "--date", "epss=soon"), 2, "'epss=soon' is no day (YYYY-MM-DD)"),
        (("--from", "feeds", "--date", "nope=2026-11-20"), 2, "there is no feed 'nope'"),
        (("--from", "feeds", "--date", "epss=2099-01-01"), 2, "2099-01-01 lies in the future"),
        (("--from", "feeds", "--accept-shrunk", "nope"), 2, "there is no feed 'nope'"),
        (("--from", "feeds", "--limit", "nope=1"), 2, "there is no limit 'nope'"),
    ],
)
def test_wrong_updates_change_nothing(  # noqa: PLR0913, PLR0917 - what is asked, and what comes of it
    run: Run, image: str, work: Path, cache: Path, options: tuple[str, ...], code: int, told: str
) -> None:
    assert (work / image).exists()
    write_feeds(work / "feeds")
    store = cache / "knowledge" / "store.db"
    before = store.read_bytes()
    result = run("db", "update", *options)
    assert (result.code, result.out) == (code, "")
    assert told in result.err
    assert store.read_bytes() == before
    assert [path.name for path in store.parent.iterdir() if path.suffix != ".db"] == []


def test_status_shows_age_counts_and_coverage(run: Run) -> None:
    result = run("db", "status")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Knowledge: store of {TODAY}, ")
    assert "as of 2026-11-20, 4 days old (option); licence: MIT" in result.out
    assert "  debian:12: whole, 2026-11-20\n" in result.out
    tracker = feeds_of(run)["debian-tracker"]
    assert (tracker["records"], tracker["age_days"]) == (4, 4)


def test_status_sorts_releases_by_number(run: Run, tmp_path: Path) -> None:
    folder = write_feeds(tmp_path / "more")
    decision = {"status": "open", "urgency": "low"}
    releases = dict.fromkeys(("buster", "bookworm", "stretch", "sid"), decision)
    tracker = {"zlib": {"CVE-2023-45853": {"releases": releases}}}
    (folder / "debian" / "tracker.json").write_text(json.dumps(tracker))
    assert run("db", "update", "--from", str(folder)).code == 0
    shown = [line.split(":")[1] for line in run("db", "status").out.splitlines() if line.startswith("  debian:")]
    assert shown == ["9", "10", "12", "sid"]


def test_without_a_store_the_embedded_snapshot_is_shown(run: Run, empty: Path) -> None:
    result = run("db", "status", "--format", "json")
    assert result.json["snapshot"] is True
    assert {feed["name"] for feed in result.json["feeds"]} >= {"debian-tracker", "kev", "epss"}
    assert run("db", "status").out.startswith("Knowledge: embedded snapshot of ")
    assert {path.name for path in empty.iterdir()} == {"knowledge"}


def test_an_exported_store_is_the_same_elsewhere(run: Run, image: str, work: Path) -> None:
    exported = run("db", "export", "store.zst")
    assert (exported.code, exported.out) == (0, "")
    imported = run("db", "import", "store.zst", "--cache-dir", "there")
    assert (imported.code, imported.err) == (0, "imported store.zst to there/knowledge/store.db\n")
    assert feeds_of(run, "--cache-dir", "there") == feeds_of(run)
    here, there = run("scan", image, "-f", "json"), run("scan", image, "-f", "json", "--cache-dir", "there")
    assert here.out == there.out
    assert sorted(path.name for path in work.iterdir()) == ["shop.tar", "store.zst", "there"]


def test_a_bad_import_changes_nothing(run: Run, work: Path, cache: Path) -> None:
    assert run("db", "export", "store.zst").code == 0
    whole = (work / "store.zst").read_bytes()
    (work / "cut.zst").write_bytes(whole[:-10])
    (work / "flipped.zst").write_bytes(whole[:200] + bytes([whole[200] ^ 1]) + whole[201:])
    (work / "text.zst").write_text("not a store")
    store = cache / "knowledge" / "store.db"
    before = store.read_bytes()
    for name in ("cut.zst", "flipped.zst", "text.zst", "missing.zst", "."):
        result = run("db", "import", name)
        assert (result.code, result.err.startswith("error: ")) == (4, True), name
        assert store.read_bytes() == before


@pytest.mark.parametrize("place", ["missing/store.zst", "."])
def test_an_export_to_a_place_that_cannot_be_written_is_4(run: Run, place: str) -> None:
    result = run("db", "export", place)
    assert (result.code, result.err.startswith(f"error: {place} cannot be written: ")) == (4, True)


def test_a_damaged_store_is_refused_with_advice(run: Run, image: str, cache: Path) -> None:
    (cache / "knowledge" / "store.db").write_bytes(b"no database" * 1000)
    for command in (("scan", image), ("db", "status"), ("db", "export", "x")):
        result = run(*command)
        assert (result.code, result.out) == (4, ""), command
        assert "db update" in result.err, command


def test_the_snapshot_command_is_hidden_and_the_same_input_gives_the_same_bytes(
    run: Run, feeds: Path, work: Path
) -> None:
    for name in ("one.zst", "two.zst"):
        result = run("db", "snapshot", str(feeds), "-o", name, "--as-of", TODAY, *DATED)
        assert result.code == 0, result.err
        assert "feeds: debian-tracker of 2026-11-20, epss of 2026-11-23, kev of 2026-11-20" in result.err
    assert (work / "one.zst").read_bytes() == (work / "two.zst").read_bytes()
    assert "snapshot" not in run("db", "--help").out


def test_an_update_from_nowhere_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from plimsoll.knowledge import fetch as fetching

    nothing = fetching.FetchSummary(files=(), failed={"kev": "no route to host"})
    monkeypatch.setattr(fetching, "fetch", lambda *arguments, **options: nothing)
    assert main(["db", "update"]) == 4
    told = capsys.readouterr().err
    assert "kev: not fetched: no route to host" in told
    assert "db update --from DIR" in told


def test_a_feed_that_could_not_be_fetched_is_3(
    run: Run, feeds: Path, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from plimsoll.knowledge import fetch as fetching

    def fetch(_base: str | None, folder: Path, **_options: object) -> fetching.FetchSummary:
        shutil.copytree(feeds / "kev", folder / "kev")
        return fetching.FetchSummary(files=("kev",), failed={"epss": "timed out"})

    monkeypatch.setattr(fetching, "fetch", fetch)
    result = run("db", "update")
    assert (result.code, "epss: not fetched: timed out" in result.err) == (3, True)
    assert len(run("scan", image, "-f", "json").found) == 4
