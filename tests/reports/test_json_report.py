import json
from dataclasses import replace
from typing import Any

import pytest
from tests.reports.sample_report import (
    HOSTILE,
    ROOT,
    empty_report,
    golden,
    hostile_report,
    report_on_base,
    sample_report,
)
from tests.reports.schemas import faults

from plimsoll.errors import LimitError, TargetError
from plimsoll.model.limits import Limits
from plimsoll.model.report import Report
from plimsoll.model.reporting import Style
from plimsoll.reports.json_report import read_report, render, report_schema

SCHEMA_PAGE = ROOT / "docs" / "reference" / "plimsoll-report-1.schema.json"
KEYS = {
    "subjects": ["id", "kind", "name", "digest", "parent"],
    "score": ["low", "high", "estimated", "parts"],
    "checks": ["rule", "subject", "state", "evidence", "reason"],
    "checks.evidence": ["value", "expected", "origin"],
    "gaps": ["subject", "question", "reason"],
    "findings": [
        *("id", "kind", "severity", "subject", "title", "rule", "package", "vulnerability", "location", "evidence"),
        *("fix", "references", "waiver"),
    ],
    "findings.package": ["name", "version", "purl", "source", "binaries"],
    "findings.package.source": ["name", "version"],
    "findings.vulnerability": ["id", "aliases", "fixed_in", "status", "epss", "exploited"],
    "findings.location": ["path", "line", "column", "pointer", "layer", "instruction"],
}

REPORTS = {
    "sample": sample_report(),
    "empty": empty_report(),
    "base": report_on_base(),
    **{name: hostile_report(text) for name, text in HOSTILE.items()},
}


def rendered() -> Any:  # noqa: ANN401 - a JSON document
    return json.loads(render(sample_report(), Style()))


def reach(node: Any, path: str) -> Any:  # noqa: ANN401 - a JSON document
    """Follow keys; of a list take the first item."""
    for key in path.split("."):
        node = node[key]
        node = node[0] if isinstance(node, list) else node
    return node


@pytest.mark.parametrize(("path", "keys"), KEYS.items(), ids=KEYS)
def test_the_keys_are_those_of_the_contract(path: str, keys: list[str]) -> None:
    assert set(keys) <= set(reach(rendered(), path))


def test_the_top_level_is_that_of_the_contract() -> None:
    wanted = ["schema", "subjects", "score", "checks", "findings", "gaps", "knowledge"]
    assert [key for key in rendered() if key in wanted] == wanted
    assert rendered()["schema"] == "plimsoll-report/1"


def test_checks_stand_there_in_all_four_states() -> None:
    assert {check["state"] for check in rendered()["checks"]} == {"pass", "fail", "not measured", "not applicable"}


@pytest.mark.parametrize("report", [sample_report(), empty_report()], ids=["sample", "empty"])
def test_what_is_written_can_be_read(report: Report) -> None:
    assert read_report(render(report, Style()).encode(), Limits()) == report


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_text_comes_back_as_it_was(name: str) -> None:
    report = hostile_report(HOSTILE[name])
    again = read_report(render(report, Style()).encode(), Limits())
    if name == "surrogates":
        assert again == hostile_report("\\udcff\\ud800")
    else:
        assert again == report


def test_keys_of_a_later_version_are_ignored() -> None:
    document = {**rendered(), "weather": "fair"}
    document["findings"][0]["weather"] = ["fair"]
    assert read_report(json.dumps(document).encode(), Limits()) == sample_report()


WRONG = {
    "nothing": b"",
    "cut": b'{"schema": "plimsoll-report/1", "tool"',
    "no object": b"[]",
    "no schema": b"{}",
    "no UTF-8": b'{"schema": "\xff"}',
    "other schema": b'{"schema": "plimsoll-report/2"}',
    "terminal schema": b'{"schema": "\\u001b[2J"}',
    "keys missing": b'{"schema": "plimsoll-report/1"}',
    "deep": b'{"schema": "plimsoll-report/1", "x": ' + b"[" * 100_000,
    "wrong type": b'{"schema": "plimsoll-report/1", "tool": "\\u001b[2J"}',
}


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG)
def test_anything_else_is_refused_with_advice(data: bytes) -> None:
    with pytest.raises(TargetError) as caught:
        read_report(data, Limits())
    assert caught.value.message.isprintable()
    assert "--format json" in caught.value.advice


def test_an_unknown_severity_is_refused() -> None:
    document = rendered()
    document["findings"][0]["severity"] = "\x1b[2Jdire"
    with pytest.raises(TargetError, match=r"severity") as caught:
        read_report(json.dumps(document).encode(), Limits())
    assert caught.value.message.isprintable()


def test_a_report_over_the_limit_is_refused() -> None:
    data = render(sample_report(), Style()).encode()
    assert read_report(data, Limits(report_size=len(data))) == sample_report()
    with pytest.raises(LimitError, match="report_size"):
        read_report(data, Limits(report_size=len(data) - 1))


def test_the_published_schema_is_up_to_date() -> None:
    text = json.dumps(report_schema(), indent=2, ensure_ascii=False) + "\n"
    assert golden(SCHEMA_PAGE, text) == text


@pytest.mark.parametrize(
    "report",
    [sample_report(), empty_report(), *map(hostile_report, HOSTILE.values())],
    ids=["sample", "empty", *HOSTILE],
)
def test_every_report_validates_against_the_published_schema(report: Report) -> None:
    schema = json.loads(SCHEMA_PAGE.read_text())
    assert faults(schema, json.loads(render(report, Style()))) == []


def test_the_schema_refuses_what_is_no_report() -> None:
    document = rendered()
    document["findings"][0]["severity"] = "dire"
    assert faults(report_schema(), document)
    assert faults(report_schema(), {**rendered(), "schema": "plimsoll-report/2"})
    assert faults(report_schema(), {key: value for key, value in rendered().items() if key != "schema"})


def test_the_schema_explains_the_nouns() -> None:
    schema = report_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:plimsoll:plimsoll-report:1"
    assert all(definition.get("description") for definition in schema["$defs"].values())
    assert "\n    " not in schema["$defs"]["Report"]["description"]


def test_a_report_without_vulnerabilities_says_null() -> None:
    report = replace(sample_report(), findings=sample_report().findings[-1:])
    (finding,) = json.loads(render(report, Style()))["findings"]
    assert finding["vulnerability"] is None
    assert finding["package"] is None
    assert finding["location"]["line"] == 1


def test_the_base_and_the_origins_are_read_back() -> None:
    report = report_on_base()
    document = json.loads(render(report, Style()))
    assert document["base"]["name"] == "debian:12"
    assert [finding["origin"] for finding in document["findings"]].count("base") == 3
    again = read_report(render(report, Style()).encode(), Limits())
    assert (again.base, again.findings) == (report.base, report.findings)
