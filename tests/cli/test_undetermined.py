"""What a vendor has not determined: in the report, explained, and never a finding."""

import json
from pathlib import Path

import pytest
from tests.cli.running import TODAY, TRACKER, Run, shop_archive, write_feeds

from plimsoll.knowledge.update import update

TRIAGED = "CVE-2020-0007"


@pytest.fixture
def doubtful(work: Path, cache: Path, tmp_path: Path) -> str:
    """An image of which the tracker leaves one vulnerability undetermined."""
    feeds = write_feeds(tmp_path / "feeds")
    entries = {name: {each: {"releases": of} for each, of in known.items()} for name, known in TRACKER.items()}
    entries["zlib"][TRIAGED] = {"releases": {"bookworm": {"status": "undetermined", "urgency": "high"}}}
    (feeds / "debian" / "tracker.json").write_text(json.dumps(entries))
    store = cache / "knowledge" / "store.db"
    store.unlink()
    assert not update(feeds, store, as_of=TODAY, dates={"debian-tracker": "2026-11-20"}).failed
    return shop_archive(work / "shop.tar")


def test_it_is_in_the_json_report_and_is_no_finding(run: Run, doubtful: str) -> None:
    result = run("scan", doubtful, "-f", "json", "--fail-on", "negligible", "--only", TRIAGED)
    assert (result.code, result.found) == (0, set())
    (possible,) = result.json["undetermined"]
    assert (possible["vulnerability"]["id"], possible["severity"]) == (TRIAGED, "high")
    assert possible["evidence"]["statements"][0]["feed"] == "debian-tracker"


def test_it_is_explained(run: Run, doubtful: str) -> None:
    result = run("explain", TRIAGED, doubtful)
    assert result.code == 0
    assert f"{TRIAGED} in zlib 1:1.2.13.dfsg-1, not determined\n" in result.out
    assert "The vendor has not determined whether zlib 1:1.2.13.dfsg-1 is affected." in result.out
    assert "only the low end of the score counts it" in result.out
    assert "mass of this, at the low end only: 0.500" in result.out


def test_every_format_counts_it(run: Run, doubtful: str) -> None:
    assert "undetermined (1)" in run("scan", doubtful).out
    listed = {each["id"]: each for each in run("scan", doubtful, "-f", "cyclonedx").json["vulnerabilities"]}
    assert listed[TRIAGED]["analysis"]["state"] == "in_triage"
    sarif = run("scan", doubtful, "-f", "sarif").json["runs"][0]
    assert TRIAGED not in {result["ruleId"] for result in sarif["results"]}
    assert TRIAGED in json.dumps(sarif["invocations"])
