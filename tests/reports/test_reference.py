from dataclasses import fields

from tests.reports.sample_report import ROOT, golden

from plimsoll.model.finding import Finding
from plimsoll.model.report import Report
from plimsoll.model.severity import Severity
from plimsoll.reports.reference import report_reference

PAGE = ROOT / "docs" / "reference" / "report.md"


def section(name: str) -> str:
    (found,) = [part for part in report_reference().split("\n## ") if part.startswith(f"{name}\n")]
    return found


def test_the_page_is_up_to_date() -> None:
    text = report_reference()
    assert golden(PAGE, text) == text


def test_every_key_of_every_noun_stands_there() -> None:
    for noun in (Report, Finding):
        for field in fields(noun):
            assert f"| `{field.name}` |" in section(noun.__name__)


def test_types_link_to_their_nouns() -> None:
    page = report_reference()
    assert "| `findings` | list of [Finding](#finding) | empty |" in page
    assert "| `epss` | number or null | null |" in page
    assert "| `low` | number or null | always given |" in page
    assert "| `severity` | [Severity](#severity) | `unknown` |" in page
    assert "| `evidence` | [Evidence](#evidence) | empty |" in page


def test_values_are_listed() -> None:
    assert all(f"`{severity.value}`" in section("Severity") for severity in Severity)
    assert "`not measured`" in section("CheckState")
