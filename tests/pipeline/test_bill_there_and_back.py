"""A scan of our own bill of materials finds what the scan of the target found, in every format that `sbom` writes."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.bookworm import AS_OF, GLIBC, PACKAGES, THREATS, says, supported, tracker
from tests.images import OS_RELEASE, Image, classic, tar, write_tar
from tests.knowledge_in_memory import InMemoryKnowledge, Source

from plimsoll.findings.match import Matched, match
from plimsoll.model.gap import Gap
from plimsoll.model.package import Distro, Package
from plimsoll.model.report import LayerFacts, Report, Tool
from plimsoll.model.reporting import Format, Style
from plimsoll.model.score import Score
from plimsoll.model.severity import Severity
from plimsoll.model.statement import State, Statement
from plimsoll.model.subject import Subject
from plimsoll.pipeline.examine import Examination, Progress
from plimsoll.pipeline.inventory_report import inventory_report
from plimsoll.pipeline.naming import Place, package_of
from plimsoll.pipeline.scan import Facts, scan
from plimsoll.plugins import discover
from plimsoll.reports.json_report import render as render_json
from plimsoll.systems.known import systems

FORMATS = {name: form for name, form in discover("plimsoll.reports", Format).items() if "sbom" in form.commands}
each_format = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)

LOWER, UPPER = "sha256:" + "a1" * 32, "sha256:" + "b2" * 32
LAYERS = (
    LayerFacts(digest=LOWER, size=120, instruction="ADD rootfs.tar /"),
    LayerFacts(digest=UPPER, size=30, instruction="RUN pip install  two blanks"),
)
ROCKY = Distro(id="rocky", version="9")
CENTOS = Distro(id="centos", version="7", judged_as="rhel")
AMAZON = Distro(id="amzn", version="2023", namespace="amazon")


def found(  # noqa: PLR0913 - a package in a few words
    system: str,
    name: str,
    version: str,
    path: str,
    *,
    layer: int = 0,
    distro: Distro | None = None,
    owner: str = "",
    source: tuple[str, str] = ("", ""),
    **more: object,
) -> Package:
    from plimsoll.model.package import PackageRecord

    record = PackageRecord(
        name=name,
        version=version,
        source=source[0] or name,
        source_version=source[1] or version,
        **more,  # type: ignore[arg-type]
    )
    place = Place(path=path, layer=LAYERS[layer].digest, instruction=LAYERS[layer].instruction, owner=owner)
    return package_of(record, systems()[system], distro, place)


PYTHON = found(
    "dpkg", "python3-requests", "2.28.1+dfsg-1", "var/lib/dpkg/status", distro=Distro(id="debian", version="12"),
    architecture="all", source=("requests", "2.28.1+dfsg-1"),
)  # fmt: skip
OWNED = found("pypi", "requests", "2.28.1", "usr/lib/python3/dist-packages/requests.egg-info", owner=PYTHON.purl)
OUTER = found("maven", "org.example:shop", "1.0", "opt/shop.jar", layer=1)
LIBRARY = found(
    "maven", "org.apache.logging.log4j:log4j-core", "2.14.1", "opt/shop.jar!/BOOT-INF/lib/log4j-core-2.14.1.jar",
    layer=1, hashes=("sha1:" + "0" * 40, "h1:abc="), licence="(Apache-2.0 OR MIT) AND Custom", guessed=True,
)  # fmt: skip
MIXED = (
    *(replace(package, layer=LOWER, instruction=LAYERS[0].instruction) for package in PACKAGES),
    PYTHON,
    OWNED,
    found("pypi", "Django_Rest.Framework", "3.14.0", "srv/a.dist-info/METADATA", layer=1, licence="BSD-3-Clause"),
    found("npm", "@babel/traverse", "7.22.0", "srv/x/node_modules/@babel/traverse/package.json", layer=1),
    found("npm", "@babel/traverse", "7.22.0", "srv/y/node_modules/@babel/traverse/package.json", layer=1),
    found("npm", "lodash", "4.17.20", "srv/package-lock.json", line=12, scope="dev", direct=True, hashes=("sha1:xyz",)),
    OUTER,
    LIBRARY,
    found("go", "stdlib", "1.21.5", "usr/bin/tool"),
    found("go", "github.com/ProtonMail/go-crypto", "v0.0.0-20230217124315-7d5c6f04bbb8", "usr/bin/tool"),
    found("rpm", "nodejs", "1:18.12.1-2.module+el9", "var/lib/rpm/rpmdb.sqlite", distro=ROCKY, architecture="x86_64",
          stream="module:nodejs:18"),
    found("rpm", "openssl-libs", "1:1.0.2k-25.el7", "var/lib/rpm/Packages", distro=CENTOS,
          source=("openssl", "1:1.0.2k-25.el7")),
    found("rpm", "curl-minimal", "8.5.0-1.amzn2023", "var/lib/rpm/rpmdb.sqlite", distro=AMAZON,
          source=("curl", "8.5.0-1.amzn2023")),
    found("apk", "busybox", "1.36.1-r2", "lib/apk/db/installed", distro=Distro(id="alpine", version="edge")),
    found("generic", "openssl", "1.0.1f", "opt/bin/openssl", cpe="openssl:openssl"),
    found("hex", "jason", "odd version", "mix.lock"),
)  # fmt: skip


def of(product: str, scheme: str, package: str, vulnerability: str, hi: str | None, **more: object) -> Statement:
    return replace(
        says(package, vulnerability, hi, product=product, severity=Severity.HIGH),
        scheme=scheme,
        **more,  # type: ignore[arg-type]
    )


STATEMENTS = (
    says("glibc", "CVE-2023-4911", "2.36-9+deb12u3"),
    says("zlib", "CVE-2023-45853", state=State.WILL_NOT_FIX, detail="ignored"),
    says("openssl", "CVE-2024-9143", state=State.UNDETERMINED),
    says("requests", "CVE-2023-32681", "2.28.1+dfsg-2"),
    of("pypi", "pep440", "requests", "CVE-2023-32681", "2.31.0"),
    of("pypi", "pep440", "django-rest-framework", "CVE-2024-21520", "3.15.2"),
    of("npm", "semver", "@babel/traverse", "CVE-2023-45133", "7.23.2"),
    of("npm", "semver", "lodash", "CVE-2021-23337", "4.17.21"),
    of("maven", "maven", "org.apache.logging.log4j:log4j-core", "CVE-2021-44228", "2.15.0"),
    of("go", "semver", "stdlib", "CVE-2024-24783", "1.21.8"),
    of("go", "semver", "github.com/protonmail/go-crypto", "CVE-2023-0001", "1.0.0"),
    of("rocky:9", "rpm", "nodejs", "CVE-2023-44487", "1:18.18.2-1.module+el9", stream="module:nodejs:18"),
    of("rhel:7", "rpm", "openssl", "CVE-2022-0778", "1:1.0.2k-26.el7"),
    of("amzn:2023", "rpm", "curl", "CVE-2024-2398", "8.5.0-2.amzn2023"),
    of("alpine:edge", "apk", "busybox", "CVE-2023-42366", "1.36.1-r16"),
    of("cpe", "loose", "openssl:openssl", "CVE-2014-0160", "1.0.1g"),
    of("hex", "semver", "jason", "CVE-2020-0001", "2.0.0"),
)
PRODUCTS = sorted({statement.product for statement in STATEMENTS} - {"amzn:2023"})


def knowledge() -> InMemoryKnowledge:
    feed = replace(tracker(*STATEMENTS), speaks_for=dict.fromkeys(PRODUCTS))
    return InMemoryKnowledge([feed, Source(name="amazon", statements=(), speaks_for={})], THREATS)


def facts() -> Facts:
    return Facts(
        knowledge=knowledge(),
        end_of_life=supported,
        version_of=lambda _id, word: {"jessie": "8"}.get(word),
        waivers=(),
        as_of=AS_OF,
    )


def report_of(packages: Sequence[Package], gaps: tuple[Gap, ...] = ()) -> Report:
    return Report(
        tool=Tool(name="plimsoll", version="0.1.0"),
        as_of=AS_OF,
        target="shop.tar",
        subjects=(Subject(id="image:shop:1", kind="image", name="shop:1", platform="linux/amd64", distro="debian:12"),),
        score=Score(low=None, high=None, estimated=False),
        packages=tuple(packages),
        layers=LAYERS,
        gaps=gaps,
    )


def scanned(text: str, folder: Path, **how: object) -> Report:
    place = folder / "bill.json"
    place.write_text(text)
    return scan(Examination(target=str(place), **how), facts(), io.BytesIO(), Progress())[0]  # type: ignore[arg-type]


def told(report: Report | Matched) -> list[object]:
    """Give all that is found, but for whom it is about."""
    every = (*report.findings, *report.undetermined)
    return [(replace(each, subject=""), index < len(report.findings)) for index, each in enumerate(every)]


def measured(gaps: Sequence[Gap]) -> set[Gap]:
    return {replace(gap, subject="") for gap in gaps}


@each_format
def test_a_list_of_everything_comes_back_whole(form: Format, tmp_path: Path) -> None:
    expected = match("image:shop:1", MIXED, knowledge(), supported, AS_OF)
    assert {finding.vulnerability.id for finding in expected.findings if finding.vulnerability} == {
        statement.vulnerability
        for statement in STATEMENTS
        if statement.state is not State.UNDETERMINED and statement.package != "jason"
    }
    back = scanned(form.render(report_of(MIXED), Style()), tmp_path)
    assert set(back.packages) == set(MIXED)
    assert back.layers == LAYERS
    assert told(back) == told(expected)
    assert measured(back.gaps) == measured(expected.gaps)
    assert back.subjects[0].distro == "debian:12"


@each_format
def test_what_packages_require_comes_back(form: Format, tmp_path: Path) -> None:
    one, two, three = PACKAGES[:3]
    linked = (
        replace(one, requires=(two.purl, three.purl)),
        replace(two, requires=(one.purl, "not-there")),
        three,
        PYTHON,
        OWNED,
        replace(OUTER, requires=(LIBRARY.purl,)),
        replace(LIBRARY, requires=(OUTER.purl,)),
        replace(LIBRARY, name="org.example:other", purl="pkg:maven/org.example/other@2", path="opt/shop.jar!/b.jar"),
    )
    back = scanned(form.render(report_of(linked), Style()), tmp_path)
    assert {package.name: package.requires for package in back.packages} == {
        one.name: (two.purl, three.purl),
        two.name: (one.purl,),
        three.name: (),
        PYTHON.name: (),
        OWNED.name: (),
        OUTER.name: (LIBRARY.purl,),
        LIBRARY.name: (OUTER.purl,),
        "org.example:other": (),
    }


@each_format
def test_what_was_not_measured_then_is_not_measured_now(form: Format, tmp_path: Path) -> None:
    before = (
        Gap(subject="x", what="no-reader", question="Lua rocks: 3 (odd) found", reason="no reader", count=3),
        Gap(subject="x", what="no-feed", question="Which have these?", reason="no feed", count=9),
    )
    back = scanned(form.render(report_of(PACKAGES, before), Style()), tmp_path)
    (gap,) = [gap for gap in back.gaps if gap.what == "no-reader"]
    assert gap.count == 3
    assert "Lua rocks: 3 (odd) found (no reader)." in gap.question
    assert not [gap for gap in back.gaps if gap.what == "no-feed" and gap.count == 9]


def image_files() -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    status = (
        "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\n"
        f"Version: {GLIBC}\n\n"
        "Package: python3-requests\nStatus: install ok installed\nArchitecture: all\nSource: requests\n"
        "Depends: libc6 (>= 2.30)\nVersion: 2.28.1+dfsg-1\n"
    )
    info = "usr/lib/python3/dist-packages/requests-2.28.1.dist-info/METADATA"
    metadata = b"Metadata-Version: 2.1\nName: requests\nVersion: 2.28.1\n"
    lower = {
        "etc/os-release": OS_RELEASE,
        "var/lib/dpkg/status": status.encode(),
        "var/lib/dpkg/info/python3-requests.list": f"/.\n/{info}\n".encode(),
        info: metadata,
    }
    own = b'{"name": "@babel/traverse", "version": "7.22.0", "license": "MIT"}'
    upper = {
        "srv/x/node_modules/@babel/traverse/package.json": own,
        "srv/y/node_modules/@babel/traverse/package.json": own,
        "opt/venv/lib/python3.11/site-packages/requests-2.28.1.dist-info/METADATA": metadata,
    }
    return lower, upper


@each_format
def test_the_bill_of_an_image_gives_what_the_image_gives(form: Format, tmp_path: Path) -> None:
    archive = write_tar(classic([Image(layers=[tar(files) for files in image_files()])]), tmp_path / "image.tar")
    how = Examination(target=str(archive))
    expected, _ = scan(how, facts(), io.BytesIO(), Progress())
    listed, _ = inventory_report(how, facts().version_of, AS_OF, io.BytesIO(), Progress())
    back = scanned(form.render(listed, Style()), tmp_path)
    assert back.packages == expected.packages
    assert len(back.packages) == 6
    assert told(back) == told(expected)
    assert {finding.vulnerability.id for finding in back.findings if finding.vulnerability} == {
        "CVE-2023-4911",
        "CVE-2023-32681",
        "CVE-2023-45133",
    }
    assert back.layers == expected.layers
    assert measured(back.gaps) == measured(expected.gaps)
    assert back.score == expected.score
    assert scanned(form.render(expected, Style()), tmp_path).packages == expected.packages


def test_standard_input_may_be_a_bill(tmp_path: Path) -> None:
    text = FORMATS["cyclonedx"].render(report_of(PACKAGES), Style())
    report, examined = scan(Examination(target="-"), facts(), io.BytesIO(text.encode()), Progress())
    assert len(report.packages) == len(PACKAGES)
    assert examined.took.startswith(
        "bill of materials (CycloneDX 1.6), made by plimsoll 0.1.0 on 2026-11-22: 6 packages"
    )
    assert [finding.location for finding in report.findings] == [
        finding.location for finding in scanned(text, tmp_path).findings
    ]


def test_the_user_may_say_which_distribution_it_is(tmp_path: Path) -> None:
    unknown = [replace(package, purl=package.purl.partition("?")[0], product="") for package in PACKAGES]
    bare = replace(report_of(unknown), subjects=(Subject(id="x", kind="image", name="x"),))
    text = FORMATS["cyclonedx"].render(bare, Style())
    assert {package.product for package in scanned(text, tmp_path).packages} == {""}
    stated = scanned(text, tmp_path, distro="ubuntu:22.04")
    assert {package.product for package in stated.packages} == {"ubuntu:22.04"}
    assert {package.key.partition("/")[2].partition("/")[0] for package in stated.packages} == {"ubuntu"}


def test_what_the_user_leaves_out_is_left_out_and_said(tmp_path: Path) -> None:
    text = FORMATS["spdx"].render(report_of(MIXED), Style())
    report = scanned(text, tmp_path, skip_dirs=("srv",))
    assert {package.path for package in MIXED} - {package.path for package in report.packages} == {
        package.path for package in MIXED if package.path.startswith("srv/")
    }
    assert "skipped" in {gap.what for gap in report.gaps}


def test_a_release_may_be_told_by_its_codename(tmp_path: Path) -> None:
    bill = """{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "library", "name": "curl", "purl": "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie"},
        {"type": "library", "name": "dpkg", "purl": "pkg:deb/debian/dpkg@1.19?distro=nobody-knows"}]}"""
    products = {package.name: package.product for package in scanned(bill, tmp_path).packages}
    assert products == {"curl": "debian:8", "dpkg": "debian:nobody-knows"}


def test_a_report_of_a_bill_is_a_report(tmp_path: Path) -> None:
    report = scanned(FORMATS["cyclonedx-1.7"].render(report_of(MIXED), Style()), tmp_path)
    for name, form in discover("plimsoll.reports", Format).items():
        assert form.render(report, Style()).strip(), name
    assert render_json(report, Style()).startswith("{")
