import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.knowledge.making import ALL_OF_DEBIAN_12, ZLIB, build, built, feed, found, key, saying

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.codes import cve_name, cve_number, day_number, day_text
from plimsoll.knowledge.store import Store
from plimsoll.model.statement import Rating, State, Statement
from plimsoll.model.version import Scheme
from plimsoll.plugins import discover

DPKG: Scheme = discover("plimsoll.versions", Scheme)["dpkg"]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return build(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB)).store


# Refusal


def test_a_missing_store_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="there is no knowledge store") as refused:
        Store.open(tmp_path / "none.db")
    assert "plimsoll db update" in refused.value.advice


@pytest.mark.parametrize("data", [b"", b"nonsense" * 1000, b"SQLite format 3\0", b"SQLite format 3\0" + b"\xff" * 8192])
def test_another_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.db").write_bytes(data)
    with pytest.raises(KnowledgeError):
        Store.open(tmp_path / "x.db")


def changed(store: Path, *statements: str) -> Path:
    with sqlite3.connect(store) as db:
        for statement in statements:
            db.execute(statement)
    db.close()
    return store


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("PRAGMA user_version = 99", "schema version 99, not 3"),
        ("PRAGMA application_id = 1", "no knowledge store of Plimsoll"),
        ("UPDATE scheme SET revision = 99 WHERE name = 'dpkg'", "dpkg keys of revision 99"),
        ("UPDATE scheme SET name = 'runes' WHERE name = 'dpkg'", "no such scheme"),
    ],
)
def test_another_schema_or_encoder_is_refused(store: Path, change: str, said: str) -> None:
    with pytest.raises(KnowledgeError, match=said) as refused:
        Store.open(changed(store, change))
    assert "plimsoll db update" in refused.value.advice
    assert "plimsoll db import" in refused.value.advice


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (x)",
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER more AFTER INSERT ON meta BEGIN SELECT 1; END",
        "DROP INDEX statement_by_vulnerability",
    ],
)
def test_the_check_finds_what_is_not_ours(store: Path, change: str) -> None:
    with Store.open(changed(store, change)) as opened, pytest.raises(KnowledgeError, match="other tables than ours"):
        opened.check()


def test_the_check_finds_damage(store: Path) -> None:
    data = bytearray(store.read_bytes())
    for page in range(1, len(data) // 4096):
        data[page * 4096 : page * 4096 + 40] = b"\x55" * 40
    store.write_bytes(data)
    with pytest.raises(KnowledgeError, match=r"damaged|other tables"), Store.open(store) as opened:
        opened.check()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE statement SET state = 99",
        "UPDATE statement SET feed = 99",
        "UPDATE statement SET scheme = 99",
        "UPDATE statement SET severity = 'x'",
        "UPDATE statement SET since = 'x'",
        "UPDATE statement SET detail = 99",
    ],
)
def test_numbers_that_mean_nothing_are_said_to_be_damage(store: Path, change: str) -> None:
    opened = Store.open(changed(store, change))
    with pytest.raises(KnowledgeError, match="damaged"):
        opened.affecting("debian:12", [("zlib", key("dpkg")("1:1.2"))])


def test_a_date_that_is_none_is_said_to_be_damage(store: Path) -> None:
    with pytest.raises(KnowledgeError, match="damaged"):
        Store.open(changed(store, "UPDATE feed SET date = 'soon'")).feeds("2025-03-01")


def test_nothing_can_be_written(store: Path) -> None:
    with pytest.raises(KnowledgeError, match="readonly"):
        Store.open(store).rows("DELETE FROM statement")


# Questions


def test_an_empty_question(store: Path) -> None:
    opened = Store.open(store)
    assert opened.affecting("debian:12", []) == []
    assert opened.speakers("debian:12", []) == {}
    assert opened.threats([]) == {}
    assert opened.references("CVE-1999-0001", "debian:12") == ()


def test_unknown_names_are_nobodys(store: Path) -> None:
    opened = Store.open(store)
    assert opened.affecting("debian:99", [("zlib", b"\x01")]) == []
    assert opened.affecting("debian:12", [("nothing", b"\x01")]) == []
    assert opened.weighed("debian:12", "zlib", "XSA-1") == ()
    assert opened.speakers("windows:11", ["zlib"]) == {}


def test_answers_carry_the_index_of_the_question(store: Path) -> None:
    old = key("dpkg")("1:1.2")
    answers = Store.open(store).affecting("debian:12", [("bash", old), ("zlib", old), ("zlib", key("dpkg")("1:1.4"))])
    assert [index for index, _ in answers] == [1]


def test_without_a_key_every_statement_must_be_compared(tmp_path: Path) -> None:
    never = replace(ZLIB, vulnerability="CVE-2020-1111", advisory="CVE-2020-1111", state=State.NOT_AFFECTED, hi=None)
    store = built(tmp_path, saying(feed(), ZLIB, replace(ZLIB, vulnerability="CVE-2001-0001", hi="0.1"), never))
    answers = store.affecting("debian:12", [("zlib", None)])
    assert {stored.statement.vulnerability for _, stored in answers} == {ZLIB.vulnerability, "CVE-2001-0001"}


@pytest.mark.parametrize("said", [replace(ZLIB, hi="not a version!"), replace(ZLIB, lo="not a version!")])
def test_a_bound_without_a_key_is_kept_and_compared_slowly(tmp_path: Path, said: Statement) -> None:
    store = built(tmp_path, saying(feed(), said))
    ((index, stored),) = store.affecting("debian:12", [("zlib", key("dpkg")("99:1"))])
    assert index == 0
    assert stored.slow
    assert stored.statement == replace(said, since="2025-03-01")


def test_an_inclusive_bound_includes_itself_and_nothing_more(tmp_path: Path) -> None:
    store = built(tmp_path, saying(feed(), replace(ZLIB, lo="1:1.2", hi="1:1.2", hi_inclusive=True)))
    versions = ("1:1.2~", "1:1.2", "1:1.2-0+a", "1:1.2.0")
    assert [bool(found(store, "debian:12", "zlib", version)) for version in versions] == [False, True, False, False]


def test_ratings_come_best_first(tmp_path: Path) -> None:
    ratings = [
        Rating(vulnerability="CVE-2020-1111", version=version, score=score, vector=f"V{version}{score}")
        for version, score in ((2, 9.0), (4, 1.0), (3, 5.0), (3, 7.0))
    ]
    threats = built(tmp_path, saying(feed(), *ratings)).threats(["CVE-2020-1111"])
    assert [(feed_, rating.version, rating.score) for feed_, rating in threats["CVE-2020-1111"].ratings] == [
        ("vendor", 4, 1.0),
        ("vendor", 3, 7.0),
        ("vendor", 3, 5.0),
        ("vendor", 2, 9.0),
    ]


def test_more_names_than_one_query_takes(tmp_path: Path) -> None:
    names = [f"CVE-2020-{number}" for number in range(1000, 3500)]
    ratings = (Rating(vulnerability=name, version=3, score=5.0, vector="V") for name in names)
    packages = [(f"p{number}", b"\x01") for number in range(2500)]
    store = built(tmp_path, saying(feed(), ALL_OF_DEBIAN_12, ZLIB, *ratings))
    assert set(store.threats(names)) == set(names)
    assert store.affecting("debian:12", packages) == []
    assert len(store.speakers("debian:12", [name for name, _ in packages])) == 2500


def test_the_affected_question_is_one_range_of_the_primary_key(store: Path) -> None:
    plan = Store.open(store).rows(
        "EXPLAIN QUERY PLAN SELECT lo FROM statement"
        " WHERE product = 1 AND package = 2 AND decides = 1 AND hi > X'01' AND lo <= X'01'"
    )
    assert [row[3] for row in plan] == [
        "SEARCH statement USING PRIMARY KEY (product=? AND package=? AND decides=? AND hi>?)"
    ]


def test_several_threads_may_ask(store: Path) -> None:
    opened = Store.open(store)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: found(opened, "debian:12", "zlib", "1:1.2"), range(200)))
    assert answers == [{ZLIB.vulnerability}] * 200


# Codes


@pytest.mark.parametrize("name", ["CVE-1999-0001", "CVE-2024-12345", "CVE-2021-44228", "CVE-2099-123456789"])
def test_a_cve_is_a_number_and_back(name: str) -> None:
    number = cve_number(name)
    assert number is not None
    assert cve_name(number) == name


@pytest.mark.parametrize(
    "name",
    ["CVE-2021-1", "CVE-2021-00123", "cve-2021-1234", "CVE-2021-1234 ", "CVE-2021-١٢٣٤", "XSA-1", "CVE-0021-1234"],
)
def test_any_other_id_is_kept_as_it_is(name: str) -> None:
    assert cve_number(name) is None


@given(st.dates())
def test_days_are_numbers_and_back(day: object) -> None:
    assert day_text(day_number(str(day))) == str(day)


def test_no_day_is_zero() -> None:
    assert day_number("") == 0
    assert day_text(0) == ""


# The query against the reference comparison

VERSIONS = st.from_regex(r"([0-2]:)?[0-9]{1,2}([.~+][a-c0-9]{1,2}){0,2}(-[0-9][a-z~+0-9]{0,2})?", fullmatch=True)
BOUNDS = st.tuples(st.one_of(st.just(""), VERSIONS), st.one_of(st.none(), VERSIONS), st.booleans())


def holds(version: str, lo: str, hi: str | None, compare: Callable[[str, str], int], *, inclusive: bool) -> bool:
    below = hi is None or compare(version, hi) < 0 or (inclusive and compare(version, hi) == 0)
    return below and (not lo or compare(lo, version) <= 0)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BOUNDS, min_size=1, max_size=12), st.lists(VERSIONS, min_size=1, max_size=12))
def test_the_query_answers_as_the_reference_comparison_does(
    tmp_path_factory: pytest.TempPathFactory, bounds: list[tuple[str, str | None, bool]], versions: list[str]
) -> None:
    rows = [
        replace(
            ZLIB,
            vulnerability=f"CVE-2024-{1000 + number}",
            lo=lo,
            hi=hi,
            hi_inclusive=inclusive and hi is not None,
        )
        for number, (lo, hi, inclusive) in enumerate(bounds)
    ]
    store = built(tmp_path_factory.mktemp("store"), saying(feed(), *rows))
    for version in [*versions, *(row.hi for row in rows if row.hi), *(row.lo for row in rows if row.lo)]:
        expected = {
            row.vulnerability
            for row in rows
            if holds(version, row.lo, row.hi, DPKG.compare, inclusive=row.hi_inclusive)
        }
        assert found(store, "debian:12", "zlib", version) == expected
