import gzip
import json
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, parsed

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.cpe import Cpe, cpe
from plimsoll.knowledge.feeds.nvd import NVD
from plimsoll.model.limits import Limits
from plimsoll.model.statement import AsOf, Knowledge, Rating, SpeaksFor, State, Statement, Unusable

PATH = "nvd/cves-2.0-page.json"
YEAR = "nvd/nvdcve-2.0-2004.json.gz"
Json = dict[str, object]


def page(*records: Json, **more: object) -> bytes:
    entries = [{"cve": {"id": "CVE-2024-0001", "vulnStatus": "Analyzed", **record}} for record in records]
    about = {"timestamp": "2024-05-05T00:00:00.000", "totalResults": len(entries)}
    return json.dumps({**about, "vulnerabilities": entries, **more}).encode()


def read(place: Path, *records: Json) -> list[Knowledge]:
    return parsed(NVD, PATH, page(*records), place)


def statements(items: list[Knowledge]) -> list[Statement]:
    return [item for item in items if isinstance(item, Statement)]


def node(criteria: str, **bounds: object) -> Json:
    return {"operator": "OR", "cpeMatch": [{"vulnerable": True, "criteria": criteria, **bounds}]}


def about(*nodes: Json) -> Json:
    return {"configurations": [{"nodes": list(nodes)}]}


ANY = "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*"


def rows(place: Path, *nodes: Json) -> list[tuple[str, str | None, bool]]:
    return [(said.lo, said.hi, said.hi_inclusive) for said in statements(read(place, about(*nodes)))]


def test_the_real_page(tmp_path: Path) -> None:
    items = parsed(NVD, PATH, (FEEDS / PATH).read_bytes(), tmp_path)
    said = {item.vulnerability: item for item in statements(items)}
    assert (said["CVE-2023-22068"].package, said["CVE-2023-22068"].product) == ("oracle:mysql", "cpe")
    engine = said["CVE-2020-10729"]  # runs on Red Hat's system, is itself what is vulnerable
    assert (engine.package, engine.hi, engine.scheme) == ("redhat:ansible_engine", "2.9.6", "loose")
    struts = [item for item in statements(items) if item.package == "apache:struts"]
    assert ("2.3.5", "2.3.5", True) in {(item.lo, item.hi, item.hi_inclusive) for item in struts}
    assert "CVE-1999-1341" not in said  # of an operating system
    assert {item.record for item in items if isinstance(item, Unusable)} == {"CVE-2023-45383", "CVE-2024-0002"}
    rejected = {"CVE-2022-0094", "CVE-2020-15415"}
    assert not rejected & {item.vulnerability for item in items if isinstance(item, Statement | Rating)}
    assert {item.version for item in items if isinstance(item, Rating) and item.vulnerability == "CVE-2017-5638"} == {
        2,
        3,
    }
    assert AsOf(date="2026-08-21") in items


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({}, ("", None, False)),
        ({"versionEndExcluding": "1.1"}, ("", "1.1", False)),
        ({"versionEndIncluding": "1.1"}, ("", "1.1", True)),
        ({"versionStartIncluding": "1.0", "versionEndExcluding": "1.1"}, ("1.0", "1.1", False)),
        ({"versionStartExcluding": "1.0", "versionEndIncluding": "1.1"}, ("1.0.a", "1.1", True)),
        ({"versionStartIncluding": "1.0"}, ("1.0", None, False)),
    ],
)
def test_ranges(tmp_path: Path, bounds: Json, expected: tuple[str, str | None, bool]) -> None:
    assert rows(tmp_path, node(ANY, **bounds)) == [expected]


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.0.1:*", "1.0.1"), ("1.0.1:-", "1.0.1"), ("1.0.1:beta1", "1.0.1-beta1"), (r"1.0\+git:*", "1.0+git")],
)
def test_exact_versions(tmp_path: Path, version: str, expected: str) -> None:
    criteria = f"cpe:2.3:a:openssl:openssl:{version}:*:*:*:*:*:*"
    assert rows(tmp_path, node(criteria)) == [(expected, expected, True)]


def test_no_version_is_undetermined_unless_others_have_one(tmp_path: Path) -> None:
    none = "cpe:2.3:a:openssl:openssl:-:*:*:*:*:*:*:*"
    (said,) = statements(read(tmp_path, about(node(none))))
    assert (said.state, said.detail) == (State.UNDETERMINED, "no version")
    assert rows(tmp_path, node(none), node(ANY, versionEndExcluding="1")) == [("", "1", False)]


@pytest.mark.parametrize(
    "silent",
    [
        node("cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*"),
        node("cpe:2.3:h:vendor:router:-:*:*:*:*:*:*:*"),
        node("cpe:2.3:a:vendor:tool:*:*:*:*:*:windows:*:*"),
        {"cpeMatch": [{"vulnerable": False, "criteria": ANY}]},
        {**node(ANY), "negate": True},
    ],
)
def test_what_is_not_about_a_program_in_a_container_says_nothing(tmp_path: Path, silent: Json) -> None:
    items = read(tmp_path, about(silent))
    assert not [item for item in items if isinstance(item, Statement | Unusable)]


def test_matches_that_repeat_count_once(tmp_path: Path) -> None:
    assert len(rows(tmp_path, node(ANY), node(ANY))) == 1


def test_everyone_who_rated_is_heard(tmp_path: Path) -> None:
    vectors = ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]
    metrics = {"cvssMetricV31": [{"cvssData": {"vectorString": vector}} for vector in (*vectors, vectors[0])]}
    items = read(tmp_path, {"metrics": {**metrics, "ssvcV203": [1]}, **about(node(ANY))})
    assert [item.vector for item in items if isinstance(item, Rating)] == vectors


@pytest.mark.parametrize("status", ["Received", "Awaiting Analysis", "Undergoing Analysis"])
def test_what_awaits_analysis_is_counted(tmp_path: Path, status: str) -> None:
    items = read(tmp_path, {"vulnStatus": status})
    assert [item.reason for item in items if isinstance(item, Unusable)] == [f"names no products: {status.lower()}"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"id": "X"}, "is no id of a CVE"),
        (about(node("cpe:2.3:a:x")), "'cpe:2.3:a:x' is no CPE name"),
        ({"configurations": 1}, "record 1 is not what its publisher serves"),
        ({"metrics": {"cvssMetricV31": 1}}, "CVE-2024-0001 is not what its publisher serves"),
    ],
)
def test_a_record_that_is_none_is_counted(tmp_path: Path, record: Json, reason: str) -> None:
    items = read(tmp_path, record)
    assert [item for item in items if isinstance(item, Unusable) and item.reason.startswith(reason)]
    assert not statements(items)


def extent(items: list[Knowledge]) -> SpeaksFor:
    (speaks,) = [item for item in items if isinstance(item, SpeaksFor)]
    return speaks


def test_a_page_that_is_not_all_speaks_for_nothing_in_full(tmp_path: Path) -> None:
    assert extent(parsed(NVD, PATH, page({}), tmp_path)).packages is None
    assert extent(parsed(NVD, PATH, page({}, totalResults=2), tmp_path)).packages == frozenset()


def test_a_year_speaks_with_all_the_others(tmp_path: Path) -> None:
    speaks = extent(parsed(NVD, YEAR, gzip.compress(page({}, totalResults=1)), tmp_path))
    assert len(speaks.beside) == 2024 - 2002
    assert YEAR not in speaks.beside
    assert "nvd/nvdcve-2.0-2024.json.gz" in speaks.beside


def test_what_is_no_page_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"{}", b"[]", gzip.compress(b"{}")[:-4]):
        with pytest.raises(KnowledgeError):
            parsed(NVD, PATH, data, tmp_path)
    with pytest.raises(LimitError):
        parsed(NVD, PATH, gzip.compress(page({}) + b" " * 10_000), tmp_path, Limits(feed_size=5_000))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ANY, Cpe("a", "openssl", "openssl", "*", "*", "*")),
        (r"cpe:2.3:a:c\+\+:a\:b:1\.0:p1:*:*:*:linux:*:*", Cpe("a", "c++", "a:b", "1.0", "p1", "linux")),
        ("cpe:/a:openssl:openssl", None),
        ("cpe:2.3:x:openssl:openssl:*:*:*:*:*:*:*:*", None),
        ("cpe:2.3:a::openssl:*:*:*:*:*:*:*:*", None),
        ("cpe:2.3:a:" + "x" * 2000, None),
    ],
)
def test_cpe_names(text: str, expected: Cpe | None) -> None:
    assert cpe(text) == expected
