import pytest
from tests.reports.schemas import official

from plimsoll.reports.licences import exception_ids, expression, licence_choice, spdx_ids

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
    ("mit OR (Apache-2.0 AND  isc)", [{"expression": "MIT OR (Apache-2.0 AND ISC)"}]),
    ("GPL-2.0-only WITH classpath-exception-2.0", [{"expression": "GPL-2.0-only WITH Classpath-exception-2.0"}]),
    ("GPL-2.0-only WITH no-such-exception", [{"license": {"name": "GPL-2.0-only WITH no-such-exception"}}]),
    ("Apache-2.0+", [{"expression": "Apache-2.0+"}]),
    ("(MIT OR ISC", [{"license": {"name": "(MIT OR ISC"}}]),
    ("MIT) OR (ISC", [{"license": {"name": "MIT) OR (ISC"}}]),
    ("MIT WITH (ISC)", [{"license": {"name": "MIT WITH (ISC)"}}]),
    ("MIT ISC", [{"license": {"name": "MIT ISC"}}]),
    ("()", [{"license": {"name": "()"}}]),
    (" AND ".join(["MIT"] * 2000), [{"license": {"name": " AND ".join(["MIT"] * 2000)}}]),
]


@pytest.mark.parametrize(("text", "choice"), CHOICES)
def test_a_text_becomes_an_id_an_expression_or_a_name(text: str, choice: list[dict[str, object]]) -> None:
    assert licence_choice(text) == choice


def test_the_ids_are_those_that_cyclonedx_knows() -> None:
    assert set(spdx_ids().values()) <= set(official("spdx.schema.json")["enum"])
    assert len(spdx_ids()) > 700
    assert set(exception_ids().values()) == set(official("spdx.schema.json")["enum"]) - set(spdx_ids().values())


def test_what_is_no_id_may_get_a_name_but_an_exception_may_not() -> None:
    def other(term: str) -> str:
        return f"LicenseRef-{term}"

    assert expression("MIT AND Custom", other) == "MIT AND LicenseRef-Custom"
    assert expression("Custom WITH Classpath-exception-2.0", other) == "LicenseRef-Custom WITH Classpath-exception-2.0"
    assert expression("Custom WITH unknown", other) is None
    assert expression("a and b", other) is None
