"""`[[waiver]]`: moves gates, never the score; expired and unused ones are said."""

from pathlib import Path

import pytest
from tests.cli.running import Result, Run

HIGH = "CVE-2023-4911"
FINDING = f"vulnerability:deb/debian/glibc:{HIGH}"


def waive(folder: Path, *waivers: str) -> None:
    entry = '[[waiver]]\nreason = "behind a proxy"\nowner = "platform"\n'
    (folder / "plimsoll.toml").write_text("".join(f"{entry}{waiver}\n" for waiver in waivers))


def waived(result: Result) -> set[str]:
    return {finding["id"] for finding in result.json["findings"] if finding["waiver"]}


@pytest.mark.parametrize(
    "waiver",
    [
        f'id = "{HIGH}"',
        f'id = "{HIGH.lower()}"',
        f'id = "{FINDING}"',
        f'id = "*glibc:{HIGH}"',
        f'id = "{HIGH}"\nsubject = "shop:*"',
        f'id = "{HIGH}"\nsubject = "shop:?"\nexpires = 2026-11-24',
        f'id = "{HIGH}"\nexpires = "2027-01-31"',
    ],
)
def test_a_waiver_opens_the_gate_and_leaves_the_score(run: Run, image: str, work: Path, waiver: str) -> None:
    before = run("scan", image, "-f", "json", "--fail-on", "high")
    waive(work, waiver)
    after = run("scan", image, "-f", "json", "--fail-on", "high")
    assert (before.code, after.code) == (1, 0)
    assert after.json["score"] == before.json["score"]
    assert after.found == before.found
    assert waived(after) == {FINDING}
    assert [(state["state"], state["findings"]) for state in after.json["waivers"]] == [("used", 1)]
    assert "0 findings; 1 waived;" in after.err


@pytest.mark.parametrize(
    ("waiver", "state"),
    [
        (f'id = "{HIGH}"\nexpires = 2026-11-23', "expired"),
        (f'id = "{HIGH}"\nsubject = "other:*"', "unused"),
        ('id = "CVE-2000-1"', "unused"),
        ('id = "vulnerability:*zlib*:CVE-2023-4911"', "unused"),
    ],
)
def test_an_expired_or_unused_waiver_opens_nothing_and_is_said(
    run: Run, image: str, work: Path, waiver: str, state: str
) -> None:
    waive(work, waiver)
    result = run("scan", image, "-f", "json", "--fail-on", "high")
    assert (result.code, waived(result)) == (1, set())
    assert [entry["state"] for entry in result.json["waivers"]] == [state]
    table = run("scan", image).out
    assert "Waivers" in table
    assert state in table.partition("Waivers")[2]


def test_a_waiver_keeps_its_reason_and_owner(run: Run, image: str, work: Path) -> None:
    waive(work, f'id = "{HIGH}"\nexpires = 2027-01-31')
    (mark,) = (finding["waiver"] for finding in run("scan", image, "-f", "json").json["findings"] if finding["waiver"])
    assert mark == {
        "id": HIGH,
        "reason": "behind a proxy",
        "owner": "platform",
        "expires": "2027-01-31",
        "origin": "plimsoll.toml",
    }


def test_a_waiver_does_not_move_min_score(run: Run, image: str, work: Path) -> None:
    waive(work, 'id = "*"')
    assert run("scan", image, "--min-score", "100").code == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[waiver]]\nid = "x"\nowner = "o"', "waiver 1: reason is missing"),
        ('[[waiver]]\nid = "x"\nowner = ""\nreason = "r"', "waiver 1: owner must be a text that says something"),
        ('[[waiver]]\nid = "x"\nowner = "o"\nreason = "r"\nexpire = 1', "waiver 1: unknown key expire"),
        ('[[waiver]]\nid = "x"\nowner = "o"\nreason = "r"\nexpires = "soon"', "waiver 1: expires must be a day"),
    ],
)
def test_a_waiver_that_is_not_whole_is_refused(run: Run, image: str, work: Path, text: str, told: str) -> None:
    (work / "plimsoll.toml").write_text(text)
    result = run("scan", image)
    assert (result.code, result.out) == (2, "")
    assert f"plimsoll.toml: {told}" in result.err
