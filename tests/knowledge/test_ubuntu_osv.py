import io
import json
import tarfile
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, parsed

from plimsoll.knowledge.feeds.ubuntu_osv import UBUNTU_OSV, place
from plimsoll.model.severity import Severity
from plimsoll.model.statement import AsOf, Knowledge, Rating, SpeaksFor, State, Statement, Unusable

PATH = "ubuntu/osv-all.tar"
Json = dict[str, object]


def read(place_: Path, *records: Json) -> list[Knowledge]:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for number, record in enumerate(records):
            data = json.dumps(record).encode()
            info = tarfile.TarInfo(f"osv/cve/2024/{number}.json")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return parsed(UBUNTU_OSV, PATH, target.getvalue(), place_)


def statements(items: list[Knowledge]) -> list[Statement]:
    return [item for item in items if isinstance(item, Statement)]


def entry(ecosystem: str, *fixed: str, name: str = "zlib") -> Json:
    events = [{"introduced": "0"}, *({"fixed": version} for version in fixed)]
    package = {"ecosystem": ecosystem, "name": name}
    return {"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}], "ecosystem_specific": {}}


def record(*entries: Json, **more: object) -> Json:
    return {"id": "UBUNTU-CVE-2024-0001", "modified": "2024-05-05T00:00:00Z", "affected": list(entries), **more}


def test_the_real_records(tmp_path: Path) -> None:
    items = parsed(UBUNTU_OSV, PATH, (FEEDS / PATH).read_bytes(), tmp_path)
    wayland = [said for said in statements(items) if not said.evidence]
    assert {(said.product, said.stream, said.hi) for said in wayland} == {
        ("ubuntu:16.04", "esm", "1.12.0-1~ubuntu16.04.3+esm1"),
        ("ubuntu:18.04", "", "1.16.0-1ubuntu1.1~18.04.4"),
        ("ubuntu:20.04", "", "1.18.0-1ubuntu0.1"),
        ("ubuntu:22.04", "", "1.20.0-1ubuntu0.1"),
    }
    assert {(said.vulnerability, said.advisory, said.severity) for said in wayland} == {
        ("CVE-2021-3782", "CVE-2021-3782", Severity.MEDIUM)
    }
    assert {said.detail for said in wayland if said.stream} == {"Available with Ubuntu Pro"}
    notices = [said for said in statements(items) if said.evidence]
    assert {(said.vulnerability, said.advisory) for said in notices} == {("CVE-2021-3782", "USN-5614-1")}
    assert {said.package for said in statements(items)} == {"wayland"}  # the record on wolfssl was withdrawn
    assert max(item.date for item in items if isinstance(item, AsOf)) == "2026-04-22"


@pytest.mark.parametrize(
    ("ecosystem", "expected"),
    [
        ("Ubuntu:22.04:LTS", ("ubuntu:22.04", "")),
        ("Ubuntu:24.10", ("ubuntu:24.10", "")),
        ("Ubuntu:Pro:18.04:LTS", ("ubuntu:18.04", "esm")),
        ("Ubuntu:Pro:FIPS-updates:22.04:LTS", ("ubuntu:22.04", "fips-updates")),
        ("Ubuntu:Pro:FIPS:18.04:LTS", ("ubuntu:18.04", "fips")),
        ("Ubuntu:Nvidia-BlueField:22.04:LTS", ("ubuntu:22.04", "nvidia-bluefield")),
        ("Ubuntu", None),
        ("Debian:12", None),
        ("", None),
    ],
)
def test_an_ecosystem_is_a_release_and_a_stream(ecosystem: str, expected: tuple[str, str] | None) -> None:
    assert place(ecosystem) == expected


@pytest.mark.parametrize(
    ("word", "severity"),
    [("critical", Severity.CRITICAL), ("negligible", Severity.NEGLIGIBLE), ("untriaged", None)],
)
def test_the_priority_is_ubuntus_own(tmp_path: Path, word: str, severity: Severity | None) -> None:
    (said,) = statements(
        read(tmp_path, record(entry("Ubuntu:22.04:LTS"), severity=[{"type": "Ubuntu", "score": word}]))
    )
    assert (said.severity, said.state, said.hi) == (severity, State.AFFECTED, None)


def test_a_notice_is_evidence_for_each_of_its_cves(tmp_path: Path) -> None:
    upstream = ["UBUNTU-CVE-2024-0001", "CVE-2024-0002"]
    notice = record(entry("Ubuntu:22.04:LTS", "2"), id="USN-1-1", upstream=upstream, severity=[{"type": "CVSS_V3"}])
    items = read(tmp_path, notice)
    assert [(said.vulnerability, said.evidence, said.aliases) for said in statements(items)] == [
        ("CVE-2024-0001", True, ()),
        ("CVE-2024-0002", True, ()),
    ]
    assert not [item for item in items if isinstance(item, Rating)]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (record(entry("Ubuntu:22.04:LTS", "2"), id="USN-1-1"), "a notice that names no CVE"),
        (record(entry("Ubuntu")), "'Ubuntu' names no release"),
        (record(entry("Ubuntu:22.04:LTS", name="")), "names no package"),
        (record({"package": {"ecosystem": "Ubuntu:22.04:LTS", "name": "x"}}), "names only source commits"),
    ],
)
def test_what_cannot_be_used_is_counted(tmp_path: Path, changed: Json, reason: str) -> None:
    items = read(tmp_path, changed)
    assert [item for item in items if isinstance(item, Unusable) and item.reason.startswith(reason)]
    assert not statements(items)


def test_a_patch_of_a_running_kernel_changes_no_package(tmp_path: Path) -> None:
    items = read(
        tmp_path, record(entry("Ubuntu:22.04:LTS", "2", name="linux"), id="LSN-1-1", upstream=["CVE-2024-0001"])
    )
    assert items == [AsOf(date="2024-05-05", of_record=True)]


def test_a_release_that_pro_goes_on_with_does_not_end(tmp_path: Path) -> None:
    entries = [entry("Ubuntu:Pro:16.04:LTS"), entry("Ubuntu:18.04:LTS")]
    speaks = [item for item in read(tmp_path, record(*entries)) if isinstance(item, SpeaksFor)]
    assert [(item.product, item.until) for item in speaks] == [("ubuntu:16.04", ""), ("ubuntu:18.04", "2023-05-31")]
