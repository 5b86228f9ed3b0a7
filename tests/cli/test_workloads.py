"""`plimsoll scan` on workloads: files, folders, standard input; what people and tools get."""

import json
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from tests.cli.running import Run

COMPOSE = """services:
  web:
    image: registry.example.com/web:1.0
    privileged: true  # for now
"""
POD = """apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: shop
spec:
  hostPID: true
  containers:
    - name: app
      image: registry.example.com/app:1.0
"""


def scanned(run: Run, *arguments: str) -> dict[str, object]:
    report = json.loads(run("scan", *arguments, "--format", "json").out)
    assert isinstance(report, dict)
    return report


def test_a_compose_file_names_line_column_reason_and_fix(run: Run, work: Path) -> None:
    (work / "compose.yaml").write_text(COMPOSE, "utf-8")
    report = scanned(run, "compose.yaml")
    found = {finding["rule"]: finding for finding in report["findings"]}  # type: ignore[attr-defined]
    privileged, limit = found["privileged-container"], found["no-memory-limit"]
    assert privileged["id"] == "misconfiguration:ComposeService//web/web:privileged-container"
    assert (privileged["location"]["path"], privileged["location"]["line"], privileged["location"]["column"]) == (
        *("compose.yaml", 4),
        5,
    )
    assert privileged["location"]["pointer"] == "/services/web/privileged"
    assert privileged["snippet"] == "privileged: false"
    assert privileged["evidence"]["value"] == "true"
    assert limit["evidence"]["origin"].startswith("absent; it belongs at services.web.")
    assert (limit["location"]["line"], limit["location"]["column"]) == (2, 3)


def test_checks_are_told_in_all_four_states(run: Run, work: Path) -> None:
    (work / "compose.yaml").write_text(COMPOSE, "utf-8")
    states = {check["state"] for check in scanned(run, "compose.yaml")["checks"]}  # type: ignore[attr-defined]
    assert states == {"pass", "fail", "not measured", "not applicable"}


def test_standard_input_may_be_manifests(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{POD}---\n{POD.replace('name: app', 'name: other', 1)}"
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text.encode())))
    report = scanned(run, "-")
    lines = [each["location"]["line"] for each in report["findings"] if each["rule"] == "host-pid"]  # type: ignore[attr-defined]
    assert lines == [7, 18]


def test_a_scheme_forces_the_platform(run: Run, work: Path) -> None:
    (work / "it.yaml").write_text(COMPOSE, "utf-8")
    swarm = scanned(run, "swarm:it.yaml")
    rules = {finding["rule"] for finding in swarm["findings"]}  # type: ignore[attr-defined]
    assert "privileged-container" not in rules  # Swarm ignores it, and says so.
    assert "ignored-by-swarm" in {gap["what"] for gap in swarm["gaps"]}  # type: ignore[attr-defined]


def test_a_source_tree_has_packages_and_workloads_in_one_report(run: Run, work: Path) -> None:
    (work / "tree").mkdir()
    (work / "tree/compose.yaml").write_text(COMPOSE, "utf-8")
    (work / "tree/requirements.txt").write_text("flask==0.5\n", "utf-8")
    report = scanned(run, "tree")
    assert "misconfiguration" in {finding["kind"] for finding in report["findings"]}  # type: ignore[attr-defined]
    assert [package["name"] for package in report["packages"]] == ["flask"]  # type: ignore[attr-defined]
    assert {"source tree", "workload"} <= {subject["kind"] for subject in report["subjects"]}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("services:\n  web: [\n", "line 3"),
        ("services:\n  web: &a [*a]\n", "stands for nothing, or for itself"),
        ("apiVersion: v1\nkind: Pod\nspec: {a: {b: !!python/object:os.system x", "it is not YAML"),
    ],
)
def test_a_broken_file_is_an_error_with_its_place(run: Run, work: Path, text: str, told: str) -> None:
    (work / "compose.yaml").write_text(text, "utf-8")
    result = run("scan", "compose.yaml")
    assert result.code in {3, 4}
    assert told in result.err + result.out


def test_gates_hold_for_misconfigurations(run: Run, work: Path) -> None:
    (work / "compose.yaml").write_text(COMPOSE, "utf-8")
    assert run("scan", "compose.yaml", "--fail-on", "critical").code == 1
    assert run("scan", "compose.yaml", "--fail-on", "critical", "--exclude", "privileged-container").code == 0
    assert run("scan", "compose.yaml", "--min-score", "99").code == 1
