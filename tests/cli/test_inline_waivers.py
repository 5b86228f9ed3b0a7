"""Waivers that a target itself, or a file of exceptions, brings along."""

import json
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from tests.cli.running import Result, Run

MANIFEST = """\
apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: shop
spec:
  containers:
    # plimsoll:ignore no-memory-limit -- measured by the operator until 2027-01-31
    # plimsoll:ignore no-cpu-limit
    - name: app
      image: registry.example.com/app:1.0
      securityContext:
        privileged: true # trivy:ignore:AVD-KSV-0017 drives a GPU
"""

COMPOSE = """\
services:
  # checkov:skip=CKV_K8S_16:drives a GPU
  app:
    image: registry.example.com/app:1.0
    privileged: true
"""


@pytest.fixture
def manifest(work: Path) -> str:
    (work / "deploy.yaml").write_text(MANIFEST)
    return "deploy.yaml"


def waived(result: Result) -> dict[str, str]:
    return {each["rule"]: each["waiver"]["origin"] for each in result.json["findings"] if each["waiver"]}


def states(result: Result) -> dict[str, tuple[str, str]]:
    return {each["id"]: (each["state"], each["origin"]) for each in result.json["waivers"]}


def test_comments_open_the_gate_and_leave_the_score(run: Run, manifest: str) -> None:
    without = run("scan", manifest, "-f", "json", "--fail-on", "critical", "--no-inline-waivers")
    result = run("scan", manifest, "-f", "json", "--fail-on", "critical")
    assert (without.code, result.code) == (1, 0)
    assert (waived(without), without.json["waivers"]) == ({}, [])
    assert result.json["score"] == without.json["score"]
    assert waived(result) == {"no-memory-limit": "deploy.yaml:8", "privileged-container": "deploy.yaml:13"}
    assert states(result) == {
        "no-memory-limit": ("used", "deploy.yaml:8"),
        "no-cpu-limit": ("unused", "deploy.yaml:9"),
        "trivy:KSV-0017": ("used", "deploy.yaml:13"),
    }
    assert "0 findings; 1 waived;" in result.err


def test_the_table_tells_each(run: Run, manifest: str) -> None:
    told = " ".join(run("scan", manifest).out.split())
    assert "no-memory-limit (deploy.yaml:8: measured by the operator) waives 1 finding." in told
    assert "no-cpu-limit (deploy.yaml:9: none given) waives nothing: it gives no reason" in told
    assert "trivy:KSV-0017 (deploy.yaml:13: drives a GPU) waives 1 finding." in told


def test_settings_may_turn_them_off(run: Run, work: Path, manifest: str) -> None:
    (work / "plimsoll.toml").write_text("inline-waivers = false\n")
    assert run("scan", manifest, "-f", "json").json["waivers"] == []


def test_plimsoll_toml_goes_first(run: Run, work: Path, manifest: str) -> None:
    (work / "plimsoll.toml").write_text('[[waiver]]\nid = "privileged-container"\nreason = "ours"\nowner = "ops"\n')
    result = run("scan", manifest, "-f", "json")
    assert waived(result)["privileged-container"] == "plimsoll.toml"
    assert states(result)["privileged-container"] == ("used", "plimsoll.toml")
    assert states(result)["trivy:KSV-0017"] == ("used", "deploy.yaml:13")


def test_a_folder_is_read_as_its_files_are(run: Run, work: Path) -> None:
    (work / "tree" / "deploy").mkdir(parents=True)
    (work / "tree" / "deploy" / "pod.yaml").write_text(MANIFEST)
    (work / "tree" / "compose.yaml").write_text(COMPOSE)
    result = run("scan", "tree", "-f", "json")
    assert states(result)["trivy:KSV-0017"] == ("used", "deploy/pod.yaml:13")
    assert states(result)["checkov:CKV_K8S_16"] == ("used", "compose.yaml:2")
    assert run("scan", "tree", "-f", "json", "--no-inline-waivers").json["waivers"] == []


def test_standard_input_may_waive(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(MANIFEST.encode())))
    result = run("scan", "-", "-f", "json")
    assert states(result)["trivy:KSV-0017"][0] == "used"


def test_what_a_file_merges_may_waive(run: Run, work: Path) -> None:
    (work / "compose.yaml").write_text("services:\n  app:\n    extends: {file: base.yaml, service: app}\n")
    (work / "base.yaml").write_text(COMPOSE)
    result = run("scan", "compose.yaml", "-f", "json")
    assert waived(result) == {"privileged-container": "base.yaml:2"}


def exceptions(folder: Path, **changes: object) -> str:
    policy = {
        "name": "accepted",
        "policyType": "postureExceptionPolicy",
        "actions": ["alertOnly"],
        "resources": [{"designatorType": "Attributes", "attributes": {"namespace": "shop"}}],
        "posturePolicies": [{"controlID": "C-0057"}],
    }
    (folder / "exceptions.json").write_text(json.dumps([policy | changes]))
    return "exceptions.json"


def test_exceptions_of_kubescape_open_the_gate(run: Run, work: Path, manifest: str) -> None:
    options = ("-f", "json", "--fail-on", "critical", "--no-inline-waivers")
    result = run("scan", manifest, *options, "--exceptions", exceptions(work))
    assert (result.code, waived(result)) == (0, {"privileged-container": "exceptions.json"})
    expired = run("scan", manifest, *options, "--exceptions", exceptions(work, expirationDate="2026-11-01T00:00:00Z"))
    assert (expired.code, waived(expired)) == (1, {})
    assert states(expired) == {"accepted": ("expired", "exceptions.json")}


def test_bad_exceptions_are_said(run: Run, work: Path, manifest: str) -> None:
    (work / "bad.json").write_text("{")
    for name, code, message in (("bad.json", 2, "bad.json is no JSON"), ("gone.json", 4, "gone.json cannot be read")):
        result = run("scan", manifest, "--exceptions", name)
        assert result.code == code
        assert message in result.err
