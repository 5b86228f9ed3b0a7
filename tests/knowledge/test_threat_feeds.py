import gzip
import json
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, parsed

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.feeds.epss import EPSS
from plimsoll.knowledge.feeds.kev import KEV
from plimsoll.model.limits import Limits
from plimsoll.model.statement import AsOf, Exploited, Probability, Unusable

CATALOGUE = "kev/known_exploited_vulnerabilities.json"
SCORES = "epss/epss_scores-2026-08-16.csv.gz"


def test_the_real_catalogue(tmp_path: Path) -> None:
    items = parsed(KEV, CATALOGUE, (FEEDS / CATALOGUE).read_bytes(), tmp_path)
    assert items[0] == AsOf(date="2025-08-25")
    assert Exploited(vulnerability="CVE-2021-44228", since="2021-12-10") in items
    assert Exploited(vulnerability="CVE-2014-0160", since="2022-05-04") in items
    assert len(items) == 4


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"cveID": "CVE-2021-1"},
        {"cveID": "CVE-2021-1", "dateAdded": "soon"},
        {"cveID": "CVE-2021-1", "dateAdded": "2021-02-30"},
        {"cveID": "CVE-2021-1", "dateAdded": "2021-W01-1"},
        {"cveID": "", "dateAdded": "2021-02-03"},
        7,
    ],
)
def test_an_entry_without_id_or_day_is_counted(tmp_path: Path, entry: object) -> None:
    sound = {"cveID": "CVE-2021-2", "dateAdded": "2021-02-03"}
    data = json.dumps({"dateReleased": "2021-03-01", "vulnerabilities": [entry, sound]}).encode()
    assert [type(item) for item in parsed(KEV, CATALOGUE, data, tmp_path)] == [AsOf, Unusable, Exploited]


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"vulnerabilities": {}}'])
def test_another_file_is_no_catalogue(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(KnowledgeError, match="known_exploited"):
        parsed(KEV, CATALOGUE, data, tmp_path)


def test_the_real_scores(tmp_path: Path) -> None:
    items = parsed(EPSS, SCORES, (FEEDS / SCORES).read_bytes(), tmp_path)
    assert items[0] == AsOf(date="2026-08-16")
    assert Probability(vulnerability="CVE-1999-0001", score=0.03351) in items
    assert len(items) == 7


def test_scores_need_not_be_zipped_nor_dated(tmp_path: Path) -> None:
    items = parsed(EPSS, "epss/epss_scores-2021-04-14.csv", b"cve,epss\nCVE-2020-5902,0.65117\n\n", tmp_path)
    assert items == [Probability(vulnerability="CVE-2020-5902", score=0.65117)]


@pytest.mark.parametrize("text", ["1.1", "-0.1", "nan", "inf", "", "x", "1e999"])
def test_what_is_no_probability_is_counted(tmp_path: Path, text: str) -> None:
    (item,) = parsed(EPSS, "epss/epss_scores-x.csv", f"cve,epss\nCVE-2020-5902,{text}\n".encode(), tmp_path)
    assert isinstance(item, Unusable)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        gzip.compress(b"", mtime=0),
        gzip.compress(b"cve,epss\nCVE-2020-1,0.5\n" * 500, mtime=0)[:-20],
        b"\x1f\x8b\x08nonsense",
    ],
    ids=["empty", "nothing in gzip", "cut gzip", "no gzip"],
)
def test_other_files_are_no_scores(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(KnowledgeError, match="epss_scores"):
        parsed(EPSS, SCORES, data, tmp_path)


@pytest.mark.parametrize(
    ("limits", "name"), [(Limits(feed_size=100_000), "feed_size"), (Limits(feed_records=10), "feed_records")]
)
def test_a_bomb_of_scores_is_stopped(tmp_path: Path, limits: Limits, name: str) -> None:
    bomb = gzip.compress(b"cve,epss\n" + b"CVE-2020-5902,0.5\n" * 100_000)
    with pytest.raises(LimitError, match=name):
        parsed(EPSS, SCORES, bomb, tmp_path, limits)
