"""Where the packages of a finding are declared."""

from dataclasses import replace
from typing import Any

import pytest

from plimsoll.model.declared import declarations, declared_at, needed_by
from plimsoll.model.finding import Finding, FindingKind, FoundPackage, SourcePackage, Vulnerability
from plimsoll.model.package import Package
from plimsoll.model.severity import Severity


def package(name: str, path: str, line: int = 0, **more: Any) -> Package:  # noqa: ANN401 - fields of the class
    purl = f"pkg:npm/{name}@1.0.0"
    made = Package(
        ecosystem="npm", name=name, version="1.0.0", purl=purl, key=f"npm/{name}", source=name, source_version="1.0.0",
        path=path, line=line, declared=True,
    )  # fmt: skip
    return replace(made, **more)


FINDING = Finding(
    id="vulnerability:npm/a:CVE-2024-0001",
    kind=FindingKind.VULNERABILITY,
    severity=Severity.LOW,
    subject="source:x",
    title="CVE-2024-0001 in a 1.0.0",
    package=FoundPackage(
        name="a", version="1.0.0", purl="pkg:npm/a@1.0.0", source=SourcePackage(name="a", version="1.0.0")
    ),
    vulnerability=Vulnerability(id="CVE-2024-0001"),
)


def test_the_places_of_the_affected_versions_come_direct_ones_first() -> None:
    places = [
        package("a", "b/yarn.lock", 3, direct=False),
        package("a", "z/yarn.lock", 9, direct=True),
        package("a", "a/yarn.lock", 4, source_version="2.0.0"),
        package("a", "srv/node_modules/a/package.json", declared=False),
        package("b", "z/yarn.lock", 1, direct=True),
    ]
    assert [each.path for each in declarations(FINDING, places)] == ["z/yarn.lock", "b/yarn.lock"]
    assert declarations(replace(FINDING, package=None), places) == ()


@pytest.mark.parametrize(
    ("line", "direct", "scope", "words"),
    [
        (3, True, "", "yarn.lock:3 (direct)"),
        (3, False, "dev", "yarn.lock:3 (transitive, dev)"),
        (0, None, "", "yarn.lock"),
        (0, None, "test", "yarn.lock (test)"),
    ],
)
def test_a_place_is_told_as_far_as_it_is_known(line: int, direct: bool | None, scope: str, words: str) -> None:  # noqa: FBT001
    assert declared_at(package("a", "yarn.lock", line, direct=direct, scope=scope)) == words


def test_who_needs_a_package_is_told_of_its_own_file() -> None:
    needed = package("a", "yarn.lock")
    others = [package(name, "yarn.lock", requires=(needed.purl,)) for name in "fedcb"]
    others.append(package("g", "other/yarn.lock", requires=(needed.purl,)))
    assert needed_by(needed, others) == "b 1.0.0, c 1.0.0, d 1.0.0 and 2 more"
    assert needed_by(needed, [needed]) == ""
