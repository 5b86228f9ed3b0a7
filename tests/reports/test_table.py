import re
from dataclasses import replace

import pytest
from tests.reports.sample_report import (
    FINDINGS,
    GAPS,
    GOLDEN,
    HOSTILE,
    IMAGE,
    empty_report,
    golden,
    report_on_base,
    sample_report,
    with_texts,
)

from plimsoll.model.finding import Finding, NotApplicable, Vulnerability
from plimsoll.model.report import Report
from plimsoll.model.reporting import Style
from plimsoll.model.score import Score
from plimsoll.model.subject import Subject
from plimsoll.reports.table import MOST_FINDINGS, MOST_FIXES, WEIGHED, render
from plimsoll.reports.table_rows import gain, whole


def words(report: Report) -> str:
    """Give the report on one line, so that a test does not depend on where lines break."""
    return " ".join(render(report, Style(width=200)).split())


def scored(low: float | None, high: float | None, *, estimated: bool = False) -> str:
    return words(replace(sample_report(), score=Score(low=low, high=high, estimated=estimated)))


def many(number: int) -> tuple[Finding, ...]:
    """Give findings of as many packages, each with a fix."""
    first = FINDINGS[0]
    assert first.package is not None
    return tuple(
        replace(
            first,
            id=f"vulnerability:deb/debian/p{each:03}:CVE-2024-{each:04}",
            package=replace(first.package, source=replace(first.package.source, name=f"p{each:03}")),
            vulnerability=Vulnerability(id=f"CVE-2024-{each:04}", fixed_in="2"),
        )
        for each in range(number)
    )


@pytest.mark.parametrize("width", [60, 79, 90, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, render(sample_report(), Style(width=width)).splitlines())) <= width


def test_the_narrow_report_looks_like_its_golden_file() -> None:
    text = render(sample_report(), Style(width=60))
    assert text == golden(GOLDEN / "report-narrow.table", text)


def test_a_vulnerability_can_be_copied_at_any_width() -> None:
    assert "CVE-2019-1010022" in render(sample_report(), Style(width=60))


def test_colour_is_drawn_only_where_it_is_asked_for() -> None:
    coloured = render(sample_report(), Style(colour=True))
    assert "\x1b[1;31m" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in bare.splitlines()] == render(sample_report(), Style()).splitlines()


def test_what_was_scanned_comes_first() -> None:
    assert words(sample_report()).startswith("shop/api:1.4 (image, debian:12, linux/amd64), 6 packages Score ")


def test_several_subjects_are_all_named() -> None:
    other = Subject(id="image:other", kind="image", name="other:2")
    report = replace(sample_report(), subjects=(*sample_report().subjects, other))
    assert words(report).startswith("archive:shop.tar shop/api:1.4 (image, debian:12, linux/amd64) other:2 (image)")
    assert f"{IMAGE}: Which vulnerabilities does linux-firmware" in words(report)


def test_the_score_says_what_its_range_means() -> None:
    text = scored(61.2, 78.9)
    assert "Score 61 (61–78) of 100. 61 counts what was not measured as if it were bad" in text  # noqa: RUF001
    assert "estimated" not in text
    assert "The 61 is in part estimated." in scored(61.2, 78.9, estimated=True)


def test_a_score_without_a_range_is_one_number() -> None:
    assert "Score 61 of 100. Findings" in scored(61.2, 61.4)


def test_gaps_without_weight_are_named_beside_the_score() -> None:
    assert {gap.what for gap in GAPS} <= WEIGHED
    assert "Without weight" not in words(sample_report())
    odd = (replace(GAPS[0], what="skipped"), replace(GAPS[0], what="nested-root"))
    report = replace(sample_report(), gaps=(*GAPS, *odd))
    assert "The 50 is in part estimated. Without weight in it: nested-root, skipped. Findings" in words(report)


def test_declared_packages_have_their_place_and_long_paths_only_their_end() -> None:
    long = "services/checkout/frontend/web/package-lock.json"
    first, *rest = sample_report().packages
    there = replace(first, declared=True, path=long, line=7, direct=False, scope="dev")
    text = render(replace(sample_report(), packages=(there, *rest)), Style(width=200))
    assert "…/frontend/web/package-lock.json:7 (transitive, dev)" in text
    assert "Declared in" not in render(sample_report(), Style(width=200))


def test_a_score_is_never_rounded_up() -> None:
    assert "Score 99 of 100." in scored(99.97, 99.99)
    assert whole(61.0 - 1e-12) == 61


def test_no_number_is_shown_where_nothing_was_measured() -> None:
    assert "No score: nothing was measured." in words(empty_report())
    assert "Findings: none, because nothing was measured" in words(empty_report())


def test_nothing_was_measured_is_not_said_beside_findings() -> None:
    text = scored(None, None)
    assert "6 packages No score. Findings: 1 critical" in text
    assert "4 more hidden by filters What matters" in text
    assert "nothing was measured" not in text


GAINS = [
    (61.9, 66.0, False, "61 → 66"),
    (61.9, 66.0, True, "61 → ≤ 66"),
    (61.1, 61.52, False, "+0.4"),
    (61.1, 61.52, True, "≤ +0.4"),
    (None, 66.0, False, ""),
    (61.9, None, False, ""),
]


@pytest.mark.parametrize(("low", "score", "at_most", "text"), GAINS)
def test_a_gain_is_no_larger_than_it_is(low: float | None, score: float | None, text: str, *, at_most: bool) -> None:
    assert gain(low, score, at_most=at_most) == text


def test_findings_are_counted_by_severity_with_those_waived_and_hidden() -> None:
    text = words(sample_report())
    assert (
        "Findings: 1 critical, 2 high, 1 medium, 1 low, 1 negligible, 1 unknown; 1 of them waived; 4 more hidden"
        in text
    )


def test_no_findings_is_not_called_clean_beside_gaps() -> None:
    report = replace(sample_report(), findings=(), hidden=0)
    assert "Findings: none in what was measured" in words(report)
    assert "Findings: none Knowledge" in words(replace(report, gaps=(), checks=(), waivers=()))
    hidden = words(replace(report, hidden=4))
    assert "Findings: none shown; 4 hidden by filters, but counted in the score Not measured" in hidden


def test_what_matters_first_shows_the_fix_and_its_gain() -> None:
    assert "glibc 2.36-9+deb12u1 2.36-9+deb12u3 high 2, exploited 81.4% 50 → ≤ 81" in words(sample_report())


def test_long_lists_are_cut_and_counted() -> None:
    report = replace(sample_report(), findings=many(40))
    text = words(report)
    assert f"… and {40 - MOST_FIXES} more of them: --format json shows all." in text
    assert f"… and {40 - MOST_FINDINGS} more of them: --format json shows all." in text
    assert len(re.findall(r"CVE-2024-\d+ p\d+ ", text)) == MOST_FINDINGS


def test_short_lists_are_not_cut() -> None:
    assert "more of them" not in words(sample_report())
    assert "more of them" not in words(replace(sample_report(), findings=many(MOST_FIXES)))


def test_waivers_that_do_nothing_are_said() -> None:
    text = words(sample_report())
    assert "CVE-2022-* (ops@shop.example: checked by hand) is unused: it matches no finding." in text
    assert "CVE-2023-5363 (ops@shop.example: until the rebuild) expired on 2026-03-01" in text
    assert "Waivers" not in words(replace(sample_report(), waivers=sample_report().waivers[:1]))


def test_the_age_of_the_knowledge_is_said() -> None:
    text = words(sample_report())
    assert "debian-tracker 2026-08-21 95 days old" in text
    assert "kev 2026-11-23 1 day old" in text


def test_the_knowledge_that_was_used_is_named() -> None:
    assert "Knowledge: embedded snapshot of 2026-11-24 debian-tracker" in words(sample_report())
    own = replace(sample_report(), snapshot=False, knowledge_built="2026-11-20")
    assert "Knowledge: store built 2026-11-20 debian-tracker" in words(own)
    assert "Knowledge none: store built 2026-11-20 holds no feed" in words(replace(own, knowledge=()))
    assert "Knowledge none: no feed was asked" in words(empty_report())


NEXT = {
    "what matters first": (sample_report(), "plimsoll explain CVE-2023-4911"),
    "the worst that is not waived": (
        replace(sample_report(), findings=FINDINGS[3:6]),
        "plimsoll explain CVE-2023-50495",
    ),
    "a rule": (
        replace(sample_report(), findings=FINDINGS[-1:]),
        "plimsoll explain misconfiguration:etc/passwd:image-runs-as-root",
    ),
    "nothing": (empty_report(), "plimsoll sbom dir:rootfs"),
    "no workload": (
        replace(empty_report(), subjects=(Subject(id="configuration:a", kind="configuration", name="a"),)),
        "plimsoll check list",
    ),
    "quoted": (replace(empty_report(), target="x; rm -rf ~"), "plimsoll sbom 'x; rm -rf ~'"),
}


@pytest.mark.parametrize(("report", "command"), NEXT.values(), ids=NEXT)
def test_the_last_line_is_the_next_command(report: Report, command: str) -> None:
    assert render(report, Style(width=120)).splitlines()[-1] == f"Next: {command}"


def test_text_that_looks_like_markup_is_shown_as_it_is() -> None:
    report = replace(sample_report(), findings=(replace(FINDINGS[-1], title="[bold]x[/bold]", fix="[link=x]y"),))
    assert "[bold]x[/bold]" in words(report)
    assert "[link=x]y" in words(report)


def test_what_is_suggested_has_the_options_that_were_typed_and_is_not_about_a_waived_finding() -> None:
    shown = render(sample_report(), Style(width=120, repeated=" --cache-dir x")).splitlines()[-1]
    assert shown == "Next: plimsoll explain CVE-2023-4911 --cache-dir x"
    waived = [finding for finding in FINDINGS if finding.waiver]
    other = next(finding for finding in FINDINGS if not finding.waiver and finding.vulnerability)
    report = replace(empty_report(), findings=(*waived, other))
    assert other.vulnerability is not None
    assert render(report, Style(width=120)).splitlines()[-1] == f"Next: plimsoll explain {other.vulnerability.id}"


def test_what_does_not_apply_is_told_with_the_reason() -> None:
    said = NotApplicable(
        subject=IMAGE,
        package="linux",
        version="6.1.1-1",
        reason="only headers\x1b[2J",
        vulnerabilities=("CVE-1", "CVE-2"),
    )
    told = words(replace(sample_report(), not_applicable=(said,)))
    assert "Not applicable Package Vulnerabilities Reason linux 6.1.1-1 2 only headers" in told
    assert "\x1b" not in told
    assert "Not applicable" not in words(sample_report())


NOT_SPLIT = "findings are not split into base and own, for a label names it."


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "Base debian:12 (1 layer): 3 findings; own layers: 4 What matters first"),
        ({"layers": 2}, "Base debian:12 (2 layers): 3 findings; no layers of its own; elsewhere: 4 What"),
        (
            {"layers": 0, "by": "labels", "reason": "a label names it"},
            f"Base debian:12: {NOT_SPLIT} → plimsoll base add image:debian:12 What",
        ),
        (
            {"layers": 0, "by": "labels", "reason": "a label names it", "name": "a b; rm *"},
            f"Base a b; rm *: {NOT_SPLIT} → plimsoll base add 'image:a b; rm *' What",
        ),
        (
            {"layers": 0, "by": "labels", "reason": "a label names it", "name": "", "digest": "sha256:c3"},
            f"Base sha256:c3: {NOT_SPLIT} What",
        ),
    ],
    ids=["layers", "all layers", "labels", "quoted", "digest only"],
)
def test_a_line_says_what_the_image_is_built_on(changes: dict[str, object], line: str) -> None:
    assert line in words(report_on_base(**changes))


def test_what_comes_with_the_base_is_marked() -> None:
    text = render(report_on_base(), Style(width=120))
    fixes, _, findings = text.partition("\nFindings\n")
    marked = {line.split()[0] for line in fixes.splitlines() if line.endswith("  base")}
    assert marked == {"glibc"}  # that of zlib is waived, so it is not among the fixes
    assert "base: upgrade the base image debian:12; explain says which one would clear what." in fixes
    assert sum(line.endswith("base") for line in findings.splitlines()) == 3
    assert "upgrade the base image" not in words(sample_report())


def test_one_finding_is_no_plural() -> None:
    report = report_on_base()
    assert "(1 layer): 1 finding; own layers: 0" in words(replace(report, findings=report.findings[:1]))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_of_bases_do_not_speak_to_the_terminal(text: str) -> None:
    for layers in (0, 1):
        base = with_texts(report_on_base(layers=layers).base, lambda before: before + text)
        shown = render(replace(report_on_base(), base=base), Style(width=100))
        assert shown.replace("\n", "").isprintable()
        assert max(map(len, shown.splitlines())) <= 100
