import json
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, parsed

from plimsoll.errors import KnowledgeError
from plimsoll.knowledge.feeds.arch_avg import ARCH_AVG
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Knowledge, State, Statement, Unusable

PATH = "arch/all.json"


def read(place: Path, **changed: object) -> list[Knowledge]:
    group = {"name": "AVG-1", "packages": ["zlib"], "status": "Fixed", "severity": "High", "affected": "1-1"}
    given = {**group, "fixed": "1-2", "issues": ["CVE-2024-0001"], **changed}
    return parsed(ARCH_AVG, PATH, json.dumps([given]).encode(), place)


def test_the_real_groups(tmp_path: Path) -> None:
    items = parsed(ARCH_AVG, PATH, (FEEDS / PATH).read_bytes(), tmp_path)
    tiff = [item for item in items if isinstance(item, Statement) and item.package == "libtiff"]
    assert {(said.vulnerability, said.advisory, said.hi) for said in tiff} == {
        ("CVE-2016-10095", "AVG-5", "4.0.8-2"),
        ("CVE-2015-7554", "AVG-5", "4.0.8-2"),
    }
    assert {(said.product, said.severity) for said in tiff} == {("arch", Severity.CRITICAL)}


@pytest.mark.parametrize(
    ("status", "fixed", "expected"),
    [
        ("Fixed", "1-2", (State.AFFECTED, "1-2", "")),
        ("Testing", "1-2", (State.AFFECTED, "1-2", "")),
        ("Vulnerable", None, (State.AFFECTED, None, "")),
        ("Not affected", None, (State.NOT_AFFECTED, None, "")),
        ("Unknown", None, (State.UNDETERMINED, None, "Unknown")),
    ],
)
def test_states(tmp_path: Path, status: str, fixed: str | None, expected: tuple[State, str | None, str]) -> None:
    (said,) = [item for item in read(tmp_path, status=status, fixed=fixed) if isinstance(item, Statement)]
    assert (said.state, said.hi, said.detail) == expected


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"status": "Odd"}, "status 'Odd' with fixed version '1-2'"),
        ({"fixed": None}, "status 'Fixed' with fixed version None"),
        ({"issues": []}, "names no CVE"),
        ({"packages": 1}, "group 1 is not what its publisher serves"),
    ],
)
def test_a_group_that_says_nothing_is_counted(tmp_path: Path, changed: dict[str, object], reason: str) -> None:
    items = read(tmp_path, **changed)
    assert [item for item in items if isinstance(item, Unusable) and item.reason.startswith(reason)]
    assert not [item for item in items if isinstance(item, Statement)]


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError):
        parsed(ARCH_AVG, PATH, b"{}", tmp_path)
