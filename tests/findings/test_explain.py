from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.bookworm import AS_OF, PACKAGES, THREATS, knowledge, package, says, supported, tracker
from tests.knowledge_in_memory import InMemoryKnowledge, Source

from plimsoll.errors import UsageError
from plimsoll.findings.explain import explain, explain_not_applicable, find, not_applicable
from plimsoll.findings.match import match
from plimsoll.model.finding import Evidence, Finding, FindingKind, Location, NotApplicable, WaiverMark
from plimsoll.model.package import Package
from plimsoll.model.report import Report, RuleFacts, Tool
from plimsoll.model.score import Score
from plimsoll.model.severity import Severity
from plimsoll.model.statement import State, Statement
from plimsoll.model.subject import Subject

FINDINGS = match("image", PACKAGES, knowledge(), supported, AS_OF).findings
RULE = Finding(
    id="misconfiguration:Container/shop/web:no-root",
    kind=FindingKind.MISCONFIGURATION,
    severity=Severity.HIGH,
    subject="image",
    title="Runs as root",
    rule="no-root",
    location=Location(path="compose.yaml", line=7, column=3, pointer="/services/web/user"),
    evidence=Evidence(value="root", expected="another account", origin="compose.yaml:7"),
)
GLIBC_4911 = "vulnerability:deb/debian/glibc:CVE-2023-4911"
NOW = Score(low=61.25, high=70.0, estimated=False)
WITHOUT = Score(low=78.04, high=90.0, estimated=False)


def report(*findings: Finding, score: Score = NOW) -> Report:
    return Report(
        tool=Tool(name="plimsoll", version="1"),
        as_of=AS_OF,
        target="image.tar",
        subjects=(Subject(id="image", kind="image", name="image.tar"),),
        score=score,
        findings=findings,
    )


REPORT = report(*FINDINGS, RULE)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (GLIBC_4911, [GLIBC_4911]),
        (GLIBC_4911.upper(), [GLIBC_4911]),
        (" cve-2023-4911 ", [GLIBC_4911]),
        ("glibc CVE-2023-4911", [GLIBC_4911]),
        ("libc-bin:cve-2023-4911", [GLIBC_4911]),
        ("CVE-2023-4911 glibc", [GLIBC_4911]),
        ("no-root", [RULE.id]),
    ],
)
def test_a_finding_is_found_by_id_vulnerability_rule_or_package_and_id(wanted: str, expected: list[str]) -> None:
    assert [finding.id for finding in find(REPORT, wanted)] == expected


def test_a_vulnerability_of_two_packages_is_two_findings_and_an_alias_names_it() -> None:
    known = FINDINGS[0].vulnerability
    assert known is not None
    aliased = replace(known, aliases=("GHSA-1",))
    twins = [
        replace(FINDINGS[0], id=f"vulnerability:deb/debian/{name}:{known.id}", vulnerability=aliased)
        for name in ("a", "b")
    ]
    assert find(report(*twins), "ghsa-1") == tuple(twins)


@pytest.mark.parametrize(
    ("wanted", "suggestion"),
    [
        ("CVE-2023-4912", "CVE-2023-4911"),
        ("no-rooot", "no-root"),
        ("vulnerability:deb/debian/glib:CVE-2023-4911", GLIBC_4911),
        ("glibc", "vulnerability:deb/debian/glibc:"),
    ],
)
def test_what_is_not_there_is_an_error_with_the_nearest_names(wanted: str, suggestion: str) -> None:
    with pytest.raises(UsageError, match=f"no finding '{wanted}'") as error:
        find(REPORT, wanted)
    assert error.value.advice.startswith("Did you mean ")
    assert suggestion in error.value.advice


def test_what_nothing_is_near_says_what_can_be_named() -> None:
    with pytest.raises(UsageError) as error:
        find(report(), "zzz")
    assert error.value.advice.startswith("Name a finding id")


def test_an_explanation_says_all_there_is() -> None:
    mark = WaiverMark(id="CVE-2023-4911", reason="not reachable", owner="ops", expires="2027-01-31")
    finding = replace(find(REPORT, GLIBC_4911)[0], waiver=mark)
    assert (
        explain(finding, REPORT, 15.0, WITHOUT)
        == """\
CVE-2023-4911 in glibc 2.36-9+deb12u1

Finding        vulnerability:deb/debian/glibc:CVE-2023-4911
Severity       high
Subject        image
Package        glibc 2.36-9+deb12u1
Binaries       libc-bin, libc6
File           var/lib/dpkg/status
Layer          sha256:bin
Instruction    RUN install libc-bin
Vendor says    affected
Fixed in       2.36-9+deb12u3
EPSS           81.422% chance of exploitation within 30 days
Exploited      yes, in the wild (KEV, listed since 2023-11-21)

Severities
  nvd: CVSS 3 7.8 CVSS:3.1/AV:L = high   <- decides

Statements
  debian-tracker of 2026-11-20: CVE-2023-4911 (decides)
      says      debian:12 is affected in [0, 2.36-9+deb12u3), known since 2024-01-31
      compared  2.36-9+deb12u1 < 2.36-9+deb12u3   [dpkg]

Fix
  Upgrade glibc to 2.36-9+deb12u3 or later.

Score
  mass of this finding: 15.000
  score now 61.2 to 70.0; without all findings of glibc 78.0 to 90.0

Waiver
  ops accepts it until 2027-01-31: not reachable
  by waiver CVE-2023-4911; it keeps the finding from the gates, not from the score

References
  https://security-tracker.debian.org/tracker/CVE-2023-4911
  https://nvd.nist.gov/vuln/detail/CVE-2023-4911
"""
    )


def doubtful(*statements: Statement, packages: Sequence[Package] = PACKAGES) -> Report:
    """Give the report of an image of which these statements leave something in doubt."""
    base = InMemoryKnowledge([tracker(*statements)], THREATS)
    found = match("image", packages, base, supported, AS_OF)
    assert found.undetermined
    return replace(report(*found.findings), undetermined=found.undetermined)


def test_what_the_vendor_has_not_determined_is_explained_as_no_finding() -> None:
    known = doubtful(says("zlib", "CVE-2020-0007", state=State.UNDETERMINED), says("glibc", "CVE-2020-0007"))
    (found, doubt) = find(known, "cve-2020-0007")
    assert (found.id, doubt.id) == ("vulnerability:deb/debian/glibc:CVE-2020-0007", known.undetermined[0].id)
    text = explain(doubt, known, 0.2, WITHOUT)
    assert text.startswith("CVE-2020-0007 in zlib 1:1.2.13.dfsg-1, not determined\n")
    assert (
        "Not determined\n"
        "  The vendor has not determined whether zlib 1:1.2.13.dfsg-1 is affected.\n"
        "  So it is no finding, and no gate judges it; only the low end of the score counts it.\n"
    ) in text
    assert "debian:12 is undetermined in [0, ∞)" in text
    assert "mass of this, at the low end only: 0.200\n" in text
    assert "Not determined" not in explain(found, known, 0.2, WITHOUT)


def test_a_version_that_does_not_compare_is_explained_as_that() -> None:
    known = doubtful(says("glibc", "CVE-2020-0007", "2.5-1"), packages=[package("glibc", "no version")])
    text = explain(find(known, "glibc CVE-2020-0007")[0], known, 0.2, WITHOUT)
    assert text.startswith("CVE-2020-0007 in glibc no version, version not comparable\n")
    assert "Whether glibc no version is affected is not known: its version has no order" in text
    assert "compared  no version cannot be compared with [0, 2.5-1)" in text
    assert "The vendor has not determined" not in text
    assert "Fix\n  Compare glibc no version with the advisories by hand.\n" in text


def test_near_misses_of_what_is_undetermined_are_suggested() -> None:
    with pytest.raises(UsageError) as error:
        find(doubtful(says("zlib", "CVE-2020-0007", state=State.UNDETERMINED)), "CVE-2020-0008")
    assert "CVE-2020-0007" in error.value.advice


@pytest.mark.parametrize(
    ("feed_date", "words"),
    [("2024-01-30", "first seen 2024-01-31"), ("2024-01-31", "known since 2024-01-31"), ("", "known since 2024-01-31")],
)
def test_a_day_after_that_of_the_feed_is_not_taken_for_the_records(feed_date: str, words: str) -> None:
    evidence = FINDINGS[0].evidence
    dated = replace(evidence, statements=tuple(replace(one, feed_date=feed_date) for one in evidence.statements))
    assert f", {words}\n" in explain(replace(FINDINGS[0], evidence=dated), REPORT, 0.2, WITHOUT)


def test_a_rule_is_explained_by_what_was_measured() -> None:
    text = explain(RULE, REPORT, 1.0, WITHOUT)
    assert "File           compose.yaml:7:3\nPointer        /services/web/user\n" in text
    assert "Measured\n  value: root\n  expected: another account\n  origin: compose.yaml:7\n" in text
    assert "Fix\n  Nothing is known that fixes it.\n" in text
    assert "without all that its fix removes 78.0 to 90.0" in text


def test_a_rule_is_explained_by_why_it_is_there_and_how_its_fix_is_written() -> None:
    rule = RuleFacts(id="no-root", title="Root", why="Root owns it.", likelihood="hardening", threats=("escape",))
    finding = replace(RULE, fix="Name a user.", snippet="user: '10001'\nread_only: true")
    text = explain(finding, replace(REPORT, rules=(rule,)), 1.0, WITHOUT)
    assert "Why\n  Root owns it.\n  limits: escape\n" in text
    assert "Fix\n  Name a user.\n  written like this:\n      user: '10001'\n      read_only: true\n" in text


def test_what_is_not_known_is_said() -> None:
    known = FINDINGS[0].vulnerability
    assert known is not None
    unknown = replace(known, epss=None, fixed_in="")
    text = explain(replace(FINDINGS[0], vulnerability=unknown), REPORT, 0.01, WITHOUT)
    assert "Fixed in       no published version\nEPSS           no estimate\nExploited      not known to be\n" in text


def test_without_a_score_there_is_no_what_if() -> None:
    nothing = Score(low=None, high=None, estimated=False)
    text = explain(RULE, report(RULE, score=nothing), 1.0, nothing)
    assert "the report has no score" in text
    assert "nothing was measured" not in text


def test_an_image_cannot_speak_to_the_terminal() -> None:
    hostile = replace(RULE, title="a\x1b[2Jb\u202ec", location=Location(instruction="RUN x\r\n\x9b31m\udcff"))
    text = explain(hostile, REPORT, 1.0, WITHOUT)
    assert text.startswith("a\\x1b[2Jb\\u202ec\n")
    assert "Instruction    RUN x\\r\\n\\x9b31m\\udcff\n" in text
    assert all(sign == "\n" or sign.isprintable() for sign in text)


KERNEL = NotApplicable(
    subject="image", package="linux", version="6.1", reason="these are headers", vulnerabilities=("CVE-1", "CVE-2")
)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("linux", ("CVE-1", "CVE-2")),
        ("cve-2", ("CVE-2",)),
        ("linux CVE-1", ("CVE-1",)),
        ("CVE-2:Linux", ("CVE-2",)),
        ("bash CVE-1", None),
        ("CVE-3", None),
    ],
)
def test_what_does_not_apply_is_found_by_its_names(wanted: str, expected: tuple[str, ...] | None) -> None:
    found = not_applicable(replace(REPORT, not_applicable=(KERNEL,)), wanted)
    assert [each.vulnerabilities for each in found] == ([] if expected is None else [expected])


def test_what_does_not_apply_is_explained_with_the_reason() -> None:
    assert explain_not_applicable(KERNEL).splitlines() == [
        "2 vulnerabilities do not apply to linux 6.1",
        "",
        "Subject        image",
        "Package        linux 6.1",
        "",
        "Reason",
        "  These are headers.",
        "",
        "Not applicable",
        "  CVE-1",
        "  CVE-2",
    ]
    one = replace(KERNEL, vulnerabilities=("CVE-2",))
    assert explain_not_applicable(one).startswith("CVE-2 does not apply to linux 6.1\n")


def test_every_file_that_has_the_package_is_told() -> None:
    jar = Package(
        ecosystem="maven",
        name="a:b",
        version="1.0",
        purl="pkg:maven/a/b@1.0",
        key="maven/a/b",
        source="a:b",
        source_version="1.0",
        product="maven",
        path="app/b.jar",
    )
    said = Statement(
        product="maven",
        package="a:b",
        vulnerability="CVE-2024-0001",
        advisory="CVE-2024-0001",
        state=State.AFFECTED,
        scheme="maven",
        hi="2.0",
    )
    packages = (jar, replace(jar, path="app/all.war!/b.jar"), replace(jar, path="c.jar", source_version="2.0"))
    store = InMemoryKnowledge([Source(name="osv", speaks_for={"maven": None}, statements=(said,))])
    (finding,) = match("image", packages, store, supported, AS_OF).findings
    lines = explain(finding, replace(report(finding), packages=packages), 1.0, WITHOUT).splitlines()
    first = lines.index("File           app/all.war!/b.jar")
    assert lines[first + 1].split() == ["app/b.jar"]
    assert "c.jar" not in " ".join(lines)
