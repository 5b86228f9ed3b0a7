"""Baselines: findings that an earlier report has are known, as many of each id as it has."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import LimitError, TargetError
from plimsoll.findings.baseline import known_since, read_baseline
from plimsoll.findings.select import gate
from plimsoll.model.finding import Finding, FindingKind
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity


def finding(id_: str) -> Finding:
    return Finding(id=id_, kind=FindingKind.MISCONFIGURATION, severity=Severity.HIGH, subject="a", title="b")


def report(*ids: str, schema: str = "plimsoll-report/1") -> bytes:
    findings = [{"id": id_, "severity": "no matter", "later": {"a": [1]}} for id_ in ids]
    return json.dumps({"schema": schema, "findings": findings, "score": None}).encode()


def known(earlier: list[str], now: list[str]) -> list[bool]:
    marked = known_since([finding(id_) for id_ in now], read_baseline(report(*earlier), "base.json", Limits()))
    assert [each.id for each in marked] == now
    return [each.known for each in marked]


def test_what_is_new_stays_new() -> None:
    assert known(["a", "b"], ["b", "c"]) == [True, False]


def test_two_of_one_id_need_two() -> None:
    assert known(["a"], ["a", "a"]) == [True, False]
    assert known(["a", "a"], ["a", "a", "a"]) == [True, True, False]


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_as_many_are_known_as_there_were(earlier: list[str], now: list[str]) -> None:
    marks = known(earlier, now)
    for id_ in "abc":
        told = sum(mark for mark, each in zip(marks, now, strict=True) if each == id_)
        assert told == min(earlier.count(id_), now.count(id_))


def test_the_gate_passes_over_what_is_known() -> None:
    marked = known_since([finding("a"), finding("b")], read_baseline(report("a"), "base.json", Limits()))
    assert [each.id for each in gate(marked, Severity.LOW)] == ["b"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the baseline base.json is no JSON report of Plimsoll"),
        (b"{}", "the baseline base.json is no JSON report of Plimsoll"),
        (b"[]", "the baseline base.json is no JSON report of Plimsoll"),
        (b'{"schema": "plimsoll-report/1", "findings": [{"id": 7}]}', "is no JSON report"),
        (b'{"schema": "plimsoll-report/1", "findings": [{"id": "\xff"}]}', "is no JSON report"),
        (b"[" * 100_000, "is no JSON report"),
        (report("a", schema="plimsoll-report/2"), "is a report of schema 'plimsoll-report/2'"),
    ],
)
def test_what_is_no_report_is_said(data: bytes, message: str) -> None:
    with pytest.raises(TargetError, match=message):
        read_baseline(data, "base.json", Limits())


def test_a_baseline_has_a_size() -> None:
    with pytest.raises(LimitError, match="report_size"):
        read_baseline(report("a"), "base.json", Limits(report_size=10))
