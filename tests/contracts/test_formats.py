"""What holds for every report format, whoever writes it; its golden file is tests/golden/report.<name>."""

import json
import re

import pytest
from tests.reports.sample_report import (
    GOLDEN,
    HOSTILE,
    empty_report,
    golden,
    hostile_report,
    replaced_report,
    sample_report,
)

from plimsoll.model.report import Report
from plimsoll.model.reporting import Format, Style
from plimsoll.plugins import discover

FORMATS = discover("plimsoll.reports", Format)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

each = pytest.mark.parametrize("plugin", FORMATS.values(), ids=FORMATS)
each_style = pytest.mark.parametrize(
    "style", [Style(), Style(width=60), Style(width=200), Style(colour=True)], ids=["plain", "narrow", "wide", "colour"]
)
HOSTILE_REPORTS = {
    **{f"after-{name}": hostile_report(text) for name, text in HOSTILE.items()},
    **{f"only-{name}": replaced_report(text) for name, text in HOSTILE.items()},
}


def assert_well_formed(text: str, style: Style) -> None:
    """Check what holds for any document: UTF-8, one newline at the end, and nothing that a terminal obeys."""
    assert text.encode("utf-8")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    shown = COLOUR.sub("", text) if style.colour else text
    assert [line for line in shown.split("\n") if not line.isprintable()] == []


def test_the_formats_of_the_product_are_there() -> None:
    bills = {"cyclonedx", "cyclonedx-1.7", "spdx"}
    assert {"json", "table", "sarif", *bills} <= set(FORMATS)
    assert {name for name, plugin in FORMATS.items() if "sbom" in plugin.commands} >= bills


@each
def test_a_format_says_what_it_is(plugin: Format) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9.-]*", plugin.name)
    assert plugin.title
    assert set(plugin.commands) <= {"scan", "sbom"}
    assert plugin.commands


@each
def test_the_sample_looks_like_its_golden_file(plugin: Format) -> None:
    text = plugin.render(sample_report(), Style())
    assert text == golden(GOLDEN / f"report.{plugin.name}", text)


@each
@each_style
@pytest.mark.parametrize("report", [sample_report(), empty_report()], ids=["sample", "empty"])
def test_a_document_is_whole_and_the_same_each_time(plugin: Format, style: Style, report: Report) -> None:
    text = plugin.render(report, style)
    assert_well_formed(text, style)
    assert plugin.render(report, style) == text


@each
@pytest.mark.parametrize("report", HOSTILE_REPORTS.values(), ids=HOSTILE_REPORTS)
@pytest.mark.parametrize("style", [Style(width=60), Style(colour=True)], ids=["narrow", "colour"])
def test_nothing_hostile_gets_through(plugin: Format, report: Report, style: Style) -> None:
    text = plugin.render(report, style)
    assert_well_formed(text, style)
    if text.startswith("{"):
        assert isinstance(json.loads(text), dict)


@each
def test_no_gap_is_lost(plugin: Format) -> None:
    text = " ".join(plugin.render(sample_report(), Style(width=200)).split())
    for gap in sample_report().gaps:
        assert gap.what in text
        assert gap.reason in text
        assert gap.advice in text
    assert "no registry was asked" in text


@each
def test_the_environment_changes_nothing(plugin: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    before = plugin.render(sample_report(), Style(width=90))
    for name, value in {"COLUMNS": "47", "FORCE_COLOR": "1", "TERM": "xterm-256color", "JUPYTER_COLUMNS": "40"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR")
    assert plugin.render(sample_report(), Style(width=90)) == before
