"""`--baseline`: only what is new stops the ship."""

import json
from pathlib import Path

import pytest
from tests.cli.running import Result, Run

SERVICE = "  {name}:\n    image: registry.example.com/app:1.0\n    privileged: true\n"


def compose(folder: Path, *names: str) -> str:
    (folder / "compose.yaml").write_text("services:\n" + "".join(SERVICE.format(name=name) for name in names))
    return "compose.yaml"


def critical(result: Result) -> dict[str, bool]:
    found = result.json["findings"]
    return {each["id"].split("/")[2]: each["known"] for each in found if each["severity"] == "critical"}


def test_only_what_is_new_counts(run: Run, work: Path) -> None:
    assert run("scan", compose(work, "one"), "-f", "json", "-o", "base.json", "--fail-on", "high").code == 1
    gates = ("--fail-on", "high", "--baseline", "base.json")
    same = run("scan", "compose.yaml", "-f", "json", *gates)
    assert (same.code, critical(same), same.json["baseline"]) == (0, {"one": True}, "base.json")
    assert "0 new findings; 1 known since the baseline;" in same.err.splitlines()[-1]
    more = run("scan", compose(work, "one", "two"), "-f", "json", *gates)
    assert (more.code, critical(more)) == (1, {"one": True, "two": False})
    assert "1 new finding; 1 known since the baseline;" in more.err.splitlines()[-1]


def test_the_score_stays(run: Run, work: Path) -> None:
    before = run("scan", compose(work, "one"), "-f", "json")
    (work / "base.json").write_text(before.out)
    after = run("scan", "compose.yaml", "-f", "json", "--baseline", "base.json", "--min-score", "99")
    assert after.code == 1
    assert after.json["score"] == before.json["score"]


def test_the_table_tells_what_is_known(run: Run, work: Path) -> None:
    (work / "base.json").write_text(run("scan", compose(work, "one"), "-f", "json").out)
    assert "known since" in run("scan", "compose.yaml", "--baseline", "base.json").out
    assert "known since" not in run("scan", "compose.yaml").out


def test_it_holds_for_images(run: Run, work: Path, image: str) -> None:
    base = run("scan", image, "-f", "json")
    report = base.json
    report["findings"] = [each for each in report["findings"] if "glibc" in each["id"]]
    (work / "base.json").write_text(json.dumps(report))
    result = run("scan", image, "-f", "json", "--fail-on", "high", "--baseline", "base.json")
    assert result.code == 0
    known = {each["vulnerability"]["id"]: each["known"] for each in result.json["findings"]}
    assert known == {
        "CVE-2023-4911": True,
        "CVE-2010-4756": True,
        "CVE-2023-45853": False,
        "CVE-2024-5535": False,
    }
    assert run("scan", image, "--fail-on", "medium", "--baseline", "base.json").code == 1


def test_command_lines_have_one_too(run: Run, work: Path) -> None:
    words = ("--", "docker", "run", "--privileged", "registry.example.com/app:1.0")
    base = run("check", "run", "-f", "json", "--fail-on", "critical", *words)
    (work / "base.json").write_text(base.out)
    assert base.code == 1
    assert run("check", "run", "--fail-on", "critical", "--baseline", "base.json", *words).code == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the baseline base.json is no JSON report"),
        ('{"schema": "other/1", "findings": []}', "the baseline base.json is a report of schema 'other/1'"),
        (None, "the baseline base.json cannot be read"),
    ],
)
def test_a_bad_baseline_is_said(run: Run, work: Path, text: str | None, message: str) -> None:
    if text is not None:
        (work / "base.json").write_text(text)
    result = run("scan", compose(work, "one"), "--baseline", "base.json")
    assert result.code == 4
    assert message in result.err


def test_a_baseline_has_a_size(run: Run, work: Path) -> None:
    (work / "base.json").write_text(run("scan", compose(work, "one"), "-f", "json").out)
    result = run("scan", "compose.yaml", "--baseline", "base.json", "--limit", "report_size=100")
    assert result.code == 4
    assert "report_size" in result.err
