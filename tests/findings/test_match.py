from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.bookworm import (
    AS_OF,
    DEBIAN,
    GLIBC,
    OPENSSL,
    PACKAGES,
    STATEMENTS,
    THREATS,
    knowledge,
    package,
    says,
    tracker,
)
from tests.knowledge_in_memory import InMemoryKnowledge, Source

from plimsoll.findings.match import Matched, match
from plimsoll.model.finding import Finding
from plimsoll.model.knowledge import EndOfLife
from plimsoll.model.package import Distro, Package
from plimsoll.model.severity import Severity
from plimsoll.model.statement import State, Statement

OVER = EndOfLife(product="debian:12", date="2026-06-30", source="distro-info-data")


def matched(
    base: InMemoryKnowledge,
    packages: Sequence[Package] = PACKAGES,
    distro: Distro | None = DEBIAN,
    end_of_life: EndOfLife | None = None,
    as_of: str = AS_OF,
) -> Matched:
    asked = [replace(each, product=distro.asked if distro else "") for each in packages]
    return match("image", asked, base, lambda _product: end_of_life, as_of)


def of_statements(*statements: Statement, packages: Sequence[Package] = PACKAGES) -> Matched:
    return matched(InMemoryKnowledge([tracker(*statements)], THREATS), packages)


def whats(result: Matched) -> list[str]:
    return [gap.what for gap in result.gaps]


def by_id(result: Matched) -> dict[str, Finding]:
    return {finding.id: finding for finding in result.findings}


def test_one_finding_per_source_package_and_vulnerability() -> None:
    assert list(by_id(matched(knowledge()))) == [
        "vulnerability:deb/debian/glibc:CVE-2010-4756",
        "vulnerability:deb/debian/glibc:CVE-2023-4911",
        "vulnerability:deb/debian/glibc:CVE-2024-2961",
        "vulnerability:deb/debian/openssl:CVE-2024-5535",
        "vulnerability:deb/debian/zlib:CVE-2023-45853",
    ]


def test_a_finding_says_everything_about_its_package() -> None:
    finding = by_id(matched(knowledge()))["vulnerability:deb/debian/glibc:CVE-2023-4911"]
    assert finding.package is not None
    assert finding.package.binaries == ("libc-bin", "libc6")
    assert finding.package.source.version == GLIBC  # the source's, not that of the rebuilt binary
    assert finding.package.purl == "pkg:deb/debian/glibc@2.36-9%2Bdeb12u1?arch=source&distro=debian-12"
    assert finding.title == f"CVE-2023-4911 in glibc {GLIBC}"
    assert finding.location.path == "var/lib/dpkg/status"
    assert (finding.location.layer, finding.location.instruction) == ("sha256:bin", "RUN install libc-bin")
    assert finding.fix == "Upgrade glibc to 2.36-9+deb12u3 or later."
    assert finding.references == (
        "https://security-tracker.debian.org/tracker/CVE-2023-4911",
        "https://nvd.nist.gov/vuln/detail/CVE-2023-4911",
    )


def test_a_finding_says_what_is_known_of_its_vulnerability() -> None:
    found = by_id(matched(knowledge()))["vulnerability:deb/debian/glibc:CVE-2023-4911"].vulnerability
    assert found is not None
    assert (found.epss, found.exploited, found.exploited_since) == (0.81422, True, "2023-11-21")
    assert (found.fixed_in, found.status) == ("2.36-9+deb12u3", "affected")


@pytest.mark.parametrize(("version", "is_found"), [("2.36-9+deb12u2", True), ("2.36-9+deb12u3", False)])
def test_the_fixed_version_is_not_affected(version: str, is_found: bool) -> None:  # noqa: FBT001 - a case
    result = of_statements(says("glibc", "CVE-2023-4911", "2.36-9+deb12u3"), packages=[package("glibc", version)])
    assert bool(result.findings) is is_found
    assert result.measured == 1


@pytest.mark.parametrize(
    ("state", "fix"),
    [
        (State.AFFECTED, "No fix is published"),
        (State.WILL_NOT_FIX, "No fix is planned by the vendor"),
        (State.DEFERRED, "The vendor puts a fix off"),
    ],
)
def test_a_vendor_state_that_affects_is_the_status_of_a_finding(state: State, fix: str) -> None:
    (finding,) = of_statements(says("zlib", "CVE-2023-45853", state=state)).findings
    assert finding.vulnerability is not None
    assert finding.vulnerability.status == state.value
    assert finding.fix.startswith(fix)


def test_not_affected_is_no_finding_and_no_gap() -> None:
    result = of_statements(says("zlib", "CVE-2023-45853", state=State.NOT_AFFECTED))
    assert (result.findings, result.gaps, result.undetermined) == ((), (), ())


def test_undetermined_is_a_gap_per_package_and_never_a_finding() -> None:
    result = of_statements(
        says("glibc", "CVE-2024-2961", state=State.UNDETERMINED, severity=Severity.HIGH),
        says("glibc", "CVE-2023-4911", state=State.UNDETERMINED),
    )
    assert result.findings == ()
    (gap,) = result.gaps
    assert (gap.what, gap.count) == ("undetermined", 2)
    assert gap.reason == "the vendor has not determined it: CVE-2023-4911, CVE-2024-2961"
    possible = result.undetermined[1]
    assert (possible.severity, possible.fix_key) == (Severity.HIGH, "vulnerability:deb/debian/glibc")
    assert possible.vulnerability is not None
    assert possible.vulnerability.epss == 0.8833
    assert possible.vulnerability.status == "undetermined"
    assert possible.title == f"CVE-2024-2961 in glibc {GLIBC}, not determined"
    assert possible.fix == "The vendor has not judged it; nothing is published for glibc."


def test_what_is_undetermined_has_its_evidence() -> None:
    (possible,) = of_statements(
        says("glibc", "CVE-2024-2961", state=State.UNDETERMINED, severity=Severity.HIGH, aliases=("DSA-9999-1",))
    ).undetermined
    (said,) = possible.evidence.statements
    assert (said.feed, said.state, said.interval) == ("debian-tracker", "undetermined", "[0, ∞)")
    assert said.comparison == f"{GLIBC}: every version"
    assert [(one.source, one.rating, one.used) for one in possible.evidence.severities] == [
        ("debian-tracker", "high", True)
    ]
    assert possible.vulnerability is not None
    assert possible.vulnerability.aliases == ("DSA-9999-1",)
    assert "https://nvd.nist.gov/vuln/detail/CVE-2024-2961" in possible.references


def test_what_does_not_compare_claims_neither_comparison_nor_fix() -> None:
    statement = says("glibc", "CVE-2023-4911", "2.36-9+deb12u3")
    (possible,) = of_statements(statement, packages=[package("glibc", "no version")]).undetermined
    assert possible.title == "CVE-2023-4911 in glibc no version, version not comparable"
    (said,) = possible.evidence.statements
    assert said.comparison == "no version cannot be compared with [0, 2.36-9+deb12u3)"
    assert possible.fix == "Compare glibc no version with the advisories by hand."


def test_the_authority_that_speaks_of_its_own_package_decides() -> None:
    other = Source(
        name="upstream",
        authority=1,
        speaks_for={"debian:12": None},
        statements=(says("bash", "CVE-2022-3715", "5.3"), says("zlib", "CVE-2023-45853", severity=Severity.CRITICAL)),
    )
    vendor = says("bash", "CVE-2022-3715", state=State.NOT_AFFECTED)
    base = InMemoryKnowledge([tracker(*STATEMENTS, vendor), other], THREATS)
    result = by_id(matched(base))
    assert "vulnerability:deb/debian/bash:CVE-2022-3715" not in result
    zlib = result["vulnerability:deb/debian/zlib:CVE-2023-45853"]
    assert zlib.severity is Severity.UNKNOWN  # the outranked rating is shown and not used
    assert [(one.source, one.rating, one.used) for one in zlib.evidence.severities] == [("upstream", "critical", False)]
    assert [(one.feed, one.decides) for one in zlib.evidence.statements] == [
        ("debian-tracker", True),
        ("upstream", False),
    ]


def test_evidence_shows_the_interval_and_the_comparison_made() -> None:
    older = Source(
        name="debian-osv",
        date="2026-11-01",
        speaks_for={"debian:12": None},
        statements=(says("openssl", "CVE-2024-5535", "3.0.9-1", lo="3.0.0-1"),),
    )
    finding = by_id(matched(knowledge(older)))["vulnerability:deb/debian/openssl:CVE-2024-5535"]
    decides, outranked = finding.evidence.statements
    assert (decides.interval, decides.scheme) == ("[0, 3.0.15-1~deb12u1)", "dpkg")
    assert decides.comparison == f"{OPENSSL} < 3.0.15-1~deb12u1"
    assert (decides.feed_date, decides.since, decides.product) == ("2026-11-20", "2024-01-31", "debian:12")
    assert (outranked.interval, outranked.comparison) == ("[3.0.0-1, 3.0.9-1)", f"{OPENSSL} ≥ 3.0.9-1")
    assert outranked.feed_date == "2026-11-01"


def test_severity_is_the_vendors_else_newest_cvss_else_unknown() -> None:
    found = by_id(matched(knowledge()))
    assert found["vulnerability:deb/debian/glibc:CVE-2010-4756"].severity is Severity.NEGLIGIBLE
    assert found["vulnerability:deb/debian/openssl:CVE-2024-5535"].severity is Severity.CRITICAL
    assert found["vulnerability:deb/debian/glibc:CVE-2024-2961"].severity is Severity.UNKNOWN
    ratings = found["vulnerability:deb/debian/openssl:CVE-2024-5535"].evidence.severities
    assert [(one.rating, one.used) for one in ratings] == [
        ("CVSS 3 9.1 CVSS:3.1/AV:N/AC:L", True),
        ("CVSS 2 10.0 AV:N/AC:L/Au:N/C:C/I:C/A:C", False),
    ]


def test_the_worst_of_equal_authorities_decides_and_every_interval_must_end() -> None:
    (finding,) = of_statements(
        says("openssl", "CVE-2024-5535", "3.0.15-1~deb12u1", severity=Severity.LOW),
        says("openssl", "CVE-2024-5535", "3.0.14-1~deb12u1", severity=Severity.HIGH, aliases=("DSA-9999-1",)),
    ).findings
    assert finding.severity is Severity.HIGH
    assert finding.vulnerability is not None
    assert finding.vulnerability.fixed_in == "3.0.15-1~deb12u1"
    assert finding.vulnerability.aliases == ("DSA-9999-1",)
    (open_end,) = of_statements(
        says("openssl", "CVE-2024-5535", "3.0.15-1~deb12u1"), says("openssl", "CVE-2024-5535", None)
    ).findings
    assert open_end.vulnerability is not None
    assert open_end.vulnerability.fixed_in == ""


def test_two_versions_of_a_source_package_are_one_finding_that_the_worst_decides() -> None:
    packages = [
        package("libssl3", OPENSSL, "openssl"),
        package("openssl", "3.0.9-1", layer="sha256:other"),
        package("openssl-doc", "3.0.20-1~deb12u2", "openssl"),
    ]
    (finding,) = of_statements(
        says("openssl", "CVE-2024-5535", "3.0.10-1", severity=Severity.HIGH),
        says("openssl", "CVE-2024-5535", "3.0.15-1~deb12u1", lo="3.0.10-1", severity=Severity.LOW),
        packages=packages,
    ).findings
    assert finding.title == f"CVE-2024-5535 in openssl {OPENSSL} and 3.0.9-1"
    assert finding.severity is Severity.HIGH
    assert finding.package is not None
    assert finding.package.source.version == "3.0.9-1"
    assert finding.package.binaries == ("libssl3", "openssl")
    assert finding.location.layer == "sha256:other"


def test_versions_on_branches_with_fixes_of_their_own_are_each_told_theirs() -> None:
    branches = [
        says("openssl", "CVE-2024-5535", "1.1.1-9"),
        says("openssl", "CVE-2024-5535", "3.0.15-1", lo="3.0.0-1"),
    ]
    packages = [package("libssl1.1", "1.1.1-2", "openssl"), package("libssl3", "3.0.2-1", "openssl")]
    (finding,) = of_statements(*branches, packages=packages).findings
    assert finding.vulnerability is not None
    assert finding.vulnerability.fixed_in == "3.0.15-1"
    assert finding.fix == "Upgrade openssl 1.1.1-2 to 1.1.1-9 and 3.0.2-1 to 3.0.15-1, or all to 3.0.15-1 or later."
    (alone,) = of_statements(*branches, packages=packages[:1]).findings
    assert alone.fix == "Upgrade openssl to 1.1.1-9 or later."
    open_end = [branches[0], says("openssl", "CVE-2024-5535", None, lo="3.0.0-1")]
    (unfixed,) = of_statements(*open_end, packages=packages).findings
    assert unfixed.vulnerability is not None
    assert unfixed.vulnerability.fixed_in == ""


def test_a_version_without_key_is_compared_by_the_reference_or_is_a_gap() -> None:
    huge = f"2.{'9' * 200}-1"  # over 62 bytes of digits: no key, but dpkg compares it
    nonsense = "not a version"
    statement = says("glibc", "CVE-2023-4911", f"3.{'9' * 100}-1", severity=Severity.HIGH)
    (finding,) = of_statements(statement, packages=[package("glibc", huge)]).findings
    assert finding.evidence.statements[0].comparison == f"{huge} < 3.{'9' * 100}-1"
    assert not of_statements(says("glibc", "CVE-2023-4911", "2.5-1"), packages=[package("glibc", huge)]).findings
    result = of_statements(statement, packages=[package("glibc", nonsense)])
    assert result.findings == ()
    (gap,) = result.gaps
    assert (gap.what, gap.count) == ("version-not-comparable", 1)
    assert gap.question == "Is glibc not a version affected by CVE-2023-4911?"
    assert [finding.id for finding in result.undetermined] == ["vulnerability:deb/debian/glibc:CVE-2023-4911"]


def test_a_statement_whose_bound_does_not_compare_is_a_gap() -> None:
    result = of_statements(says("glibc", "CVE-2023-4911", "no version!"))
    assert result.findings == ()
    assert whats(result) == ["version-not-comparable"]


def test_a_statement_of_another_scheme_is_never_compared() -> None:
    said = says("glibc", "CVE-2023-4911", "9")
    foreign = Statement(
        product=said.product,
        package=said.package,
        vulnerability=said.vulnerability,
        advisory=said.advisory,
        state=said.state,
        scheme="apk",
        hi=said.hi,
    )
    result = of_statements(foreign)
    assert result.findings == ()
    assert whats(result) == ["version-not-comparable"]


def test_without_a_distribution_nothing_is_measured_and_nothing_is_asked() -> None:
    base = knowledge()
    result = matched(base, distro=None)
    (gap,) = result.gaps
    assert (gap.what, gap.count) == ("no-distribution", 4)
    assert set(result.unmeasured) == {f"deb/debian/{name}" for name in ("bash", "glibc", "openssl", "zlib")}
    assert (result.measured, result.findings, base.asked) == (0, (), [])


def test_a_product_without_any_feed_is_a_gap_that_names_it() -> None:
    result = matched(knowledge(), distro=Distro(id="rocky", version="9"))
    (gap,) = result.gaps
    assert (gap.what, gap.count) == ("no-feed", 4)
    assert gap.reason == "no advisory feed of rocky here speaks for rocky:9"
    assert (result.measured, len(result.unmeasured)) == (0, 4)


def test_a_distribution_without_version_is_just_its_name() -> None:
    over = EndOfLife(product="arch", date="2026-06-30", source="a test")
    result = matched(knowledge(), distro=Distro(id="arch", version=""), end_of_life=over)
    texts = [text for gap in result.gaps for text in (gap.question, gap.reason, gap.advice)]
    assert result.gaps[0].reason == "no advisory feed of arch here speaks for arch"
    assert result.gaps[1].reason.startswith("arch has had no security support")
    assert "arch:" not in " ".join((*texts, *result.unmeasured.values())).replace("arch: plimsoll db update", "")


def test_packages_outside_a_partial_feed_are_a_gap_with_names() -> None:
    base = InMemoryKnowledge([tracker(*STATEMENTS, packages=frozenset({"glibc"}))], THREATS)
    result = matched(base)
    (gap,) = result.gaps
    assert (gap.what, gap.count) == ("no-feed", 3)
    assert gap.reason == "the feeds here speak for other packages of debian:12, not for bash, openssl, zlib"
    assert set(result.unmeasured) == {"deb/debian/bash", "deb/debian/openssl", "deb/debian/zlib"}
    assert result.measured == 1
    # What is known of them is said all the same.
    assert "vulnerability:deb/debian/openssl:CVE-2024-5535" in by_id(result)


def test_only_a_few_names_stand_in_a_gap() -> None:
    packages = [package(f"p{number}", "1") for number in range(9)]
    base = InMemoryKnowledge([tracker(packages=frozenset())])
    (gap,) = matched(base, packages).gaps
    assert gap.reason.endswith("not for p0, p1, p2, p3, p4 and 4 more")


@pytest.mark.parametrize(("date", "days"), [("2026-10-23", 30), ("2026-10-22", 31)])
def test_a_feed_over_thirty_days_old_is_one_gap_and_hides_nothing(date: str, days: int) -> None:
    base = InMemoryKnowledge([tracker(*STATEMENTS, date=date)], THREATS)
    result = matched(base)
    assert len(result.findings) == 5
    assert result.measured == 4
    if days <= 30:
        assert (result.gaps, result.stale) == ((), {})
        return
    (gap,) = result.gaps
    assert (gap.what, gap.count) == ("stale-feed", 4)
    assert gap.reason == f"the feed debian-tracker is of {date}, {days} days before {AS_OF}"
    assert result.stale == {f"deb/debian/{name}": days for name in ("bash", "glibc", "openssl", "zlib")}


def test_the_newest_feed_that_speaks_for_a_package_counts_but_every_stale_one_is_said() -> None:
    old = Source(name="debian-osv", date="2025-02-12", speaks_for={"debian:12": None})
    base = InMemoryKnowledge([old, tracker(packages=frozenset({"glibc"}))])
    result = matched(base)
    assert whats(result) == ["stale-feed"]
    assert result.stale == {f"deb/debian/{name}": 648 for name in ("bash", "openssl", "zlib")}


def test_past_its_end_of_life_everything_is_unmeasured_and_findings_stay() -> None:
    result = matched(knowledge(), end_of_life=OVER)
    (gap,) = result.gaps
    assert (gap.what, gap.count) == ("end-of-life", 4)
    assert "2026-06-30 (distro-info-data)" in gap.reason
    assert len(result.unmeasured) == 4
    assert (len(result.findings), result.measured) == (5, 4)


def test_the_last_day_of_support_is_supported() -> None:
    result = matched(knowledge(), end_of_life=OVER, as_of=OVER.date)
    assert "end-of-life" not in whats(result)


def test_everything_is_asked_at_once_but_the_evidence_of_a_finding() -> None:
    base = knowledge()
    result = matched(base, [*PACKAGES, *(package(f"p{number}", "1") for number in range(500))])
    asked = {question: base.asked.count(question) for question in base.asked}
    assert asked.pop("weighed") == asked.pop("references") == len(result.findings) == 5
    assert max(asked.values()) <= 2


@pytest.mark.parametrize(
    ("feeds", "said"),
    [
        ({"exploited": "2026-10-01", "probability": ""}, [("stale-feed", "exploited in the wild")]),
        ({"exploited": ""}, [("no-feed", "How likely")]),
        ({}, [("no-feed", "exploited in the wild"), ("no-feed", "How likely")]),
    ],
)
def test_what_is_not_known_of_the_danger_is_said(feeds: dict[str, str], said: list[tuple[str, str]]) -> None:
    base = knowledge()
    base.threat_feeds = feeds
    gaps = [gap for gap in matched(base, as_of="2026-11-24").gaps if "wild" in gap.question or "likely" in gap.question]
    assert [(gap.what, words) for gap, (_, words) in zip(gaps, said, strict=True) if words in gap.question] == said


def test_no_packages_no_question() -> None:
    base = knowledge()
    assert (matched(base, ()), base.asked) == (Matched(), [])
