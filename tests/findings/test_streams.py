import pytest

from plimsoll.findings.streams import applies


@pytest.mark.parametrize(
    ("stated", "stream", "version", "holds"),
    [
        ("", "", "1.0-1", True),
        ("module:nodejs:18", "module:nodejs:18", "1:18.1-1.module_el8", True),
        ("module:nodejs:18", "module:nodejs:16", "1:16.1-1.module_el8", False),
        ("module:nodejs:18", "", "1:18.1-1.el8", False),
        ("", "module:nodejs:18", "1:18.1-1.module_el8", False),
        ("module:?", "module:nodejs:18", "1:18.1-1.module_el8", None),
        ("module:?", "", "1:18.1-1.el8", False),
        ("esm", "", "1.0.1f-1ubuntu2.27+esm1", True),
        ("esm", "", "1.0.1f-1ubuntu2.27", False),
        ("eus:9.2", "", "3.0.7-1.el9_2", False),
        ("aus:8.2", "", "1.0-1.el8_2", False),
    ],
)
def test_a_statement_holds_for_its_stream(stated: str, stream: str, version: str, holds: bool | None) -> None:  # noqa: FBT001
    assert applies(stated, stream, version) is holds
