import json
from dataclasses import replace
from typing import Any

import pytest
from tests.reports.sample_report import (
    FINDINGS,
    GAPS,
    GOLDEN,
    HOSTILE,
    PACKAGES,
    empty_report,
    golden,
    hostile_report,
    replaced_report,
    sample_report,
)
from tests.reports.schemas import spdx_faults

from plimsoll.model.package import Package
from plimsoll.model.report import Report
from plimsoll.model.reporting import Style
from plimsoll.reports.spdx import render


def bill(report: Report) -> Any:  # noqa: ANN401 - a JSON document
    return json.loads(render(report, Style()))


def sbom_report(*packages: Package) -> Report:
    """Give the report of `plimsoll sbom`: the packages, no findings."""
    bare = replace(sample_report(), knowledge=(), checks=(), waivers=(), hidden=0, knowledge_built="", snapshot=False)
    return replace(bare, findings=(), undetermined=(), packages=packages or PACKAGES)


def named(document: Any, name: str) -> Any:  # noqa: ANN401 - a JSON document
    (found,) = [each for each in document["packages"] if each["name"] == name]
    return found


def facts(package: Any) -> Any:  # noqa: ANN401 - a JSON document
    (note,) = package["annotations"]
    return json.loads(note["comment"])


REPORTS = {
    "sample": sample_report(),
    "sbom": sbom_report(),
    "empty": empty_report(),
    **{f"after-{name}": hostile_report(text) for name, text in HOSTILE.items()},
    **{f"only-{name}": replaced_report(text) for name, text in HOSTILE.items()},
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_every_document_validates_against_the_official_schema(report: Report) -> None:
    assert spdx_faults(bill(report)) == []


def test_the_schema_finds_a_fault() -> None:
    document = bill(sample_report())
    document["packages"][1]["primaryPackagePurpose"] = "DECORATION"
    del document["packages"][2]["downloadLocation"]
    assert len(spdx_faults(document)) >= 2


def test_an_sbom_looks_like_its_golden_file() -> None:
    text = render(sbom_report(), Style())
    assert text == golden(GOLDEN / "sbom.spdx", text)


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_every_element_that_is_related_is_there_once(report: Report) -> None:
    document = bill(report)
    ids = [each["SPDXID"] for each in document["packages"]]
    assert len(ids) == len(set(ids))
    related = {each[side] for each in document["relationships"] for side in ("spdxElementId", "relatedSpdxElement")}
    assert related <= {*ids, "SPDXRef-DOCUMENT"}
    contained = [
        each["relatedSpdxElement"] for each in document["relationships"] if each["relationshipType"] == "CONTAINS"
    ]
    assert sorted(contained) == sorted(set(ids) - {f"SPDXRef-Subject-{n}" for n in range(max(1, len(report.subjects)))})


def test_the_namespace_is_that_of_the_content_and_the_day_that_of_the_report() -> None:
    one, other = bill(sbom_report()), bill(sbom_report(*PACKAGES[1:]))
    assert one["documentNamespace"] == bill(sbom_report())["documentNamespace"] != other["documentNamespace"]
    assert one["creationInfo"]["created"] == "2026-11-24T00:00:00Z"
    assert one["creationInfo"]["creators"] == ["Tool: plimsoll-0.1.0"]


def test_a_package_says_what_it_is_and_where_it_comes_from() -> None:
    library = named(bill(sample_report()), "libncurses6")
    assert library["versionInfo"] == "6.4-4"
    assert library["sourceInfo"] == "built package from: ncurses 6.4-4"
    assert library["externalRefs"][0] == {
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": PACKAGES[5].purl,
    }
    assert facts(library) == {
        "ecosystem": "dpkg",
        "source": "ncurses",
        "source-version": "6.4-4",
        "architecture": "amd64",
        "path": "var/lib/dpkg/status",
        "layer": "sha256:" + "b2" * 32,
    }


def test_what_contains_requires_and_describes_what_is_said() -> None:
    jar = replace(PACKAGES[0], name="shop", purl="pkg:maven/a/shop@1", path="a.jar", scope="test")
    inner = replace(PACKAGES[0], name="lib", purl="pkg:maven/a/lib@1", path="a.jar!/lib.jar", requires=(jar.purl, "no"))
    document = bill(sbom_report(jar, inner))
    names = {each["SPDXID"]: each["name"] for each in document["packages"]} | {"SPDXRef-DOCUMENT": "document"}
    said = {
        (names[each["spdxElementId"]], each["relationshipType"], names[each["relatedSpdxElement"]])
        for each in document["relationships"]
    }
    assert said == {
        ("document", "DESCRIBES", "shop/api:1.4"),
        ("shop/api:1.4", "CONTAINS", "debian"),
        ("shop/api:1.4", "CONTAINS", "shop"),
        ("shop", "TEST_DEPENDENCY_OF", "shop/api:1.4"),
        ("shop", "CONTAINS", "lib"),
        ("lib", "DEPENDS_ON", "shop"),
    }


LICENCES = {
    "MIT": "MIT",
    "apache-2.0 OR (gpl-2.0-only WITH classpath-exception-2.0)": (
        "Apache-2.0 OR (GPL-2.0-only WITH Classpath-exception-2.0)"
    ),
    "": "NOASSERTION",
    "Custom": "LicenseRef-Custom",
    "MIT AND Custom": "MIT AND LicenseRef-Custom",
}


@pytest.mark.parametrize(("stated", "declared"), LICENCES.items())
def test_licences_are_valid_expressions(stated: str, declared: str) -> None:
    document = bill(sbom_report(replace(PACKAGES[0], licence=stated)))
    assert named(document, "libc6")["licenseDeclared"] == declared
    extracted = {each["licenseId"]: each["extractedText"] for each in document.get("hasExtractedLicensingInfos", [])}
    assert extracted == ({"LicenseRef-Custom": "Custom"} if "Custom" in stated else {})


def test_licences_that_differ_in_signs_only_stay_apart() -> None:
    packages = [
        replace(PACKAGES[0], name=each, licence=each) for each in ("GPL-2+ and others", "GPL-2- and others", "🚢")
    ]
    document = bill(sbom_report(*packages))
    declared = {each["name"]: each["licenseDeclared"] for each in document["packages"] if "licenseDeclared" in each}
    assert len(set(declared.values())) == 3
    assert {each["licenseId"]: each["extractedText"] for each in document["hasExtractedLicensingInfos"]} == {
        reference: text for text, reference in declared.items()
    }


def test_hashes_of_known_algorithms_are_checksums_the_others_facts() -> None:
    hashed = replace(PACKAGES[0], hashes=("sha512:" + "b" * 128, "h1:abc=", "md5:zz", "sha512:" + "b" * 128))
    package = named(bill(sbom_report(hashed)), "libc6")
    assert package["checksums"] == [{"algorithm": "SHA512", "checksumValue": "b" * 128}]
    assert facts(package)["hash"] == ["h1:abc=", "md5:zz"]


def test_what_a_scan_found_is_referred_to() -> None:
    document = bill(sample_report())
    advisories = [each for each in named(document, "libc6")["externalRefs"] if each["referenceType"] == "advisory"]
    assert advisories[0] == {
        "referenceCategory": "SECURITY",
        "referenceType": "advisory",
        "referenceLocator": "https://security-tracker.debian.org/tracker/CVE-2023-4911",
        "comment": "CVE-2023-4911, high, fixed in 2.36-9+deb12u3",
    }
    found = {finding.vulnerability.id for finding in FINDINGS if finding.vulnerability} | {"CVE-2024-9143"}
    told = {
        reference["comment"].partition(",")[0]
        for package in document["packages"]
        for reference in package.get("externalRefs", [])
        if reference["referenceType"] == "advisory"
    }
    assert told == found
    doubt = [each["comment"] for each in named(document, "libssl3")["externalRefs"] if "CVE-2024-9143" in str(each)]
    assert doubt == ["CVE-2024-9143, not determined, low"]


def test_nothing_is_silent() -> None:
    said = [each["comment"] for each in bill(sample_report())["annotations"]]
    assert len([each for each in said if each.startswith("gap: ")]) == len(GAPS) + 1
    assert "hidden-findings: 4" in said
    assert "feed: debian-tracker of 2026-08-21 (95 days old)" in said
    assert "layer: sha256:" + "a1" * 32 + " ADD rootfs.tar.xz /" in said
