"""Formats and their places, what is told where, and readers that go away."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from tests.cli.running import RUN, Run, environment, process, shop_archive

BOM, SARIF, REPORT = "CycloneDX", "sarif", "plimsoll-report/1"


def kind(text: str) -> str:
    """Say which format a document has."""
    if not text.startswith("{"):
        return "table"
    document = json.loads(text)
    return str(document.get("schema") or document.get("bomFormat") or ("sarif" if "runs" in document else ""))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", {"": "table"}),
        ("-f json", {"": REPORT}),
        ("-f json -o a", {"a": REPORT}),
        ("-o a -f json", {"a": REPORT}),
        ("-o a", {"a": "table"}),
        ("-o -", {"": "table"}),
        ("-f json -o -", {"": REPORT}),
        ("-f json -o a -f sarif -o b", {"a": REPORT, "b": SARIF}),
        ("-o a -f json -o b -f sarif", {"a": REPORT, "b": SARIF}),
        ("-f json -o a -f table", {"": "table", "a": REPORT}),
        ("-f table -f json -o a", {"": "table", "a": REPORT}),
        ("-f cyclonedx -o a -f json -o - -f sarif -o b", {"": REPORT, "a": BOM, "b": SARIF}),
        ("--format=json --output=a --format=table --output=b", {"a": REPORT, "b": "table"}),
        ("-fjson -oa", {"a": REPORT}),
    ],
)
def test_pairs_of_format_and_output(run: Run, image: str, work: Path, options: str, expected: dict[str, str]) -> None:
    result = run("scan", image, *options.split())
    assert result.code == 0, result.err
    made = {path.name: path.read_text() for path in work.iterdir() if path.name != image} | {"": result.out}
    assert {name: kind(text) for name, text in made.items() if text} == expected


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("-f json -f sarif", "2 formats would go to standard output"),
        ("-f json -o - -f sarif", "2 formats would go to standard output"),
        ("-f json -o a -f sarif -o a", "2 formats would go to a"),
        ("-f json -o a -f sarif -o ./a", "2 formats would go to a"),
        ("-o shop.tar", "would replace the target"),
    ],
)
def test_formats_that_would_overwrite_something_are_refused(
    run: Run, image: str, work: Path, options: str, told: str
) -> None:
    before = (work / image).read_bytes()
    result = run("scan", image, *options.split())
    assert (result.code, result.out) == (2, "")
    assert told in result.err
    assert [(path.name, path.read_bytes()) for path in work.iterdir()] == [(image, before)]


@pytest.mark.parametrize(
    ("place", "told"),
    [("missing/a", "there is no folder missing"), (".", "it is a folder"), ("shop.tar/a", "shop.tar")],
)
def test_a_place_that_cannot_be_written_is_said_before_the_scan(run: Run, image: str, place: str, told: str) -> None:
    result = run("scan", image, "-o", place)
    assert (result.code, result.out) == (4, "")
    assert told in result.err
    assert "docker save" not in result.err


@pytest.mark.parametrize("form", ["json", "sarif", "cyclonedx"])
def test_standard_output_carries_only_the_format(run: Run, image: str, work: Path, form: str) -> None:
    (work / "plimsoll.toml").write_text('[[waiver]]\nid = "CVE-1"\nreason = "r"\nowner = "o"\n')
    result = run("scan", image, "-f", form, "--fail-on", "high", "--min-score", "99", "--fail-on-unmeasured")
    assert result.code == 1
    assert isinstance(json.loads(result.out), dict)
    assert result.err.startswith("shop.tar: docker save archive (classic), settings from plimsoll.toml\n")


def test_the_bill_of_materials_goes_the_same_ways(run: Run, image: str, work: Path) -> None:
    assert kind(run("sbom", image).out) == BOM
    result = run("sbom", image, "-o", "bom.json")
    assert (result.code, result.out) == (0, "")
    assert kind((work / "bom.json").read_text()) == BOM
    assert result.err == "shop.tar: docker save archive (classic)\n3 packages\n"
    assert run("sbom", image, "-f", "sarif").code == 2


def test_quiet_tells_nothing_where_all_goes_well(run: Run, image: str) -> None:
    assert run("scan", image, "-q").err == ""
    assert run("sbom", image, "-q").err == ""
    assert run("scan", "missing", "-q").err.startswith("error: ")


def test_a_report_replaces_a_file_whole_and_keeps_its_mode(run: Run, image: str, work: Path) -> None:
    place = work / "report.json"
    place.write_text("x" * 10**6)
    place.chmod(0o640)
    assert run("scan", image, "-f", "json", "-o", "report.json").code == 0
    assert kind(place.read_text()) == REPORT
    assert place.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in work.iterdir()) == ["report.json", image]


def test_a_link_is_written_through(run: Run, image: str, work: Path) -> None:
    (work / "link").symlink_to("real")
    assert run("scan", image, "-f", "json", "-o", "link").code == 0
    assert (work / "link").is_symlink()
    assert kind((work / "real").read_text()) == REPORT


def test_standard_output_by_its_path_is_written_and_not_replaced(image: str, work: Path) -> None:
    with (work / "caught").open("wb") as caught:
        program = [sys.executable, "-c", RUN, "scan", image, "-q", "-f", "json", "-o", "/dev/stdout"]
        assert subprocess.run(program, stdout=caught, check=False).returncode == 0
    assert Path("/dev/stdout").is_symlink()
    assert kind((work / "caught").read_text()) == REPORT


def test_there_is_no_colour_but_on_a_terminal(image: str) -> None:
    result = process("scan", image, "--fail-on", "high", env=environment(NO_COLOR=None, TERM="xterm-256color"))
    assert result.returncode == 1
    assert b"\x1b" not in result.stdout + result.stderr


def test_a_reader_that_goes_away_changes_neither_verdict_nor_calm(image: str) -> None:
    command = [sys.executable, "-c", RUN, "scan", image, "-f", "json", "--fail-on", "high"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.close()
        told = program.stderr.read().decode()
    assert program.returncode == 1
    assert told.splitlines()[-1].startswith("--fail-on high: 1 finding")
    assert "Traceback" not in told
    assert "BrokenPipe" not in told


def test_a_pipe_into_head_shows_one_line(image: str) -> None:
    shell = f"{sys.executable} -c '{RUN}' scan {image} --quiet | head -1"
    result = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True)
    assert (result.stdout.count("\n"), result.stderr) == (1, "")


def test_messages_to_a_reader_that_went_away_do_no_harm(image: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    program = [sys.executable, "-c", RUN, "scan", image, "-f", "json"]
    result = subprocess.run(program, stdout=subprocess.PIPE, stderr=writer, check=False)
    os.close(writer)
    assert (result.returncode, kind(result.stdout.decode())) == (0, REPORT)


def test_a_full_disk_is_a_failure_with_a_message(image: str) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-c", RUN, "scan", image, "-q"]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert result.returncode == 4
    assert result.stderr.decode().startswith("error: standard output cannot be written: No space left on device\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_no_harm(image: str, work: Path, closed: str) -> None:
    shell = f"{sys.executable} -c '{RUN}' scan {image} -f json -o report.json {closed}"
    result = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert (result.returncode, "Traceback" in result.stderr) == (0, False)
    assert kind((work / "report.json").read_text()) == REPORT


def test_standard_input_is_an_archive(image: str, work: Path) -> None:
    with (work / image).open("rb") as archive:
        result = process("scan", "-", "-q", "-f", "json", "--fail-on", "high", stdin=archive)
    assert result.returncode == 1
    assert json.loads(result.stdout)["target"] == "-"


def _spools(pid: int, folder: Path) -> bool:
    """Say whether a process has a nameless file open in a folder."""
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            # Nameless from the start; the file by which Python tries whether a folder can be written has a name.
            place = str(descriptor.readlink())
            if place.startswith(str(folder)) and place.endswith("(deleted)"):
                return True
    return False


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_a_signal_ends_it_without_traceback_or_temporary_files(work: Path, number: signal.Signals, code: int) -> None:
    shop_archive(work / "whole.tar")
    (work / "tmp").mkdir()
    program = subprocess.Popen(
        [sys.executable, "-c", RUN, "scan", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(TMPDIR=str(work / "tmp")),
    )
    assert program.stdin is not None
    program.stdin.write((work / "whole.tar").read_bytes()[:5000])
    program.stdin.flush()
    while not _spools(program.pid, work / "tmp"):
        assert program.poll() is None
        time.sleep(0.01)
    program.send_signal(number)
    out, told = program.communicate()
    assert (program.returncode, out) == (code, b"")
    assert b"Traceback" not in told
    assert list((work / "tmp").iterdir()) == []


def test_a_folder_that_may_not_be_written_is_said_before_the_scan(
    run: Run, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    result = run("scan", image, "-o", "report")
    assert (result.code, result.err.startswith("error: report cannot be written: permission denied")) == (4, True)
