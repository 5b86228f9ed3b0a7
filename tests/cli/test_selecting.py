"""Which findings are shown, and which targets are understood."""

import gzip
from pathlib import Path

import pytest
from tests.cli.running import FIXED, GLIBC, UNFIXED, Run, damaged_layer, shop
from tests.images import Image, classic, layout, tar, write_folder, write_tar

ALL = {*FIXED, *UNFIXED}
OF = {"high": "CVE-2023-4911", "negligible": "CVE-2010-4756", "medium": "CVE-2023-45853", "unknown": "CVE-2024-5535"}


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ("--severity high", {OF["high"]}),
        ("--severity high,negligible", {OF["high"], OF["negligible"]}),
        ("--severity HIGH,Negligible", {OF["high"], OF["negligible"]}),
        ("--severity medium", {OF["medium"], OF["unknown"]}),
        ("--severity unknown", {OF["unknown"]}),
        ("--severity critical", set()),
        ("--only vulnerability", ALL),
        ("--only secret,malware", set()),
        ("--only CVE-2023-4911 --only cve-2010-4756", {OF["high"], OF["negligible"]}),
        ("--exclude CVE-2023-4911,CVE-2010-4756", {OF["medium"], OF["unknown"]}),
        ("--exclude vulnerability", set()),
        ("--exclude vulnerability:deb/debian/glibc:CVE-2023-4911", ALL - {OF["high"]}),
        ("--ignore-unfixed", set(FIXED)),
        ("--ignore-unfixed --severity high", {OF["high"]}),
        ("--only vulnerability --exclude CVE-2024-5535 --ignore-unfixed", {OF["high"]}),
    ],
)
def test_options_choose_findings_and_leave_the_score(run: Run, image: str, options: str, shown: set[str]) -> None:
    every = run("scan", image, "-f", "json")
    result = run("scan", image, "-f", "json", *options.split())
    assert (result.code, result.found) == (0, shown)
    assert result.json["hidden"] == len(ALL) - len(shown)
    assert result.json["score"] == every.json["score"]


def test_a_word_that_is_nothing_is_refused(run: Run, image: str) -> None:
    result = run("scan", image, "--only", "vulnerabilities")
    assert (result.code, result.out) == (2, "")
    assert "nothing is called 'vulnerabilities'" in result.err


@pytest.mark.parametrize(
    "option", ["--skip-dirs=var/lib/dpkg", "--skip-dirs=/var/lib/*/", "--skip-files=var/lib/dpkg/status"]
)
def test_what_is_skipped_is_said(run: Run, image: str, option: str) -> None:
    result = run("scan", image, "-f", "json", option)
    assert result.json["packages"] == []
    assert result.code == 3
    (gap,) = [gap for gap in result.json["gaps"] if gap["what"] == "skipped"]
    assert option.partition("=")[2] in gap["question"]


def test_several_folders_are_skipped_by_commas_or_repetition(run: Run, work: Path) -> None:
    layer = tar({f"{top}/node_modules/left/package.json": b"{" for top in ("a", "b", "c")})
    archive = str(write_tar(classic([shop(layer)]), work / "three.tar"))
    for options in (("--skip-dirs", "a,b"), ("--skip-dirs", "a", "--skip-dirs", "b")):
        gaps = {gap["what"]: gap["count"] for gap in run("scan", archive, "-f", "json", *options).json["gaps"]}
        assert gaps == {"skipped": 2, "unreadable-entries": 1}


def test_the_distribution_may_be_said(run: Run, work: Path) -> None:
    status = b"Package: glibc\nStatus: install ok installed\nVersion: 2.36-9+deb12u1\nArchitecture: amd64\n"
    bare = str(write_tar(classic([Image(layers=[tar({"var/lib/dpkg/status": status})])]), work / "bare.tar"))
    unknown = run("scan", bare, "-f", "json")
    assert (unknown.code, unknown.found) == (3, set())
    assert "no-distribution" in {gap["what"] for gap in unknown.json["gaps"]}
    assert run("scan", bare, "-f", "json", "--distro", "debian:12").found == {OF["high"], OF["negligible"]}
    other = run("scan", bare, "-f", "json", "--distro", "debian:11")
    assert (other.code, other.found) == (3, set())


def test_one_of_several_platforms_is_chosen(run: Run, work: Path) -> None:
    amd = shop()
    arm = Image(layers=shop(packages=[GLIBC]).layers, architecture="arm64")
    folder = str(write_folder(layout([amd, arm], tags=False), work / "both"))
    assert run("scan", folder, "--platform", "linux/amd64", "-f", "json").found == ALL
    report = run("scan", folder, "--platform", "linux/arm64", "-f", "json")
    assert report.found == {OF["high"], OF["negligible"]}
    assert report.json["subjects"][0]["platform"] == "linux/arm64"
    missing = run("scan", folder, "--platform", "linux/s390x")
    assert (missing.code, "linux/arm64" in missing.err) == (4, True)


def test_every_kind_of_target_is_told(run: Run, work: Path) -> None:
    write_tar(classic([shop()]), work / "classic.tar")
    (work / "classic.tar.gz").write_bytes(gzip.compress((work / "classic.tar").read_bytes()))
    write_tar(layout([shop()]), work / "oci.tar")
    write_folder(layout([shop()], pack="zstd"), work / "oci")
    write_folder({"etc/os-release": b"ID=debian\nVERSION_ID=12\n", "var/lib/dpkg/status": b""}, work / "root")
    for target, took in {
        "classic.tar": "docker save archive (classic)",
        "archive:classic.tar": "docker save archive (classic)",
        "classic.tar#shop:1": "docker save archive (classic)",
        "archive:classic.tar.gz#shop:1": "docker save archive (classic)",
        "oci.tar": "OCI",
        "oci:oci": "OCI",
        "oci#shop:1": "OCI",
        "./oci/": "OCI",
        "root": "root file system",
        "dir:root": "root file system",
    }.items():
        result = run("scan", target, "-f", "json")
        assert result.json["target"] == target, result.err
        assert result.err.startswith(f"{target}: "), target
        assert took in result.err.splitlines()[0], target
        assert result.found == (set() if "root" in target else ALL), target


def test_an_existing_path_wins_over_a_scheme(run: Run, work: Path) -> None:
    write_tar(classic([shop()]), work / "dir:odd.tar")
    assert run("scan", "dir:odd.tar", "-f", "json").found == ALL
    write_tar(classic([shop()]), work / "with#hash.tar")
    assert run("scan", "with#hash.tar", "-f", "json").found == ALL


def test_what_cannot_be_fetched_yet_is_said_with_advice(run: Run) -> None:
    for name in ("debian:12", "docker:debian:12", "ghcr.io/owner/image:1"):
        result = run("scan", name)
        assert (result.code, "docker save" in result.err) == (4, True), name


def test_a_bill_of_materials_lists_without_judging(run: Run, work: Path) -> None:
    archive = str(write_tar(classic([shop(damaged_layer())]), work / "npm.tar"))
    result = run("sbom", archive)
    assert result.code == 0
    libraries = {part["name"] for part in result.json["components"] if part["type"] == "library"}
    assert libraries >= {"glibc", "openssl", "zlib"}
    assert "not listed: npm packages in srv/app/node_modules/left/package.json" in result.err
