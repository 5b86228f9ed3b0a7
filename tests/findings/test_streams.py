import pytest

from plimsoll.findings.streams import Holds, applies


@pytest.mark.parametrize(
    ("stated", "stream", "version", "holds"),
    [
        ("", "", "1.0-1", Holds.YES),
        ("module:nodejs:18", "module:nodejs:18", "1:18.1-1.module_el8", Holds.YES),
        ("module:nodejs:18", "module:nodejs:16", "1:16.1-1.module_el8", Holds.NO),
        ("module:nodejs:18", "", "1:18.1-1.el8", Holds.NO),
        ("", "module:nodejs:18", "1:18.1-1.module_el8", Holds.NO),
        ("module:?", "module:nodejs:18", "1:18.1-1.module_el8", Holds.UNKNOWN),
        ("module:?", "", "1:18.1-1.el8", Holds.NO),
        ("module:?", "", "1:18.1-1.module_el8+1+ab", Holds.UNKNOWN),
        ("module:nodejs:18", "", "1:16.14.0-4.module+el8.6.0+14877+f643d2d6", Holds.UNKNOWN),
        ("esm", "", "1.0.1f-1ubuntu2.27+esm1", Holds.YES),
        ("esm", "", "1.0.1f-1ubuntu2.27", Holds.ALONE),
        ("ltss", "", "1.0-1", Holds.ALONE),
        ("eus:9.2", "", "3.0.7-1.el9_2", Holds.NO),
        ("aus:8.2", "", "1.0-1.el8_2", Holds.NO),
        ("eus:8.6 module:nodejs:18", "module:nodejs:18", "1:18.1-1.module_el8", Holds.NO),
        ("extra:php7.4", "", "7.4.3-1.amzn2", Holds.YES),
        ("extra:php7.4", "", "5.4.16-46.amzn2", Holds.ALONE),
    ],
)
def test_a_statement_holds_for_its_stream(stated: str, stream: str, version: str, holds: Holds) -> None:
    assert applies(stated, stream, version, "7.4.33-1.amzn2") is holds
