"""`plimsoll explain`: in the last scan, a report or a target."""

import io
import json
import sys
from pathlib import Path

import pytest
from tests.cli.running import Run, process

EXPLAINED = (
    "CVE-2023-4911 in glibc 2.36-9+deb12u1",
    "Finding        vulnerability:deb/debian/glibc:CVE-2023-4911",
    "Severity       high",
    "Package        glibc 2.36-9+deb12u1",
    "File           var/lib/dpkg/status",
    "Layer          sha256:",
    "Instruction    RUN apt-get install shop",
    "Fixed in       2.36-9+deb12u3",
    "EPSS           81.422% chance",
    "Exploited      yes, in the wild (KEV, listed since 2023-11-21)",
    "debian-tracker: high   <- decides",
    "debian-tracker of 2026-11-20: CVE-2023-4911 (decides)",
    "debian:12 is affected in [0, 2.36-9+deb12u3)",
    "2.36-9+deb12u1 < 2.36-9+deb12u3",
    "Upgrade glibc",
    "score now ",
    "https://security-tracker.debian.org/tracker/CVE-2023-4911",
)


def expect_all(text: str) -> None:
    assert [part for part in EXPLAINED if part not in text] == []


def test_the_last_scan_is_looked_into(run: Run, image: str) -> None:
    assert run("scan", image, "--severity", "negligible").code == 0
    result = run("explain", "CVE-2023-4911")
    assert result.code == 0
    expect_all(result.out)
    assert result.err == "From the last scan, of shop.tar on 2026-11-24:\n"
    assert run("explain", "CVE-2023-4911", "--quiet").err == ""


def test_without_a_last_scan_it_is_said_what_to_do(run: Run) -> None:
    result = run("explain", "CVE-2023-4911")
    assert (result.code, result.out) == (4, "")
    assert "plimsoll scan TARGET" in result.err


def test_a_report_is_looked_into(run: Run, image: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("scan", image, "-f", "json", "-o", "report.json").code == 0
    (cache / "last-report.json").unlink()
    expect_all(run("explain", "cve-2023-4911", "--report", "report.json").out)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path("report.json").read_bytes())))
    expect_all(run("explain", "CVE-2023-4911", "--report", "-").out)


def test_a_target_is_looked_into(run: Run, image: str) -> None:
    result = run("explain", "glibc CVE-2023-4911", image)
    expect_all(result.out)
    assert result.err == "shop.tar: docker save archive (classic)\n"


def test_a_report_in_a_pipe(image: str) -> None:
    report = process("scan", image, "-q", "-f", "json").stdout
    result = process("explain", "CVE-2024-5535", "--report", "-", input=report)
    assert result.returncode == 0
    assert result.stdout.startswith(b"CVE-2024-5535 in openssl")


@pytest.mark.parametrize(
    "name",
    [
        "vulnerability:deb/debian/glibc:CVE-2023-4911",
        "glibc CVE-2023-4911",
        "CVE-2023-4911 glibc",
        "glibc/CVE-2023-4911",
    ],
)
def test_a_finding_has_several_names(run: Run, image: str, name: str) -> None:
    assert run("explain", name, image).out.startswith("CVE-2023-4911 in glibc")


def test_near_misses_are_suggested(run: Run, image: str) -> None:
    result = run("explain", "CVE-2023-4912", image)
    assert (result.code, result.out) == (2, "")
    assert "Did you mean CVE-2023-4911" in result.err.splitlines()[-1]
    far = run("explain", "nonsense", image)
    assert (far.code, "Did you mean" in far.err) == (2, False)


def test_what_is_unfixed_and_unlikely_is_told_so(run: Run, image: str) -> None:
    text = run("explain", "CVE-2023-45853", image).out
    assert "Fixed in       no published version" in text
    assert "EPSS           no estimate" in text
    assert "will not fix (ignored)" in text
    assert "No fix is planned by the vendor" in text


def test_a_waiver_is_explained(run: Run, image: str, work: Path) -> None:
    waiver = '[[waiver]]\nid = "CVE-2023-4911"\nreason = "no setuid"\nowner = "platform"\nexpires = 2027-01-31\n'
    (work / "plimsoll.toml").write_text(waiver)
    assert "platform accepts it until 2027-01-31: no setuid" in run("explain", "CVE-2023-4911", image).out


def test_bad_reports_are_refused(run: Run, image: str, work: Path) -> None:
    (work / "broken.json").write_text('{"schema": "plimsoll-report/1"')
    (work / "other.json").write_text('{"schema": "other/2"}')
    (work / "deep.json").write_text("[" * 100_000)
    (work / "folder").mkdir()
    for name in ("broken.json", "other.json", "deep.json", "folder", "missing.json", image):
        result = run("explain", "CVE-2023-4911", "--report", name)
        assert (result.code, result.out, "Traceback" in result.err) == (4, "", False), name
        assert result.err.startswith("error: "), name


def test_a_report_over_its_limit_is_refused(run: Run, image: str) -> None:
    run("scan", image, "-f", "json", "-o", "report.json")
    result = run("explain", "CVE-2023-4911", "--report", "report.json", "--limit", "report_size=100")
    assert (result.code, "report_size" in result.err) == (4, True)


def test_target_and_report_exclude_each_other(run: Run, image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("explain", "CVE-2023-4911", image, "--report", "report.json").code == 2
    monkeypatch.setenv("PLIMSOLL_REPORT", "missing.json")
    assert run("explain", "CVE-2023-4911", image).code == 0
    assert run("explain", "CVE-2023-4911").code == 4


def test_a_damaged_last_report_is_said(run: Run, image: str, cache: Path) -> None:
    run("scan", image)
    (cache / "last-report.json").write_text("{")
    result = run("explain", "CVE-2023-4911")
    assert (result.code, result.err.startswith("error: ")) == (4, True)


@pytest.mark.parametrize("how", [(), ("--report", "report.json")])
def test_settings_in_the_working_directory_are_no_obstacle(run: Run, image: str, how: tuple[str, ...]) -> None:
    assert run("scan", image, "-q", "-f", "json", "-o", "report.json").code == 0
    Path("plimsoll.toml").write_text("")
    result = run("explain", "CVE-2023-4911", "-q", *how)
    assert (result.code, result.err) == (0, "")
    assert EXPLAINED[0] in result.out


def test_what_does_not_apply_is_explained(run: Run, image: str, work: Path) -> None:
    assert run("scan", image, "-f", "json", "-o", "report.json").code == 0
    report = json.loads((work / "report.json").read_text())
    kernel = {"package": "linux", "version": "6.1.1-1", "reason": "headers", "vulnerabilities": ["CVE-2024-1086"]}
    report["not_applicable"] = [{"subject": report["subjects"][0]["id"], **kernel}]
    (work / "report.json").write_text(json.dumps(report))
    result = run("explain", "CVE-2024-1086", "--report", "report.json")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("CVE-2024-1086 does not apply to linux 6.1.1-1\n")
    assert "Headers." in result.out
    assert run("explain", "CVE-2024-1087", "--report", "report.json").code == 2
