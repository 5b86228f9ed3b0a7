"""The same input gives the same bytes, and nothing unforeseen gives a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.running import Run, damaged_layer, environment, process, shop
from tests.images import classic, layout, write_folder, write_tar

HEAVY = ("asyncio", "click", "cvss", "msgspec", "rich", "sqlite3", "tomllib", "urllib3", "zipfile")


@pytest.mark.parametrize("form", ["json", "sarif", "cyclonedx", "table"])
def test_cold_and_warm_reports_are_equal(run: Run, work: Path, cache: Path, form: str) -> None:
    write_tar(classic([shop(damaged_layer())]), work / "a.tar")
    write_folder(layout([shop(damaged_layer())]), work / "b")
    for target in ("a.tar", "b"):
        cold = run("scan", target, "-f", form)
        assert any((cache / "layers").iterdir())
        assert run("scan", target, "-f", form).out == cold.out
        assert run("scan", target, "-f", form, "--verify").out == cold.out
        assert run("cache", "clean").code == 0
        assert run("scan", target, "-f", form).out == cold.out


def test_a_bill_of_materials_is_repeatable(run: Run, image: str) -> None:
    cold = run("sbom", image).out
    assert run("sbom", image).out == cold


def test_two_processes_say_the_same(image: str) -> None:
    first, second = (process("scan", image, "-f", "json", env=environment(PYTHONHASHSEED=seed)) for seed in "12")
    assert first.stdout == second.stdout != b""


def test_source_date_epoch_sets_the_day(run: Run, image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("scan", image, "-f", "json").json["as_of"] == "2026-11-24"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1798761600")
    report = run("scan", image, "-f", "json").json
    assert report["as_of"] == "2027-01-01"
    assert {feed["name"]: feed["age_days"] for feed in report["knowledge"]}["debian-tracker"] == 42
    assert {gap["what"] for gap in report["gaps"]} == {"stale-feed"}


@pytest.mark.parametrize("epoch", ["soon", "²", "9" * 30, "-1e3"])
def test_a_day_that_is_none_is_2(run: Run, image: str, monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    result = run("scan", image)
    assert (result.code, "SOURCE_DATE_EPOCH" in result.err) == (2, True)


def test_no_traceback_unless_debug_is_asked_for(
    run: Run, image: str, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from plimsoll.cli import knowing

    def fail(_cache: Path) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(knowing, "open_knowledge", fail)
    result = run("scan", image)
    assert (result.code, result.out) == (4, "")
    assert result.err == "error: unexpected ZeroDivisionError: oops\nRun again with --debug, and report it.\n"
    assert "Traceback" in run("scan", image, "--debug").err
    assert "Traceback" not in run("scan", image, "--debug=false").err
    monkeypatch.setenv("PLIMSOLL_DEBUG", "1")
    assert "Traceback" in run("scan", image).err
    monkeypatch.setenv("PLIMSOLL_DEBUG", "0")
    assert "Traceback" not in run("scan", image).err
    monkeypatch.delenv("PLIMSOLL_DEBUG")
    (work / "plimsoll.toml").write_text("debug = true\n")
    assert "Traceback" in run("scan", image).err


def test_an_interrupt_is_130(run: Run, image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from plimsoll.cli import knowing

    def interrupt(_cache: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(knowing, "open_knowledge", interrupt)
    result = run("scan", image)
    assert (result.code, result.out, result.err.strip()) == (130, "", "interrupted")


def loaded(*arguments: str) -> set[str]:
    """Run a command in a fresh interpreter; give which heavy modules it loaded."""
    program = (
        "import json, sys\n"
        "from plimsoll.cli.main import main\n"
        "main(json.loads(sys.argv[1]))\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), file=sys.stderr)\n"
    )
    plain = {name: value for name, value in environment().items() if not name.startswith("COVERAGE")}
    command = [sys.executable, "-c", program, json.dumps(arguments)]
    result = subprocess.run(command, env=plain, capture_output=True, text=True, check=True)
    return set(json.loads(result.stderr.splitlines()[-1]))


def test_the_version_loads_nothing_heavy() -> None:
    assert loaded("--version") == set()


def test_a_scan_loads_only_what_it_needs(image: str) -> None:
    assert loaded("scan", image, "-f", "json") <= {"click", "msgspec", "sqlite3", "tomllib"}


def test_what_the_system_says_of_a_file_is_told_without_traceback(
    run: Run, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from plimsoll.cli import knowing

    def closed(cache: Path) -> None:
        raise PermissionError(13, "Permission denied", str(cache / "store.db"))

    monkeypatch.setattr(knowing, "open_knowledge", closed)
    result = run("scan", image)
    assert result.code == 4
    assert result.err.splitlines()[0].endswith("/store.db: Permission denied")
    long = run("sbom", "a" * 300)
    assert (long.code, "File name too long" in long.err, "Traceback" in long.err) == (4, True, False)


def test_a_name_that_is_no_text_is_told_and_reported(work: Path, image: str) -> None:
    odd = os.fsencode(work) + b"/\xff\x1b[2J.tar"
    Path(os.fsdecode(odd)).write_bytes((work / image).read_bytes())
    result = process("scan", os.fsdecode(odd), "-f", "json")
    assert (result.returncode, b"\x1b" in result.stderr) == (0, False)
    assert "\\udcff\\x1b[2J.tar" in result.stderr.decode()
    assert len(json.loads(result.stdout)["findings"]) == 4
