import pytest
from tests.reports.schemas import official

from plimsoll.reports.licences import licence_choice, spdx_ids

CHOICES: list[tuple[str, list[dict[str, object]]]] = [
    ("", []),
    ("  ", []),
    ("MIT", [{"license": {"id": "MIT"}}]),
    ("gpl-2.0-ONLY", [{"license": {"id": "GPL-2.0-only"}}]),
    ("MIT AND BSD-3-Clause", [{"expression": "MIT AND BSD-3-Clause"}]),
    ("MIT  OR ISC OR  0BSD", [{"expression": "MIT OR ISC OR 0BSD"}]),
    ("MIT AND", [{"license": {"name": "MIT AND"}}]),
    ("MIT and ISC", [{"license": {"name": "MIT and ISC"}}]),
    ("MIT AND Nonsense", [{"license": {"name": "MIT AND Nonsense"}}]),
    ("custom", [{"license": {"name": "custom"}}]),
]


@pytest.mark.parametrize(("text", "choice"), CHOICES)
def test_a_text_becomes_an_id_an_expression_or_a_name(text: str, choice: list[dict[str, object]]) -> None:
    assert licence_choice(text) == choice


def test_the_ids_are_those_that_cyclonedx_knows() -> None:
    assert set(spdx_ids().values()) <= set(official("spdx.schema.json")["enum"])
    assert len(spdx_ids()) > 700
