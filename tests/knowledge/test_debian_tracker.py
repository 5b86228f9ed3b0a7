import json
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, parsed

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.feeds.debian_tracker import DEBIAN_TRACKER
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Knowledge, SpeaksFor, State, Statement, Unusable

PATH = "debian/tracker.json"


def tracker(place: Path, entries: object) -> list[Knowledge]:
    return parsed(DEBIAN_TRACKER, PATH, json.dumps(entries).encode(), place)


def decided(place: Path, **decision: object) -> Knowledge:
    return tracker(place, {"zlib": {"CVE-2023-45853": {"releases": {"bookworm": decision, **SOUND}}}})[0]


SOUND = {"sid": {"status": "open", "urgency": "low"}}


def test_the_real_extract(tmp_path: Path) -> None:
    items = parsed(DEBIAN_TRACKER, PATH, (FEEDS / PATH).read_bytes(), tmp_path)
    rows = {
        (said.package, said.vulnerability, said.product): (said.state, said.hi, said.severity, said.detail)
        for said in items
        if isinstance(said, Statement)
    }
    golden = {
        ("zlib", "CVE-2023-45853", "debian:12"): (State.AFFECTED, None, None, ""),
        ("zlib", "CVE-2018-25032", "debian:12"): (State.AFFECTED, "1:1.2.11.dfsg-4", None, ""),
        ("util-linux", "CVE-2022-0563", "debian:12"): (State.AFFECTED, None, Severity.NEGLIGIBLE, ""),
        ("libtasn1-6", "CVE-2024-12133", "debian:12"): (State.AFFECTED, "4.19.0-2+deb12u1", None, ""),
        ("chromium", "CVE-2022-0456", "debian:10"): (State.WILL_NOT_FIX, None, None, "end-of-life"),
        ("prototypejs", "CVE-2007-2383", "debian:9"): (State.NOT_AFFECTED, None, Severity.NEGLIGIBLE, ""),
        ("389-ds-base", "CVE-2016-5416", "debian:11"): (State.WILL_NOT_FIX, None, None, "ignored"),
        ("librsync", "CVE-2014-8242", "debian:8"): (State.DEFERRED, None, Severity.LOW, "no-dsa"),
        ("atomicparsley", "CVE-2021-37231", "debian:11"): (State.DEFERRED, None, None, "no-dsa"),
        ("mimetex", "TEMP-0000000-A2EB44", "debian:9"): (State.AFFECTED, "1.3.3", Severity.MEDIUM, ""),
    }
    assert {row: rows[row] for row in golden} == golden
    assert {said.product for said in items if isinstance(said, SpeaksFor)} == {row[2] for row in rows}
    assert not [said for said in items if isinstance(said, Unusable)]


@pytest.mark.parametrize(
    ("decision", "state", "detail"),
    [
        ({"status": "open", "nodsa": "Minor", "nodsa_reason": "postponed"}, State.DEFERRED, "postponed"),
        ({"status": "open", "nodsa": "Minor", "nodsa_reason": "ignored"}, State.WILL_NOT_FIX, "ignored"),
        ({"status": "open", "nodsa": ""}, State.DEFERRED, "no-dsa"),
        ({"status": "open", "urgency": "end-of-life"}, State.WILL_NOT_FIX, "end-of-life"),
        ({"status": "open", "urgency": "not yet assigned"}, State.AFFECTED, ""),
        ({"status": "open", "urgency": None}, State.AFFECTED, ""),
        ({"status": "open"}, State.AFFECTED, ""),
        ({"status": "undetermined", "urgency": "low"}, State.UNDETERMINED, "undetermined"),
        ({"status": "resolved", "fixed_version": "0"}, State.NOT_AFFECTED, ""),
    ],
)
def test_the_vendors_decision(tmp_path: Path, decision: dict[str, object], state: State, detail: str) -> None:
    said = decided(tmp_path, **decision)
    assert isinstance(said, Statement)
    assert (said.state, said.detail, said.lo, said.hi) == (state, detail, "", None)


def test_a_star_does_not_change_the_rating(tmp_path: Path) -> None:
    said = decided(tmp_path, status="resolved", fixed_version="1", urgency="high**")
    assert isinstance(said, Statement)
    assert said.severity is Severity.HIGH


@pytest.mark.parametrize(
    "decision",
    [
        {"status": "resolved"},
        {"status": "resolved", "fixed_version": ""},
        {"status": "whatever", "fixed_version": "1"},
        {"status": 7},
        {},
    ],
)
def test_a_decision_that_says_nothing_is_counted(tmp_path: Path, decision: dict[str, object]) -> None:
    said = decided(tmp_path, **decision)
    assert isinstance(said, Unusable)
    assert said.record == "zlib CVE-2023-45853 bookworm"
    assert said.reason
    (known,) = said.known
    assert (known.product, known.package, known.vulnerability) == ("debian:12", "zlib", "CVE-2023-45853")
    assert (known.state, known.lo, known.hi, known.severity) == (State.UNDETERMINED, "", None, None)


def test_an_unknown_release_is_counted_and_the_rest_is_used(tmp_path: Path) -> None:
    entry = {"releases": {"hamster": {"status": "open"}, **SOUND}}
    unknown, statement, speaks = tracker(tmp_path, {"zlib": {"CVE-2023-45853": entry}})
    assert isinstance(unknown, Unusable)
    assert "hamster" in unknown.reason
    assert unknown.known == ()
    assert isinstance(statement, Statement)
    assert statement.product == "debian:sid"
    assert speaks == SpeaksFor(product="debian:sid")


@pytest.mark.parametrize(
    "entries", [{"bad": [1]}, {"bad": {"CVE-1": 3}}, {"bad": {"CVE-1": {"releases": "none"}}}, {"bad": {"CVE-1": {}}}]
)
def test_a_package_of_a_wrong_shape_is_counted(tmp_path: Path, entries: dict[str, object]) -> None:
    first, *rest = tracker(tmp_path, {**entries, "zlib": {"CVE-2023-45853": {"releases": SOUND}}})
    assert isinstance(first, Unusable)
    assert [type(item) for item in rest] == [Statement, SpeaksFor]


def test_no_release_at_all_is_no_record(tmp_path: Path) -> None:
    items = tracker(tmp_path, {"gone": {"CVE-1": {"releases": []}}, "zlib": {"CVE-2023-45853": {"releases": SOUND}}})
    assert [type(item) for item in items] == [Statement, SpeaksFor]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"{}", b'{"a":' * 100_000, b"<html>busy</html>"])
def test_another_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(KnowledgeError, match=r"debian/tracker\.json"):
        parsed(DEBIAN_TRACKER, PATH, data, tmp_path)


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="file_size = 100"):
        parsed(DEBIAN_TRACKER, PATH, b" " * 101, tmp_path, Limits(file_size=100))
