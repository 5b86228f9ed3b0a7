"""SARIF of what rules find in configurations: regions, help, fingerprints, the piece to write."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from tests.reports.sample_report import empty_report
from tests.reports.schemas import sarif_faults

from plimsoll.checks.catalogue import rules
from plimsoll.checks.judge import Judge
from plimsoll.findings.failures import failures
from plimsoll.model.finding import Finding, WaiverMark
from plimsoll.model.report import Report, WaiverState
from plimsoll.model.reporting import Style
from plimsoll.model.subject import Subject
from plimsoll.pipeline.estate import estate_of
from plimsoll.pipeline.judging import judge
from plimsoll.pipeline.remedies import Snippets
from plimsoll.pipeline.replacements import with_replacements
from plimsoll.reports.sarif import render
from plimsoll.reports.sarif_fixes import escaped, fenced

COMPOSE = b"""\
services:
  web:
    image: registry.example.com/web:1.0
    privileged: true
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock
      - /etc:/host/etc
"""


def judged(*files: tuple[str, bytes], target: str = ".", kind: str = "source tree") -> Report:
    estate = estate_of(files)
    snippets = Snippets(estate)
    found = failures(
        Judge(rules().values()).judge(estate),
        estate,
        target,
        lambda judgement: snippets.of(judgement.rule, judgement.document, judgement.verdict),
    )
    first = Subject(id=f"source:{target}", kind=kind, name=target)
    return replace(
        empty_report(), target=target, subjects=(first, *found.subjects), checks=found.checks, findings=found.findings
    )


def run(report: Report) -> Any:  # noqa: ANN401 - a JSON document
    document = json.loads(render(report, Style()))
    assert sarif_faults(document) == []
    return document["runs"][0]


def results(report: Report, rule: str) -> list[Any]:
    return [each for each in run(report)["results"] if each["ruleId"] == rule]


def place(result: Any) -> tuple[str, dict[str, int]]:  # noqa: ANN401 - a JSON document
    physical = result["locations"][0]["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical["region"]


def test_a_result_has_the_line_and_the_column_of_the_key() -> None:
    (privileged,) = results(judged(("compose.yaml", COMPOSE)), "privileged-container")
    assert place(privileged) == ("compose.yaml", {"startLine": 4, "startColumn": 5})
    assert privileged["properties"]["pointer"] == "/services/web/privileged"
    assert (privileged["properties"]["value"], privileged["properties"]["expected"]) == ("true", "is false")


def test_what_is_absent_says_where_it_belongs_and_what_to_write() -> None:
    (limit,) = results(judged(("compose.yaml", COMPOSE)), "no-pids-limit")
    assert place(limit)[1]["startLine"] == 2
    assert limit["properties"]["said"].startswith("absent; it belongs at services.web.")
    assert limit["properties"]["snippet"]
    assert limit["message"]["markdown"].endswith(f"```yaml\n{limit['properties']['snippet']}\n```")
    assert limit["properties"]["snippet"] not in limit["message"]["text"]


def test_a_rule_says_what_mends_it_and_who_else_asks_for_it() -> None:
    only = run(judged(("compose.yaml", COMPOSE)))
    (rule,) = [each for each in only["tool"]["driver"]["rules"] if each["id"] == "privileged-container"]
    shipped = rules()["privileged-container"]
    assert rule["shortDescription"]["text"] == shipped.title
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert {"security", "misconfiguration", "cis-docker:5.5", "checkov:CKV_K8S_16"} <= set(rule["properties"]["tags"])
    markdown = rule["help"]["markdown"]
    assert "```yaml\nprivileged: false\n```" in markdown
    assert "`plimsoll check show privileged-container`" in markdown
    assert shipped.remedy.text in rule["help"]["text"]


def test_paths_begin_where_the_scan_did() -> None:
    report = judged(("compose.yaml", COMPOSE), target="deploy")
    assert {place(each)[0] for each in run(report)["results"]} == {"deploy/compose.yaml"}
    single = judged(("compose.yaml", COMPOSE), target="deploy/compose.yaml", kind="configuration")
    assert {place(each)[0] for each in run(single)["results"]} == {"deploy/compose.yaml"}
    project = judged(("deploy/compose.yaml", COMPOSE), target="deploy/compose.yaml", kind="configuration")
    assert {place(each)[0] for each in run(project)["results"]} == {"deploy/compose.yaml"}
    absolute = judged(("compose.yaml", COMPOSE), target="/srv/shop")
    assert {place(each)[0] for each in run(absolute)["results"]} == {"compose.yaml"}


def test_a_fix_replaces_lines_of_the_file_by_its_path_from_where_the_scan_began() -> None:
    estate = estate_of([("compose.yaml", COMPOSE)])
    what = judge(estate, "configuration:t")
    report = with_replacements(replace(judged(("compose.yaml", COMPOSE), target="deploy"), unsought=3), what)
    (privileged,) = results(report, "privileged-container")
    region = {"startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 15}
    assert place(privileged) == ("deploy/compose.yaml", region)
    (fix,) = privileged["fixes"]
    assert fix["description"]["text"] == rules()["privileged-container"].remedy.text
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "deploy/compose.yaml"}
    (line,) = change["replacements"]
    assert line["deletedRegion"] == {"startLine": 4, "startColumn": 1, "endLine": 5, "endColumn": 1}
    assert line["insertedContent"] == {"text": "    privileged: false\n"}
    assert "fixes" not in results(report, "docker-socket-mounted")[0]


def test_fixes_that_were_not_sought_are_counted() -> None:
    report = judged(("compose.yaml", COMPOSE))
    assert "fixesNotSought" not in run(report)["properties"]
    assert run(replace(report, unsought=3))["properties"]["fixesNotSought"] == 3


POD = b"""\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  hostPID: true
  containers: [{name: web, image: "registry.example.com/web:1.0"}]
"""


def prints(found: Iterable[Any]) -> list[str]:
    return [each["partialFingerprints"]["primaryLocationLineHash"] for each in found]


def test_one_object_in_two_files_gives_two_fingerprints_that_survive_moved_lines() -> None:
    before = prints(run(judged(("a.yaml", POD), ("b.yaml", POD)))["results"])
    assert len(set(before)) == len(before)
    moved = prints(run(judged(("a.yaml", b"# a note\n" + POD), ("b.yaml", POD)))["results"])
    assert before == moved


def test_findings_that_are_alike_are_told_apart() -> None:
    report = judged(("a.yaml", POD))
    doubled = replace(report, findings=(*report.findings, *report.findings))
    marks = prints(run(doubled)["results"])
    assert len(set(marks)) == len(marks) == 2 * len(report.findings)


def finding(**changes: Any) -> Finding:  # noqa: ANN401 - fields of a finding
    return replace(judged(("a.yaml", POD)).findings[0], **changes)


@pytest.mark.parametrize(
    "title", ["[here](https://evil.example)", "<img src=x>", "a\n\n# b", "`x`", "![x](https://evil.example/y.png)"]
)
def test_markdown_of_a_title_from_outside_is_only_text(title: str) -> None:
    report = replace(judged(("a.yaml", POD)), findings=(finding(title=title, snippet="a: 1"),))
    only = run(report)
    for text in (only["results"][0]["message"]["markdown"], only["tool"]["driver"]["rules"][0]["help"]["markdown"]):
        assert not any(sign in text for sign in ("](", "<img", "\n# b", " `x`", "!["))


def test_a_block_is_not_ended_by_what_is_in_it() -> None:
    text = fenced("a: |\n  ```\n  ````")
    assert text.startswith("`````yaml\n")
    assert text.endswith("\n`````")
    assert fenced('{"a": 1}').startswith("```json\n")
    assert fenced("--read-only").startswith("```sh\n")
    assert escaped("a_b\nc") == "a\\_b c"


def test_titles_that_differ_make_no_title_of_their_rule() -> None:
    found = (finding(title="mounts /a", rule="host-path"), finding(title="mounts /b", rule="host-path"))
    (rule,) = run(replace(judged(("a.yaml", POD)), findings=found))["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "Host path"
    assert rule["fullDescription"]["text"].splitlines()[0].startswith("mounts /a (")


@pytest.mark.parametrize(
    ("origin", "kind"), [("", "external"), ("plimsoll.toml", "external"), ("k8s/web.yaml:12", "inSource")]
)
def test_a_waiver_in_the_file_itself_is_told_from_one_beside_it(origin: str, kind: str) -> None:
    mark = WaiverMark(id="host-pid", reason="it watches processes", owner="ops", origin=origin)
    (result,) = run(replace(judged(("a.yaml", POD)), findings=(finding(waiver=mark),)))["results"]
    (suppression,) = result["suppressions"]
    assert (suppression["kind"], suppression["status"]) == (kind, "accepted")
    assert origin in suppression["justification"]


def test_waivers_that_do_nothing_are_told_as_configuration() -> None:
    idle = WaiverState(id="host-pid", state="unused", reason="it watches", owner="ops", note="There is no such rule.")
    (invocation,) = run(replace(empty_report(), waivers=(idle,)))["invocations"]
    (note,) = invocation["toolConfigurationNotifications"]
    assert note["descriptor"] == {"id": "waiver-unused"}
    assert note["message"]["text"] == "The waiver host-pid (ops: it watches) is unused. There is no such rule."


def test_against_a_baseline_results_are_new_or_unchanged() -> None:
    findings = (finding(), finding(id="misconfiguration:Pod/shop/web:other", known=True))
    report = replace(judged(("a.yaml", POD)), findings=findings)
    assert ["baselineState" in each for each in run(report)["results"]] == [False, False]
    compared = run(replace(report, baseline="before.json"))["results"]
    assert [each["baselineState"] for each in compared] == ["new", "unchanged"]
