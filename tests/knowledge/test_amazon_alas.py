import bz2
import gzip
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, parsed

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.feeds.amazon_alas import AMAZON_ALAS
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import AsOf, Knowledge, SpeaksFor, Statement, Unusable

PATH = "amazon/2/core/updateinfo.xml.gz"
JSON = "amazon/alas-json.tar.gz"

UPDATE = """<update type="{kind}"><id>ALAS2-1</id><title>t</title><issued date="2024-01-02 03:04"/>
<severity>{severity}</severity><description>CVE-2000-0001</description><references>{references}</references><pkglist>
<collection short="{short}"><name>n</name><package name="zlib" epoch="{epoch}" version="1" release="2" arch="x"/>
<package name="zlib" epoch="{epoch}" version="1" release="2" arch="y"/></collection></pkglist></update>"""
REFERENCE = '<reference id="CVE-2024-0001" type="cve"/>'


def update(**changed: str) -> str:
    given = {"kind": "security", "severity": "medium", "references": REFERENCE, "short": "amazon-linux-2", "epoch": "0"}
    return UPDATE.format(**{**given, **changed})


def read(place: Path, *updates: str) -> list[Knowledge]:
    text = f"<updates>{''.join(updates)}</updates>"
    return parsed(AMAZON_ALAS, PATH, gzip.compress(text.encode()), place)


def statements(items: list[Knowledge]) -> list[Statement]:
    return [item for item in items if isinstance(item, Statement)]


def sample(name: str, place: Path) -> list[Knowledge]:
    return parsed(AMAZON_ALAS, f"amazon/{name}", (FEEDS / "amazon" / name).read_bytes(), place)


def test_the_real_updates(tmp_path: Path) -> None:
    httpd = statements(sample("updateinfo_1.xml.gz", tmp_path))
    assert [(said.product, said.package, said.vulnerability, said.advisory, said.hi) for said in httpd] == [
        ("amzn:1", "httpd-devel", "CVE-2011-3192", "ALAS-2011-1", "2.2.21-1.18.amzn1")
    ]
    assert {(said.severity, said.since, said.evidence) for said in httpd} == {(Severity.MEDIUM, "2011-09-27", True)}
    kernel = statements(sample("updateinfo_2.xml.gz", tmp_path))
    assert {(said.product, said.stream, said.severity) for said in kernel} == {("amzn:2", "", Severity.CRITICAL)}


def test_extras_are_a_stream_and_do_not_speak_for_the_core(tmp_path: Path) -> None:
    items = sample("updateinfo_2_kernel-5.15.xml.gz", tmp_path)
    assert {(said.product, said.stream) for said in statements(items)} == {("amzn:2", "extra:kernel-5.15")}
    assert not [item for item in items if isinstance(item, SpeaksFor)]


def test_one_file_for_each_advisory(tmp_path: Path) -> None:
    items = sample("alas-json.tar.gz", tmp_path)
    assert [(said.product, said.package, said.vulnerability, said.hi, said.severity) for said in statements(items)] == [
        ("amzn:2", "python3-bottle", "CVE-2022-31799", "0.12.21-2.amzn2", Severity.MEDIUM),
        ("amzn:2023", "python3-idna", "CVE-2024-3651", "2.10-3.amzn2023.0.3", Severity.MEDIUM),
    ]
    assert [item.record for item in items if isinstance(item, Unusable)] == ["ALAS2-2018-996"]
    assert AsOf(date="2024-11-14", of_record=True) in items


def test_architectures_repeat_and_epochs_count(tmp_path: Path) -> None:
    assert [said.hi for said in statements(read(tmp_path, update()))] == ["1-2"]
    assert [said.hi for said in statements(read(tmp_path, update(epoch="3")))] == ["3:1-2"]


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", Severity.CRITICAL),
        ("Important", Severity.HIGH),
        ("low", Severity.LOW),
        ("odd", None),
    ],
)
def test_ratings(tmp_path: Path, word: str, severity: Severity | None) -> None:
    assert [said.severity for said in statements(read(tmp_path, update(severity=word)))] == [severity]


def test_what_is_no_security_update_says_nothing(tmp_path: Path) -> None:
    items = read(tmp_path, update(kind="bugfix"), update(references=""), update(short="elsewhere"))
    assert not statements(items)
    assert [item.reason for item in items if isinstance(item, Unusable)] == ["a security update that names no CVE"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<updates>",
        "<updates></updates>",
        '<!DOCTYPE u [<!ENTITY a "b">]><updates>&a;</updates>',
        "<a>" * 30,
        "no xml",
    ],
)
def test_what_is_no_updateinfo_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(KnowledgeError):
        parsed(AMAZON_ALAS, PATH, gzip.compress(text.encode()), tmp_path)


def test_it_may_be_compressed_otherwise_or_not_at_all(tmp_path: Path) -> None:
    text = f"<updates>{update()}</updates>".encode()
    for data in (text, bz2.compress(text)):
        assert len(statements(parsed(AMAZON_ALAS, PATH, data, tmp_path))) == 1


def test_a_bomb_is_stopped(tmp_path: Path) -> None:
    text = f"<updates>{update()}{' ' * 100_000}</updates>".encode()
    with pytest.raises(LimitError) as error:
        parsed(AMAZON_ALAS, PATH, gzip.compress(text), tmp_path, Limits(feed_size=50_000))
    assert error.value.limit == "feed_size"
    with pytest.raises(LimitError) as error:
        many = f"<updates>{update() * 3}</updates>".encode()
        parsed(AMAZON_ALAS, PATH, gzip.compress(many), tmp_path, Limits(feed_records=2))
    assert error.value.limit == "feed_records"


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError):
        parsed(AMAZON_ALAS, PATH, gzip.compress(f"<updates>{update()}".encode())[:-10], tmp_path)
