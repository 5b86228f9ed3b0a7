"""Every result says which knowledge it rests on; explanations know the checks of a report."""

import re
from dataclasses import replace
from pathlib import Path

from tests.cli.running import TODAY, Run
from tests.reports.sample_report import ROOT, sample_report

from plimsoll.knowledge.snapshot import about, open_knowledge
from plimsoll.knowledge.status import status_of
from plimsoll.model.reporting import Style
from plimsoll.reports.json_report import render

PARTS = {
    "debian-lists": "| Debian 3.0 to 9 | {least} to {most} source packages of each release (errata) | {dates} |",
    "ubuntu-osv": "| Ubuntu 16.04 to 24.04 | {least} to {most} source packages of each release | {dates} |",
    "redhat-cve": "| Red Hat Enterprise Linux 4 to 9, CentOS | {least} to {most} packages of each release | {dates} |",
    "nvd": "| programs that no package owns | {most} names of programs | {dates} |",
}
"""Rows of the README's table, by the feed that they are about."""


def test_a_store_of_ones_own_is_named(run: Run, image: str) -> None:
    assert "\nKnowledge: store built 2026-11-24\n" in run("scan", image).out
    report = run("scan", image, "-f", "json").json
    assert (report["knowledge_built"], report["snapshot"]) == ("2026-11-24", False)
    assert {feed["name"]: feed["title"] for feed in report["knowledge"]}["debian-tracker"] == "Debian Security Tracker"


def test_the_embedded_snapshot_is_named(run: Run, image: str, cache: Path) -> None:
    (cache / "knowledge" / "store.db").unlink()
    assert f"\nKnowledge: embedded snapshot of {about().built}\n" in run("scan", image).out
    report = run("scan", image, "-f", "json").json
    assert (report["knowledge_built"], report["snapshot"]) == (about().built, True)


def test_the_readme_says_how_little_of_debian_the_snapshot_speaks_for(cache: Path) -> None:
    (cache / "knowledge" / "store.db").unlink()
    with open_knowledge(cache) as store:
        feeds = {feed.name: feed for feed in status_of(store, TODAY, snapshot=True).feeds}
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    for name in ("debian-tracker", "debian-osv"):
        (covered,) = [covered for covered in feeds[name].covers if covered.product == "debian:12"]
        assert not covered.whole
        assert f"{covered.packages} ({'tracker' if name == 'debian-tracker' else 'advisories'})" in readme


def test_the_readme_says_what_else_the_snapshot_speaks_for(cache: Path) -> None:
    (cache / "knowledge" / "store.db").unlink()
    with open_knowledge(cache) as store:
        feeds = {feed.name: feed.covers for feed in status_of(store, TODAY, snapshot=True).feeds}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    newest: dict[str, str] = {}
    for whole in (covered for covers in feeds.values() for covered in covers if covered.whole):
        newest[whole.product] = max(whole.date, newest.get(whole.product, ""))
    (first, oldest), *_, (last, latest) = sorted(newest.items(), key=lambda each: each[1])
    assert f"| {', '.join(sorted(newest))} | all | {oldest} ({first}) to {latest} ({last}) |\n" in readme
    for feed, row in PARTS.items():
        counts = sorted(covered.packages for covered in feeds[feed] if covered.packages)
        dates = {covered.date for covered in feeds[feed]}
        assert row.format(least=counts[0], most=counts[-1], dates=" ".join(dates)) in readme


def test_a_rule_is_explained_by_the_checks_of_its_report(run: Run, work: Path) -> None:
    failed, *others = sample_report().checks
    report = replace(sample_report(), checks=(replace(failed, likelihood=0.75), *others))
    (work / "report.json").write_text(render(report, Style()))
    text = run("explain", "image-runs-as-root", "--report", "report.json").out
    assert "mass of this finding: 1.500" in text
    numbers = re.search(r"score now (\S+) to (\S+); without all that its fix removes (\S+) to (\S+)", text)
    assert numbers is not None
    low, high, low_without, high_without = map(float, numbers.groups())
    assert low < low_without
    assert high < high_without
