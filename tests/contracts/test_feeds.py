"""What holds for every feed, whoever writes it; its sample lies in tests/data/feeds, laid out as it is served."""

import gzip
import re
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plimsoll.errors import HostileInputError, KnowledgeError
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import update
from plimsoll.model.limits import Limits
from plimsoll.model.statement import (
    AsOf,
    Exploited,
    Feed,
    Knowledge,
    Probability,
    Rating,
    SpeaksFor,
    State,
    Statement,
    Unusable,
)
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover

SAMPLES = Path(__file__).parents[1] / "data" / "feeds"
FEEDS = discover("plimsoll.knowledge.feeds", Feed)
PRODUCT = r"[a-z][a-z-]*(:[0-9a-z.]+)?"
"""`debian:12`; without a version where there is none: `pypi`, `wolfi`."""
USEFUL = {"advisories": Statement, "exploited": Exploited, "probability": Probability}

each = pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS)


def belongs(feed: Feed, path: str) -> bool:
    return any(path.count("/") == pattern.count("/") and fnmatchcase(path, pattern) for pattern in feed.files)


def samples(feed: Feed) -> dict[str, Path]:
    files = {path.relative_to(SAMPLES).as_posix(): path for path in sorted(SAMPLES.rglob("*")) if path.is_file()}
    return {path: file for path, file in files.items() if belongs(feed, path)}


def said(feed: Feed) -> list[Knowledge]:
    return [item for path, file in samples(feed).items() for item in feed.parse(path, file, Limits())]


def test_there_is_a_feed_of_every_kind() -> None:
    assert {feed.kind for feed in FEEDS.values()} == set(USEFUL)


@each
def test_it_says_what_it_is(feed: Feed) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*", feed.name)
    assert feed.title.strip() == feed.title != ""
    assert feed.kind in USEFUL
    assert feed.authority >= 0


@each
def test_it_states_its_licence_or_that_there_is_none(feed: Feed) -> None:
    assert feed.licence is None or re.fullmatch(r"[A-Za-z0-9.+-]+", feed.licence)
    assert len(feed.notice) > 40


@each
def test_its_patterns_are_relative_and_in_a_folder_of_their_own(feed: Feed) -> None:
    assert feed.files
    for pattern in feed.files:
        assert not pattern.startswith(("/", "*", "."))
        assert ".." not in pattern
        assert "/" in pattern


@each
def test_it_is_fetched_over_https_into_its_own_files(feed: Feed) -> None:
    assert feed.urls
    for address, path in feed.urls:
        assert belongs(feed, path), path
        if not address:  # Only folders and mirrors have it.
            continue
        parts = urlsplit(address)
        assert parts.scheme == "https"
        assert parts.hostname
    assert len({path for _, path in feed.urls}) == len(feed.urls)
    assert any(address for address, _ in feed.urls) or "no lasting address" in feed.notice


@each
def test_it_refers_to_a_page_about_an_id(feed: Feed) -> None:
    assert feed.reference.startswith("https://")
    assert feed.reference.count("{id}") == 1


def test_no_file_belongs_to_two_feeds() -> None:
    for feed in FEEDS.values():
        for _, path in feed.urls:
            assert [other.name for other in FEEDS.values() if belongs(other, path)] == [feed.name]


@each
def test_its_sample_says_something(feed: Feed) -> None:
    assert samples(feed)
    items = said(feed)
    assert [item for item in items if isinstance(item, USEFUL[feed.kind])]
    if feed.kind == "advisories":
        assert [item for item in items if isinstance(item, SpeaksFor)]


@each
def test_its_statements_are_in_the_words_of_the_model(feed: Feed) -> None:
    schemes = discover("plimsoll.versions", Scheme)
    for item in said(feed):
        match item:
            case Statement():
                assert re.fullmatch(PRODUCT, item.product)
                assert item.package
                assert item.vulnerability
                assert item.advisory
                assert item.scheme in schemes
                assert re.fullmatch(r"(\d{4}-\d{2}-\d{2})?", item.since)
                assert item.vulnerability not in item.aliases
            case Rating():
                assert 0.0 <= item.score <= 10.0
                assert item.version in {2, 3, 4}
            case AsOf(date=day) | Exploited(since=day):
                assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)
            case Probability():
                assert 0.0 <= item.score <= 1.0
            case SpeaksFor():
                assert re.fullmatch(PRODUCT, item.product)
                assert all(belongs(feed, path) for path in item.beside)
                assert re.fullmatch(r"(\d{4}-\d{2}-\d{2})?", item.until)
            case Unusable():
                assert item.record
                assert item.reason
                # Only what is certain may be told of a record that cannot be used.
                assert {known.state for known in item.known} <= {State.UNDETERMINED, State.NOT_AFFECTED}
                assert all(re.fullmatch(PRODUCT, known.product) for known in item.known)


@each
def test_it_says_the_same_each_time(feed: Feed) -> None:
    assert said(feed) == said(feed)


@each
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_garbage_is_refused_or_counted(feed: Feed, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "garbage"
    file.write_bytes(data)
    for path in samples(feed):
        try:
            items = list(feed.parse(path, file, Limits()))
        except (KnowledgeError, HostileInputError) as error:
            assert error.message
        else:
            assert not [item for item in items if isinstance(item, Statement | Rating | Exploited)]


@each
def test_a_sample_that_is_emptied_fails_and_the_former_rows_stay(feed: Feed, tmp_path: Path) -> None:
    """An empty document of the feed's own format, or none at all: never a store that knows less."""
    store = tmp_path / "store.db"
    for path, file in samples(feed).items():
        place = tmp_path / "feeds" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.read_bytes())
    feeds = {feed.name: feed}
    assert not update(tmp_path / "feeds", store, as_of="2026-11-24", feeds=feeds).failed
    with Store.open(store) as opened:
        before = opened.feeds("2026-11-24")
    for empty in (b"", b"{}", b'{"packages": []}', b'{"vulnerabilities": []}', b"cve,epss,percentile\n"):
        for path in samples(feed):
            (tmp_path / "feeds" / path).write_bytes(gzip.compress(empty) if path.endswith(".gz") else empty)
        (failed,) = update(tmp_path / "feeds", store, as_of="2026-11-24", feeds=feeds).failed
        assert failed.reason
        with Store.open(store) as opened:
            assert opened.feeds("2026-11-24") == before


@each
def test_a_missing_file_is_refused(feed: Feed, tmp_path: Path) -> None:
    for path in samples(feed):
        with pytest.raises(KnowledgeError):
            list(feed.parse(path, tmp_path / "none", Limits()))
