"""The formats that editors and merge requests read: each finding at its file and line."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from tests.reports.sample_report import FINDINGS, GAPS, WAIVED, empty_report, sample_report

from plimsoll.model.finding import Finding, FindingKind, Location
from plimsoll.model.gap import Gap
from plimsoll.model.report import Report, WaiverState
from plimsoll.model.reporting import Style
from plimsoll.model.severity import Severity
from plimsoll.model.subject import Subject
from plimsoll.reports.gitlab_report import render as gitlab
from plimsoll.reports.lines_report import render as lines

MATCHER = re.compile(
    r"(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<severity>[a-z]+) (?P<code>[^ ]+): (?P<message>.*)"
)
"""The problem matcher that docs/how-to/use-in-ci.md shows."""


def found(rule: str, path: str, line: int | None, column: int | None = 3, **more: Any) -> Finding:  # noqa: ANN401
    return Finding(
        id=f"misconfiguration:ComposeService//web:{rule}",
        kind=FindingKind.MISCONFIGURATION,
        severity=Severity.HIGH,
        subject=f"{path}#ComposeService//web",
        title=f"Something about {rule}",
        rule=rule,
        location=Location(path=path, line=line, column=column),
        fix="Mend it.",
        **more,
    )


def scanned(*findings: Finding, target: str = "deploy", kind: str = "source tree") -> Report:
    subject = Subject(id=f"source:{target}", kind=kind, name=target)
    return replace(empty_report(), target=target, subjects=(subject,), findings=findings)


def told(report: Report) -> list[str]:
    return lines(report, Style()).splitlines()


def test_lines_are_in_the_order_of_files_and_lines_and_match() -> None:
    report = scanned(found("c", "b.yaml", 2), found("b", "a.yaml", 10), found("a", "a.yaml", 9, None))
    *each, last = told(report)
    matched = [match for line in each if (match := MATCHER.fullmatch(line))]
    assert [(m["file"], m["line"], m["column"], m["severity"], m["code"]) for m in matched] == [
        ("deploy/a.yaml", "9", "1", "high", "a"),
        ("deploy/a.yaml", "10", "3", "high", "b"),
        ("deploy/b.yaml", "2", "3", "high", "c"),
    ]
    assert last == "3 findings; no score"


def test_what_is_waived_or_not_measured_has_no_severity() -> None:
    text = told(sample_report())
    waived = [line for line in text if " waived " in line]
    assert len(waived) == 1
    assert "CVE-2023-45853" in waived[0]
    assert WAIVED.reason in waived[0]
    assert len([line for line in text if ": unmeasured " in line]) == len(GAPS) + 1
    assert text[-1].startswith(f"{len(FINDINGS)} findings, 4 hidden by filters; score ")


def test_waivers_that_do_nothing_are_told_where_they_stand() -> None:
    idle = WaiverState(
        id="host-pid", state="unused", reason="it watches", owner="ops", origin="k8s/a.yaml:7", note="no such rule"
    )
    text = told(replace(sample_report(), waivers=(*sample_report().waivers, idle)))
    assert "k8s/a.yaml:7:1: unused host-pid: a waiver (it watches; no such rule)" in text
    assert "plimsoll.toml:1:1: expired CVE-2023-5363: a waiver (until the rebuild)" in text
    assert not any(" used CVE" in line for line in text)


def test_a_name_from_outside_makes_no_second_line() -> None:
    first, *_ = told(scanned(found("a", "x\n/etc/passwd:1:1: critical b: forged", 1)))
    assert first.startswith("deploy/x\\n/etc/passwd")


def code_quality(report: Report) -> Any:  # noqa: ANN401 - a JSON document
    return json.loads(gitlab(report, Style()))


def test_gitlab_gets_what_its_report_must_have() -> None:
    issues = code_quality(replace(sample_report(), findings=(*FINDINGS, found("a", "a.yaml", 7))))
    assert len(issues) == len(FINDINGS) + 1 + len(GAPS) + 1
    for each in issues:
        assert each.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert each["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert each["location"]["lines"]["begin"] >= 1
        assert not each["location"]["path"].startswith("./")
    assert len({each["fingerprint"] for each in issues}) == len(issues)
    severities = {each["check_name"]: each["severity"] for each in issues}
    assert severities["CVE-2023-45853"] == "info"  # waived
    assert severities["CVE-2023-4911"] == "critical"
    assert severities["CVE-2023-50495"] == "major"  # unknown
    assert severities["no-feed"] == "info"


def test_gitlab_fingerprints_stay_when_lines_move_and_differ_by_file() -> None:
    before, after, other = (
        code_quality(scanned(found("a", path, line)))[0]["fingerprint"]
        for path, line in (("a.yaml", 7), ("a.yaml", 9), ("b.yaml", 7))
    )
    assert before == after != other


@pytest.mark.parametrize(
    ("target", "kind", "path", "shown"),
    [
        (".", "source tree", "k8s/a.yaml", "k8s/a.yaml"),
        ("deploy", "source tree", "k8s/a.yaml", "deploy/k8s/a.yaml"),
        ("deploy/", "source tree", "a.yaml", "deploy/a.yaml"),
        ("../shop", "source tree", "a.yaml", "../shop/a.yaml"),
        ("deploy/a.yaml", "configuration", "a.yaml", "deploy/a.yaml"),
        ("./deploy/a.yaml", "configuration", "a.yaml", "deploy/a.yaml"),
        ("deploy/a.yaml", "configuration", "deploy/a.yaml", "deploy/a.yaml"),
        ("deploy/a.yaml", "configuration", "base.yaml", "deploy/base.yaml"),
        ("-", "configuration", "-", "-"),
        ("shop/api:1.4", "image", "etc/passwd", "etc/passwd"),
    ],
)
def test_paths_lead_from_where_the_scan_began(target: str, kind: str, path: str, shown: str) -> None:
    report = scanned(found("a", path, 1), target=target, kind=kind)
    assert told(report)[0].startswith(f"{shown}:1:3: high a: ")
    assert code_quality(report)[0]["location"]["path"] == shown


def test_files_beside_the_target_are_placed_by_the_project() -> None:
    report = scanned(
        found("a", "deploy/a.yaml", 1), found("b", "parts/b.yaml", 1), target="shop/deploy/a.yaml", kind="configuration"
    )
    assert [line.partition(":")[0] for line in told(report)[:2]] == ["shop/deploy/a.yaml", "shop/parts/b.yaml"]


def test_what_lies_in_the_image_of_a_workload_is_not_placed_among_files() -> None:
    report = scanned(found("a", "a.yaml", 1), replace(FINDINGS[0], subject="image:shop"), target="deploy")
    image = Subject(id="image:shop", kind="image", name="shop")
    told_paths = {line.partition(":")[0] for line in told(replace(report, subjects=(*report.subjects, image)))[:2]}
    assert told_paths == {"deploy/a.yaml", "var/lib/dpkg/status"}


def test_a_file_named_with_its_platform_is_told_as_an_editor_opens_it() -> None:
    report = scanned(found("a", "deploy/stack.yml", 1), target="deploy/stack.yml", kind="configuration")
    gap = Gap(subject="x", what="check", question="Does it hold?", reason="is it needed?")
    named = told(replace(report, target="swarm:deploy/stack.yml", gaps=(gap,)))
    assert named[1] == "deploy/stack.yml:1:1: unmeasured check: x: Does it hold? Not known: is it needed?"
