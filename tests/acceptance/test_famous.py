"""Heartbleed, Struts and log4shell are found, with real names, versions and files.

`tests/data/famous` holds the manifests and pom.properties of the real jars (the classes are left out), and the two
OSV records without their texts.
"""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.images import Image, classic, status, tar, write_tar

from plimsoll.knowledge.end_of_life import end_of_life, version_of_codename
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import update
from plimsoll.model.finding import Finding
from plimsoll.pipeline.examine import Examination, Progress
from plimsoll.pipeline.scan import Facts, scan

DATA = Path(__file__).parents[1] / "data"
FAMOUS = DATA / "famous"
HEARTBLEED = {
    "vulnerabilities": [
        {
            "cve": {
                "id": "CVE-2014-0160",
                "published": "2014-04-07T22:55:03.893",
                "lastModified": "2025-10-22T01:15:53.233",
                "vulnStatus": "Analyzed",
                "metrics": {
                    "cvssMetricV31": [
                        {
                            "source": "nvd@nist.gov",
                            "type": "Primary",
                            "cvssData": {
                                "version": "3.1",
                                "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
                                "baseScore": 7.5,
                            },
                        }
                    ]
                },
                "configurations": [
                    {
                        "nodes": [
                            {
                                "operator": "OR",
                                "negate": False,
                                "cpeMatch": [
                                    {
                                        "vulnerable": True,
                                        "criteria": "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*",
                                        "versionStartIncluding": "1.0.1",
                                        "versionEndExcluding": "1.0.1g",
                                    }
                                ],
                            }
                        ]
                    }
                ],
            }
        }
    ]
}
WHEEZY = b'PRETTY_NAME="Debian GNU/Linux 7 (wheezy)"\nID=debian\nVERSION_ID="7"\n'
PACKAGES = (
    ("base-files", "7.1wheezy4"),
    ("bash", "4.2+dfsg-0.1"),
    ("libc6", "2.13-38+deb7u1"),
    ("libssl1.0.0", "1.0.1e-2+deb7u4"),
    ("openssl", "1.0.1e-2+deb7u4"),
)
Scan = Callable[[bytes], dict[str, Finding]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    place = tmp_path_factory.mktemp("famous")
    feeds = place / "feeds"
    for folder in ("debian", "nvd", "osv/Maven"):
        (feeds / folder).mkdir(parents=True)
    (feeds / "debian/DSA-list.txt").write_bytes((DATA / "feeds/debian/DSA-list.txt").read_bytes())
    (feeds / "nvd/cves-2.0-page.json").write_text(json.dumps(HEARTBLEED | {"format": "NVD_CVE", "version": "2.0"}))
    with zipfile.ZipFile(feeds / "osv/Maven/all.zip", "w") as archive:
        for name, record in json.loads((FAMOUS / "osv-maven.json").read_text()).items():
            archive.writestr(name, json.dumps(record))
    summary = update(feeds, place / "store.db", as_of="2026-11-24")
    assert not summary.failed
    return Store.open(summary.store)


@pytest.fixture
def found(store: Store, tmp_path: Path) -> Scan:
    def scanned(layer: bytes) -> dict[str, Finding]:
        path = write_tar(classic([Image(layers=[layer])]), tmp_path / "image.tar")
        facts = Facts(
            knowledge=store,
            end_of_life=end_of_life,
            version_of=version_of_codename,
            waivers=(),
            as_of="2026-11-24",
        )
        report, _ = scan(Examination(target=str(path)), facts, io.BytesIO(), Progress())
        return {finding.vulnerability.id: finding for finding in report.findings if finding.vulnerability}

    return scanned


def test_heartbleed_is_found_in_the_packages_of_debian_7(found: Scan) -> None:
    database = status(*PACKAGES).replace(b"Package: libssl1.0.0\n", b"Package: libssl1.0.0\nSource: openssl\n")
    finding = found(tar({"etc/os-release": WHEEZY, "var/lib/dpkg/status": database}))["CVE-2014-0160"]
    assert finding.id == "vulnerability:deb/debian/openssl:CVE-2014-0160"
    assert finding.package is not None
    assert finding.package.binaries == ("libssl1.0.0", "openssl")
    assert finding.vulnerability is not None
    assert finding.vulnerability.fixed_in == "1.0.1e-2+deb7u5"
    assert "DSA-2896-1" in {said.advisory for said in finding.evidence.statements}


def test_the_fixed_packages_of_debian_7_do_not_have_it(found: Scan) -> None:
    fixed = status(("openssl", "1.0.1e-2+deb7u5"))
    assert found(tar({"etc/os-release": WHEEZY, "var/lib/dpkg/status": fixed})) == {}


@pytest.mark.parametrize(("text", "is_affected"), [("1.0.1f 6 Jan 2014", True), ("1.0.1g 7 Apr 2014", False)])
def test_heartbleed_is_found_in_a_library_that_no_package_owns(found: Scan, text: str, is_affected: bool) -> None:  # noqa: FBT001
    library = b"\x7fELF\x02\x01\x01" + bytes(4096) + f"OpenSSL {text}".encode() + bytes(4096)
    findings = found(tar({"opt/app/lib/libssl.so.1.0.0": library}))
    assert ("CVE-2014-0160" in findings) is is_affected
    if is_affected:
        finding = findings["CVE-2014-0160"]
        assert finding.location.path == "opt/app/lib/libssl.so.1.0.0"
        assert finding.severity.value == "high"
        assert finding.vulnerability is not None
        assert finding.vulnerability.fixed_in == "1.0.1g"


@pytest.mark.parametrize(
    ("jar", "vulnerability", "fixed_in"),
    [("struts2-core-2.3.31.jar", "CVE-2017-5638", "2.3.32"), ("log4j-core-2.14.1.jar", "CVE-2021-44228", "2.15.0")],
)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_struts_and_log4shell_are_found_in_real_jars_however_deep(
    found: Scan, jar: str, vulnerability: str, fixed_in: str, depth: int
) -> None:
    name, data = jar, (FAMOUS / jar).read_bytes()
    for level in range(depth):
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w") as archive:
            archive.writestr(f"WEB-INF/lib/{name}", data)
        name, data = f"level{level}.war", outer.getvalue()
    finding = found(tar({f"srv/{name}": data}))[vulnerability]
    assert finding.severity.value == "critical"
    assert finding.vulnerability is not None
    assert finding.vulnerability.fixed_in == fixed_in
    assert finding.location.path.startswith(f"srv/{name}")
    assert jar in finding.location.path
