"""`plimsoll scan --fix` and `--diff`: what is written, what is told, and what is never touched."""

import json
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from tests.cli.running import Run

COMPOSE = """# The shop
services:
  web:
    image: registry.example.com/web:1.0  # fixed

  # the database
  db:
    image: "registry.example.com/db:1.0"
    privileged: true
"""
FIXED = """# The shop
services:
  web:
    image: registry.example.com/web:1.0  # fixed
    pids_limit: 2048

  # the database
  db:
    image: "registry.example.com/db:1.0"
    privileged: true
    pids_limit: 2048
"""
POD = """apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: shop
spec:
  containers:
  - name: app
    image: registry.example.com/app:1.0
    securityContext:
      runAsUser: 10001
"""
FIXED_POD = f"""{POD}      runAsNonRoot: true
      seccompProfile:
        type: RuntimeDefault
"""


@pytest.fixture
def compose(work: Path) -> Path:
    path = work / "compose.yaml"
    path.write_text(COMPOSE, "utf-8")
    return path


def lines_of(text: str) -> set[str]:
    return set(text.splitlines())


def test_fixes_are_written_and_the_rest_is_judged(run: Run, compose: Path) -> None:
    done = run("scan", "compose.yaml", "--fix", "--format", "json")
    assert compose.read_text("utf-8") == FIXED
    assert "compose.yaml: 2 fixes written (2 no-pids-limit)" in done.err
    assert "whose fix is not safe" in done.err
    found = {finding["rule"] for finding in json.loads(done.out)["findings"]}
    assert "no-pids-limit" not in found
    assert "privileged-container" in found


def test_a_second_run_changes_nothing(run: Run, compose: Path) -> None:
    run("scan", "compose.yaml", "--fix")
    before = compose.stat()
    done = run("scan", "compose.yaml", "--fix")
    assert "no safe fix written" in done.err
    assert (compose.stat().st_ino, compose.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("options", [("--diff",), ("--fix", "--diff"), ("--diff", "--quiet")])
def test_a_difference_is_shown_and_nothing_written(run: Run, compose: Path, options: tuple[str, ...]) -> None:
    done = run("scan", "compose.yaml", *options, "--format", "json")
    assert compose.read_text("utf-8") == COMPOSE
    assert {"--- a/compose.yaml", "+++ b/compose.yaml", "+    pids_limit: 2048"} <= lines_of(done.err)
    assert "no-pids-limit" in {finding["rule"] for finding in json.loads(done.out)["findings"]}
    assert ("2 fixes to write" in done.err) == ("--quiet" not in options)


def test_a_folder_with_all_platforms(run: Run, work: Path, compose: Path) -> None:
    (work / "deploy").mkdir()
    (work / "deploy" / "pod.yaml").write_text(POD, "utf-8")
    (work / "deploy" / "pod.json").write_text(
        json.dumps({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{}]}})
    )
    done = run("scan", ".", "--fix")
    assert compose.read_text("utf-8") == FIXED
    assert (work / "deploy" / "pod.yaml").read_text("utf-8") == FIXED_POD
    assert "deploy/pod.yaml: " in done.err
    assert "as only YAML is written, not JSON: deploy/pod.json:1" in done.err


def test_what_is_hidden_or_waived_is_not_fixed(run: Run, work: Path, compose: Path) -> None:
    run("scan", "compose.yaml", "--fix", "--only", "privileged-container")
    run("scan", "compose.yaml", "--fix", "--exclude", "no-pids-limit")
    assert compose.read_text("utf-8") == COMPOSE
    waiver = '[[waiver]]\nid = "no-pids-limit"\nreason = "it is known"\nowner = "me"\nexpires = 2027-01-01\n'
    (work / "plimsoll.toml").write_text(waiver, "utf-8")
    done = run("scan", "compose.yaml", "--fix")
    assert done.code == 0
    assert compose.read_text("utf-8") == COMPOSE


def test_a_forced_platform_and_a_path(run: Run, work: Path, compose: Path) -> None:
    (work / "other").mkdir()
    moved = compose.rename(work / "other" / "stack.yaml")
    run("scan", "swarm:other/stack.yaml", "--fix")
    assert "          pids: 2048\n" in moved.read_text("utf-8")


def test_other_files_of_a_project_are_left(run: Run, work: Path, compose: Path) -> None:
    (work / "more.yaml").write_text("services:\n  more:\n    image: more:1\n", "utf-8")
    compose.write_text(f"include:\n  - more.yaml\n{COMPOSE}", "utf-8")
    done = run("scan", "compose.yaml", "--fix")
    assert compose.read_text("utf-8") == f"include:\n  - more.yaml\n{FIXED}"
    assert (work / "more.yaml").read_text("utf-8") == "services:\n  more:\n    image: more:1\n"
    assert "as it is in another file than the target: more.yaml:" in done.err


def test_links_out_of_the_target_are_left(run: Run, work: Path, compose: Path) -> None:
    (work / "inside").mkdir()
    (work / "inside" / "compose.yaml").symlink_to(compose)
    done = run("scan", "inside", "--fix")
    assert compose.read_text("utf-8") == COMPOSE
    assert "written (" not in done.err
    link = work / "link.yaml"
    link.symlink_to(compose)
    done = run("scan", "link.yaml", "--fix")
    assert compose.read_text("utf-8") == COMPOSE
    assert link.is_symlink()
    assert "link.yaml was not written: it is a link" in done.err


def test_what_has_no_file_is_an_error(run: Run, image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(COMPOSE.encode())))
    done = run("scan", "-", "--fix")
    assert done.code == 2
    assert "standard input cannot be fixed" in done.err
    done = run("scan", image, "--fix")
    assert done.code == 2
    assert "cannot be fixed" in done.err


def test_templates_are_left(run: Run, work: Path) -> None:
    text = POD.replace("app:1.0", "app:{{ .Values.tag }}")
    (work / "pod.yaml").write_text(text, "utf-8")
    (work / "quoted.yaml").write_text(
        POD.replace("name: app\n  namespace", "name: '{{ .Name }}'\n  namespace"), "utf-8"
    )
    done = run("scan", ".", "--fix")
    assert (work / "pod.yaml").read_text("utf-8") == text
    assert "{{ .Name }}" in (work / "quoted.yaml").read_text("utf-8")
    assert "written (" not in done.err
    assert "as templates were left in it" in done.err


def test_sarif_has_replacements_and_json_of_the_same_scan_has_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    sarif, plain = tmp_path / "a.sarif", tmp_path / "a.json"
    for target in (tmp_path, tmp_path / "compose.yaml"):
        run("scan", str(target), "-q", "-f", "sarif", "-o", str(sarif), "-f", "json", "-o", str(plain))
        results = json.loads(sarif.read_text())["runs"][0]["results"]
        (fixed,) = [each for each in results if each["ruleId"] == "privileged-container"]
        (change,) = fixed["fixes"][0]["artifactChanges"][0]["replacements"]
        assert change["insertedContent"] == {"text": "    privileged: false\n"}
        assert change["deletedRegion"]["startLine"] == COMPOSE.splitlines().index("    privileged: true") + 1
        assert not any(each.get("replacements") for each in json.loads(plain.read_text())["findings"])
