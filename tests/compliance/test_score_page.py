"""The page on the score is recomputed, by its own numbers and by the code."""

import re
from pathlib import Path

import pytest

from plimsoll.compliance.score import mass_of, score, what_if
from plimsoll.compliance.weights import weights
from plimsoll.model.check import CheckResult, CheckState
from plimsoll.model.finding import Finding, FindingKind, Vulnerability
from plimsoll.model.score import Score
from plimsoll.model.severity import Severity

PAGE = (Path(__file__).parents[2] / "docs/explanation/score.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.partition("## A worked example")[2]


def table(text: str, first: str) -> list[list[str]]:
    """Give the rows of the table whose header begins with `first`."""
    lines = text[text.index(f"| {first} |") :].split("\n\n", maxsplit=1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


ROWS = table(EXAMPLE, "Fix")
PARTS = {row[0]: (float(row[1]), float(row[2])) for row in table(EXAMPLE, "Part of *M*")}


def finding(row: list[str]) -> Finding:
    fix, what, _, severity, likelihood, _ = row
    epss = float(likelihood.removeprefix("EPSS ")) if likelihood.startswith("EPSS ") else None
    return Finding(
        id=f"vulnerability:deb/debian/{fix}:{what}",
        kind=FindingKind.VULNERABILITY,
        severity=Severity(severity),
        subject="image",
        title=what,
        vulnerability=Vulnerability(id=what, epss=epss, exploited=likelihood == "exploited"),
    )


def check(row: list[str]) -> CheckResult:
    return CheckResult(
        rule=row[0],
        subject="image",
        state=CheckState(row[2]),
        severity=Severity(row[3]),
        likelihood={"hardening": 0.2}[row[4]],
    )


def recomputed() -> Score:
    return score(
        [finding(row) for row in ROWS if row[2] == "found"],
        [check(row) for row in ROWS if row[2] == "not measured"],
        undetermined=[finding(row) for row in ROWS if row[2] == "undetermined"],
        unmeasured={"deb/debian/bash": "no feed speaks for it"},
        stale={"deb/debian/zlib": 65},
        measured_anything=True,
    )


def test_the_page_shows_the_weights_of_the_table() -> None:
    (cells,) = table(PAGE, "Severity")
    names = PAGE[PAGE.index("| Severity |") :].splitlines()[0].strip("|").split("|")[1:]
    shown = {
        name.strip(): float(weight)
        for column, weight in zip(names, cells[1:], strict=True)
        for name in column.split(",")
    }
    assert shown == {severity.value: weight for severity, weight in weights().severity.items()}
    likelihoods = dict(table(PAGE, "Known about the vulnerability"))
    assert float(likelihoods["exploited in the wild (KEV)"]) == weights().exploited
    assert likelihoods["EPSS probability *p*"] == f"max({weights().epss_floor}, √*p*)"
    assert float(likelihoods["neither"]) == weights().no_epss
    assert f"min(1, days / {weights().stale_full_days:g})" in PAGE
    assert f"{weights().unmeasured} each" in PAGE


@pytest.mark.parametrize("row", [row for row in ROWS if row[2] != "not measured"], ids=lambda row: row[1])
def test_the_masses_of_the_example(row: list[str]) -> None:
    assert f"{mass_of(finding(row)):.3f}" == row[5]


def test_the_parts_of_the_example_are_the_norms_of_its_masses() -> None:
    for fix in ("glibc", "openssl", "zlib", "no-root"):
        for column, states in enumerate([{"found"}, {"found", "undetermined", "not measured"}]):
            masses = [float(row[5]) for row in ROWS if row[0] == fix and row[2] in states]
            assert PARTS[fix][column] == pytest.approx(sum(mass**2 for mass in masses) ** 0.5, abs=0.001)


def test_the_sums_of_the_example_are_those_of_its_parts() -> None:
    for column in (0, 1):
        addends = [masses[column] for name, masses in PARTS.items() if name not in {"*M*", "score"}]
        assert PARTS["*M*"][column] == pytest.approx(sum(addends), abs=0.003)
        assert PARTS["score"][column] == pytest.approx(100 / (1 + PARTS["*M*"][column] / 20), abs=0.05)


def test_the_code_gives_the_score_of_the_example() -> None:
    result = recomputed()
    by_size = sorted(f"{part.mass_high:.3f} {part.mass_low:.3f}" for part in result.parts)
    assert by_size == sorted(
        f"{high:.3f} {low:.3f}" for name, (high, low) in PARTS.items() if name not in {"*M*", "score"}
    )
    assert result.low is not None
    assert result.high is not None
    assert (round(result.high, 1), round(result.low, 1)) == PARTS["score"]
    assert result.estimated
    without = what_if(result, ["vulnerability:deb/debian/glibc"])
    shown = re.search(r"Upgrading glibc takes its row away: (\S+) to (\S+)\.\n", EXAMPLE)
    assert shown is not None
    assert shown.groups() == (f"{without.low:.1f}", f"{without.high:.1f}")
    assert f"The score is {result.low:.1f} to {result.high:.1f}, estimated." in EXAMPLE
