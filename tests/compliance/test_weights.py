from importlib.resources import files

import pytest

from plimsoll.compliance.weights import read_weights, weights
from plimsoll.errors import PlimsollError
from plimsoll.model.severity import Severity

SHIPPED = (files("plimsoll.compliance") / "weights.toml").read_text(encoding="utf-8")


def test_the_table_is_that_of_the_design() -> None:
    table = weights()
    assert {severity.value: weight for severity, weight in table.severity.items()} == {
        "critical": 10,
        "high": 5,
        "medium": 2,
        "unknown": 2,
        "low": 0.5,
        "negligible": 0.1,
    }
    assert (table.exploited, table.epss_floor, table.no_epss) == (3, 0.05, 0.1)
    assert (table.unmeasured, table.stale_full_days) == (1, 730)


@pytest.mark.parametrize(
    ("epss", "exploited", "mass"),
    [(None, False, 0.5), (None, True, 15.0), (0.81422, True, 15.0), (0.25, False, 2.5), (0.0001, False, 0.25)],
)
def test_likelihood_is_three_when_exploited_else_the_root_of_epss(
    epss: float | None,
    exploited: bool,  # noqa: FBT001 - a case
    mass: float,
) -> None:
    assert weights().of_vulnerability(Severity.HIGH, epss, exploited=exploited) == mass


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("critical = 10.0\n", "", "severity: missing or unknown: critical"),
        ("low = 0.5", "low = 0.5\nlwo = 0.5", "severity: missing or unknown: lwo"),
        ("high = 5.0", "high = -5.0", "severity.high must be a number over 0, not -5.0"),
        ("high = 5.0", "high = nan", "severity.high must be a number over 0, not nan"),
        ("high = 5.0", "high = true", "severity.high must be a number over 0, not True"),
        ("high = 5.0", 'high = "5"', "severity.high must be a number over 0, not '5'"),
        ("low = 0.5", "low = 3.0", "severity: medium must weigh at least as much as low"),
        ("unknown = 2.0", "unknown = 1.0", "severity: unknown must weigh at least as much as medium"),
        ("epss_floor", "epss_flor", "likelihood: missing or unknown: epss_floor, epss_flor"),
        ("[likelihood.kinds]", "[likelihood.kind]", "weights.toml: kinds must be a table"),
        ("secret = 1.0", "", "kinds: missing or unknown: secret"),
        ("[estimate]", "[estimates]", "weights.toml: missing or unknown: estimate, estimates"),
        ("[severity]", "[severity", "weights.toml cannot be read"),
    ],
)
def test_a_damaged_table_is_refused_by_the_key_that_is_wrong(old: str, new: str, complaint: str) -> None:
    assert old in SHIPPED
    with pytest.raises(PlimsollError) as error:
        read_weights(SHIPPED.replace(old, new, 1))
    assert error.value.message.startswith(complaint)
