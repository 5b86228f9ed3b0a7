import io
import json
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.knowledge.making import DATA, FEEDS, key, parsed

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.feeds.almalinux_osv import ALMALINUX_OSV
from plimsoll.knowledge.feeds.redhat_osv import REDHAT_OSV
from plimsoll.knowledge.feeds.rocky_osv import ROCKY_OSV
from plimsoll.knowledge.osv_errata import modules_in, streams_of
from plimsoll.knowledge.redhat_products import place_of_cpe
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import AsOf, Feed, Knowledge, Rating, SpeaksFor, State, Statement, Unusable

Json = dict[str, object]
ALMALINUX_TAR = "almalinux/osv-database.tar.gz"
ALMALINUX_ZIP = "osv/AlmaLinux/all.zip"
REDHAT_ZIP = "osv/Red Hat/all.zip"
ROCKY_ZIP = "osv/Rocky Linux/all.zip"


def statements(items: list[Knowledge]) -> list[Statement]:
    return [item for item in items if isinstance(item, Statement)]


def sample(feed: Feed, path: str, place: Path) -> list[Knowledge]:
    return parsed(feed, path, (FEEDS / path).read_bytes(), place)


def export(*records: Json) -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w") as archive:
        for number, record in enumerate(records):
            archive.writestr(f"{number}.json", json.dumps(record))
    return target.getvalue()


def tar(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return target.getvalue()


def erratum(fixed: str, summary: str = "Important: x security update", **more: object) -> Json:
    entry = {
        "package": {"ecosystem": "AlmaLinux:9", "name": "x"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
    }
    named = {"id": "ALSA-2024:1", "modified": "2024-02-01T00:00:00Z", "published": "2024-01-01T00:00:00Z"}
    return {**named, "summary": summary, "related": ["CVE-2024-0001"], "affected": [entry], **more}


@pytest.mark.parametrize(
    ("oracle", "feed", "records", "product"),
    [
        ("rpm-ubi8-x86_64-bdb", REDHAT_OSV, "rpm-redhat-records.zip", "rhel:8"),
        ("rpm-ubi9-aarch64-sqlite", REDHAT_OSV, "rpm-redhat-records.zip", "rhel:9"),
        ("rpm-rocky9-sqlite", ROCKY_OSV, "rpm-rocky-records.zip", "rocky:9"),
    ],
)
def test_every_match_of_the_oracle_is_an_affecting_statement(
    tmp_path: Path, oracle: str, feed: Feed, records: str, product: str
) -> None:
    matches = json.loads((DATA / "oracle" / f"{oracle}.json").read_text())
    key_of = key("rpm")
    items = statements(parsed(feed, feed.files[0], (DATA / "oracle" / records).read_bytes(), tmp_path))
    said = {
        (item.package, item.advisory, item.vulnerability, key_of(item.hi or ""))
        for item in items
        if item.product == product and not item.stream and item.state is State.AFFECTED and not item.lo
    }
    assert matches
    for name, version, advisory, fixed, cves in matches:
        assert key_of(version) < key_of(fixed)
        assert {(name, advisory, cve, key_of(fixed)) for cve in cves} <= said, (name, advisory)


def test_red_hat_keeps_apart_what_its_extensions_get(tmp_path: Path) -> None:
    items = sample(REDHAT_OSV, REDHAT_ZIP, tmp_path)
    podman = {(said.product, said.stream) for said in statements(items) if said.advisory == "RHSA-2024:8709"}
    assert podman == {("rhel:9", "eus:9.2")}
    (certificates,) = [said for said in statements(items) if said.advisory == "RHBA-2024:5736"]
    assert (certificates.product, certificates.stream, certificates.evidence) == ("rhel:8", "", True)
    assert (certificates.hi, certificates.since) == ("2024.2.69_v8.0.303-80.0.el8_10", "2024-10-17")
    assert not [said for said in statements(items) if said.advisory == "RHEA-2024:1870"]  # of OpenShift's tools
    assert {said.severity for said in statements(items) if said.advisory == "RHSA-2024:8922"} == {Severity.LOW}


def test_an_extension_alone_does_not_speak_for_the_release(tmp_path: Path) -> None:
    speaks = [item for item in sample(REDHAT_OSV, REDHAT_ZIP, tmp_path) if isinstance(item, SpeaksFor)]
    named = {said.product: said.named or frozenset() for said in speaks}
    assert set(named) == {"rhel:8", "rhel:9"}
    assert "ca-certificates" in named["rhel:8"]
    assert "podman" not in named["rhel:9"]


def test_rocky_names_its_ratings_and_its_cloud_kernels(tmp_path: Path) -> None:
    items = statements(sample(ROCKY_OSV, ROCKY_ZIP, tmp_path))
    expat = [said for said in items if said.advisory == "RLSA-2024:6754"]
    assert {said.vulnerability for said in expat} == {"CVE-2024-45490", "CVE-2024-45491", "CVE-2024-45492"}
    assert {(said.hi, said.severity) for said in expat} == {("2.5.0-2.el9_4.1", Severity.MEDIUM)}
    assert {said.stream for said in items if said.advisory == "RXSA-2023:0101"} == {"sig-cloud"}


def test_almalinux_has_one_id_for_two_releases(tmp_path: Path) -> None:
    items = sample(ALMALINUX_OSV, ALMALINUX_TAR, tmp_path)
    java = [said for said in statements(items) if said.package == "java-1.8.0-openjdk"]
    assert {(said.product, said.hi) for said in java} == {
        ("almalinux:8", "1:1.8.0.452.b09-2.el8"),
        ("almalinux:9", "1:1.8.0.452.b09-2.el9"),
    }
    (unusable,) = [item for item in items if isinstance(item, Unusable)]
    assert (unusable.record, unusable.reason) == ("ALSA-2026:25341", "a security erratum that names no CVE")
    assert max(item.date for item in items if isinstance(item, AsOf) and item.of_record) == "2026-07-08"


def test_the_export_of_almalinux_is_read_too(tmp_path: Path) -> None:
    items = statements(sample(ALMALINUX_OSV, ALMALINUX_ZIP, tmp_path))
    assert {said.advisory for said in items} == {"ALSA-2023:7465", "ALSA-2023:7549"}


def test_a_bug_fix_without_cve_says_nothing_and_one_with_a_cve_does(tmp_path: Path) -> None:
    archive = export(erratum("1-1", id="ALBA-1:1", related=[]), erratum("1-2", id="ALBA-1:2"))
    items = parsed(ALMALINUX_OSV, ALMALINUX_ZIP, archive, tmp_path)
    assert [said.advisory for said in statements(items)] == ["ALBA-1:2"]
    assert not [item for item in items if isinstance(item, Unusable)]


def test_a_vector_rates_the_only_cve_and_none_of_several(tmp_path: Path) -> None:
    vector = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]
    one = erratum("1-1", severity=vector)
    two = erratum("1-1", severity=vector, related=["CVE-2024-0002", "CVE-2024-0003"])
    items = parsed(ALMALINUX_OSV, ALMALINUX_ZIP, export(one, two), tmp_path)
    assert [item.vulnerability for item in items if isinstance(item, Rating)] == ["CVE-2024-0001"]


def test_what_is_withdrawn_or_of_another_system_says_nothing(tmp_path: Path) -> None:
    foreign = erratum("1-1", affected=[{"package": {"ecosystem": "Rocky Linux:9", "name": "x"}, "versions": ["1"]}])
    archive = export(erratum("1-1", withdrawn="2024-02-02T00:00:00Z"), foreign)
    assert parsed(ALMALINUX_OSV, ALMALINUX_ZIP, archive, tmp_path) == [AsOf(date="2024-02-01", of_record=True)]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"package": {"ecosystem": "AlmaLinux:9", "name": "x"}}, "names only source commits, or no versions at all"),
        ({"package": {"ecosystem": "AlmaLinux:9"}, "versions": ["1"]}, "an entry without a package name"),
    ],
)
def test_an_entry_without_name_or_versions_is_counted(tmp_path: Path, entry: Json, reason: str) -> None:
    items = parsed(ALMALINUX_OSV, ALMALINUX_ZIP, export(erratum("1-1", affected=[entry])), tmp_path)
    assert [item.reason for item in items if isinstance(item, Unusable)] == [reason]


@pytest.mark.parametrize(
    ("summary", "modules"),
    [
        ("Important: nodejs:18 security update", ("nodejs:18",)),
        ("Red Hat Security Advisory: httpd:2.4/mod_http2 security update", ("httpd:2.4",)),
        (
            "Moderate: virt:rhel and virt-devel:rhel security, bug fix, and enhancement update",
            ("virt:rhel", "virt-devel:rhel"),
        ),
        ("new module: php:7.4", ("php:7.4",)),
        ("Moderate: ruby security update", ()),
        ("Moderate: see https://example.org/a:b and c", ()),
    ],
)
def test_modules_are_named_in_the_summary(summary: str, modules: tuple[str, ...]) -> None:
    assert modules_in(summary) == modules


@pytest.mark.parametrize(
    ("version", "modules", "stream", "expected"),
    [
        ("1-1.el9", ("nodejs:18",), "", ("",)),
        ("1-1.el9", (), "eus:9.2", ("eus:9.2",)),
        ("1-1.module+el8.4.0+557+48ba8b2f", ("nodejs:18",), "", ("module:nodejs:18",)),
        ("1-1.module_el8.5.0+2609+b30d9eec", (), "", ("module:?",)),
        ("1-1.module+el8", ("a:1", "b:1"), "", ("module:a:1", "module:b:1")),
        ("1-1.module+el8", ("a:1",), "eus:8.2", ("eus:8.2 module:a:1",)),
    ],
)
def test_a_modular_version_is_of_a_stream(
    version: str, modules: tuple[str, ...], stream: str, expected: tuple[str, ...]
) -> None:
    assert streams_of(version, modules, stream) == expected


@pytest.mark.parametrize(
    ("cpe", "expected"),
    [
        ("enterprise_linux:9::baseos", ("rhel:9", "")),
        ("cpe:/o:redhat:enterprise_linux:10.0", ("rhel:10", "")),
        ("cpe:/a:redhat:rhel_extras:7", ("rhel:7", "")),
        ("cpe:/o:redhat:rhel_eus:8.8::baseos", ("rhel:8", "eus:8.8")),
        ("rhel_aus:8.2::appstream", ("rhel:8", "aus:8.2")),
        ("rhel_e4s:8.1", ("rhel:8", "e4s:8.1")),
        ("rhel_tus:8.4", ("rhel:8", "tus:8.4")),
        ("rhel_els:6", ("rhel:6", "els")),
        ("cpe:/a:redhat:openshift:4.12::el8", None),
        ("rhel_eus:::", None),
        ("", None),
    ],
)
def test_a_cpe_is_a_release_and_a_stream(cpe: str, expected: tuple[str, str] | None) -> None:
    place = place_of_cpe(cpe)
    assert (place and (place.product, place.stream)) == expected


def test_a_tar_that_is_cut_or_holds_nothing_is_refused(tmp_path: Path) -> None:
    whole = tar(("advisories/a.json", json.dumps(erratum("1-1")).encode() + b" " * 2000))
    assert statements(parsed(ALMALINUX_OSV, "almalinux/osv-database.tar", whole, tmp_path))
    for broken in (whole[:1500], tar(("README.md", b"x")), b"", whole[:100]):
        with pytest.raises(KnowledgeError):
            parsed(ALMALINUX_OSV, "almalinux/osv-database.tar", broken, tmp_path)


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(feed_size=2048), "feed_size"),
        (Limits(feed_records=1), "feed_records"),
        (Limits(file_size=100), "file_size"),
        (Limits(header_size=10), "header_size"),
    ],
)
def test_a_tar_keeps_within_the_limits(tmp_path: Path, limits: Limits, name: str) -> None:
    record = json.dumps(erratum("1-1")).encode()
    archive = tar(("a" * 150 + ".json", record), ("b.json", record), ("c.json", record))
    with pytest.raises(LimitError) as error:
        parsed(ALMALINUX_OSV, "almalinux/osv-database.tar", archive, tmp_path, limits)
    assert error.value.limit == name


def test_members_of_a_tar_are_read_wherever_they_claim_to_lie(tmp_path: Path) -> None:
    record = json.dumps(erratum("1-1")).encode()
    items = parsed(ALMALINUX_OSV, "almalinux/osv-database.tar", tar(("/../../etc/x.json", record)), tmp_path)
    assert len(statements(items)) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feed"]


def sparse_tar(kind: str) -> bytes:
    """Make a tar of one sparse file, as GNU tar writes it in its own format and in PAX records."""
    stream = io.BytesIO()
    member = tarfile.TarInfo("a.json")
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        if kind == "gnu":
            member.type = tarfile.GNUTYPE_SPARSE
        else:
            member.pax_headers = {"GNU.sparse.major": kind[0], "GNU.sparse.minor": kind[2], "GNU.sparse.map": "0,1"}
            if kind != "0.1":
                del member.pax_headers["GNU.sparse.map"]
            if kind == "0.0":
                member.pax_headers["GNU.sparse.size"] = "1"
        member.size = 1024
        archive.addfile(member, io.BytesIO(b"1\n0\n1\n".ljust(1024, b"\0")))
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["gnu", "0.0", "0.1", "1.0"])
def test_sparse_files_of_a_tar_are_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(KnowledgeError, match="sparse file"):
        parsed(ALMALINUX_OSV, "almalinux/osv-database.tar", sparse_tar(kind), tmp_path)
