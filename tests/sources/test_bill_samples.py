"""Bills of materials as other tools write them, and the official examples."""

import lzma
from dataclasses import replace
from pathlib import Path

import pytest

from plimsoll.model.limits import Limits
from plimsoll.model.package import Package
from plimsoll.sources.bill import SBOM, UNUSABLE
from plimsoll.trees.source import Opened, Request

DATA = Path(__file__).parents[1] / "data" / "bills"


def opened(name: str, folder: Path) -> Opened:
    data = (DATA / name).read_bytes()
    path = folder / name.removesuffix(".xz")
    path.write_bytes(lzma.decompress(data) if name.endswith(".xz") else data)
    assert SBOM.recognises(path, Limits())
    return SBOM.open(Request(path=path, name=path.name))


def listed(found: Opened) -> dict[str, Package]:
    assert found.listed is not None
    packages = {package.name: package for package in found.listed}
    assert len(packages) == len(found.listed)
    return packages


EXAMPLES = {
    "laravel-1.3.json.xz": ("CycloneDX 1.3", 63, {"composer"}),
    "laravel-1.4.json.xz": ("CycloneDX 1.4", 63, {"composer"}),
    "proton-bridge-1.2.json.xz": ("CycloneDX 1.2", 202, {"go"}),
    "keycloak-1.3.json.xz": ("CycloneDX 1.3", 4, {"maven"}),
}


@pytest.mark.parametrize(("name", "expected"), EXAMPLES.items(), ids=EXAMPLES)
def test_every_component_of_the_official_examples_is_a_package(
    name: str, expected: tuple[str, int, set[str]], tmp_path: Path
) -> None:
    found = opened(name, tmp_path)
    form, number, systems = expected
    assert form in found.took
    assert len(found.listed or ()) == number
    assert {package.ecosystem for package in found.listed or ()} == systems
    assert found.gaps == ()


def test_names_keep_the_case_that_package_urls_lose(tmp_path: Path) -> None:
    packages = listed(opened("proton-bridge-1.2.json.xz", tmp_path))
    notificator = packages["github.com/0xAX/notificator"]
    assert notificator.key == "golang/github.com/0xax/notificator"
    assert notificator.version == "v0.0.0-20191016112426-3962a5ea8da1"


DEBIAN = {
    "bash": ("5.2.15-2+b13", "bash", "5.2.15-2"),
    "libc-bin": ("2.36-9+deb12u14", "glibc", "2.36-9+deb12u14"),
    "libc6": ("2.36-9+deb12u14", "glibc", "2.36-9+deb12u14"),
    "zlib1g": ("1:1.2.13.dfsg-1", "zlib", "1:1.2.13.dfsg-1"),
}
"""As dpkg's own database says it; trivy takes versions apart."""


@pytest.mark.parametrize("name", ["trivy.cdx.json", "trivy.spdx.json"])
def test_what_trivy_writes_is_what_dpkg_says(name: str, tmp_path: Path) -> None:
    found = opened(name, tmp_path)
    packages = listed(found)
    assert {each.name: (each.version, each.source, each.source_version) for each in packages.values()} == DEBIAN
    assert {each.product for each in packages.values()} == {"debian:12"}
    assert packages["zlib1g"].key == "deb/debian/zlib"
    assert packages["zlib1g"].architecture == "amd64"
    assert packages["libc6"].layer == "sha256:1fa38a8a2140c72d76ac1cc65fdb3b6d3c45886a425912e2a30ee33fb1d18677"
    assert packages["zlib1g"].hashes == ("sha256:d7dd1d1411fedf27f5e27650a6eff20ef294077b568f4c8c5e51466dc7c08ce4",)
    assert packages["zlib1g"].licence == "Zlib"
    assert packages["zlib1g"].requires == (packages["libc6"].purl,)
    assert found.distro is not None
    assert found.distro.product == "debian:12"
    assert found.subject.name == "minbase.tar"
    assert found.gaps == ()


def test_what_syft_writes(tmp_path: Path) -> None:
    found = opened("syft.cdx.json", tmp_path)
    packages = listed(found)
    assert "made by syft 1.18.1 on 2026-01-05" in found.took
    assert "no packages: 1 of type file" in found.took
    assert found.subject.name == "shop/api:1.4"
    bash, libc, node = packages["bash"], packages["libc6"], packages["nodejs"]
    assert (bash.source, bash.source_version, bash.product) == ("bash", "5.2.15-2", "debian:12")
    assert (bash.path, bash.layer, bash.cpe) == ("usr/share/doc/bash/copyright", "sha256:" + "c3" * 32, "")
    assert bash.requires == (libc.purl,)
    assert bash.licence == "GPL-3.0-or-later AND public-domain"
    assert (libc.source, libc.source_version, libc.key) == ("glibc", "2.36-9+deb12u9", "deb/debian/glibc")
    assert node.version == node.source_version == "1:18.12.1-2.module+el9.1.0.z+17326+318294bb"
    assert (node.key, node.product, node.stream) == ("rpm/redhat/nodejs", "rhel:9", "module:nodejs:18")
    crypto = packages["libcrypto3"]
    assert (crypto.key, crypto.product, crypto.source_version) == ("apk/alpine/openssl", "alpine:3.19", "3.1.4-r5")
    assert packages["stdlib"].version == "1.21.5"
    assert packages["github.com/ProtonMail/go-crypto"].key == "golang/github.com/protonmail/go-crypto"
    assert packages["org.apache.logging.log4j:log4j-core"].hashes == ("sha1:9141212b8507ab50a45525b545b39d224614528b",)
    assert packages["@babel/traverse"].key == "npm/%40babel/traverse"
    assert (packages["busybox"].ecosystem, packages["busybox"].cpe) == ("generic", "busybox:busybox")


def test_what_cannot_be_used_is_a_gap_with_the_reason(tmp_path: Path) -> None:
    gaps = opened("syft.cdx.json", tmp_path).gaps
    assert {gap.what for gap in gaps} == {UNUSABLE}
    assert {(gap.reason, gap.count) for gap in gaps} == {
        ("it has no package URL", 1),
        ("no packaging system of type 'swift' is known here", 1),
    }
    assert {gap.question for gap in gaps} == {
        "1 component of the list: mystery",
        "1 component of the list: Alamofire",
    }


def test_a_language_package_that_a_distribution_owns_is_told_by_syft(tmp_path: Path) -> None:
    found = opened("syft.spdx.json", tmp_path)
    packages = listed(found)
    distribution, language = packages["python3-requests"], packages["requests"]
    assert language.owner == distribution.purl
    assert language.requires == ()
    assert distribution.requires == (language.purl,)
    assert language.licence == "Apache 2.0, as the metadata says"
    assert distribution.source == "requests"
    assert found.gaps == ()


def test_what_cdxgen_writes(tmp_path: Path) -> None:
    found = opened("cdxgen.cdx.json", tmp_path)
    packages = listed(found)
    assert set(packages) == {"@babel/traverse", "django", "github.com/gin-gonic/gin", "shop", "worker"}
    assert packages["@babel/traverse"].path == "app/package-lock.json"
    assert (packages["@babel/traverse"].scope, packages["github.com/gin-gonic/gin"].scope) == ("optional", "dev")
    assert packages["shop"].requires == (packages["@babel/traverse"].purl,)
    assert packages["django"].path == "requirements.txt#3"
    assert packages["worker"].path == "cdxgen.cdx.json"
    assert found.gaps == ()


def test_a_lockfile_of_trivy_gives_its_packages_its_path(tmp_path: Path) -> None:
    text = """{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
      {"bom-ref": "lock", "type": "application", "name": "srv/package-lock.json",
       "properties": [{"name": "aquasecurity:trivy:Class", "value": "lang-pkgs"}]},
      {"bom-ref": "a", "type": "library", "name": "a", "version": "1", "purl": "pkg:npm/a@1"},
      {"bom-ref": "b", "type": "library", "name": "b", "version": "1", "purl": "pkg:npm/b@1",
       "properties": [{"name": "aquasecurity:trivy:FilePath", "value": "srv/node_modules/b/package.json"}]}],
      "dependencies": [{"ref": "lock", "dependsOn": ["a", "b"]}]}"""
    path = tmp_path / "bill.json"
    path.write_text(text)
    found = SBOM.open(Request(path=path, name="bill.json"))
    assert {name: package.path for name, package in listed(found).items()} == {
        "a": "srv/package-lock.json",
        "b": "srv/node_modules/b/package.json",
    }
    assert "1 of type application" in found.took


def test_both_formats_of_one_tool_tell_the_same(tmp_path: Path) -> None:
    one, other = (listed(opened(name, tmp_path)) for name in ("trivy.cdx.json", "trivy.spdx.json"))
    same = {name: replace(package, licence="", path="", purl="", requires=()) for name, package in one.items()}
    assert same == {
        name: replace(package, licence="", path="", purl="", requires=()) for name, package in other.items()
    }
