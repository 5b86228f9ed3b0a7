"""What a folder, a file and a text declare; nothing outside of the project is ever read."""

import os
from pathlib import Path

import pytest

from plimsoll.errors import LimitError, TargetError
from plimsoll.model.estate import Estate
from plimsoll.model.limits import Limits
from plimsoll.pipeline.configurations import Reader, Reading

SERVICE = "services:\n  web:\n    image: registry.example.com/web:1.0\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec: {containers: [{name: app, image: 'a:1'}]}\n"
HOW = Reading(limits=Limits())


def folder(root: Path, how: Reading = HOW) -> Estate:
    return Reader("it", how).of_folder(root)


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def keys(estate: Estate) -> list[str]:
    return sorted(workload.key for workload in estate.workloads)


def test_a_folder_with_a_mix_of_platforms(tmp_path: Path) -> None:
    write(tmp_path, compose_yaml=SERVICE, k8s__pod_yaml=POD, notes_yaml="a: 1\n", broken_yml="a: [\n")
    (tmp_path / "app.json").write_text('{"id": "/shop", "cmd": "x", "cpus": 1, "mem": 64, "instances": 1}', "utf-8")
    found = folder(tmp_path)
    assert found.platforms == {"compose", "kubernetes", "marathon"}
    assert keys(found)[1:] == ["ComposeService//web", "Pod//app"]
    assert [document.path for document in found.documents] == ["compose.yaml", "app.json", "k8s/pod.yaml"]


def test_what_looks_like_workloads_but_cannot_be_read_is_said(tmp_path: Path) -> None:
    write(tmp_path, compose_yaml="services:\n  web: [\n")
    (gap,) = folder(tmp_path).gaps
    assert (gap.what, gap.subject) == ("unreadable-configuration", "it")
    assert "compose.yaml" in gap.question
    assert "line" in gap.reason


def test_an_override_file_is_merged_and_not_judged_by_itself(tmp_path: Path) -> None:
    write(tmp_path, compose_yaml=SERVICE)
    (tmp_path / "compose.override.yaml").write_text("services:\n  web:\n    privileged: true\n", "utf-8")
    found = folder(tmp_path)
    (workload,) = found.workloads
    privileged = workload.containers[0].privileged
    assert privileged.value is True
    position = found.documents[workload.document].position(privileged.at)
    assert position is not None
    assert (position.path, position.line, position.column) == ("compose.override.yaml", 3, 5)


def test_what_the_user_merges_takes_the_place_of_the_override_file(tmp_path: Path) -> None:
    write(tmp_path, compose_yaml=SERVICE, prod_yaml="services:\n  web:\n    read_only: true\n")
    (tmp_path / "compose.override.yaml").write_text("services:\n  web:\n    privileged: true\n", "utf-8")
    how = Reading(limits=Limits(), overrides=(str(tmp_path / "prod.yaml"),))
    (workload,) = Reader("it", how).of_file(tmp_path / "compose.yaml", "compose.yaml").workloads
    container = workload.containers[0]
    assert (container.privileged.value, container.read_only_root.value) == (False, True)


def test_nothing_outside_of_the_project_is_read(tmp_path: Path) -> None:
    write(tmp_path, secret_yaml=SERVICE, project__compose_yaml="include: [../secret.yaml]\nservices: {}\n")
    (tmp_path / "project/link.yaml").symlink_to(tmp_path / "secret.yaml")
    found = folder(tmp_path / "project")
    assert found.workloads == ()
    assert {gap.what for gap in found.gaps} == {"unreadable-configuration"}
    assert len(found.gaps) == 2


def test_a_wider_project_lets_a_file_include_what_lies_beside(tmp_path: Path) -> None:
    write(tmp_path, shared_yaml=SERVICE, project__compose_yaml="include: [../shared.yaml]\nservices: {}\n")
    how = Reading(limits=Limits(), project=tmp_path)
    found = Reader("it", how).of_file(tmp_path / "project/compose.yaml", "compose.yaml")
    assert [workload.name for workload in found.workloads] == ["web"]


def test_a_chart_is_a_gap_and_its_templates_are_no_manifests(tmp_path: Path) -> None:
    write(tmp_path, chart__Chart_yaml="name: it\n", chart__templates__pod_yaml=POD, other_yaml=POD)
    found = folder(tmp_path)
    assert [document.path for document in found.documents] == ["other.yaml"]
    (gap,) = found.gaps
    assert (gap.what, gap.question) == ("not-rendered", "what the chart in chart declares")
    assert "--render" in gap.advice


def test_a_kustomization_is_a_gap_and_its_files_are_judged_as_they_are(tmp_path: Path) -> None:
    write(tmp_path, pod_yaml=POD)
    (tmp_path / "kustomization.yaml").write_text("resources: [pod.yaml]\n", "utf-8")
    found = folder(tmp_path)
    assert keys(found) == ["Pod//app"]
    assert [gap.what for gap in found.gaps] == ["not-rendered"]


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("echo 'apiVersion: v1\nkind: Pod\nmetadata: {name: made}\nspec: {containers: [{name: a, image: b}]}'", ""),
        ("echo 'no such value' >&2; exit 1", "helm failed: no such value"),
    ],
)
def test_a_chart_is_rendered_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, reason: str
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/helm").write_text(f"#!/bin/sh\n{program}\n", "utf-8")
    (tmp_path / "bin/helm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
    write(tmp_path, tree__Chart_yaml="name: it\n", tree__templates__pod_yaml="{{ nothing }}")
    found = folder(tmp_path / "tree", Reading(limits=Limits(), render=True))
    assert keys(found) == ([] if reason else ["Pod//made"])
    assert [gap.reason for gap in found.gaps] == ([reason] if reason else [])
    assert {document.path for document in found.documents} <= {"(rendered by helm)"}


def test_a_program_that_is_not_installed_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    write(tmp_path, tree__Chart_yaml="name: it\n")
    (gap,) = folder(tmp_path / "tree", Reading(limits=Limits(), render=True)).gaps
    assert gap.reason.startswith("helm cannot be run")
    assert "Install helm" in gap.advice


def test_a_file_over_the_limit_is_refused_alone_and_a_gap_among_others(tmp_path: Path) -> None:
    how = Reading(limits=Limits().changed({"configuration_size": 60}))
    write(tmp_path, compose_yaml=SERVICE + "# " + "x" * 100, pod_yaml="apiVersion: v1\nkind: Pod\n")
    with pytest.raises(LimitError, match="configuration_size"):
        Reader("it", how).of_file(tmp_path / "compose.yaml", "compose.yaml")
    assert any("configuration_size" in gap.reason for gap in folder(tmp_path, how).gaps)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "compose.yaml")
    with pytest.raises(TargetError, match="no regular file"):
        Reader("it", HOW).of_file(tmp_path / "compose.yaml", "compose.yaml")
    assert [gap.what for gap in folder(tmp_path).gaps] == ["unreadable-configuration"]


@pytest.mark.parametrize("text", ["- services\n", "services:\n", "just a text\n", ""])
def test_a_compose_file_without_services_is_said(tmp_path: Path, text: str) -> None:
    write(tmp_path, compose_yaml=text)
    assert [gap.what for gap in folder(tmp_path).gaps] == ["unreadable-configuration"]
