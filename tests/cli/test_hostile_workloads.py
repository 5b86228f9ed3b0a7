"""What comes of hostile words, names and files: no format lets them steer a terminal or who runs us in CI."""

import json
import os
from pathlib import Path

import pytest
from tests.cli.running import Run

EVIL = "a\x1b[31mred\x07\u202e`x`](http://e.example)\n::error file=x::boom\r::set-output name=a::b"
CONTROLS = [chr(code) for code in (*range(0x0A), *range(0x0B, 0x20), 0x7F, 0x202E)]
FORMATS = ("table", "json", "sarif", "lines", "gitlab")


def harmless(text: str) -> bool:
    return not any(control in text for control in CONTROLS) and not any(
        line.lstrip().startswith("::") for line in text.splitlines()
    )


@pytest.mark.parametrize("form", FORMATS)
def test_names_values_and_keys_of_a_compose_file(form: str, run: Run, work: Path) -> None:
    service = {
        "image": f"{EVIL}:latest",
        "privileged": True,
        "environment": {f"PASSWORD_{EVIL}": "hunter2hunter2"},
        "cap_add": [f"SYS_ADMIN{EVIL}"],
        "volumes": [f"/etc{EVIL}:/x"],
        "labels": {EVIL: EVIL},
        EVIL: EVIL,
    }
    (work / "compose.json").write_text(json.dumps({"services": {f"web{EVIL}": service}}), "utf-8")
    result = run("scan", "compose.json", "--format", form)
    assert result.code == 0
    assert "privileged-container" in result.out or form == "table"
    assert harmless(result.out)
    assert harmless(result.err)


@pytest.mark.parametrize("form", FORMATS)
def test_words_of_a_command_line(form: str, run: Run) -> None:
    words = ("docker", "run", "--privileged", f"--volume=/etc{EVIL}:/x", f"--env=PASSWORD={EVIL}", f"--user={EVIL}")
    result = run("check", "run", "--format", form, "--", *words, f"image{EVIL}")
    assert result.code == 0
    assert harmless(result.out)
    assert harmless(result.err)


def test_variables_are_read_of_regular_files_alone(run: Run, work: Path) -> None:
    (work / "compose.yaml").write_text("services: {web: {image: 'web:${TAG}'}}\n", "utf-8")
    os.mkfifo(work / "fifo")
    for name in ("fifo", "/dev/zero", "missing", "."):
        result = run("scan", "compose.yaml", "--env-file", name)
        assert result.code == 2
        assert "Traceback" not in result.err
    (work / "large").write_bytes(b"A" * (1 << 21))
    assert "larger than" in run("scan", "compose.yaml", "--env-file", "large").err
