"""What a folder, a file and a text declare; nothing outside of the project is ever read."""

import os
from io import BytesIO
from pathlib import Path

import pytest

from plimsoll.errors import HostileInputError, LimitError, TargetError, UsageError
from plimsoll.model.estate import Estate
from plimsoll.model.limits import Limits
from plimsoll.pipeline.configurations import Reader, Reading
from plimsoll.pipeline.workload_target import standard_input_of, workloads_of
from plimsoll.sources.configurations import ConfigurationFolder

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


def test_a_file_that_the_user_merges_may_lie_anywhere(tmp_path: Path) -> None:
    write(tmp_path, project__compose_yaml=SERVICE, other__mine_yaml="services:\n  web:\n    privileged: true\n")
    how = Reading(limits=Limits(), overrides=(str(tmp_path / "other/mine.yaml"),))
    found = Reader("it", how).of_file(tmp_path / "project/compose.yaml", "compose.yaml")
    privileged = found.workloads[0].containers[0].privileged
    assert privileged.value is True
    position = found.documents[found.workloads[0].document].position(privileged.at)
    assert position is not None
    assert (position.path, position.line) == ("../other/mine.yaml", 3)


def test_overrides_of_what_is_no_compose_file_are_refused(tmp_path: Path) -> None:
    write(tmp_path, pod_yaml=POD, mine_yaml=SERVICE)
    how = Reading(limits=Limits(), overrides=(str(tmp_path / "mine.yaml"),))
    with pytest.raises(UsageError, match="--override"):
        Reader("it", how).of_file(tmp_path / "pod.yaml", "pod.yaml")
    with pytest.raises(UsageError, match="--override"):
        folder(tmp_path, how)
    with pytest.raises(UsageError, match="--override"):
        Reader("it", how).of_text(SERVICE.encode(), "-")


def test_an_override_that_is_not_there_or_no_project_is_said(tmp_path: Path) -> None:
    write(tmp_path, compose_yaml=SERVICE, words_yaml="just words\n")
    missing = Reading(limits=Limits(), overrides=(str(tmp_path / "missing.yaml"),))
    with pytest.raises(TargetError, match=r"missing\.yaml"):
        Reader("it", missing).of_file(tmp_path / "compose.yaml", "compose.yaml")
    words = Reading(limits=Limits(), overrides=(str(tmp_path / "words.yaml"),))
    (gap,) = Reader("it", words).of_file(tmp_path / "compose.yaml", "compose.yaml").gaps
    assert "words.yaml is merged onto it" in gap.reason


def test_a_target_beside_the_project_is_itself_and_not_its_namesake(tmp_path: Path) -> None:
    write(tmp_path, here__compose_yaml=SERVICE, there__compose_yaml=SERVICE.replace("web", "namesake"))
    how = Reading(limits=Limits(), project=tmp_path / "there")
    found = Reader("it", how).of_file(tmp_path / "here/compose.yaml", "here/compose.yaml")
    assert [workload.name for workload in found.workloads] == ["web"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_other_encodings_are_read_in_a_folder_as_well(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(POD.encode(encoding))
    (tmp_path / "app.json").write_bytes('{"id": "/a", "cmd": "x", "cpus": 1, "mem": 64}'.encode(encoding))
    found = folder(tmp_path)
    assert len(keys(found)) == 2
    assert workloads_of(str(tmp_path / "pod.yaml"), HOW) is not None
    declared, _ = standard_input_of(BytesIO(POD.encode(encoding)), HOW)
    assert declared is not None


def test_utf_16_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_bytes(b"\xff\xfe" + POD.encode("utf-16-le") + b"\0")
    (gap,) = folder(tmp_path).gaps
    assert "UTF-16" in gap.reason


def test_what_is_wrong_with_json_is_said_as_of_json(tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_text('{"apiVersion": "v1", "x": ' + "[" * 200 + "]" * 200 + "}", "utf-8")
    (tmp_path / "half.json").write_text('{"apiVersion": "v1", "x": "\\ud800"}', "utf-8")
    assert [gap.reason.partition(":")[0] for gap in folder(tmp_path).gaps] == [
        "it nests deeper than 128 levels",
        "it is not JSON",
    ]


@pytest.mark.parametrize("link", ["out.yaml", "folder/in.yaml"])
def test_links_out_of_the_folder_are_said_and_not_followed(link: str, tmp_path: Path) -> None:
    write(tmp_path, elsewhere__in_yaml=POD, top__keep_txt="")
    if "/" in link:
        (tmp_path / "top/folder").symlink_to(tmp_path / "elsewhere")
    else:
        (tmp_path / "top" / link).symlink_to(tmp_path / "elsewhere/in.yaml")
    project = ConfigurationFolder(root=tmp_path / "top", limits=Limits(), is_skipped=lambda _: False)
    assert not project.has(link)
    with pytest.raises(HostileInputError, match="lies outside"):
        project.read(link)
