import json
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from tests.reports.sample_report import (
    BASE,
    FINDINGS,
    GAPS,
    HOSTILE,
    IMAGE,
    empty_report,
    hostile_report,
    replaced_report,
    report_on_base,
    sample_report,
    with_texts,
)
from tests.reports.schemas import sarif_faults

from plimsoll.model.finding import Evidence, Location
from plimsoll.model.report import Report
from plimsoll.model.reporting import Style
from plimsoll.model.severity import Severity
from plimsoll.reports.sarif import render


def log(report: Report) -> Any:  # noqa: ANN401 - a JSON document
    return json.loads(render(report, Style()))


def run(report: Report) -> Any:  # noqa: ANN401 - a JSON document
    (only,) = log(report)["runs"]
    return only


def result(name: str) -> Any:  # noqa: ANN401 - a JSON document
    (found,) = [each for each in run(sample_report())["results"] if each["ruleId"] == name]
    return found


REPORTS = {
    "sample": sample_report(),
    "empty": empty_report(),
    "base": report_on_base(),
    "labels": report_on_base(layers=0, by="labels", reason="a label names it"),
    "hostile base": with_texts(report_on_base(), lambda before: before + HOSTILE["surrogates"]),
    **{f"after-{name}": hostile_report(text) for name, text in HOSTILE.items()},
    **{f"only-{name}": replaced_report(text) for name, text in HOSTILE.items()},
}
each_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)


@each_report
def test_every_document_validates_against_the_official_schema(report: Report) -> None:
    assert sarif_faults(log(report)) == []


def test_the_schema_finds_a_fault() -> None:
    document = log(sample_report())
    document["runs"][0]["results"][0]["level"] = "dire"
    assert sarif_faults(document)


@each_report
def test_code_scanning_gets_what_it_asks_for(report: Report) -> None:
    """GitHub: a rule, a message, a physical location with a relative URI, and a number to sort by."""
    only = run(report)
    rules = only["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for each in only["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        assert each["message"]["text"]
        place = each["locations"][0]["physicalLocation"]
        uri = place["artifactLocation"]["uri"]
        assert uri
        assert uri.isascii()
        assert not uri.startswith("/")
        assert ":" not in uri
        assert ".." not in uri.split("/")
        assert place["region"]["startLine"] >= 1
    for rule in rules:
        assert 0.0 <= float(rule["properties"]["security-severity"]) <= 10.0
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024


def test_the_full_description_says_of_every_package_what_its_result_says() -> None:
    other = replace(FINDINGS[0], title="CVE-2023-4911 elsewhere", package=None, fix="")
    only = run(replace(sample_report(), findings=(FINDINGS[0], other, other)))
    (rule,) = only["tool"]["driver"]["rules"]
    assert rule["fullDescription"]["text"] == (
        "glibc 2.36-9+deb12u1: Buffer overflow in the dynamic loader (high). Exploited in the wild."
        " Upgrade glibc to 2.36-9+deb12u3 or later.\n"
        "CVE-2023-4911 elsewhere (high). Exploited in the wild."
    )


def test_what_is_undetermined_is_no_result() -> None:
    only = run(sample_report())
    assert "CVE-2024-9143" not in {each["ruleId"] for each in only["results"]}
    assert only["properties"]["undetermined"] == 1
    notes = only["invocations"][0]["toolExecutionNotifications"]
    assert any("CVE-2024-9143" in note["message"]["text"] for note in notes)
    assert (only["properties"]["knowledgeBuilt"], only["properties"]["snapshot"]) == ("2026-11-24", True)


def test_the_level_follows_the_severity() -> None:
    levels = {each["properties"]["severity"]: each["level"] for each in run(sample_report())["results"]}
    assert levels == {
        "critical": "error",
        "high": "error",
        "medium": "warning",
        "unknown": "warning",
        "low": "note",
        "negligible": "note",
    }


def test_a_result_says_what_where_and_how_to_fix_it() -> None:
    loader = result("CVE-2023-4911")
    assert loader["message"]["text"] == (
        "glibc 2.36-9+deb12u1: Buffer overflow in the dynamic loader (high). Exploited in the wild."
        " Upgrade glibc to 2.36-9+deb12u3 or later."
    )
    (place,) = loader["locations"]
    assert place["physicalLocation"]["artifactLocation"] == {"uri": "var/lib/dpkg/status"}
    assert [(each["kind"], each["name"]) for each in place["logicalLocations"]] == [
        ("subject", IMAGE),
        ("layer", BASE),
        ("package", "glibc"),
    ]
    assert loader["properties"]["exploited"] is True
    assert loader["properties"]["instruction"] == "ADD rootfs.tar.xz /"


def test_a_line_and_a_column_are_kept() -> None:
    place = result("image-runs-as-root")["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 1, "startColumn": 1}


def test_the_fingerprint_survives_a_rebuild() -> None:
    rebuilt = tuple(replace(each, location=Location(path="elsewhere", line=7)) for each in FINDINGS)
    before, after = run(sample_report()), run(replace(sample_report(), findings=rebuilt))
    prints = [[each["partialFingerprints"] for each in only["results"]] for only in (before, after)]
    assert prints[0] == prints[1]
    assert prints[0][0]["plimsoll/finding-id"] == "vulnerability:deb/debian/glibc:CVE-2023-4911"
    assert len({each["primaryLocationLineHash"] for each in prints[0]}) == len(FINDINGS)


def test_waived_findings_are_suppressed_and_no_others() -> None:
    suppressed = {each["ruleId"]: each["suppressions"] for each in run(sample_report())["results"]}
    (waiver,) = suppressed.pop("CVE-2023-45853")
    assert waiver["kind"] == "external"
    assert waiver["status"] == "accepted"
    assert "minizip is not built" in waiver["justification"]
    assert "2026-12-31" in waiver["justification"]
    assert all(each == [] for each in suppressed.values())


def test_gaps_are_warnings_of_the_invocation() -> None:
    only = run(sample_report())
    notes = only["invocations"][0]["toolExecutionNotifications"]
    kinds = only["tool"]["driver"]["notifications"]
    assert len(notes) == len(GAPS) + 1
    assert {note["level"] for note in notes} == {"warning"}
    assert all(kinds[note["descriptor"]["index"]]["id"] == note["descriptor"]["id"] for note in notes)
    assert [note["descriptor"]["id"] for note in notes] == [*(gap.what for gap in GAPS), "check"]


def test_a_rule_takes_the_worst_of_its_findings() -> None:
    other = replace(FINDINGS[2], severity=Severity.CRITICAL, evidence=Evidence())
    only = run(replace(sample_report(), findings=(FINDINGS[2], other)))
    (rule,) = only["tool"]["driver"]["rules"]
    assert rule["properties"]["security-severity"] == "9.5"
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert len(only["results"]) == 2


def test_a_rule_links_only_to_a_web_address() -> None:
    finding = replace(FINDINGS[0], references=("javascript:alert(1)", "https://a.example/advisory"))
    (rule,) = run(replace(sample_report(), findings=(finding,)))["tool"]["driver"]["rules"]
    assert rule["helpUri"] == "https://a.example/advisory"


def test_text_from_outside_becomes_no_link() -> None:
    finding = replace(FINDINGS[-1], title="see [here](https://evil.example)", fix="[x](file:///etc)")
    only = run(replace(sample_report(), findings=(finding,)))
    assert "](" not in only["results"][0]["message"]["text"]
    assert "](" not in only["tool"]["driver"]["rules"][0]["help"]["text"]


PATHS = {
    "/etc/passwd": "etc/passwd",
    "../../etc/./passwd": "etc/passwd",
    "a b/ü#%?:": "a b/ü#%?:",
    "\udcff": "\\udcff",
    "..": "target",
    "": "archive:shop.tar",
}


@pytest.mark.parametrize(("path", "shown"), PATHS.items())
def test_any_path_becomes_a_relative_uri(path: str, shown: str) -> None:
    finding = replace(FINDINGS[-1], location=Location(path=path))
    (only,) = run(replace(sample_report(), findings=(finding,)))["results"]
    assert unquote(only["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) == shown


def test_the_base_and_what_comes_with_it_are_said() -> None:
    told = run(report_on_base())
    base = told["properties"]["base"]
    assert (base["name"], base["by"], base["layers"]) == ("debian:12", "layers", 1)
    assert (base["findings"], base["ownFindings"]) == (3, 4)
    origins = {each["ruleId"]: each["properties"]["origin"] for each in told["results"]}
    assert (origins["CVE-2023-4911"], origins["CVE-2023-5363"]) == ("base", "own")


def test_a_base_by_labels_has_no_counts() -> None:
    base = run(report_on_base(layers=0, by="labels", reason="a label names it"))["properties"]["base"]
    assert base.keys() == {"name", "digest", "by", "says"}
    assert "base" not in run(sample_report())["properties"]
