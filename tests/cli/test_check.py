"""`plimsoll check`: rules for people and tools, and command lines as targets."""

import json
from pathlib import Path

import pytest
from tests.cli.running import Run

from plimsoll.checks.catalogue import rules
from plimsoll.model.reporting import Style
from plimsoll.reports.rules import listed


def test_the_list_for_tools_has_what_they_rely_on(run: Run) -> None:
    result = run("check", "list", "--format", "json")
    rules = {rule["id"]: rule for rule in json.loads(result.out)}
    assert result.code == 0
    assert list(rules) == sorted(rules)
    privileged = rules["privileged-container"]
    assert {"id", "title", "severity", "platforms", "threats", "references"} <= privileged.keys()
    assert privileged["severity"] == "critical"
    assert {"compose", "kubernetes", "marathon", "run", "inspect"} <= set(privileged["platforms"])
    assert {"cis-docker:5.5", "kubescape:rule-privileged-container"} <= set(privileged["references"])
    assert all(rule["threats"] and rule["platforms"] for rule in rules.values())


def test_the_list_for_people_names_every_rule(run: Run) -> None:
    out = run("check", "list").out
    assert "privileged-container" in out
    assert f"{len(out.splitlines()) - 3} rules" in out


def test_a_wide_list_names_the_platforms(run: Run) -> None:
    assert "PLATFORMS" not in run("check", "list").out
    head, first, *_ = listed([rules()["overlay-unencrypted"]], Style(width=160)).splitlines()
    assert head.split() == ["RULE", "SEVERITY", "PLATFORMS", "SUBJECT"]
    assert first.split()[2] == "swarm"


@pytest.mark.parametrize("word", ["host-pid", "cis-docker:5.16", "KSV-0010", "kubescape:host-pid-privileges"])
def test_a_rule_is_shown_by_its_id_or_that_of_another_tool(run: Run, word: str) -> None:
    out = run("check", "show", word).out
    assert "host-pid: " in out
    assert "Bad, compose:\n" in out
    assert "References: " in out


def test_a_rule_that_is_not_there_gets_a_hint(run: Run) -> None:
    result = run("check", "show", "host-pids")
    assert (result.code, "Did you mean host-pid" in result.err) == (2, True)


def test_the_examples_of_all_rules_hold(run: Run) -> None:
    result = run("check", "test")
    assert (result.code, ": 0 things wrong" in result.err) == (0, True)


def test_a_command_line_is_judged_and_never_run(run: Run, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    result = run(
        *("check", "run", "-f", "json", "--fail-on", "critical", "--"),
        *(
            "docker",
            "run",
            "--privileged",
            "-v",
            "/var/run/docker.sock:/var/run/docker.sock",
            "nginx",
            "touch",
            str(mark),
        ),
    )
    found = {finding["rule"]: finding for finding in json.loads(result.out)["findings"]}
    assert result.code == 1
    assert {"privileged-container", "docker-socket-mounted", "mutable-tag"} <= found.keys()
    assert found["privileged-container"]["location"]["column"] == len("docker run ") + 1
    assert not mark.exists()


@pytest.mark.parametrize("words", [("rm", "-rf", "/"), ("docker", "ps"), ("docker", "run"), ("",)])
def test_another_command_line_is_refused(run: Run, words: tuple[str, ...]) -> None:
    result = run("check", "run", "--", *words)
    assert (result.code, "the command line cannot be read" in result.err) == (4, True)
