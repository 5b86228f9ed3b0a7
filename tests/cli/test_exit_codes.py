"""0 nothing at the gate, 1 findings, 2 wrong options, 3 not measured, 4 failure; first of 2, 4, 1, 3."""

from pathlib import Path

import pytest
from tests.cli.running import Run, damaged_layer, shop, shop_archive
from tests.images import Image, classic, tar, write_folder, write_tar

from plimsoll.pipeline import target as targets


@pytest.fixture
def with_gap(work: Path) -> str:
    """An image with findings and with packages that nothing reads yet."""
    return shop_archive(work / "gap.tar", damaged_layer())


@pytest.fixture
def unknown(work: Path) -> str:
    """An image that no feed speaks for."""
    return str(
        write_tar(classic([Image(layers=[tar({"etc/os-release": b"ID=debian\nVERSION_ID=12\n"})])]), work / "u.tar")
    )


def test_without_a_gate_a_scan_ends_with_0_whatever_it_finds(run: Run, image: str) -> None:
    result = run("scan", image, "--format", "json")
    assert (result.code, len(result.json["findings"])) == (0, 4)
    assert result.json["gaps"] == []


@pytest.mark.parametrize(
    ("severity", "code", "count"),
    [("critical", 0, 0), ("high", 1, 1), ("medium", 1, 3), ("low", 1, 3), ("negligible", 1, 4), ("HIGH", 1, 1)],
)
def test_fail_on_judges_findings_at_or_over_it_and_unknown_counts_as_medium(
    run: Run, image: str, severity: str, code: int, count: int
) -> None:
    result = run("scan", image, "--quiet", "--fail-on", severity)
    assert result.code == code
    found = "1 finding" if count == 1 else f"{count} findings"
    assert result.err == f"--fail-on {severity.lower()}: {found}; nothing was left unmeasured\n"


def test_the_last_line_of_fail_on_counts_what_was_not_measured(run: Run, with_gap: str) -> None:
    result = run("scan", with_gap, "--fail-on", "critical", "--min-score", "1")
    assert result.code == 0
    last = result.err.splitlines()[-1]
    assert last == "--fail-on critical: 0 findings; not measured: 1 thing in 1 question"


def test_the_last_line_of_fail_on_counts_what_filters_hide(run: Run, image: str) -> None:
    result = run("scan", image, "--quiet", "--fail-on", "medium", "--severity", "high")
    assert result.code == 1
    assert "1 finding; 3 hidden by filters and not judged;" in result.err
    result = run("scan", image, "--quiet", "--fail-on", "high", "--exclude", "CVE-2023-4911")
    assert (result.code, "0 findings; 1 hidden by filters" in result.err) == (0, True)


def test_min_score_judges_the_low_end(run: Run, with_gap: str) -> None:
    score = run("scan", with_gap, "--format", "json").json["score"]
    assert score["low"] < score["high"]
    middle = (score["low"] + score["high"]) / 2
    below = run("scan", with_gap, "--quiet", "--min-score", str(middle))
    assert below.code == 1
    assert below.err.endswith(f"the score is {score['low']:.1f}, which is below\n")
    holds = run("scan", with_gap, "--quiet", "--min-score", str(score["low"]))
    assert holds.code == 0
    assert holds.err.endswith("which holds\n")


def test_a_gap_is_3_only_under_fail_on_unmeasured(run: Run, image: str, with_gap: str) -> None:
    assert run("scan", with_gap).code == 0
    result = run("scan", with_gap, "--quiet", "--fail-on-unmeasured")
    assert (result.code, result.err) == (3, "--fail-on-unmeasured: 1 question open\n")
    assert run("scan", image, "--fail-on-unmeasured").code == 0


@pytest.mark.parametrize("options", [(), ("--fail-on", "low"), ("--min-score", "100"), ("--fail-on-unmeasured",)])
def test_nothing_measured_is_always_3(run: Run, unknown: str, options: tuple[str, ...]) -> None:
    result = run("scan", unknown, *options)
    assert result.code == 3
    assert "Nothing could be measured, so there is no score." in result.err


def test_a_bill_of_nothing_that_could_be_read_is_3(run: Run, work: Path) -> None:
    path = write_tar(classic([Image(layers=[damaged_layer()])]), work / "npm.tar")
    result = run("sbom", str(path))
    assert (result.code, result.json["bomFormat"]) == (3, "CycloneDX")
    assert "Nothing could be listed." in result.err


@pytest.mark.parametrize(
    "options",
    [
        ("--fail-on", "terrible"),
        ("--fail-on", "unknown"),
        ("--min-score", "101"),
        ("--min-score", "nan"),
        ("--severity", "awful"),
        ("--format", "pdf"),
        ("--timeout", "soon"),
        ("--timeout", "0"),
        ("--limit", "entries"),
        ("--limit", "entries=many"),
        ("--limit", "wishes=3"),
        ("--distro", "debian"),
        ("--only", "CVE-2023-4911", "--exclude", "vulnerabilitty"),
        ("--only", ","),
        ("--config", "missing.toml"),
        ("--no-such-option",),
        ("another-target",),
    ],
    ids=" ".join,
)
def test_wrong_options_are_2(run: Run, image: str, options: tuple[str, ...]) -> None:
    result = run("scan", image, *options)
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[-1]
    assert "Traceback" not in result.err


def test_a_score_that_is_no_number_cannot_open_the_gate(run: Run, image: str) -> None:
    result = run("scan", image, "--min-score", "nan")
    assert result.code == 2
    assert "not a number from 0 to 100" in result.err


def test_unknown_is_no_gate_and_it_is_said_why(run: Run, image: str) -> None:
    assert "count as medium" in run("scan", image, "--fail-on", "unknown").err


def test_a_target_that_is_missing_or_of_no_known_kind_is_4(run: Run, work: Path) -> None:
    (work / "notes.txt").write_text("not an image")
    (work / "empty").mkdir()
    for target in ("missing.tar", "notes.txt", "empty", "archive:notes.txt", "oci:empty", "dir:notes.txt", "alpine:3"):
        result = run("scan", target)
        assert (result.code, result.out) == (4, ""), target
        assert result.err.startswith("error: "), target


def test_a_target_that_cannot_be_read_is_4(run: Run, work: Path) -> None:
    (work / "shop.tar").symlink_to("shop.tar")
    result = run("scan", "shop.tar")
    assert (result.code, result.err.startswith("error: shop.tar cannot be opened: ")) == (4, True)


def test_a_target_that_the_user_may_not_read_is_4(run: Run, image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(targets, "is_compressed", closed)
    result = run("scan", image)
    assert (result.code, result.err.startswith("error: shop.tar cannot be read: Permission denied\n")) == (4, True)


def test_wrong_options_come_before_a_missing_target(run: Run) -> None:
    assert run("scan", "missing.tar", "--fail-on", "terrible").code == 2


def test_failure_comes_before_the_gates(run: Run, image: str) -> None:
    assert run("scan", image, "--fail-on", "high", "--output", "missing/report").code == 4


def test_findings_come_before_what_was_not_measured(run: Run, with_gap: str) -> None:
    assert run("scan", with_gap, "--fail-on", "high", "--fail-on-unmeasured").code == 1
    assert run("scan", with_gap, "--min-score", "100", "--fail-on-unmeasured").code == 1
    assert run("scan", with_gap, "--fail-on", "critical", "--fail-on-unmeasured").code == 3


def test_a_skipped_folder_is_a_gap_and_never_clean(run: Run, with_gap: str) -> None:
    result = run("scan", with_gap, "--skip-dirs", "srv", "--format", "json", "--fail-on-unmeasured")
    assert result.code == 3
    assert {gap["what"] for gap in result.json["gaps"]} == {"skipped"}


def test_a_directory_is_scanned_like_an_image(run: Run, work: Path) -> None:
    status = b"Package: glibc\nStatus: install ok installed\nVersion: 2.36-9+deb12u1\nArchitecture: amd64\n"
    release = b'ID=debian\nVERSION_ID="12"\n'
    write_folder({"etc/os-release": release, "var/lib/dpkg/status": status}, work / "root")
    result = run("scan", "root", "--quiet", "--format", "json", "--fail-on", "high")
    assert (result.code, result.found) == (1, {"CVE-2023-4911", "CVE-2010-4756"})


def test_an_archive_of_several_images_wants_a_name(run: Run, work: Path) -> None:
    path = write_tar(classic([shop(), shop(packages=[("zlib", "1:1.2.13.dfsg-1")], tag="other:2")]), work / "two.tar")
    assert run("scan", str(path)).code == 4
    assert run("scan", f"{path}#other:2", "--format", "json").found == {"CVE-2023-45853"}
    assert "other:2" in run("scan", f"archive:{path}#third:3").err


def test_where_nothing_was_measured_the_gate_does_not_say_that_nothing_was_left(run: Run, work: Path) -> None:
    (work / "tree").mkdir()
    (work / "tree/README").write_text("no lockfile", "utf-8")
    result = run("scan", "tree", "--quiet", "--fail-on", "low")
    assert result.code == 3
    assert "--fail-on low: 0 findings; nothing was measured\n" in result.err
