"""Projects in which trivy states what is to be found: its packages are listed, its vulnerabilities found.

Where Plimsoll answers otherwise, a table says so and why.
"""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.findings.explain import explain
from plimsoll.knowledge.end_of_life import end_of_life, version_of_codename
from plimsoll.knowledge.store import Store
from plimsoll.knowledge.update import update
from plimsoll.model.report import Report
from plimsoll.model.reporting import Style
from plimsoll.pipeline.examine import Examination, Progress
from plimsoll.pipeline.readers import declared
from plimsoll.pipeline.scan import Facts, scan
from plimsoll.reports import sarif, table
from plimsoll.systems.known import systems

DATA = Path(__file__).parents[1] / "data" / "golden-lockfiles"
UNREAD = {"cocoapods": "CocoaPods lockfiles are not read yet."}
INSTALLED = {"composer-vendor": "vendor/composer/installed.json", "dotnet": "datacollector.deps.json"}
"""What is installed, not declared, and where it lies then: such folders are looked at as root file systems."""
OTHER_NAMES = {"GMS-2022-20": "GHSA-qq97-vm5h-rrhg"}
"""Ids of a database whose records are no longer published, and what the record is called elsewhere."""
ROOTS = {
    "Microsoft.VisualStudio.TestPlatform.Common": "the project itself, told by a .deps.json, is listed",
    "integration": "the project itself stands in no yarn.lock",
}
FIXED_LATER = {
    "CVE-2022-24775": "1.9.1: the records call CVE-2023-29197 the same vulnerability, and its fix came later",
    "CVE-2022-23628": "0.37.2: the records were corrected since",
}

CASES: list[dict[str, Any]] = json.loads((DATA / "expected.json").read_text())
READ = [case for case in CASES if case["name"] not in UNREAD]
each_case = pytest.mark.parametrize("case", READ, ids=[case["name"] for case in READ])
Scan = Callable[[str], Report]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    place = tmp_path_factory.mktemp("golden")
    for ecosystem, records in json.loads((DATA / "osv.json").read_text()).items():
        folder = place / "feeds" / "osv" / ecosystem
        folder.mkdir(parents=True)
        with zipfile.ZipFile(folder / "all.zip", "w") as archive:
            for name, record in records.items():
                archive.writestr(name, json.dumps(record))
    summary = update(place / "feeds", place / "store.db", as_of="2026-11-24")
    assert not summary.failed
    return Store.open(summary.store)


@pytest.fixture
def scanned(store: Store, tmp_path: Path) -> Scan:
    def scanning(folder: str) -> Report:
        target = f"source:{DATA / 'inputs' / folder}"
        if folder in INSTALLED:
            place = tmp_path / INSTALLED[folder]
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(DATA / "inputs" / folder / place.name, place)
            target = f"dir:{tmp_path}"
        facts = Facts(
            knowledge=store, end_of_life=end_of_life, version_of=version_of_codename, waivers=(), as_of="2026-11-24"
        )
        return scan(Examination(target=target), facts, io.BytesIO(), Progress())[0]

    return scanning


def is_at(path: str, target: str) -> bool:
    """Say whether a path of ours is the file that a case names; go.sum counts as part of the go.mod beside it."""
    return path.endswith(target) or (path.endswith("go.sum") and target.endswith("go.mod"))


@each_case
def test_the_packages_are_listed(case: dict[str, Any], scanned: Scan) -> None:
    if not case["packages"]:
        assert case["vulnerabilities"], "a case states one or the other"
        return
    report = scanned(case["folder"])
    expected = {f"{each['name']} {each['version']}" for each in case["packages"] if each["name"] not in ROOTS}
    found = {f"{each.name} {each.version}": each for each in report.packages if each.name not in ROOTS}
    assert expected - found.keys() == set()
    # What is needed for development only is listed without any option, and marked so.
    assert {found[name].scope for name in found.keys() - expected} <= {"dev"}


@each_case
def test_what_is_direct_and_for_development_agrees(case: dict[str, Any], scanned: Scan) -> None:
    found = {each.name: each for each in scanned(case["folder"]).packages}
    for each in case["packages"]:
        if each["name"] in ROOTS:
            continue
        ours = found[each["name"]]
        if "relationship" in each:
            assert ours.direct is (each["relationship"] == "direct"), ours
        assert (ours.scope == "dev") == each.get("dev", False), ours


@each_case
def test_the_vulnerabilities_are_found(case: dict[str, Any], scanned: Scan) -> None:
    report = scanned(case["folder"])
    assert case["vulnerabilities"]
    for expected in case["vulnerabilities"]:
        wanted = OTHER_NAMES.get(expected["vuln"], expected["vuln"])
        behind = [
            (finding, package)
            for finding in report.findings
            for package in report.packages
            if finding.vulnerability
            and wanted in {finding.vulnerability.id, *finding.vulnerability.aliases}
            and finding.package
            and package.key == finding.fix_key.partition(":")[2]
            and systems()[package.ecosystem].normalise(package.name) == finding.package.name.lower()
            and package.version == expected["installed"]
        ]
        assert [package for _, package in behind if is_at(package.path, expected["target"])], (
            expected,
            report.findings,
        )
        fixed = {finding.vulnerability.fixed_in for finding, _ in behind if finding.vulnerability}
        later = FIXED_LATER.get(expected["vuln"], "").partition(":")[0]
        assert fixed == {later} or any(version.removeprefix("v") in expected["fixed"] for version in fixed), fixed


def test_reports_say_where_a_package_is_declared(scanned: Scan) -> None:
    report = scanned("yarn")
    (finding,) = report.findings
    assert "yarn.lock:10 (direct)" in table.render(report, Style(width=120))
    assert "yarn.lock:10 (direct)" in table.render(report, Style(width=60))
    assert "Declared in    yarn.lock:10 (direct)\n" in explain(finding, report, 0.0, report.score)
    (result,) = json.loads(sarif.render(report, Style(width=80)))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("yarn.lock", 10)


def test_nothing_in_the_projects_is_passed_over(scanned: Scan) -> None:
    for folder in sorted({case["folder"] for case in READ}):
        unread = [gap for gap in scanned(folder).gaps if gap.what in {"unreadable-entries", "no-lockfile", "no-reader"}]
        assert unread == [], folder


def test_what_is_not_read_has_no_plug_in_yet() -> None:
    """A deviation that no longer holds has to go."""
    assert UNREAD.keys() == {case["name"] for case in CASES} - {case["name"] for case in READ}
    assert not [name for name in declared() if "pod" in name]
