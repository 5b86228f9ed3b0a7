import json
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, parsed

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.feeds.redhat_vex import REDHAT_VEX
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Knowledge, Rating, SpeaksFor, State, Statement, Unusable

ARCHIVE = "redhat/csaf_vex.tar.zst"
VEX = "redhat/csaf/v2/vex/2026/cve-2026-0968.json"
ADVISORY = "redhat/csaf/v2/advisories/2024/rhsa-2024_3666.json"
DELETED = "redhat/csaf/v2/vex/2023/cve-2023-0118.json"
Json = dict[str, object]
BRANCHES: list[Json] = [
    {"product": {"product_id": "R8", "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:8"}}},
    {"branches": [{"product": {"product_id": "P", "product_identification_helper": {"purl": "pkg:rpm/redhat/curl"}}}]},
    {"product": {"product_id": "B", "product_identification_helper": {"purl": "pkg:rpm/redhat/b%2B@1-2?epoch=3"}}},
    {"product": {"product_id": "M", "product_identification_helper": {"purl": "pkg:rpmmod/redhat/nodejs@18:806:ab"}}},
    {"product": {"product_id": "nodejs:18/nodejs", "name": "nodejs:18/nodejs"}},
    {"product": {"product_id": "I", "product_identification_helper": {"purl": "pkg:oci/ubi?tag=1"}}},
]


def part(of: str, what: str, whole: str) -> Json:
    product = {"product_id": of}
    return {"product_reference": what, "relates_to_product_reference": whole, "full_product_name": product}


PARTS = [
    part("R8:P", "P", "R8"),
    part("R8:B", "B", "R8"),
    part("R8:M", "M", "R8"),
    part("R8:M:B", "B", "R8:M"),
    part("R8:N", "nodejs:18/nodejs", "R8"),
    part("R8:I", "I", "R8"),
    part("loop", "P", "loop"),
]


def document(status: Json, *, category: str = "csaf_vex", branches: list[Json] | None = None, **more: object) -> bytes:
    head = {
        "category": category,
        "publisher": {"namespace": "https://www.redhat.com"},
        "tracking": {"id": "CVE-2024-0001", "current_release_date": "2024-05-05T01:02:03+00:00"},
    }
    tree = {"branches": BRANCHES if branches is None else branches, "relationships": PARTS}
    vulnerability = {"cve": "CVE-2024-0001", "release_date": "2024-01-01T00:00:00+00:00", "product_status": status}
    return json.dumps({"document": head, "product_tree": tree, "vulnerabilities": [{**vulnerability, **more}]}).encode()


def read(place: Path, data: bytes) -> list[Knowledge]:
    return parsed(REDHAT_VEX, "redhat/csaf/v2/vex/2024/cve-2024-0001.json", data, place)


def statements(items: list[Knowledge]) -> list[Statement]:
    return [item for item in items if isinstance(item, Statement)]


def test_the_real_vex_document(tmp_path: Path) -> None:
    items = parsed(REDHAT_VEX, VEX, (FEEDS / VEX).read_bytes(), tmp_path)
    libssh = {said.product: said for said in statements(items) if said.package == "libssh"}
    assert {product: said.state for product, said in libssh.items()} == {
        "rhel:8": State.DEFERRED,
        "rhel:9": State.AFFECTED,
        "rhel:10": State.AFFECTED,
    }
    others = {said.product: (said.package, said.state) for said in statements(items) if said.package == "libssh2"}
    assert others == dict.fromkeys(("rhel:6", "rhel:7"), ("libssh2", State.NOT_AFFECTED))
    assert libssh["rhel:8"].detail == "Fix deferred"
    assert {said.evidence for said in libssh.values()} == {False}
    assert [item.version for item in items if isinstance(item, Rating)] == [3]


def test_the_real_advisory_is_evidence(tmp_path: Path) -> None:
    items = statements(parsed(REDHAT_VEX, ADVISORY, (FEEDS / ADVISORY).read_bytes(), tmp_path))
    assert {(said.advisory, said.evidence, said.product) for said in items} == {("RHSA-2024:3666", True, "rhel:8")}
    assert {said.hi for said in items} == {"1:9.0.87-1.el8_10.1"}


def test_a_single_document_speaks_for_no_package_and_the_archive_for_all(tmp_path: Path) -> None:
    single = parsed(REDHAT_VEX, VEX, (FEEDS / VEX).read_bytes(), tmp_path)
    assert {item.packages for item in single if isinstance(item, SpeaksFor)} == {frozenset()}
    archive = parsed(REDHAT_VEX, ARCHIVE, (FEEDS / ARCHIVE).read_bytes(), tmp_path)
    assert {item.packages for item in archive if isinstance(item, SpeaksFor)} == {None}
    streams = {said.stream for said in statements(archive)}
    assert {"", "module:?", "module:perl-FCGI:0.78", "aus:8.6 module:perl-FCGI:0.78", "eus:9.4", "els"} <= streams


def test_a_deleted_document_says_nothing(tmp_path: Path) -> None:
    assert parsed(REDHAT_VEX, DELETED, (FEEDS / DELETED).read_bytes(), tmp_path) == []


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        ("R8:P", [("", "curl", None)]),
        ("R8:N", [("module:nodejs:18", "nodejs", None)]),
        ("R8:I", []),
        ("loop", []),
        ("R8", []),
        ("nowhere", []),
    ],
)
def test_what_is_affected(tmp_path: Path, product: str, expected: list[tuple[str, str, str | None]]) -> None:
    items = statements(read(tmp_path, document({"known_affected": [product]})))
    assert [(said.stream, said.package, said.hi) for said in items] == expected


def test_what_is_fixed_has_epoch_and_module(tmp_path: Path) -> None:
    items = statements(read(tmp_path, document({"fixed": ["R8:B", "R8:M:B", "R8:P"]})))
    assert [(said.stream, said.package, said.hi) for said in items] == [
        ("", "b+", "3:1-2"),
        ("module:nodejs:18", "b+", "3:1-2"),
    ]


def test_a_build_that_is_not_affected_says_nothing_of_the_ones_before(tmp_path: Path) -> None:
    items = statements(read(tmp_path, document({"known_not_affected": ["R8:B", "R8:P"]})))
    assert [(said.package, said.state) for said in items] == [("curl", State.NOT_AFFECTED)]


@pytest.mark.parametrize(
    ("category", "words", "state", "detail"),
    [
        ("no_fix_planned", "Will not fix", State.WILL_NOT_FIX, "Will not fix"),
        ("no_fix_planned", "Something new", State.WILL_NOT_FIX, "Something new"),
        ("none_available", "Fix deferred", State.DEFERRED, "Fix deferred"),
        ("none_available", "Affected", State.AFFECTED, ""),
        ("workaround", "Will not fix", State.AFFECTED, ""),
    ],
)
def test_what_becomes_of_what_is_affected(tmp_path: Path, category: str, words: str, state: State, detail: str) -> None:
    remedy = {"category": category, "details": words, "product_ids": ["R8:P"]}
    (said,) = statements(read(tmp_path, document({"known_affected": ["R8:P"]}, remediations=[remedy])))
    assert (said.state, said.detail) == (state, detail)


def test_what_is_investigated_is_undetermined(tmp_path: Path) -> None:
    (said,) = statements(read(tmp_path, document({"under_investigation": ["R8:P"]})))
    assert (said.state, said.detail) == (State.UNDETERMINED, "Under investigation")


def test_the_impact_on_a_product_outranks_that_on_all(tmp_path: Path) -> None:
    threats = [
        {"category": "impact", "details": "Important"},
        {"category": "impact", "details": "Low", "product_ids": ["R8:P"]},
    ]
    items = statements(read(tmp_path, document({"known_affected": ["R8:P", "R8:N"]}, threats=threats)))
    assert {said.package: said.severity for said in items} == {"curl": Severity.LOW, "nodejs": Severity.HIGH}


def deep(levels: int) -> list[Json]:
    branches: list[Json] = [{}]
    for _ in range(levels):
        branches = [{"branches": branches}]
    return branches


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (document({}, branches=deep(40)), "its product tree is too deep"),
        (document({}, branches=[{"branches": 1}]), "its product tree is not one of CSAF"),
        (document({}).replace(b"www.redhat.com", b"example.com"), "is no CSAF document of Red Hat"),
        (document({}, cve=None), "a vulnerability without a CVE"),
        (b"[]", "is not what its publisher serves"),
        (b'{"document":' * 3000, "is not what its publisher serves"),
    ],
)
def test_a_document_that_is_none_is_counted(tmp_path: Path, data: bytes, reason: str) -> None:
    items = read(tmp_path, data)
    assert [item for item in items if isinstance(item, Unusable) and reason in item.reason]
    assert not statements(items)


def test_an_archive_that_is_cut_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="cannot be read"):
        parsed(REDHAT_VEX, ARCHIVE, (FEEDS / ARCHIVE).read_bytes()[:2000], tmp_path)
