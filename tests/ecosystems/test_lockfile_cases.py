"""What osv-scalibr, syft and trivy state about lockfiles in their own tests, and where we differ, with the reason."""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from plimsoll.model.package import Observed, PackageRecord
from plimsoll.model.system import System
from plimsoll.pipeline.readers import declared
from plimsoll.plugins import discover
from plimsoll.trees.patterns import PathPatterns

DATA = Path(__file__).parents[1] / "data" / "lockfiles"
SYSTEMS = discover("plimsoll.systems", System)
DECLARED = declared()
STANDARD_LIBRARY = "stdlib"
"""Of Go; its line is that of the release."""
DEVELOPING = {"dev", "test"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A row of deviations.toml."""

    cases: Sequence[str]
    reason: str
    more: Sequence[str] = ()
    fewer: Sequence[str] = ()
    without: str = ""
    direct: Sequence[str] = ()
    scope: Sequence[str] = ()
    fault: bool = False

    def holds_for(self, case: str) -> bool:
        return any(fnmatchcase(case, pattern) for pattern in self.cases)


@dataclass(slots=True)
class Allowed:
    """What the deviations of one case allow, together."""

    more: set[str] = field(default_factory=set)
    fewer: set[str] = field(default_factory=set)
    without: set[str] = field(default_factory=set)
    direct: set[str] = field(default_factory=set)
    scope: set[str] = field(default_factory=set)
    fault: bool = False


def cases() -> list[dict[str, Any]]:
    """Give every case; their ids name a file as well where a test of the project has no name of its own."""
    files = sorted((DATA / "expected").glob("*.jsonl"))
    found = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    for case in found:
        case["id"] = f"{case['id']}@{Path(case['file']).name}"
    return found


@cache
def deviations() -> tuple[Deviation, ...]:
    rows: list[dict[str, Any]] = tomllib.loads((DATA / "deviations.toml").read_text())["deviation"]
    return tuple(Deviation(**row) for row in rows)


def allowed(case: str) -> Allowed:
    total = Allowed()
    for row in deviations():
        if row.holds_for(case):
            total.more.update(row.more)
            total.fewer.update(row.fewer)
            total.without.update({row.without} - {""})
            total.direct.update(row.direct)
            total.scope.update(row.scope)
            total.fault |= row.fault
    return total


CASES = cases()
each_case = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])


def read(case: dict[str, Any]) -> tuple[System, Observed]:
    """Read a case's file with the plug-in that wants a file of its name."""
    names = PathPatterns({name: found.paths for name, found in DECLARED.items()}).find(case["as_name"])
    assert len(names) == 1, f"{names} want {case['as_name']}"
    plugin = DECLARED[names[0]]
    return SYSTEMS[plugin.system], plugin.parse(case["as_name"], (DATA / case["file"]).read_bytes())


def faults(observed: Observed) -> list[str]:
    """Give the faults of a file on its own, which no other file makes good."""
    return [*observed.faults, *(doubt.fault for doubt in observed.doubts)]


def spelled(system: System, name: str, version: str) -> str:
    return f"{system.normalise(name)} {version}".strip()


def ours(system: System, packages: Iterable[PackageRecord]) -> dict[str, PackageRecord]:
    return {spelled(system, package.name, package.version): package for package in packages}


def stated(system: System, case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give what the case lists; a package without a version is one that we must name in a fault."""
    return {spelled(system, package["name"], package["version"]): package for package in case["packages"]}


@each_case
def test_the_packages_are_those_of_the_case(case: dict[str, Any]) -> None:
    system, observed = read(case)
    but = allowed(case["id"])
    theirs = {key for key, package in stated(system, case).items() if package["version"]}
    found = {key for key, package in ours(system, observed.packages).items() if package.scope not in but.without}
    assert found - theirs == but.more
    assert theirs - found == but.fewer


@each_case
def test_what_has_no_version_is_named_in_a_fault(case: dict[str, Any]) -> None:
    system, observed = read(case)
    told = "\n".join(faults(observed))
    dependencies = [each for each in stated(system, case).values() if each.get("relationship") != "root"]
    without = [package["name"] for package in dependencies if not package["version"]]
    assert [name for name in without if name not in told] == []


@each_case
def test_what_cannot_be_read_is_a_fault(case: dict[str, Any]) -> None:
    _, observed = read(case)
    unversioned = any(not package["version"] for package in case["packages"])
    partly = case["expect_error"] and case["packages"]
    if not unversioned and not partly:
        told = faults(observed)
        assert bool(told) == (case["expect_error"] != allowed(case["id"]).fault), told


@each_case
def test_what_a_package_is_for_agrees_where_the_case_says(case: dict[str, Any]) -> None:
    system, observed = read(case)
    found = ours(system, observed.packages)
    differing = set()
    for key, package in stated(system, case).items():
        if key in found and not agrees(found[key].scope, package, case):
            differing.add(key)
    assert differing == allowed(case["id"]).scope


def agrees(scope: str, package: dict[str, Any], case: dict[str, Any]) -> bool:
    says_dev = any("dev" in other for other in case["packages"])
    says_groups = any(other.get("groups") for other in case["packages"])
    if says_groups:
        groups = set(package.get("groups", ()))
        return scope in groups if groups else scope == ""
    return (scope in DEVELOPING) == bool(package.get("dev")) if says_dev else True


@each_case
def test_what_the_project_asks_for_agrees_where_the_case_says(case: dict[str, Any]) -> None:
    system, observed = read(case)
    found = ours(system, observed.packages)
    differing = set()
    for key, package in stated(system, case).items():
        said = {"direct": True, "indirect": False}.get(package.get("relationship", ""))
        if key in found and said is not None and found[key].direct not in {said, None}:
            differing.add(key)
    assert differing == allowed(case["id"]).direct


@each_case
def test_licences_agree_where_the_case_says(case: dict[str, Any]) -> None:
    system, observed = read(case)
    found = ours(system, observed.packages)
    said = {key: package["licenses"] for key, package in stated(system, case).items() if package.get("licenses")}
    for key in said.keys() & found.keys():
        # Composer's lists are a choice, which some packages already write in words.
        assert re.split(" or ", found[key].licence, flags=re.IGNORECASE) == said[key], key


@each_case
def test_every_package_has_its_line(case: dict[str, Any]) -> None:
    """The name stands on the line, or on one of the next: in TOML it is that of the table's header."""
    _, observed = read(case)
    lines = (DATA / case["file"]).read_text().splitlines()
    for package in observed.packages:
        if package.line and package.name != STANDARD_LIBRARY:
            near = "\n".join(lines[package.line - 1 : package.line + 4]).lower()
            assert package.name.lower().rpartition("/")[2].rpartition(":")[2] in near or "${" in near, package


@pytest.mark.parametrize("row", deviations(), ids=[" ".join(row.cases) for row in deviations()])
def test_every_deviation_has_a_reason_and_a_case(row: Deviation) -> None:
    assert row.reason.endswith(".")
    covered = [case for case in CASES if row.holds_for(case["id"])]
    assert covered
    if row.without:
        assert any(package.scope == row.without for case in covered for package in read(case)[1].packages)


def test_every_plug_in_for_declared_packages_has_a_case() -> None:
    patterns = PathPatterns({name: found.paths for name, found in DECLARED.items()})
    tried = {name for case in CASES for name in patterns.find(case["as_name"])}
    # Manifests state no versions: test_manifests.py; and some files are not read at all: test_unread_builds.py.
    unstated = {"cargo-toml", "composer-json", "gemfile", "package-json", "pipfile", "pyproject", "unread-builds"}
    assert DECLARED.keys() - tried == unstated
