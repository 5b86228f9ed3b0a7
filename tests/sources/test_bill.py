"""Bills of materials that are malformed, hostile or incomplete: a clear error, or a gap for all that is lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.errors import HostileInputError, LimitError, PlimsollError, TargetError
from plimsoll.model.limits import Limits
from plimsoll.model.package import Package
from plimsoll.sources.bill import SBOM, UNUSABLE
from plimsoll.trees.source import Opened, Request


def cyclonedx(*components: object, **more: object) -> dict[str, object]:
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": list(components), **more}


def spdx(*packages: object, **more: object) -> dict[str, object]:
    return {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "packages": list(packages), **more}


def library(purl: str, name: str = "a", **more: object) -> dict[str, object]:
    return {"type": "library", "bom-ref": purl, "name": name, "purl": purl, **more}


def opened(document: object, folder: Path, limits: Limits | None = None) -> Opened:
    path = folder / "bill.json"
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return SBOM.open(Request(path=path, name="bill.json", limits=limits or Limits()))


def packages(found: Opened) -> list[Package]:
    return list(found.listed or ())


def lost(found: Opened) -> dict[str, int]:
    assert {gap.what for gap in found.gaps} <= {UNUSABLE}
    return {gap.reason: gap.count for gap in found.gaps}


UNUSABLES: dict[str, tuple[Any, str]] = {
    "no-purl": ({"type": "library", "name": "a", "version": "1"}, "it has no package URL"),
    "purl-of-no-scheme": (library("npm/a@1"), "it does not begin with pkg:"),
    "purl-of-no-type": (library("pkg:a@1"), "it has no type"),
    "purl-of-no-name": (library("pkg:npm/@"), "it has no version"),
    "purl-of-odd-qualifier": (library("pkg:npm/a@1?a b=1"), "a qualifier's name holds what it may not"),
    "purl-too-long": (library("pkg:npm/a@" + "1" * 9000), "it is too long"),
    "unknown-type": (library("pkg:conan/zlib@1.2"), "no packaging system of type 'conan' is known here"),
    "no-version": (library("pkg:npm/a"), "it has no version"),
    "version-unknown": (library("pkg:npm/a", version="UNKNOWN"), "it has no version"),
    "only-an-epoch": (library("pkg:rpm/fedora/a?epoch=1"), "it has no version"),
    "no-object": ("a", "a component is no object"),
    "a-number": (7, "a component is no object"),
    "name-too-long": (
        library("pkg:npm/" + "a" * 5000 + "@1"),
        "its name, version or path is longer than 4096 characters",
    ),
    "fields-of-other-kinds": (
        {"type": ["x"], "name": {}, "version": 5, "purl": 7, "properties": {"a": 1}, "licenses": 3, "hashes": "x"},
        "it has no package URL",
    ),
}


@pytest.mark.parametrize(("component", "reason"), UNUSABLES.values(), ids=UNUSABLES)
def test_a_component_that_cannot_be_used_is_counted_and_the_rest_used(
    component: object, reason: str, tmp_path: Path
) -> None:
    found = opened(cyclonedx(component, library("pkg:npm/b@1", "b"), component), tmp_path)
    assert [package.name for package in packages(found)] == ["b"]
    assert lost(found) == {reason: 2}


def test_a_program_without_a_platform_name_is_listed_but_not_measured(tmp_path: Path) -> None:
    found = opened(cyclonedx(library("pkg:generic/tool@1", "tool")), tmp_path)
    assert [package.name for package in packages(found)] == ["tool"]
    assert list(lost(found).values()) == [1]
    assert "CPE" in next(iter(lost(found)))


CPES = {
    "cpe:2.3:a:gnu:bash:5.2:*:*:*:*:*:*:*": "gnu:bash",
    r"cpe:2.3:a:open\:bsd:open\+ssh:9:*:*:*:*:*:*:*": "open:bsd:open+ssh",
    "cpe:/a:gnu:bash:5.2": "gnu:bash",
    "cpe:2.3:o:linux:linux_kernel:5:*:*:*:*:*:*:*": "",
    "cpe:2.3:a:*:bash:5.2:*:*:*:*:*:*:*": "",
    "nonsense": "",
    ":" * 5000: "",
}


@pytest.mark.parametrize(("cpe", "expected"), CPES.items())
def test_a_program_may_be_known_by_its_platform_name_alone(cpe: str, expected: str, tmp_path: Path) -> None:
    component = {"type": "application", "name": "bash", "version": "5.2", "cpe": cpe}
    (package,) = packages(opened(cyclonedx(component), tmp_path))
    assert (package.ecosystem, package.purl, package.cpe) == ("generic", "pkg:generic/bash@5.2", expected)


def test_components_within_components_are_read_and_never_by_recursion(tmp_path: Path) -> None:
    inner: dict[str, object] = library("pkg:npm/x0@1", "x0")
    for depth in range(1, 50):
        inner = library(f"pkg:npm/x{depth}@1", f"x{depth}", components=[inner])
    assert len(packages(opened(cyclonedx(inner), tmp_path))) == 50


def test_ten_thousand_levels_are_refused_in_words(tmp_path: Path) -> None:
    depth = 10_000
    text = b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": ['
    text += b'{"type": "library", "components": [' * depth + b"]}" * depth + b"]}"
    with pytest.raises(HostileInputError, match="deeper than"):
        opened(text, tmp_path)


def test_circles_of_requirements_end(tmp_path: Path) -> None:
    one, two = "pkg:npm/a@1", "pkg:npm/b@1"
    depends = [{"ref": one, "dependsOn": [two, one, 7, "gone"]}, {"ref": two, "dependsOn": [one]}, "odd", {"ref": []}]
    found = opened(cyclonedx(library(one, "a"), library(two, "b"), dependencies=depends), tmp_path)
    assert {package.name: package.requires for package in packages(found)} == {"a": (two, one), "b": (one,)}
    assert found.gaps == ()


def test_a_reference_of_several_components_is_nobodys(tmp_path: Path) -> None:
    one, two, three = (library(f"pkg:npm/{name}@1", name) for name in "abc")
    one["bom-ref"] = two["bom-ref"] = "same"
    depends = [{"ref": three["bom-ref"], "dependsOn": ["same"]}, {"ref": "same", "dependsOn": [three["bom-ref"]]}]
    found = opened(cyclonedx(one, two, three, dependencies=depends), tmp_path)
    assert [package.requires for package in packages(found)] == [(), (), ()]
    assert list(lost(found).values()) == [1]


def test_one_component_told_twice_counts_once(tmp_path: Path) -> None:
    twice = library("pkg:npm/a@1")
    twice["bom-ref"] = ""
    assert len(packages(opened(cyclonedx(twice, twice), tmp_path))) == 1


def test_more_packages_than_the_limit_are_refused(tmp_path: Path) -> None:
    many = cyclonedx(*(library(f"pkg:npm/a{number}@1") for number in range(11)))
    assert len(packages(opened(many, tmp_path, Limits(packages=11)))) == 11
    with pytest.raises(LimitError, match="packages"):
        opened(many, tmp_path, Limits(packages=10))


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="report_size"):
        opened(cyclonedx(), tmp_path, Limits(report_size=20))


REFUSED: dict[str, object] = {
    "cut": json.dumps(cyclonedx(library("pkg:npm/a@1"))).encode()[:-20],
    "no-json": b'"bomFormat": "CycloneDX"',
    "a-list": [1, 2],
    "other-json": {"name": "x"},
    "newer-cyclonedx": {"bomFormat": "CycloneDX", "specVersion": "2.0"},
    "cyclonedx-of-no-version": {"bomFormat": "CycloneDX", "specVersion": 1.6},
    "older-spdx": {"spdxVersion": "SPDX-1.2"},
    "spdx-3": b'{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}',
    "cyclonedx-xml": b'<?xml version="1.0"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"/>',
    "spdx-tags": b"SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n",
    "no-unicode": b'{"bomFormat": "CycloneDX", "specVersion": "\xff"}',
    "half-a-pair": b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "\\ud800"}]}',
}


@pytest.mark.parametrize("document", REFUSED.values(), ids=REFUSED)
def test_what_is_no_bill_is_refused_in_words(document: object, tmp_path: Path) -> None:
    with pytest.raises(PlimsollError) as caught:
        opened(document, tmp_path)
    assert caught.value.message
    assert caught.value.advice


RECOGNISED: dict[str, tuple[bytes, bool]] = {
    "cyclonedx": (json.dumps(cyclonedx()).encode(), True),
    "spdx": (json.dumps(spdx()).encode(), True),
    "byte-order-mark": (b"\xef\xbb\xbf\r\n " + json.dumps(cyclonedx()).encode(), True),
    "said-at-the-end": (b'{"x": "' + b"y" * 100_000 + b'", "bomFormat" : "CycloneDX"}', True),
    "xml": (b'<bom xmlns="http://cyclonedx.org/schema/bom/1.5">', True),
    "spdx-3": (b'{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}', True),
    "other-json": (b'{"lockfileVersion": 3, "bomFormat": "other"}', False),
    "long-other-json": (b'{"x": "' + b"y" * 100_000 + b'"}', False),
    "archive-with-a-bill": (b"bom.json\0" + bytes(600) + json.dumps(cyclonedx()).encode(), False),
    "empty": (b"", False),
}


@pytest.mark.parametrize(("data", "expected"), RECOGNISED.values(), ids=RECOGNISED)
def test_a_bill_is_recognised_by_its_content(data: bytes, expected: bool, tmp_path: Path) -> None:  # noqa: FBT001
    path = tmp_path / "x"
    path.write_bytes(data)
    assert SBOM.recognises(path, Limits()) is expected


def test_known_formats_that_are_not_read_are_named(tmp_path: Path) -> None:
    for name, form in {"cyclonedx-xml": "XML", "spdx-tags": "tags", "spdx-3": "SPDX 3"}.items():
        with pytest.raises(TargetError, match=form):
            opened(REFUSED[name], tmp_path)


DISTROS: dict[str, tuple[str, str, str]] = {
    "ours": ("pkg:deb/debian/a@1?distro=debian-12", "debian:12", "deb/debian/a"),
    "with-point-release": ("pkg:deb/debian/a@1?distro=debian-12.15", "debian:12", "deb/debian/a"),
    "unstable": ("pkg:deb/debian/a@1?distro=debian-sid", "debian:sid", "deb/debian/a"),
    "ubuntu": ("pkg:deb/ubuntu/a@1?distro=ubuntu-22.04", "ubuntu:22.04", "deb/ubuntu/a"),
    "only-a-version": ("pkg:apk/alpine/a@1?distro=3.20.3", "alpine:3.20", "apk/alpine/a"),
    "edge": ("pkg:apk/alpine/a@1?distro=alpine-edge", "alpine:edge", "apk/alpine/a"),
    "red-hat": ("pkg:rpm/redhat/a@1?distro=rhel-9.4", "rhel:9", "rpm/redhat/a"),
    "red-hat-of-trivy": ("pkg:rpm/redhat/a@1?distro=redhat-9.4", "rhel:9", "rpm/redhat/a"),
    "red-hat-by-its-id": ("pkg:rpm/rhel/a@1?distro=rhel-9.8", "rhel:9", "rpm/redhat/a"),
    "centos": ("pkg:rpm/centos/a@1?distro=centos-7", "rhel:7", "rpm/centos/a"),
    "alma": ("pkg:rpm/alma/a@1?distro=alma-9.2", "almalinux:9", "rpm/almalinux/a"),
    "oracle": ("pkg:rpm/oracle/a@1?distro=oracle-8.9", "ol:8", "rpm/oracle/a"),
    "amazon": ("pkg:rpm/amazon/a@1?distro=amazon-2+(Karoo)", "amzn:2", "rpm/amazon/a"),
    "amazon-1": ("pkg:rpm/amzn/a@1?distro=amzn-2018.03", "amzn:1", "rpm/amazon/a"),
    "amazon-2023": ("pkg:rpm/amazon/a@1?distro=amzn-2023.6.20241010", "amzn:2023", "rpm/amazon/a"),
    "leap": ("pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.5", "opensuse-leap:15.5", "rpm/opensuse/a"),
    "sles": ("pkg:rpm/suse/a@1?distro=sles-15.5", "sles:15.5", "rpm/suse/a"),
    "mariner": ("pkg:rpm/cbl-mariner/a@1?distro=cbl-mariner-2.0.20240123", "mariner:2.0", "rpm/mariner/a"),
    "wolfi": ("pkg:apk/wolfi/a@1?distro=wolfi-20230201", "wolfi", "apk/wolfi/a"),
    "arch": ("pkg:alpm/arch/a@1?arch=any", "arch", "alpm/arch/a"),
    "no-release": ("pkg:deb/debian/a@1", "", "deb/debian/a"),
    "nothing": ("pkg:deb/a@1", "", "deb/a"),
}


@pytest.mark.parametrize(("purl", "product", "key"), DISTROS.values(), ids=DISTROS)
def test_the_distribution_is_that_of_the_package_url(purl: str, product: str, key: str, tmp_path: Path) -> None:
    (package,) = packages(opened(cyclonedx(library(purl)), tmp_path))
    assert (package.product, package.key) == (product, key)


def test_a_release_may_be_that_of_the_operating_system(tmp_path: Path) -> None:
    system = {"type": "operating-system", "name": "debian", "version": "12.5"}
    bare, named, other = "pkg:deb/a@1", "pkg:deb/debian/b@1", "pkg:deb/ubuntu/c@1"
    found = opened(cyclonedx(library(bare), library(named), library(other), system), tmp_path)
    assert {package.purl: (package.product, package.key) for package in packages(found)} == {
        bare: ("debian:12", "deb/debian/a"),
        named: ("debian:12", "deb/debian/b"),
        other: ("", "deb/ubuntu/c"),
    }
    assert found.distro is not None
    metadata = {"component": {"type": "operating-system", "name": "rhel", "version": "9.8"}}
    (package,) = packages(opened(cyclonedx(library("pkg:rpm/redhat/a@1"), metadata=metadata), tmp_path))
    assert package.product == "rhel:9"


def test_of_several_operating_systems_none_is_taken_for_granted(tmp_path: Path) -> None:
    systems = [{"type": "operating-system", "name": "debian", "version": version} for version in ("11", "12")]
    found = opened(cyclonedx(library("pkg:deb/debian/a@1"), *systems), tmp_path)
    assert [package.product for package in packages(found)] == [""]
    assert found.distro is None
    assert "2 of type operating-system" in found.took


SOURCES: dict[str, tuple[str, tuple[str, str]]] = {
    "name": ("pkg:deb/debian/libc6@2.36-9?upstream=glibc", ("glibc", "2.36-9")),
    "name-and-version": ("pkg:deb/debian/bash@5.2-2%2Bb7?upstream=bash%405.2-2", ("bash", "5.2-2")),
    "rpm": ("pkg:rpm/fedora/libs@1.1-2.fc40?upstream=a-b-1.1-2.fc40.src.rpm", ("a-b", "1.1-2.fc40")),
    "rpm-with-epoch": ("pkg:rpm/fedora/libs@1.1-2?epoch=3&upstream=a-1.0-9.src.rpm", ("a", "3:1.0-9")),
    "rpm-without-source": ("pkg:rpm/fedora/libs@1-2?upstream=a-1-2.nosrc.rpm", ("a", "1-2")),
    "language": ("pkg:npm/a@1?upstream=b", ("a", "1")),
    "empty": ("pkg:deb/debian/a@1?upstream=%40", ("a", "1")),
}


@pytest.mark.parametrize(("purl", "source"), SOURCES.values(), ids=SOURCES)
def test_the_source_package_may_be_a_qualifier(purl: str, source: tuple[str, str], tmp_path: Path) -> None:
    (package,) = packages(opened(cyclonedx(library(purl)), tmp_path))
    assert (package.source, package.source_version) == source


def test_a_bill_that_calls_itself_incomplete_is_a_gap(tmp_path: Path) -> None:
    found = opened(cyclonedx(compositions=[{"aggregate": "incomplete_first_party_only"}]), tmp_path)
    assert [gap.what for gap in found.gaps] == ["incomplete-bill"]
    assert opened(cyclonedx(compositions=[{"aggregate": "complete"}, 7]), tmp_path).gaps == ()


def test_many_reasons_are_told_in_one(tmp_path: Path) -> None:
    found = opened(cyclonedx(*(library(f"pkg:kind{number}/a@1") for number in range(300))), tmp_path)
    assert len(found.gaps) == 21
    assert sum(gap.count for gap in found.gaps) == 300


def test_spdx_of_odd_values_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    good = {
        "SPDXID": "SPDXRef-a",
        "name": "a",
        "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/a@1"}, 7, {"referenceType": {}}],
        "annotations": [{"comment": "{"}, {"comment": '{"line": 5}'}, {"comment": "Some: thing"}, 3],
        "checksums": [{"algorithm": 5}],
        "licenseDeclared": "LicenseRef-gone AND MIT",
    }
    found = opened(
        spdx(good, 7, {"name": "b", "versionInfo": "1"}, relationships=[{}, 3, {"relationshipType": "DEPENDS_ON"}]),
        tmp_path,
    )
    (package,) = packages(found)
    assert (package.licence, package.line) == ("LicenseRef-gone AND MIT", 0)
    assert lost(found) == {"a package is no object": 1, "it has no package URL": 1}


def test_a_bill_of_nothing_lists_nothing(tmp_path: Path) -> None:
    for document in (cyclonedx(), spdx(), {"bomFormat": "CycloneDX", "specVersion": "1.4"}):
        found = opened(document, tmp_path)
        assert (found.listed, found.layers, found.gaps) == ((), (), ())
        assert "0 packages" in found.took


def test_a_licence_that_stands_for_long_texts_stays_short(tmp_path: Path) -> None:
    package = {
        "SPDXID": "SPDXRef-a",
        "name": "a",
        "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/a@1"}],
        "licenseDeclared": " AND ".join(["LicenseRef-x"] * 1000),
    }
    texts = [{"licenseId": "LicenseRef-x", "extractedText": "L" * 1_000_000}]
    (found,) = packages(opened(spdx(package, hasExtractedLicensingInfos=texts), tmp_path))
    assert found.licence == "L" * 4096
