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
    UNDETERMINED,
    empty_report,
    golden,
    hostile_report,
    replaced_report,
    sample_report,
)
from tests.reports.schemas import cyclonedx_faults

from plimsoll.model.finding import Evidence, Vulnerability
from plimsoll.model.package import Package
from plimsoll.model.report import Report
from plimsoll.model.reporting import Style
from plimsoll.reports.cyclonedx import CYCLONEDX_1_7, render


def bill(report: Report) -> Any:  # noqa: ANN401 - a JSON document
    return json.loads(render(report, Style()))


def sbom_report() -> Report:
    """Give the report of `plimsoll sbom`: the packages, no findings."""
    bare = replace(sample_report(), knowledge=(), checks=(), waivers=(), hidden=0, knowledge_built="", snapshot=False)
    return replace(bare, findings=(), undetermined=())


def properties(node: Any) -> dict[str, list[str]]:  # noqa: ANN401 - a JSON document
    found: dict[str, list[str]] = {}
    for each in node.get("properties", []):
        found.setdefault(each["name"], []).append(each["value"])
    return found


def vulnerability(name: str) -> Any:  # noqa: ANN401 - a JSON document
    (found,) = [each for each in bill(sample_report())["vulnerabilities"] if each["id"] == name]
    return found


REPORTS = {
    "sample": sample_report(),
    "sbom": sbom_report(),
    "empty": empty_report(),
    **{f"after-{name}": hostile_report(text) for name, text in HOSTILE.items()},
    **{f"only-{name}": replaced_report(text) for name, text in HOSTILE.items()},
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_every_document_validates_against_the_official_schema(report: Report) -> None:
    assert cyclonedx_faults(bill(report)) == []


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_version_1_7_is_the_same_document_and_valid(report: Report) -> None:
    document = json.loads(CYCLONEDX_1_7.render(report, Style()))
    assert cyclonedx_faults(document, "1.7") == []
    other = bill(report) | {"specVersion": "1.7", "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json"}
    assert document == other


def test_the_schema_finds_a_fault() -> None:
    document = bill(sample_report())
    document["components"][1]["licenses"] = [{"license": {"id": "No-Such-Licence"}}]
    document["components"][2]["weather"] = "fair"
    assert len(cyclonedx_faults(document)) >= 2
    assert len(cyclonedx_faults(document, "1.7")) >= 2


def test_an_sbom_has_no_vulnerabilities() -> None:
    text = render(sbom_report(), Style())
    assert "vulnerabilities" not in json.loads(text)
    assert text == golden(GOLDEN / "sbom.cyclonedx", text)


def test_the_subject_and_the_time_are_those_of_the_report() -> None:
    metadata = bill(sample_report())["metadata"]
    assert metadata["timestamp"] == "2026-11-24T00:00:00Z"
    assert metadata["component"]["type"] == "container"
    assert metadata["component"]["hashes"] == [{"alg": "SHA-256", "content": "0f" * 32}]
    assert metadata["tools"]["components"][0] == {"type": "application", "name": "plimsoll", "version": "0.1.0"}


def test_all_packages_are_components_below_the_subject() -> None:
    document = bill(sample_report())
    libraries = [each for each in document["components"] if each["type"] == "library"]
    assert [(each["purl"], each["version"]) for each in libraries] == [(p.purl, p.version) for p in PACKAGES]
    (system,) = [each for each in document["components"] if each["type"] == "operating-system"]
    assert (system["name"], system["version"]) == ("debian", "12")
    root = document["dependencies"][0]
    assert root["ref"] == document["metadata"]["component"]["bom-ref"]
    assert root["dependsOn"] == [each["bom-ref"] for each in document["components"]]


def test_a_component_says_where_it_comes_from() -> None:
    (library,) = [each for each in bill(sample_report())["components"] if each["name"] == "libncurses6"]
    assert properties(library) == {
        "plimsoll:ecosystem": ["dpkg"],
        "plimsoll:source": ["ncurses"],
        "plimsoll:source-version": ["6.4-4"],
        "plimsoll:architecture": ["amd64"],
        "plimsoll:path": ["var/lib/dpkg/status"],
        "plimsoll:layer": ["sha256:" + "b2" * 32],
    }


def test_each_layer_names_its_instruction_once() -> None:
    assert properties(bill(sample_report())["metadata"])["plimsoll:layer"] == [
        "sha256:" + "a1" * 32 + " ADD rootfs.tar.xz /",
        "sha256:" + "b2" * 32 + " RUN apt-get update && apt-get install -y libncurses6",
    ]


def test_packages_with_one_purl_get_references_of_their_own() -> None:
    twice = (PACKAGES[0], PACKAGES[0], replace(PACKAGES[0], purl=f"{PACKAGES[0].purl}#2"))
    document = bill(replace(sbom_report(), packages=twice))
    refs = [each["bom-ref"] for each in document["components"]]
    assert len(refs) == len(set(refs)) == 4
    assert cyclonedx_faults(document) == []


def test_a_finding_affects_the_binaries_of_its_source_package() -> None:
    assert {each["ref"] for each in vulnerability("CVE-2023-4911")["affects"]} == {p.purl for p in PACKAGES[:2]}


def test_a_finding_whose_package_is_not_listed_affects_the_subject() -> None:
    document = bill(replace(sample_report(), packages=()))
    subject = document["metadata"]["component"]["bom-ref"]
    assert {ref["ref"] for each in document["vulnerabilities"] for ref in each["affects"]} == {subject}


def test_a_finding_affects_the_named_binaries_only() -> None:
    findings = list(sample_report().findings)
    package = findings[0].package
    assert package is not None
    findings[0] = replace(findings[0], package=replace(package, binaries=("libc6",)))
    document = bill(replace(sample_report(), findings=tuple(findings)))
    assert [each["ref"] for each in document["vulnerabilities"][0]["affects"]] == [PACKAGES[0].purl]


def test_ratings_hold_score_method_and_vector_the_deciding_one_first() -> None:
    assert vulnerability("CVE-2023-4911")["ratings"] == [
        {
            "source": {"name": "nvd"},
            "score": 7.5,
            "severity": "high",
            "method": "CVSSv31",
            "vector": "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
        },
        {"source": {"name": "debian-tracker"}, "severity": "unknown", "method": "other"},
    ]


def test_what_is_exploited_fixed_or_waived_is_said() -> None:
    loader = vulnerability("CVE-2023-4911")
    assert loader["recommendation"] == "Upgrade glibc to 2.36-9+deb12u3 or later."
    assert "analysis" not in loader
    assert properties(loader)["plimsoll:exploited"] == ["2023-11-21"]
    assert properties(loader)["plimsoll:epss"] == ["0.81422"]
    minizip = vulnerability("CVE-2023-45853")
    assert minizip["analysis"] == {"response": ["will_not_fix"], "detail": "The vendor says: will not fix (ignored)."}
    assert properties(minizip)["plimsoll:waiver"][0].startswith("CVE-2023-45853: minizip is not built")


SOURCES = {
    "CVE-2023-4911": {"name": "NVD", "url": "https://nvd.nist.gov/vuln/detail/CVE-2023-4911"},
    "GHSA-jfh8-c2jp-5v3q": {"name": "GITHUB", "url": "https://github.com/advisories/GHSA-jfh8-c2jp-5v3q"},
    "TEMP-0841856-B18BAF": {
        "name": "Debian Security Tracker",
        "url": "https://security-tracker.debian.org/tracker/TEMP-0841856-B18BAF",
    },
    "CVE-1 <not an id>": {"name": "Debian Security Tracker"},
}


@pytest.mark.parametrize(("name", "source"), SOURCES.items(), ids=SOURCES)
def test_the_source_of_a_vulnerability_is_who_publishes_it(name: str, source: dict[str, str]) -> None:
    address = f"https://security-tracker.debian.org/tracker/{name}"
    finding = replace(FINDINGS[0], vulnerability=Vulnerability(id=name), references=("https://a.example/", address))
    (found,) = bill(replace(sample_report(), findings=(finding,), undetermined=()))["vulnerabilities"]
    assert found["source"] == source


def test_a_source_of_which_nothing_is_known_is_not_made_up() -> None:
    finding = replace(FINDINGS[0], vulnerability=Vulnerability(id="XSA-200"), evidence=Evidence())
    (found,) = bill(replace(sample_report(), findings=(finding,), undetermined=()))["vulnerabilities"]
    assert "source" not in found


def test_what_is_undetermined_is_in_triage_with_the_reason() -> None:
    doubt = vulnerability("CVE-2024-9143")
    assert doubt["analysis"] == {
        "state": "in_triage",
        "detail": "The vendor has not determined whether this version is affected.",
    }
    assert doubt["affects"] == [{"ref": PACKAGES[2].purl}]
    other = replace(UNDETERMINED, vulnerability=Vulnerability(id="CVE-2024-9143"))
    document = bill(replace(sample_report(), findings=(), undetermined=(other,)))
    (found,) = document["vulnerabilities"]
    assert found["analysis"]["state"] == "in_triage"
    assert "no order among those of the advisories" in found["analysis"]["detail"]
    assert cyclonedx_faults(document) == []


def test_findings_are_never_in_triage() -> None:
    states = {each["id"]: each.get("analysis", {}).get("state") for each in bill(sample_report())["vulnerabilities"]}
    assert [name for name, state in states.items() if state] == ["CVE-2024-9143"]


def test_the_knowledge_that_was_used_is_named() -> None:
    assert properties(bill(sample_report())["metadata"])["plimsoll:knowledge"] == ["embedded snapshot of 2026-11-24"]


def test_nothing_is_silent() -> None:
    document = bill(sample_report())
    said = properties(document["metadata"])
    assert len(said["plimsoll:gap"]) == len(GAPS) + 1
    assert said["plimsoll:hidden-findings"] == ["4"]
    assert said["plimsoll:findings-of-other-kinds"] == ["1, shown by the other formats"]
    assert said["plimsoll:feed"][0] == "debian-tracker of 2026-08-21 (95 days old)"
    assert document["compositions"][0]["aggregate"] == "incomplete"


def test_the_serial_number_is_that_of_the_content() -> None:
    one, other = bill(sample_report()), bill(replace(sample_report(), packages=PACKAGES[:-1]))
    assert one["serialNumber"] == bill(sample_report())["serialNumber"] != other["serialNumber"]


def test_a_version_longer_than_the_format_allows_is_cut() -> None:
    long = replace(PACKAGES[0], version="1" * 5000)
    document = bill(replace(sbom_report(), packages=(long,)))
    assert len(document["components"][1]["version"]) == 1024
    assert document["components"][1]["version"].endswith("…")


def related() -> tuple[Package, ...]:
    """Give a jar with a library in it, and a language package that a distribution's package owns."""
    jar = replace(
        PACKAGES[0], ecosystem="maven", name="org.example:shop", purl="pkg:maven/org.example/shop@1", path="a.jar"
    )
    inner = replace(
        jar,
        name="org.example:lib",
        purl="pkg:maven/org.example/lib@1",
        path="a.jar!/lib.jar!/x.jar",
        hashes=("sha1:" + "a" * 40, "h1:abc=", "sha256:short"),
        scope="dev",
        line=7,
        direct=False,
        declared=True,
        stream="module:nodejs:18",
        product="debian:12",
    )
    owned = replace(jar, ecosystem="pypi", name="apt", purl="pkg:pypi/apt@1", path="METADATA", owner=PACKAGES[4].purl)
    needy = replace(PACKAGES[1], requires=(PACKAGES[0].purl, "not-there"))
    return PACKAGES[0], needy, PACKAGES[4], jar, inner, owned


def test_what_contains_and_requires_what_is_said() -> None:
    document = bill(replace(sbom_report(), packages=related()))
    libc, needy, apt, jar, inner, owned = (package.purl for package in related())
    depends = {each["ref"]: each["dependsOn"] for each in document["dependencies"]}
    assert depends == {
        document["metadata"]["component"]["bom-ref"]: ["distro:debian:12", libc, needy, apt, jar],
        needy: [libc],
        apt: [owned],
        jar: [inner],
    }
    within = {each["bom-ref"]: properties(each).get("plimsoll:within") for each in document["components"]}
    assert {ref: found for ref, found in within.items() if found} == {inner: [jar], owned: [apt]}
    assert cyclonedx_faults(document) == []


def test_a_component_says_all_that_is_known() -> None:
    components = {each["name"]: each for each in bill(replace(sbom_report(), packages=related()))["components"]}
    library = components["lib"]
    assert library["group"] == "org.example"
    assert library["scope"] == "excluded"
    assert library["hashes"] == [{"alg": "SHA-1", "content": "a" * 40}]
    said = properties(library)
    assert said["plimsoll:hash"] == ["h1:abc=", "sha256:short"]
    assert said["plimsoll:line"] == ["7"]
    assert said["plimsoll:direct"] == ["no"]
    assert said["plimsoll:declared"] == ["yes"]
    assert said["plimsoll:scope"] == ["dev"]
    assert said["plimsoll:stream"] == ["module:nodejs:18"]
    assert said["plimsoll:product"] == ["debian:12"]
    assert properties(components["apt"]).get("plimsoll:owner", [PACKAGES[4].purl]) == [PACKAGES[4].purl]


def test_a_program_that_nobody_owns_has_its_name_among_the_platforms() -> None:
    program = replace(PACKAGES[0], ecosystem="generic", cpe="gnu:bash openbsd:open+ssh", version="1:5.2~x")
    (node,) = [each for each in bill(replace(sbom_report(), packages=(program,)))["components"] if "cpe" in each]
    assert node["cpe"] == r"cpe:2.3:a:gnu:bash:1\:5.2\~x:*:*:*:*:*:*:*"
    assert properties(node)["plimsoll:cpe"] == ["gnu:bash openbsd:open+ssh"]
