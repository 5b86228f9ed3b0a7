"""What is gathered of one file stays within bounds, and a package that is stated twice is one."""

import pytest

from plimsoll.ecosystems import gathering as module
from plimsoll.ecosystems.declared.properties import Properties
from plimsoll.ecosystems.gathering import Gathering, digest, fault, text_lines
from plimsoll.model.package import PackageRecord


def test_a_package_that_is_stated_twice_is_one_that_is_needed_for_both() -> None:
    gathering = Gathering()
    gathering.add(PackageRecord.simple("a", "1", line=3, scope="dev", direct=False, requires=("b 1",), hashes=("x:1",)))
    gathering.add(PackageRecord.simple("a", "1", line=9, direct=True, requires=("b 1", "c 2"), licence="MIT"))
    gathering.add(PackageRecord.simple("a", "2", scope="dev"))
    assert gathering.observed().packages == (
        PackageRecord.simple(
            "a", "1", line=3, direct=True, requires=("b 1", "c 2"), hashes=("x:1",), licence="MIT", scope=""
        ),
        PackageRecord.simple("a", "2", scope="dev"),
    )


def test_what_one_of_them_knows_is_known() -> None:
    for one, other, both in ((None, None, None), (None, False, False), (False, None, False), (True, False, True)):
        gathering = Gathering()
        gathering.add(PackageRecord.simple("a", "1", direct=one))
        gathering.add(PackageRecord.simple("a", "1", direct=other))
        assert [package.direct for package in gathering.observed().packages] == [both]


def test_a_package_without_a_name_or_a_version_is_a_fault() -> None:
    gathering = Gathering()
    gathering.add(PackageRecord.simple("", "1", line=2))
    gathering.add(PackageRecord.simple("a", ""))
    gathering.add(PackageRecord.simple("a" * 5000, "1"))
    observed = gathering.observed()
    assert observed.packages == ()
    assert observed.faults[:2] == ("line 2: a package has no name", "a has no version")
    assert len(observed.faults) == 3


def test_faults_are_few_and_short_and_the_rest_is_counted() -> None:
    gathering = Gathering()
    for number in range(50):
        gathering.fault("x" * 10_000, number)
    faults = gathering.observed().faults
    assert len(faults) == 21
    assert max(map(len, faults)) <= 300
    assert faults[-1].startswith("30 more")
    assert len(fault("y" * 10_000).faults[0]) == 300


def test_more_packages_than_are_read_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RECORDS", 2)
    gathering = Gathering()
    for number in range(3):
        gathering.add(PackageRecord.simple("a", str(number)))
    observed = gathering.observed()
    assert len(observed.packages) == 2
    assert observed.faults == ("only the first 2 packages were read",)


def test_more_lines_than_are_read_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_LINES", 2)
    gathering = Gathering()
    assert list(text_lines(b"\xef\xbb\xbfa\r\n\xffb\nc\n", gathering)) == [(1, "a"), (2, "\\xffb")]
    assert gathering.observed().faults == ("only the first 2 lines were read",)


def test_properties_refer_to_each_other_but_not_without_end() -> None:
    import re

    values = {"a": "1.${b}", "b": "2", "loop": "${loop}", "x": "${y}${y}", "y": "${x}${x}"}
    properties = Properties(values, re.compile(r"\$\{([^${}]+)\}"))
    assert properties.fill("v${a}") == "v1.2"
    assert properties.fill("${none} ${a}") == "${none} 1.2"
    assert properties.fill("${loop}") == "${loop}"
    assert properties.fill("${x}") == "${x}"


def test_a_digest_is_given_only_where_it_is_one() -> None:
    assert digest("sha512", "AP8=") == ("sha512:00ff",)
    assert digest("sha512", "not base64") == digest("sha512", "") == ()
