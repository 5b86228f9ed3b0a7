import io
import json
import tarfile
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, parsed

from plimsoll.knowledge.feeds.redhat_cve import REDHAT_CVE
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Knowledge, Rating, SpeaksFor, State, Statement, Unusable

PATH = "redhat/cve-api.tar"
Json = dict[str, object]
RHEL_8 = "cpe:/o:redhat:enterprise_linux:8"


def archive(*documents: Json | bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        for number, document in enumerate(documents):
            data = document if isinstance(document, bytes) else json.dumps(document).encode()
            info = tarfile.TarInfo(f"2024/CVE-2024-{1000 + number}.json")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return target.getvalue()


def read(place: Path, *documents: Json | bytes) -> list[Knowledge]:
    return parsed(REDHAT_CVE, PATH, archive(*documents), place)


def statements(items: list[Knowledge]) -> list[Statement]:
    return [item for item in items if isinstance(item, Statement)]


def reasons(items: list[Knowledge]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Unusable)]


def test_the_real_documents(tmp_path: Path) -> None:
    items = parsed(REDHAT_CVE, PATH + ".gz", (FEEDS / (PATH + ".gz")).read_bytes(), tmp_path)
    firefox = {said.product: said for said in statements(items) if said.vulnerability == "CVE-2023-6204"}
    assert (firefox["rhel:6"].state, firefox["rhel:6"].detail) == (State.WILL_NOT_FIX, "Out of support scope")
    assert (firefox["rhel:9"].state, firefox["rhel:9"].hi, firefox["rhel:9"].detail) == (State.AFFECTED, None, "")
    assert {said.severity for said in firefox.values()} == {Severity.HIGH}
    java = [said for said in statements(items) if said.package == "java-1.8.0-openjdk" and said.hi]
    assert {(said.product, said.hi, said.since) for said in java} == {
        ("rhel:6", "1:1.8.0.71-1.b15.el6_7", "2016-01-20"),
        ("rhel:7", "1:1.8.0.71-2.b15.el7_2", "2016-01-20"),
    }
    assert Rating(vulnerability="CVE-2016-0475", version=2, score=5.8, vector="AV:N/AC:M/Au:N/C:P/I:P/A:N") in items
    modular = [said for said in statements(items) if said.stream == "module:nodejs:18"]
    assert {(said.product, said.package, said.state) for said in modular} == {("rhel:8", "nodejs", State.NOT_AFFECTED)}
    assert "names the build of a module, not its packages; the erratum does" in reasons(items)


@pytest.mark.parametrize(
    ("word", "state", "detail"),
    [
        ("Affected", State.AFFECTED, ""),
        ("Not affected", State.NOT_AFFECTED, ""),
        ("Will not fix", State.WILL_NOT_FIX, "Will not fix"),
        ("Out of support scope", State.WILL_NOT_FIX, "Out of support scope"),
        ("Fix deferred", State.DEFERRED, "Fix deferred"),
        ("Under investigation", State.UNDETERMINED, "Under investigation"),
    ],
)
def test_states(tmp_path: Path, word: str, state: State, detail: str) -> None:
    (said,) = statements(read(tmp_path, _with_state(word)))
    assert (said.state, said.detail, said.vulnerability, said.severity) == (state, detail, "CVE-2024-1000", None)


def _with_state(word: str, package: str = "curl", cpe: str = RHEL_8) -> Json:
    return {"package_state": [{"cpe": cpe, "package_name": package, "fix_state": word}]}


def test_a_state_that_is_new_is_undetermined_and_counted(tmp_path: Path) -> None:
    items = read(tmp_path, _with_state("Perhaps"))
    (item,) = [item for item in items if isinstance(item, Unusable)]
    assert [said.state for said in item.known] == [State.UNDETERMINED]
    assert not statements(items)


@pytest.mark.parametrize(
    ("cpe", "package", "expected"),
    [
        (RHEL_8, "curl-0:7.61.1-11.el8", [("rhel:8", "", "curl", "7.61.1-11.el8")]),
        (RHEL_8, "bind-32:9.11.4-16.P2.el8_6", [("rhel:8", "", "bind", "32:9.11.4-16.P2.el8_6")]),
        ("cpe:/a:redhat:rhel_eus:8.6", "curl-7.61.1-2.el8", [("rhel:8", "eus:8.6", "curl", "7.61.1-2.el8")]),
        (RHEL_8, "redis-0:5-1.module+el8", [("rhel:8", "module:?", "redis", "5-1.module+el8")]),
        (RHEL_8, "php:7.3-8020020200715124551.ceb1cf90", []),
        (RHEL_8, "curl", []),
        ("cpe:/a:redhat:openshift:4.13::el8", "curl-0:7.61.1-11.el8", []),
    ],
)
def test_fixed_packages(tmp_path: Path, cpe: str, package: str, expected: list[tuple[str, ...]]) -> None:
    items = read(tmp_path, {"affected_release": [{"cpe": cpe, "package": package, "release_date": "2024-05-01T00"}]})
    assert [(said.product, said.stream, said.package, said.hi) for said in statements(items)] == expected
    assert len(reasons(items)) == (not expected and cpe == RHEL_8)


def test_one_entry_may_stand_without_a_list(tmp_path: Path) -> None:
    state = {"cpe": RHEL_8, "package_name": "curl", "fix_state": "Affected", "impact": "Low"}
    (said,) = statements(read(tmp_path, {"threat_severity": "Important", "package_state": state}))
    assert said.severity is Severity.LOW


def test_an_image_is_counted_and_other_products_are_not(tmp_path: Path) -> None:
    items = read(
        tmp_path, _with_state("Affected", "rhel9/bootc-image"), _with_state("Affected", cpe="cpe:/a:redhat:acm:2")
    )
    assert reasons(items) == ["an image, or no package name"]
    assert not statements(items)


def test_an_extension_alone_does_not_speak_for_the_release(tmp_path: Path) -> None:
    items = read(tmp_path, _with_state("Affected", cpe="cpe:/o:redhat:rhel_eus:9.2"))
    assert [said.stream for said in statements(items)] == ["eus:9.2"]
    assert not [item for item in items if isinstance(item, SpeaksFor)]


def test_a_damaged_document_is_counted(tmp_path: Path) -> None:
    items = read(tmp_path, b"{", _with_state("Affected"))
    assert len(reasons(items)) == 1
    assert len(statements(items)) == 1
