"""The hook, the action and the job run as their services run them: their own shell, on real files.

Only what fetches is stubbed: `python3 -m venv` and `pip install` of a machine give the Plimsoll of this test.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.reports.schemas import sarif_faults

from plimsoll.documents.document import read_documents
from plimsoll.pipeline.estate import Alone

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "deploy" / "github-action" / "action.yml"
JOB = ROOT / "deploy" / "gitlab" / "plimsoll.yml"
HOOK = ROOT / ".pre-commit-hooks.yaml"
PLACEHOLDER = re.compile(r"\$\{\{\s*(?P<name>[\w.-]+)\s*\}\}")

PRIVILEGED = "services:\n  web:\n    image: registry.example.com/web:1.0\n    privileged: true\n"
POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  hostPID: true\n"
    "  containers: [{name: web, image: 'registry.example.com/web:1.0'}]\n"
)
OVERRIDE = "services:\n  web:\n    privileged: false\n"


def read(path: Path) -> Any:  # noqa: ANN401 - a YAML document
    return yaml.safe_load(path.read_text())


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Give a machine's folders: a checkout with files, programs, and what the service provides."""
    for name in ("work/k8s", "bin", "temporary"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "work" / "compose.yaml").write_text(PRIVILEGED)
    (tmp_path / "work" / "k8s" / "pod.yaml").write_text(POD)
    (tmp_path / "work" / "mkdocs.yml").write_text("site_name: shop\n")
    command = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "from plimsoll.cli.main import run; run()" "$@"\n'
    program(tmp_path / "bin" / "plimsoll", command)
    installs = f'#!/bin/sh\necho "$@" >> {tmp_path}/installed\n'
    program(tmp_path / "bin" / "pip", installs)
    copies = f'for each in plimsoll pip; do cp {tmp_path}/bin/$each "$3/bin/$each"; done'
    program(tmp_path / "bin" / "python3", f'#!/bin/sh\ntest "$1 $2" = "-m venv" && mkdir -p "$3/bin" && {copies}\n')
    return tmp_path


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def shell(script: str, machine: Path, path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script as the services do: bash, ending at the first command that fails."""
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        cwd=machine / "work",
        env={**os.environ, "PATH": path, "PLIMSOLL_CACHE_DIR": str(machine / "cache"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


# --- GitHub ------------------------------------------------------------------------------------------------------


def act(machine: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the steps of the action, each with its variables; the last one's end is the action's."""
    action = read(ACTION)
    given = {name: str(about.get("default", "")) for name, about in action["inputs"].items()} | inputs
    values = {f"inputs.{name}": value for name, value in given.items()} | {"github.action_path": str(ACTION.parent)}
    files = {name: machine / "temporary" / name for name in ("GITHUB_PATH", "GITHUB_OUTPUT")}
    for file in files.values():
        file.touch()
    service = {name: str(file) for name, file in files.items()} | {"RUNNER_TEMP": str(machine / "temporary")}
    result = None
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash"
        added = files["GITHUB_PATH"].read_text().split()
        # What the action installs is found where it put it, and nowhere else.
        path = ":".join([*added, *([str(machine / "bin")] if not added else []), "/usr/bin", "/bin"])
        variables = {name: filled(text, values) for name, text in step["env"].items()}
        result = shell(step["run"], machine, path, **service, **variables)
        if result.returncode:
            break
    assert result is not None
    return result


def filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values[found["name"]], text)


def test_the_action_installs_itself_pinned_and_writes_sarif(machine: Path) -> None:
    result = act(machine)
    assert result.returncode == 0, result.stderr
    installed = (machine / "installed").read_text().splitlines()
    assert len(installed) == 3
    assert all("--require-hashes" in line for line in installed[:2])
    for line in installed:
        (path,) = [word for word in line.split() if word.startswith("/")]
        assert Path(path).resolve().is_relative_to(ROOT)
        assert Path(path).exists()
    assert Path(installed[-1].split()[-1]).resolve() == ROOT
    document = json.loads((machine / "work" / "plimsoll.sarif").read_text())
    assert sarif_faults(document) == []
    places = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in results(document)}
    assert places == {"compose.yaml", "k8s/pod.yaml"}
    assert (machine / "temporary" / "GITHUB_OUTPUT").read_text() == "report=plimsoll.sarif\n"
    assert "privileged-container" in result.stdout


def results(document: Any) -> list[Any]:  # noqa: ANN401 - a JSON document
    return list(document["runs"][0]["results"])


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"fail-on": "critical"}, 1),
        ({"fail-on": "critical", "target": "k8s"}, 0),
        ({"min-score": "99"}, 1),
        ({"min-score": "1"}, 0),
        ({"target": "nothing-here"}, 4),
        ({"fail-on": "severe"}, 2),
    ],
)
def test_the_action_ends_as_its_gates_say(machine: Path, inputs: dict[str, str], code: int) -> None:
    assert act(machine, **inputs).returncode == code
    assert (machine / "work" / "plimsoll.sarif").exists() == (code < 2)


def test_an_input_is_never_a_part_of_a_script(machine: Path) -> None:
    for step in read(ACTION)["runs"]["steps"]:
        assert PLACEHOLDER.findall(step["run"]) == []
    hostile = f"$(touch {machine}/owned); `touch {machine}/owned` --help"
    result = act(machine, target=hostile, output="out.sarif")
    assert result.returncode == 4
    assert not (machine / "owned").exists()


def test_the_action_writes_the_format_that_is_asked_for(machine: Path) -> None:
    assert act(machine, format="lines", output="findings.txt", target="k8s").returncode == 0
    lines = (machine / "work" / "findings.txt").read_text().splitlines()
    assert any(line.startswith("k8s/pod.yaml:5:3: ") and " host-pid: " in line for line in lines)


# --- GitLab ------------------------------------------------------------------------------------------------------


def work(machine: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    job = read(JOB)["plimsoll"]
    path = f"{machine / 'bin'}:/usr/bin:/bin"
    script = "\n".join([*job["before_script"], *job["script"]])
    return shell(script, machine, path, **{**job["variables"], **variables})


def test_the_job_writes_the_artifacts_that_it_names(machine: Path) -> None:
    result = work(machine)
    assert result.returncode == 0, result.stderr
    artifacts = read(JOB)["plimsoll"]["artifacts"]
    issues = json.loads((machine / "work" / artifacts["reports"]["codequality"]).read_text())
    found = {(each["check_name"], each["location"]["path"], each["location"]["lines"]["begin"]) for each in issues}
    assert {("privileged-container", "compose.yaml", 4), ("host-pid", "k8s/pod.yaml", 5)} <= found
    (path,) = artifacts["paths"]
    assert sarif_faults(json.loads((machine / "work" / path).read_text())) == []
    assert artifacts["when"] == "always"


def test_a_gate_of_the_job_is_a_variable_and_leaves_the_report(machine: Path) -> None:
    assert work(machine, PLIMSOLL_FAIL_ON="critical").returncode == 1
    assert (machine / "work" / "gl-code-quality-report.json").exists()
    assert work(machine, PLIMSOLL_FAIL_ON="critical", PLIMSOLL_TARGET="k8s").returncode == 0


# --- pre-commit --------------------------------------------------------------------------------------------------


def hook(machine: Path, *files: str, arguments: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run the hook on the files of a commit that it wants, as pre-commit does: entry, args, names of files."""
    (about,) = read(HOOK)
    assert about["language"] == "python"
    assert about["require_serial"] is True
    wanted = [file for file in files if re.search(about["files"], file)]
    command = shlex.join([*shlex.split(about["entry"]), *arguments, *wanted])
    return shell(command, machine, f"{machine / 'bin'}:/usr/bin:/bin")


def test_the_hook_judges_all_files_of_a_commit_together(machine: Path) -> None:
    files = ("compose.yaml", "k8s/pod.yaml", "mkdocs.yml", "README.md")
    result = hook(machine, *files, arguments=("--format", "lines"))
    assert result.returncode == 0, result.stderr
    places = {line.partition(":")[0] for line in result.stdout.splitlines() if ": unmeasured " not in line}
    assert places >= {"compose.yaml", "k8s/pod.yaml"}
    assert hook(machine, *files, arguments=("--fail-on", "critical")).returncode == 1


def test_a_commit_without_workloads_passes(machine: Path) -> None:
    result = hook(machine, "mkdocs.yml", arguments=("--fail-on", "low", "--fail-on-unmeasured"))
    assert (result.returncode, result.stdout) == (0, "")
    assert "no workload" in result.stderr


def test_an_override_is_judged_as_what_it_makes_of_its_file(machine: Path) -> None:
    (machine / "work" / "compose.override.yaml").write_text(OVERRIDE)
    result = hook(machine, "compose.override.yaml", arguments=("--format", "json"))
    report = json.loads(result.stdout)
    assert result.returncode == 0
    assert "privileged-container" not in {each["rule"] for each in report["findings"]}
    assert {each["location"]["path"] for each in report["findings"]} >= {"compose.yaml"}


def test_only_the_files_of_the_commit_are_judged(machine: Path) -> None:
    report = json.loads(hook(machine, "k8s/pod.yaml", arguments=("--format", "json")).stdout)
    assert {each["location"]["path"] for each in report["findings"]} == {"k8s/pod.yaml"}
    assert report["target"] == "k8s/pod.yaml"


def test_a_broken_file_is_said(machine: Path) -> None:
    (machine / "work" / "broken.yaml").write_text("services:\n  web: [\n")
    result = hook(machine, "broken.yaml", "compose.yaml", arguments=("--fail-on-unmeasured", "--format", "lines"))
    assert result.returncode == 3
    assert "unreadable-configuration" in result.stdout
    assert "line 3" in result.stdout


@pytest.mark.parametrize(
    ("file", "code", "told"),
    [
        ("gone.yaml", 4, "is not there"),
        ("../outside.yaml", 2, "outside"),
        ("k8s", 2, "plimsoll scan k8s"),
        ("README.md", 2, ".yaml"),
        (".git/config.yaml", 2, "others put it there"),
    ],
)
def test_what_cannot_be_judged_is_refused(machine: Path, file: str, code: int, told: str) -> None:
    for name in ("outside.yaml", "work/README.md", "work/.git/config.yaml"):
        (machine / name).parent.mkdir(exist_ok=True)
        (machine / name).write_text(PRIVILEGED)
    result = shell(f"plimsoll check files {file}", machine, f"{machine / 'bin'}:/usr/bin:/bin")
    assert result.returncode == code
    assert told in result.stderr
    assert "Traceback" not in result.stderr


# --- editors -----------------------------------------------------------------------------------------------------


def test_the_problem_matcher_of_the_page_matches(machine: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "use-in-ci.md").read_text()
    (text,) = re.findall(r"^```json\n(\{\n  \"problemMatcher\".*?)^```$", page, re.MULTILINE | re.DOTALL)
    (matcher,) = json.loads(text)["problemMatcher"]
    (pattern,) = matcher["pattern"]
    result = hook(machine, "compose.yaml", arguments=("--format", "lines", "--quiet"))
    matched = [found for line in result.stdout.splitlines() if (found := re.fullmatch(pattern["regexp"], line))]
    told = {tuple(found[pattern[name]] for name in ("file", "line", "column", "code")) for found in matched}
    assert ("compose.yaml", "4", "5", "privileged-container") in told
    assert not any("unmeasured" in found[0] for found in matched)


# --- what the pages show -----------------------------------------------------------------------------------------


def blocks(page: str, language: str) -> list[str]:
    """Give the blocks of a how-to page, as they are once they stand in no list."""
    text = (ROOT / "docs" / "how-to" / page).read_text()
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", body, flags=re.MULTILINE) for indent, body in found]


def test_the_rule_of_the_page_holds_its_examples_and_judges(machine: Path) -> None:
    (row,) = blocks("add-a-rule.md", "toml")
    (machine / "work" / "rules").mkdir()
    (machine / "work" / "rules" / "house.toml").write_text(row)
    path = f"{machine / 'bin'}:/usr/bin:/bin"
    tested = shell("plimsoll check test rules", machine, path)
    assert (tested.returncode, tested.stdout) == (0, "")
    assert "1 rule, 4 examples: 0 things wrong" in tested.stderr
    judged = shell("plimsoll scan . --rules rules --only image-from-elsewhere -q -f lines", machine, path)
    assert len([line for line in judged.stdout.splitlines() if " high image-from-elsewhere: " in line]) == 2


def test_the_platform_of_the_page_reads_its_own_frame() -> None:
    (module,) = blocks("add-a-platform.md", "python")
    names: dict[str, Any] = {}
    exec(compile(module, "nomad.py", "exec"), names)  # noqa: S102 - a page of our own
    nomad = names["NOMAD"]
    (document,) = read_documents("job.json", nomad.frame('{"privileged": true}'))
    assert nomad.recognises(document)
    assert nomad.read(document, 0, Alone()).faults == ()
    (other,) = read_documents("compose.yaml", PRIVILEGED.encode())
    assert not nomad.recognises(other)


def test_the_comments_of_the_page_waive_what_they_say(machine: Path) -> None:
    (text,) = blocks("waive-a-finding.md", "yaml")
    (machine / "work" / "proxy.yaml").write_text(text)
    files = ("proxy.yaml",)
    told = hook(machine, *files, arguments=("--format", "lines", "--fail-on", "critical"))
    waived = {line.split()[2].rstrip(":") for line in told.stdout.splitlines() if ": waived " in line}
    assert (told.returncode, waived) == (0, {"docker-socket-mounted", "privileged-container"})
    assert not any(" unused " in line for line in told.stdout.splitlines())
    strict = hook(machine, *files, arguments=("--no-inline-waivers", "--fail-on", "critical"))
    assert strict.returncode == 1


def test_a_baseline_lets_a_commit_pass_until_it_adds_something(machine: Path) -> None:
    assert hook(machine, "compose.yaml", arguments=("--format", "json", "--output", "before.json")).returncode == 0
    gate = ("--baseline", "before.json", "--fail-on", "critical")
    assert hook(machine, "compose.yaml", arguments=gate).returncode == 0
    more = '    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]\n'
    (machine / "work" / "compose.yaml").write_text("# moved by a line\n" + PRIVILEGED + more)
    result = hook(machine, "compose.yaml", arguments=(*gate, "--format", "sarif", "--output", "after.sarif"))
    assert result.returncode == 1
    document = json.loads((machine / "work" / "after.sarif").read_text())
    states = {each["ruleId"]: each["baselineState"] for each in results(document)}
    assert (states["privileged-container"], states["docker-socket-mounted"]) == ("unchanged", "new")
