"""Several copies of one record, and streams of one release: which statement decides."""

from dataclasses import replace
from pathlib import Path

from tests.knowledge.making import built, feed, found, saying

from plimsoll.knowledge.store import Store
from plimsoll.model.statement import Knowledge, SpeaksFor, State, Statement

ALL = SpeaksFor(product="npm")
OLD = Statement(
    product="npm",
    package="lodash",
    vulnerability="CVE-2020-8203",
    advisory="GHSA-p6mc-m468-83gw",
    state=State.AFFECTED,
    scheme="semver",
    hi="4.17.19",
    modified="2022-01-01T00:00:00Z",
)
NEW = replace(OLD, hi="4.17.20", modified="2023-05-09T10:11:12.5Z")
GONE = replace(OLD, hi=None, state=State.NOT_AFFECTED, detail="withdrawn", modified="2024-01-01T00:00:00Z")


def store(place: Path, first: Knowledge, second: Knowledge) -> Store:
    return built(
        place, saying(feed("ghsa", authority=50), ALL, first), saying(feed("osv-npm", authority=50), ALL, second)
    )


def test_the_newest_of_two_copies_counts(tmp_path: Path) -> None:
    for number, (first, second) in enumerate([(OLD, NEW), (NEW, OLD)]):
        known = store(tmp_path / str(number), first, second)
        assert found(known, "npm", "lodash", "4.17.19", "semver") == {"CVE-2020-8203"}
        decides = {stored.statement.hi: stored.decides for stored in known.weighed("npm", "lodash", "CVE-2020-8203")}
        assert decides == {"4.17.20": True, "4.17.19": False}


def test_a_newer_copy_that_was_withdrawn_silences_an_older_one(tmp_path: Path) -> None:
    assert found(store(tmp_path / "a", OLD, GONE), "npm", "lodash", "4.17.1", "semver") == set()
    old = replace(GONE, modified="2020-01-01T00:00:00Z")
    assert found(store(tmp_path / "b", OLD, old), "npm", "lodash", "4.17.1", "semver") == {"CVE-2020-8203"}


def test_what_only_an_older_copy_says_of_another_vulnerability_has_no_say(tmp_path: Path) -> None:
    renamed = replace(NEW, vulnerability="CVE-2020-28500")
    known = store(tmp_path, OLD, renamed)
    assert found(known, "npm", "lodash", "4.17.1", "semver") == {"CVE-2020-28500"}
    assert [stored.decides for stored in known.weighed("npm", "lodash", "CVE-2020-8203")] == [False]


def test_another_record_on_the_same_vulnerability_is_no_copy(tmp_path: Path) -> None:
    other = replace(NEW, advisory="SNYK-1", hi="4.17.15", modified="2025-01-01T00:00:00Z")
    assert found(store(tmp_path, OLD, other), "npm", "lodash", "4.17.17", "semver") == {"CVE-2020-8203"}


def test_each_stream_has_its_own_last_word(tmp_path: Path) -> None:
    product = SpeaksFor(product="rhel:8")
    base = replace(OLD, product="rhel:8", package="nodejs", scheme="rpm", hi="1:10.1-1", modified="", advisory="RHSA-1")
    module = replace(base, stream="module:nodejs:12", hi="1:12.1-1", evidence=True, advisory="RHSA-2")
    known = built(
        tmp_path,
        saying(feed("cve", authority=100), product, base),
        saying(feed("errata", authority=50), product, module),
    )
    decides = {each.statement.stream: each.decides for each in known.weighed("rhel:8", "nodejs", "CVE-2020-8203")}
    assert decides == {"": True, "module:nodejs:12": True}
