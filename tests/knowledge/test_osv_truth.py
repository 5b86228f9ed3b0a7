"""Intervals against the versions that OSV.dev lists itself: real packages, versions and records."""

import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from tests.knowledge.making import DATA, FEEDS

from plimsoll.errors import VersionRefusedError
from plimsoll.knowledge.feeds import osv_languages
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed, State, Statement
from plimsoll.model.system import System
from plimsoll.model.version import FROM_THE_START, NOT_FIXED
from plimsoll.systems import languages
from plimsoll.versions.schemes import scheme

ECOSYSTEMS: dict[str, tuple[System, Feed]] = {
    "Maven": (languages.MAVEN, osv_languages.OSV_MAVEN),
    "NuGet": (languages.NUGET, osv_languages.OSV_NUGET),
    "Packagist": (languages.COMPOSER, osv_languages.OSV_COMPOSER),
    "PyPI": (languages.PYPI, osv_languages.OSV_PYPI),
    "RubyGems": (languages.RUBYGEMS, osv_languages.OSV_RUBYGEMS),
}

UNLISTED = {
    ("PyPI", "label-studio", "0.7.5rc1"),
    ("Packagist", "cachethq/cachet", "v2.4.1"),
    ("Packagist", "nukeviet/nukeviet", "4.3"),
    ("Packagist", "codeigniter4/shield", "1.0.0-beta"),
}
"""Versions that a record's range holds but that its list leaves out: pulled or added after the list was made.

OSV's rule is that either is enough, so more ids than the listed ones hold for them.
"""
TAKEN_BACK = {"GHSA-32f7-cmr3-vpjv", "GHSA-m56g-3g8v-2rxw", "GHSA-wrr7-33fx-rcvj"}
"""Records whose own text says that they are withdrawn; their lists are still there."""
ANOTHER_SPELLING = {
    ("NuGet", "jquery"),
    ("NuGet", "umbracocms.core"),
    ("NuGet", "microsoft.netcore.app.runtime.linux-x64"),
}
"""Packages that records name in several spellings, which NuGet takes for one; the cases go by one spelling."""

Bounds = tuple[Statement, bytes | None, bytes | None]


def key(name: str, version: str) -> bytes | None:
    try:
        return scheme(name).key(version)
    except VersionRefusedError:
        return None


@cache
def statements(ecosystem: str) -> dict[str, list[Bounds]]:
    _, feed = ECOSYSTEMS[ecosystem]
    path = feed.files[0]
    found: dict[str, list[Bounds]] = defaultdict(list)
    for said in feed.parse(path, FEEDS / path, Limits()):
        if isinstance(said, Statement) and said.state is State.AFFECTED:
            lo = key(said.scheme, said.lo) if said.lo else FROM_THE_START
            hi = NOT_FIXED if said.hi is None else key(said.scheme, said.hi)
            if hi is not None and said.hi_inclusive:
                hi += b"\0"
            found[said.package].append((said, lo, hi))
    return found


def holding(ecosystem: str, package: str, version: str) -> set[str]:
    system, _ = ECOSYSTEMS[ecosystem]
    at = key(system.scheme, version)
    return {
        said.advisory
        for said, lo, hi in statements(ecosystem)[system.normalise(package)]
        if (said.lo == version == said.hi if at is None or lo is None or hi is None else lo <= at < hi)
    }


def cases(ecosystem: str) -> list[dict[str, object]]:
    lines = (DATA / "osv-version-truth" / f"{ecosystem}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def ids(case: dict[str, object], name: str) -> set[str]:
    found = case[name]
    assert isinstance(found, list)
    return set(map(str, found))


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_intervals_hold_what_osv_lists(ecosystem: str) -> None:
    system, _ = ECOSYSTEMS[ecosystem]
    exact = 0
    for case in cases(ecosystem):
        package, version = str(case["package"]), str(case["version"])
        affected, unaffected, skip = (ids(case, name) for name in ("affected_by", "not_affected_by", "skip"))
        found = holding(ecosystem, package, version) - skip
        assert affected - found - skip <= TAKEN_BACK, (package, version)
        beyond = found - affected
        if (ecosystem, package, version) in UNLISTED:
            assert beyond, "no longer a deviation"
        elif (ecosystem, system.normalise(package)) in ANOTHER_SPELLING:
            assert not beyond & unaffected, (package, version)
        else:
            assert not beyond, (package, version, beyond)
            exact += 1
    assert exact > len(cases(ecosystem)) * 0.8


def test_the_cases_say_enough() -> None:
    assert {path.stem for path in (DATA / "osv-version-truth").glob("*.jsonl")} == set(ECOSYSTEMS)
    assert sum(len(cases(ecosystem)) for ecosystem in ECOSYSTEMS) == 389
    listed = [case for ecosystem in ECOSYSTEMS for case in cases(ecosystem)]
    assert sum(bool(case["affected_by"]) for case in listed) > 300
    assert sum(bool(case["not_affected_by"]) for case in listed) > 80


def test_the_records_lie_where_the_feeds_read_them() -> None:
    for _, feed in ECOSYSTEMS.values():
        assert (FEEDS / Path(feed.files[0])).is_file()
