"""Flag over environment over plimsoll.toml, which is read from the working directory only."""

import json
from pathlib import Path

import pytest
from tests.cli.running import FIXED, UNFIXED, Run, damaged_layer, shop_archive
from tests.images import OS_RELEASE, status, write_folder

ALL = {*FIXED, *UNFIXED}


def write(folder: Path, text: str, name: str = "plimsoll.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("entry", "variable", "flag", "shown"),
    [
        ('severity = "high"', "medium", "--severity=negligible", (1, 2, 1)),
        ('severity = ["high", "negligible"]', "medium", "--severity=critical", (2, 2, 0)),
        ('only = "CVE-2023-4911"', "CVE-2023-4911,CVE-2024-5535", "--only=vulnerability", (1, 2, 4)),
        ('only = ["CVE-2023-4911"]', "CVE-2023-4911 , CVE-2024-5535", "--only=secret", (1, 2, 0)),
        ('exclude = ["CVE-2023-4911", "CVE-2024-5535"]', "CVE-2023-4911", "--exclude=secret", (2, 3, 4)),
        ("ignore-unfixed = true", "false", "--ignore-unfixed", (2, 4, 2)),
        ("ignore_unfixed = false", "yes", "--ignore-unfixed=false", (4, 2, 4)),
        ("ignore-unfixed = true", "1", "--ignore-unfixed=no", (2, 2, 4)),
    ],
)
def test_flag_over_environment_over_file(  # noqa: PLR0913, PLR0917 - the three places, and what each shows
    run: Run,
    image: str,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
    entry: str,
    variable: str,
    flag: str,
    shown: tuple[int, int, int],
) -> None:
    (work / "plimsoll.toml").write_text(f"{entry}\n")
    name = entry.partition(" ")[0].replace("_", "-")
    of_file = len(run("scan", image, "-f", "json").found)
    monkeypatch.setenv(f"PLIMSOLL_{name.replace('-', '_').upper()}", variable)
    of_environment = len(run("scan", image, "-f", "json").found)
    of_flag = len(run("scan", image, "-f", "json", flag).found)
    assert (of_file, of_environment, of_flag) == shown


def test_gates_formats_and_places_come_from_the_file_too(run: Run, image: str, work: Path) -> None:
    write(work, 'format = ["json", "sarif"]\noutput = ["a.json", "b.sarif"]\nquiet = true\nfail-on = "high"\n')
    result = run("scan", image)
    assert (result.code, result.out) == (1, "")
    assert len(result.err.splitlines()) == 1
    assert json.loads((work / "a.json").read_text())["settings"] == "plimsoll.toml"
    assert "runs" in json.loads((work / "b.sarif").read_text())


def test_format_and_output_come_from_the_environment(
    run: Run, image: str, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLIMSOLL_FORMAT", "json")
    assert run("scan", image).found == ALL
    assert run("scan", image, "-f", "table").out.startswith("shop:1 ")
    monkeypatch.setenv("PLIMSOLL_FORMAT", "json,sarif")
    monkeypatch.setenv("PLIMSOLL_OUTPUT", "a,b")
    assert run("scan", image).out == ""
    assert json.loads((work / "a").read_text())["schema"] == "plimsoll-report/1"
    assert "runs" in json.loads((work / "b").read_text())


def test_a_format_for_another_command_is_passed_over(run: Run, image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIMSOLL_FORMAT", "sarif")
    assert run("sbom", image).json["bomFormat"] == "CycloneDX"
    assert run("db", "status").out.startswith("Knowledge: store")
    monkeypatch.setenv("PLIMSOLL_FORMAT", "pdf")
    result = run("sbom", image)
    assert (result.code, "(from PLIMSOLL_FORMAT)" in result.err) == (2, True)


def test_another_file_may_be_named(run: Run, image: str, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(work, 'severity = "high"\n')
    (work / "ci").mkdir()
    write(work / "ci", 'severity = "negligible"\n', "other.toml")
    report = run("scan", image, "-f", "json", "--config", "ci/other.toml")
    assert (report.found, report.json["settings"]) == ({"CVE-2010-4756"}, "ci/other.toml")
    monkeypatch.setenv("PLIMSOLL_CONFIG", "ci/other.toml")
    assert run("scan", image, "-f", "json").json["settings"] == "ci/other.toml"


def test_the_report_names_no_settings_where_there_are_none(run: Run, image: str) -> None:
    assert run("scan", image, "-f", "json").json["settings"] == ""


WAIVER = '[[waiver]]\nid = "*"\nreason = "trust me"\nowner = "the image"\n'


def test_the_file_is_never_read_from_a_target(run: Run, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_folder(
        {
            "etc/os-release": OS_RELEASE,
            "var/lib/dpkg/status": status(("glibc", "2.36-9+deb12u1")),
            "plimsoll.toml": WAIVER.encode(),
        },
        work / "root",
    )
    for folder, target in ((work, "root"), (root, "."), (root, "dir:."), (root, str(root)), (root / "etc", "..")):
        monkeypatch.chdir(folder)
        if folder != work:
            write(folder, WAIVER)
        result = run("scan", target, "-f", "json", "--fail-on", "high")
        assert (result.code, result.json["settings"]) == (1, ""), target
        assert [finding["waiver"] for finding in result.json["findings"] if finding["waiver"]] == [], target
        assert ("lies inside the target" in result.err) == (folder != work), target
    monkeypatch.chdir(root)
    result = run("scan", ".", "-f", "json", "--fail-on", "high", "--config", "plimsoll.toml")
    assert (result.code, result.json["settings"]) == (0, "plimsoll.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('fail-onn = "high"', "there is no setting 'fail-onn'\nDid you mean 'fail-on'?"),
        ('[waivers]\nid = "x"', "there is no setting 'waivers'\nDid you mean 'waiver'?"),
        ('config = "x"', "there is no setting 'config'"),
        ("quiet = 1", "quiet must be true or false, not 1"),
        ('quiet = "yes"', "quiet must be true or false, not 'yes'"),
        ("only = true", "only must be a text, a number or a list of them, not True"),
        ("only = [{a = 1}]", "only must be a text, a number or a list of them"),
        ("[severity]\nx = 1", "severity must be a text, a number or a list of them"),
        ('timeout = "soon"', "is no time; write 90, 90s, 5m or 1h30m (from plimsoll.toml)"),
        ("min-score = 200", "not in the range 0<=x<=100 (from plimsoll.toml)"),
        ('fail-on = "bad"', "is not one of critical, high, medium, low, negligible (from plimsoll.toml)"),
        ("[limits]\nwishes = 3", "plimsoll.toml: there is no limit 'wishes'"),
        ('[limits]\nentries = "3"', "plimsoll.toml: the limit entries must be a number, not '3'"),
        ("[limits]\nentries = true", "plimsoll.toml: the limit entries must be a number, not True"),
        ("limits = 3", "plimsoll.toml: [limits] must be a table"),
        ("quiet = ", "plimsoll.toml is not valid TOML"),
        ("\xff", "plimsoll.toml is not valid TOML"),
        ("x = " + "[" * 5000, "plimsoll.toml is not valid TOML"),
        ("#" * (1 << 20) + "\n", "plimsoll.toml is larger than 1048576 bytes"),
        ("waiver = 3", "plimsoll.toml: waiver must be written as [[waiver]]"),
    ],
    ids=lambda value: value[:30],
)
def test_what_is_wrong_in_the_file_is_named(run: Run, image: str, work: Path, text: str, told: str) -> None:
    (work / "plimsoll.toml").write_text(text, encoding="latin-1")
    result = run("scan", image)
    assert (result.code, result.out) == (2, "")
    assert told in result.err


def test_a_file_that_is_a_folder_or_missing_is_named(run: Run, image: str, work: Path) -> None:
    (work / "folder").mkdir()
    assert "error: folder cannot be read: Is a directory" in run("scan", image, "--config", "folder").err
    assert "error: gone cannot be read: No such file" in run("scan", image, "--config", "gone").err
    assert run("scan", image, "--config", "gone").code == 2


def test_a_wrong_variable_is_named(run: Run, image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIMSOLL_MIN_SCORE", "high")
    result = run("scan", image)
    assert (result.code, "(from PLIMSOLL_MIN_SCORE)" in result.err) == (2, True)


def test_limits_of_flag_over_environment_over_file(
    run: Run, image: str, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(work, "[limits]\nentries = 1\n")
    assert "over the limit entries = 1" in run("scan", image).err
    monkeypatch.setenv("PLIMSOLL_LIMIT", "entries=2,packages=1")
    result = run("scan", image, "--limit", "entries=100", "--limit", "header-size=4096")
    assert (result.code, result.err.splitlines()[0]) == (
        0,
        "shop.tar: docker save archive (classic), settings from plimsoll.toml",
    )
    assert run("scan", image).code == 4
    assert run("scan", image, "--limit", "entries=100,packages=1").code == 4


@pytest.mark.parametrize("text", ["0.000000001", "0.000000001s"])
def test_a_scan_ends_with_its_time(run: Run, work: Path, text: str) -> None:
    result = run("scan", shop_archive(work / "a.tar", damaged_layer()), "--timeout", text)
    assert (result.code, "over the limit timeout" in result.err) == (4, True)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("5m", 300), ("1h30m", 5400), ("0.5h", 1800), ("1M", 60)]
)
def test_times_have_units(text: str, seconds: float) -> None:
    from plimsoll.cli.values import Seconds

    assert Seconds().convert(text, None, None) == seconds


def test_a_time_comes_from_the_file_as_a_number_too(run: Run, image: str, work: Path) -> None:
    write(work, "timeout = 90\nmin-score = 1\nlimit = ['entries=100']\n")
    assert run("scan", image).code == 0


def test_the_cache_lies_where_the_user_says(
    run: Run, image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, choose in enumerate(("flag", "environment", "own")):
        place = tmp_path / choose
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"xdg{number}"))
        flags = ("--cache-dir", str(place)) if choose == "flag" else ()
        if choose == "environment":
            monkeypatch.setenv("PLIMSOLL_CACHE_DIR", str(place))
        if choose == "own":
            monkeypatch.setenv("HOME", str(tmp_path))
            monkeypatch.setenv("PLIMSOLL_CACHE_DIR", "~/own")
        run("scan", image, *flags)
        assert {path.name for path in place.iterdir()} == {"knowledge", "layers", "last-report.json"}
        assert not (tmp_path / f"xdg{number}").exists()


def test_a_user_without_a_home_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    from plimsoll.cli.console import cache_folder

    assert cache_folder(None) == Path("/.cache/plimsoll")


def test_a_variable_that_is_empty_says_nothing(run: Run, image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SEVERITY", "FAIL_ON", "ONLY", "QUIET", "CACHE_DIR", "CONFIG", "TIMEOUT"):
        monkeypatch.setenv(f"PLIMSOLL_{name}", "")
    assert run("scan", image, "-f", "json").found == ALL
