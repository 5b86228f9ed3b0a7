"""Whole scans with knowledge in memory: what the report holds of it."""

import io
import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.bookworm import AS_OF, says, tracker
from tests.images import Image, classic, debian, tar, write_tar
from tests.knowledge_in_memory import InMemoryKnowledge, Source

from plimsoll.compliance.score import fix_of, mass_of
from plimsoll.model.knowledge import EndOfLife, Threat
from plimsoll.model.limits import Limits
from plimsoll.model.report import Report
from plimsoll.model.reporting import Style
from plimsoll.model.score import value
from plimsoll.model.severity import Severity
from plimsoll.model.statement import State
from plimsoll.pipeline.examine import Examination, Progress
from plimsoll.pipeline.scan import Facts, scan
from plimsoll.reports.json_report import read_report, render

GLIBC, ZLIB, ODD = ("glibc", "2.36-9+deb12u1"), ("zlib", "1:1.2.13.dfsg-1"), ("openssl", "odd version")
STATEMENTS = (
    says("glibc", "CVE-2023-4911", "2.36-9+deb12u3", severity=Severity.HIGH),
    *(says("glibc", f"CVE-2024-{number:04}", state=State.UNDETERMINED) for number in range(60)),
    says("openssl", "CVE-2024-5535", "3.0.15-1~deb12u1", severity=Severity.CRITICAL),
)
THREATS = {"CVE-2024-5535": Threat(epss=0.05582), "CVE-2024-0059": Threat(epss=0.36)}


def scanned(
    folder: Path,
    source: Source,
    packages: Sequence[tuple[str, str]] = (GLIBC, ZLIB, ODD),
    *,
    distro: str = "",
    end_of_life: EndOfLife | None = None,
) -> Report:
    image = Image(layers=[debian(*packages), tar({"var/lib/rpm/rpmdb.sqlite": b"SQLite"})])
    facts = Facts(
        knowledge=InMemoryKnowledge([source], THREATS),
        end_of_life=lambda _: end_of_life,
        version_of=lambda _id, _codename: None,
        waivers=(),
        as_of=AS_OF,
        built="2026-11-21",
        snapshot=True,
        titles={"debian-tracker": "Debian Security Tracker"},
    )
    target = str(write_tar(classic([image]), folder / "image.tar"))
    return scan(Examination(target=target, distro=distro), facts, io.BytesIO(), Progress())[0]


def recomputed(report: Report) -> dict[str, tuple[float, float]]:
    """Sum up the (low, high) mass of every part that is no estimate from what the report lists."""
    squares: dict[str, list[float]] = {}
    for finding in report.findings:
        low_high = squares.setdefault(fix_of(finding, report.checks), [0.0, 0.0])
        low_high[0] += mass_of(finding, report.checks) ** 2
        low_high[1] += mass_of(finding, report.checks) ** 2
    for finding in report.undetermined:
        squares.setdefault(fix_of(finding, report.checks), [0.0, 0.0])[0] += mass_of(finding, report.checks) ** 2
    return {fix: (math.sqrt(low), math.sqrt(high)) for fix, (low, high) in squares.items()}


def test_the_json_report_holds_every_addend_of_the_score(tmp_path: Path) -> None:
    report = read_report(render(scanned(tmp_path, tracker(*STATEMENTS)), Style()).encode(), Limits())
    assert len(report.undetermined) == 61
    parts = {part.fix: (part.mass_low, part.mass_high) for part in report.score.parts if not part.estimated}
    assert {fix: pytest.approx(masses) for fix, masses in recomputed(report).items()} == parts
    assert set(parts) == {"vulnerability:deb/debian/glibc", "vulnerability:deb/debian/openssl"}
    estimates = [part.mass_low for part in report.score.parts if part.estimated]
    assert report.score.low == pytest.approx(value(sum(estimates) + sum(low for low, _ in parts.values())))


def test_a_database_that_cannot_be_read_is_counted(tmp_path: Path) -> None:
    report = scanned(tmp_path, tracker(*STATEMENTS))
    (gap,) = [gap for gap in report.gaps if gap.what == "unreadable-entries"]
    assert gap.question == "rpm packages in var/lib/rpm/rpmdb.sqlite"
    (part,) = [part for part in report.score.parts if part.fix == "unread:rpm packages"]
    assert part.reason == "files that could not be read: 1"


def test_what_was_found_is_scored_though_no_feed_speaks_for_the_product(tmp_path: Path) -> None:
    silent = Source(name="debian-osv", statements=STATEMENTS[:1])
    report = scanned(tmp_path, silent, [GLIBC, ZLIB])
    assert [finding.id for finding in report.findings] == ["vulnerability:deb/debian/glibc:CVE-2023-4911"]
    assert "no-feed" in {gap.what for gap in report.gaps}
    assert report.score.low is not None
    assert report.score.high is not None
    assert report.score.low < report.score.high < 100


def test_a_release_past_its_end_of_life_is_scored_where_feeds_speak_for_it(tmp_path: Path) -> None:
    over = EndOfLife(product="debian:12", date="2026-06-30", source="distro-info-data")
    report = scanned(tmp_path, tracker(), end_of_life=over)
    assert (report.findings, report.score.high) == ((), 100.0)
    assert report.score.low is not None


def test_without_a_feed_and_without_a_finding_there_is_no_score(tmp_path: Path) -> None:
    report = scanned(tmp_path, Source(name="other", speaks_for={"alpine:3.20": None}))
    assert (report.findings, report.score.low, report.score.high) == ((), None, None)


def test_the_report_names_the_knowledge_and_who_publishes_it(tmp_path: Path) -> None:
    report = scanned(tmp_path, tracker(*STATEMENTS))
    assert (report.knowledge_built, report.snapshot) == ("2026-11-21", True)
    assert {feed.name: feed.title for feed in report.knowledge}["debian-tracker"] == "Debian Security Tracker"


def test_a_distribution_without_version_is_just_its_name(tmp_path: Path) -> None:
    image = Image(layers=[tar({"etc/os-release": b"ID=arch\n", "var/lib/dpkg/status": b""})])
    facts = Facts(
        knowledge=InMemoryKnowledge([]),
        end_of_life=lambda _: None,
        version_of=lambda _id, _codename: None,
        waivers=(),
        as_of=AS_OF,
    )
    target = str(write_tar(classic([image]), tmp_path / "image.tar"))
    report, _ = scan(Examination(target=target), facts, io.BytesIO(), Progress())
    assert [subject.distro for subject in report.subjects] == ["arch"]
