"""Programs that render are run only when asked, and whatever they do costs little time and memory."""

import contextlib
import os
import time
from pathlib import Path

import pytest

from plimsoll.model.limits import Limits
from plimsoll.sources import rendering
from plimsoll.sources.rendering import Template, render, template_of

CHART = Template(kind="chart", folder="")
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\n"


def helm(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program of one's own where helm is looked for."""
    program = folder / "bin" / "helm"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


def test_what_it_writes_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pod.yaml").write_text(POD, "utf-8")
    helm(tmp_path, 'echo warning >&2; test "$1 $2" = "template release" && cat "$3/pod.yaml"', monkeypatch)
    assert render(tmp_path, CHART, Limits()).text.decode() == POD


def test_a_program_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = render(tmp_path, CHART, Limits())
    assert "helm cannot be run" in found.reason
    assert "Install helm" in found.advice


def test_a_flood_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helm(tmp_path, "yes", monkeypatch)
    found = render(tmp_path, CHART, Limits().changed({"configuration_size": 100_000}))
    assert found.text == b""
    assert found.reason == "helm gave more than 100000 bytes"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("yes complaint | head -c 1000000 >&2; exit 3", "helm failed: complaint"),
        ("exit 3", "helm failed: it ended with 3"),
        ("kill -9 $$", "helm failed: it ended with -9"),
    ],
)
def test_a_failure_is_told_in_short(script: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helm(tmp_path, script, monkeypatch)
    found = render(tmp_path, CHART, Limits())
    assert found.reason.startswith(reason)
    assert len(found.reason) < 600
    assert found.text == b""


@pytest.mark.parametrize("script", ["sleep 600 & sleep 600", "exec >&- 2>&-; sleep 600"])
def test_what_takes_too_long_is_ended_with_all_it_started(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "_TIMEOUT", 0.5)
    helm(tmp_path, f"echo $$ > {tmp_path}/pid; {script}", monkeypatch)
    assert "took more than 0.5 seconds" in render(tmp_path, CHART, Limits()).reason
    group = (tmp_path / "pid").read_text().strip()
    tries = 500
    while running(group) and tries:  # A signal takes a moment to arrive.
        time.sleep(0.01)
        tries -= 1
    assert not running(group)


def running(group: str) -> list[str]:
    """Give the processes of a group that run: who ended may still be listed where nobody asks for its exit code."""
    found = []
    for process in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, of_group, *_ = process.read_text().rpartition(")")[2].split()
            found += [process.parent.name] if of_group == group and state not in "ZX" else []
    return found


def test_charts_and_kustomizations_are_known_by_name() -> None:
    assert template_of("a/Chart.yaml") == Template(kind="chart", folder="a")
    assert template_of("a/kustomization.yml") == Template(kind="kustomization", folder="a")
    assert template_of("a/chart.yaml") is None
