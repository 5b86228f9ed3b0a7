"""As of which day a feed speaks."""

import os
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, ZLIB, build, built, by_file, feed, folder, saying

from plimsoll.errors import UsageError
from plimsoll.knowledge.feeds.epss import EPSS
from plimsoll.knowledge.status import status_of
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import update
from plimsoll.model.statement import AsOf, Probability, Unusable


def test_a_file_without_a_date_has_the_time_of_the_file(tmp_path: Path) -> None:
    file = folder(tmp_path / "feeds", "vendor/all.txt") / "vendor/all.txt"
    os.utime(file, (1_700_000_000, 1_700_000_000))
    (outcome,) = update(
        tmp_path / "feeds", tmp_path / "store.db", as_of="2025-03-01", feeds={"vendor": saying(feed(), ZLIB)}
    ).feeds
    assert (outcome.date, outcome.date_origin) == ("2023-11-14", "file time")


def test_the_order_of_dates(tmp_path: Path) -> None:
    place = folder(tmp_path / "feeds", "vendor/all.txt")

    def date(*items: AsOf) -> tuple[str, str]:
        feeds = {"vendor": saying(feed(), ZLIB, *items)}
        dates = {"vendor": "2025-01-03"}
        (outcome,) = update(place, tmp_path / "store.db", as_of="2025-03-01", dates=dates, feeds=feeds).feeds
        return outcome.date, outcome.date_origin

    assert date() == ("2025-01-03", "option")
    (place / "partial.toml").write_text('["vendor"]\ndate = 2025-01-02\n')
    assert date() == ("2025-01-02", "partial.toml")
    assert date(AsOf(date="2025-01-01")) == ("2025-01-01", "content")


@pytest.mark.parametrize("dates", [{"vendor": "yesterday"}, {"nobody": "2025-01-01"}, {"vendor": "2025-02-30"}])
def test_wrong_dates_are_refused(tmp_path: Path, dates: dict[str, str]) -> None:
    place = folder(tmp_path / "feeds", "vendor/all.txt")
    with pytest.raises(UsageError):
        update(place, tmp_path / "store.db", as_of="2025-03-01", dates=dates, feeds={"vendor": saying(feed(), ZLIB)})


@pytest.mark.parametrize("dates", [{"vendor": "2025-03-02"}, {"vendor": "2099-01-01"}])
def test_a_day_in_the_future_is_refused(tmp_path: Path, dates: dict[str, str]) -> None:
    place = folder(tmp_path / "feeds", "vendor/all.txt")
    with pytest.raises(UsageError, match="lies in the future"):
        update(place, tmp_path / "store.db", as_of="2025-03-01", dates=dates, feeds={"vendor": saying(feed(), ZLIB)})


@pytest.mark.parametrize("origin", ["content", "partial.toml"])
def test_a_feed_that_says_it_is_of_the_future_fails(tmp_path: Path, origin: str) -> None:
    if origin == "partial.toml":
        (tmp_path / "feeds").mkdir()
        (tmp_path / "feeds/partial.toml").write_text("[vendor]\ndate = 2025-03-02\n")
    said = (AsOf(date="2025-03-02"),) if origin == "content" else ()
    summary = build(tmp_path, saying(feed(), ZLIB, *said), saying(feed("fine"), ZLIB))
    (failed,) = summary.failed
    assert (failed.name, failed.date) == ("vendor", "")
    assert f"is of 2025-03-02 ({origin}), in the future of 2025-03-01" in failed.reason


def test_a_build_may_be_dated_back(tmp_path: Path) -> None:
    """SOURCE_DATE_EPOCH dates a build; feeds younger than that do not lie in the future."""
    place, feeds = (
        folder(tmp_path / "feeds", "vendor/all.txt"),
        {"vendor": saying(feed(), ZLIB, AsOf(date="2025-02-12"))},
    )
    summary = update(place, tmp_path / "store.db", as_of="2020-01-01", now="2025-03-01", feeds=feeds)
    assert [(outcome.status, outcome.date) for outcome in summary.feeds] == [("updated", "2025-02-12")]
    assert Store.open(summary.store).meta()["built"] == "2020-01-01"


def test_records_of_the_future_do_not_make_a_feed_young(tmp_path: Path) -> None:
    days = [AsOf(date=day, of_record=True) for day in ("2024-01-01", "2025-01-01", "2099-01-01", "2025-03-02")]
    summary = build(tmp_path, saying(feed(), ZLIB, *days))
    assert [(outcome.date, outcome.date_origin) for outcome in summary.feeds] == [("2025-01-01", "content")]
    assert summary.notes == ("vendor: dates of records after 2025-03-01 are ignored, such as 2099-01-01",)


def test_a_file_is_no_younger_than_the_build(tmp_path: Path) -> None:
    file = folder(tmp_path / "feeds", "vendor/all.txt") / "vendor/all.txt"
    os.utime(file, (4_000_000_000, 4_000_000_000))
    (outcome,) = build(tmp_path, saying(feed(), ZLIB)).feeds
    assert (outcome.date, outcome.date_origin) == ("2025-03-01", "file time")


def test_an_age_is_never_negative(tmp_path: Path) -> None:
    store = built(tmp_path, saying(feed(), ZLIB, AsOf(date="2025-02-12")))
    for day, age in (("2025-02-22", 10), ("2025-02-12", 0), ("2020-01-01", 0)):
        assert [state.age_days for state in store.feeds(day)] == [age]
        assert [state.age_days for state in status_of(store, day, snapshot=False).feeds] == [age]


def test_a_date_that_is_only_the_files_is_noted(tmp_path: Path) -> None:
    os.utime(folder(tmp_path / "feeds", "vendor/all.txt") / "vendor/all.txt", (1_700_000_000, 1_700_000_000))
    place, feeds = tmp_path / "feeds", {"vendor": saying(feed(), ZLIB)}
    (note,) = update(place, tmp_path / "store.db", as_of="2025-03-01", feeds=feeds).notes
    assert note.startswith("vendor: 2023-11-14 is only the time of its file")
    assert note.endswith("state a better one: --date vendor=DAY")
    dated = update(place, tmp_path / "store.db", as_of="2025-03-01", dates={"vendor": "2025-01-01"}, feeds=feeds)
    assert dated.notes == ()


# Scores: only the newest count


def score(value: float) -> Probability:
    return Probability(vulnerability="CVE-2023-45853", score=value)


@pytest.mark.parametrize(
    ("said", "newest"),
    [
        ({"scores-2026-01-02.txt": "", "scores-2026-01-01.txt": ""}, "scores-2026-01-02.txt"),
        ({"scores-2026-01-02.txt": "", "scores-current.txt": "2026-01-01"}, "scores-2026-01-02.txt"),
        ({"scores-2025-12-31.txt": "", "scores-current.txt": "2026-01-01"}, "scores-current.txt"),
        ({"scores-2026-01-02.txt": "2026-01-02", "a-2026-01-01.txt": "2026-01-03"}, "a-2026-01-01.txt"),
        ({"z.txt": "2026-01-01", "scores-2026-01-02.txt": ""}, "scores-2026-01-02.txt"),
    ],
)
def test_the_newest_scores_are_those_of_the_latest_day(tmp_path: Path, said: dict[str, str], newest: str) -> None:
    """The day that a file states, else the one in its name: not the order of the names."""
    place = folder(tmp_path / "feeds", *(f"scores/{name}" for name in said))
    items = {
        f"scores/{name}": (*((AsOf(date=day),) if day else ()), score(0.75 if name == newest else 0.25))
        for name, day in said.items()
    }
    feeds = {"scores": by_file(feed("scores", kind="probability"), items)}
    summary = update(place, tmp_path / "store.db", as_of="2026-03-01", feeds=feeds)
    assert Store.open(summary.store).threats(["CVE-2023-45853"])["CVE-2023-45853"].epss == 0.75
    assert summary.skipped == ()
    (others,) = set(said) - {newest}
    assert f"scores: scores/{newest} is newer than scores/{others}" in summary.notes


def test_real_scores_by_their_own_date(tmp_path: Path) -> None:
    place = tmp_path / "feeds" / "epss"
    place.mkdir(parents=True)
    (place / "epss_scores-current.csv.gz").write_bytes((FEEDS / "epss/epss_scores-2026-08-16.csv.gz").read_bytes())
    (place / "epss_scores-2026-09-01.csv").write_text("cve,epss\nCVE-1999-0001,0.5\n")
    summary = update(tmp_path / "feeds", tmp_path / "store.db", as_of="2026-11-24", feeds={"epss": EPSS})
    assert Store.open(summary.store).threats(["CVE-1999-0001"])["CVE-1999-0001"].epss == 0.5
    (place / "epss_scores-2026-09-01.csv").rename(place / "epss_scores-2026-08-15.csv")
    summary = update(tmp_path / "feeds", tmp_path / "other.db", as_of="2026-11-24", feeds={"epss": EPSS})
    assert Store.open(summary.store).threats(["CVE-1999-0001"])["CVE-1999-0001"].epss == 0.03351


def test_unusable_scores_do_not_hide_a_day(tmp_path: Path) -> None:
    place = folder(tmp_path / "feeds", "scores/2026-01-01.txt", "scores/2026-01-02.txt")
    items = {
        "scores/2026-01-01.txt": (score(0.75),),
        "scores/2026-01-02.txt": (Unusable(record="x", reason="odd"), score(0.5), score(0.5)),
    }
    feeds = {"scores": by_file(feed("scores", kind="probability"), items)}
    summary = update(place, tmp_path / "store.db", as_of="2026-03-01", feeds=feeds)
    assert Store.open(summary.store).threats(["CVE-2023-45853"])["CVE-2023-45853"].epss == 0.5
