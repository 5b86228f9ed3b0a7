from dataclasses import replace

import pytest

from plimsoll.findings.origin import with_origins
from plimsoll.model.finding import Finding, FindingKind, FoundPackage, Location, SourcePackage, Vulnerability
from plimsoll.model.package import Package
from plimsoll.model.severity import Severity

LOW, HIGH, OWN = "sha256:low", "sha256:high", "sha256:own"
BASE = {LOW, HIGH}


def package(layer: str, name: str = "lodash", version: str = "4.17.20", owner: str = "") -> Package:
    return Package(
        ecosystem="npm",
        name=name,
        version=version,
        purl=f"pkg:npm/{name}@{version}",
        key="npm/lodash",
        source="lodash",
        source_version=version,
        layer=layer,
        owner=owner,
    )


FINDING = Finding(
    id="vulnerability:npm/lodash:CVE-2021-23337",
    kind=FindingKind.VULNERABILITY,
    severity=Severity.HIGH,
    subject="image",
    title="",
    package=FoundPackage(
        name="lodash",
        version="4.17.20",
        purl="",
        source=SourcePackage(name="lodash", version="4.17.20"),
        binaries=("lodash",),
        versions=("4.17.19", "4.17.20"),
    ),
    vulnerability=Vulnerability(id="CVE-2021-23337"),
    location=Location(layer=LOW),
)


def origin(*packages: Package, finding: Finding = FINDING, base: set[str] = BASE) -> str:
    (found,) = with_origins([finding], packages, base)
    assert replace(found, origin="") == finding
    return found.origin


def test_it_is_of_the_base_when_all_behind_it_is() -> None:
    assert origin(package(LOW)) == "base"
    assert origin(package(LOW), package(HIGH, version="4.17.19")) == "base"


def test_own_layers_have_a_part_in_it() -> None:
    assert origin(package(OWN)) == "own"
    assert origin(package(LOW), package(OWN, version="4.17.19")) == "own"


@pytest.mark.parametrize(
    "beside",
    [
        package(OWN, version="4.17.21"),
        package(OWN, name="lodash-es"),
        package(OWN, owner="pkg:deb/debian/node-lodash@4"),
    ],
    ids=["a version that is not affected", "another package of the source", "one that is judged through its owner"],
)
def test_what_is_not_behind_it_does_not_count(beside: Package) -> None:
    assert origin(package(LOW), beside) == "base"


def test_without_versions_the_one_that_is_told_counts() -> None:
    assert FINDING.package is not None
    old = replace(FINDING, package=replace(FINDING.package, versions=()))
    assert origin(package(LOW), package(OWN, version="4.17.19"), finding=old) == "base"


def test_without_packages_its_place_counts() -> None:
    check = replace(FINDING, id="misconfiguration:etc/passwd:root", package=None, vulnerability=None)
    assert origin(finding=check) == "base"
    assert origin(finding=replace(check, location=Location(layer=OWN))) == "own"
    assert origin(finding=replace(check, location=Location())) == ""


def test_where_a_layer_is_not_known_nothing_is_said() -> None:
    assert origin(package(LOW), package("")) == ""
    assert origin(package(LOW), base=set()) == ""
