"""The cases of the specification's own test suites; a System's spelling stands between parsing and building."""

import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.model.purl import LONGEST, PackageUrl, PurlError, parse_purl, purl
from plimsoll.systems.known import of_purl_type

FILE = Path(__file__).parents[1] / "data" / "purl" / "cases.jsonl"
CASES = [json.loads(line) for line in FILE.read_text().splitlines()]
SUITES = {
    *("deb", "apk", "rpm", "alpm", "pypi", "npm", "maven", "golang", "cargo", "gem", "composer", "nuget", "hex", "pub"),
    *("generic", "specification"),
}


def named(case: Any) -> str:  # noqa: ANN401 - a JSON document
    given = case["input"]
    what = given if isinstance(given, str) else f"{given['name']}@{given['version']}"
    return f"{case['suite']}-{case['test']}-{what}"


def canonical(url: PackageUrl) -> str:
    """Build a package URL again, with names in the spelling that its type asks for."""
    system = of_purl_type(url.kind)
    spell = system.purl_spelling if system else str
    namespace = "/".join(spell(part) for part in url.namespace.split("/"))
    return purl(url.kind, namespace, spell(url.name), url.version, url.qualifiers, url.subpath)


def of_parts(parts: Any) -> PackageUrl:  # noqa: ANN401 - a JSON document
    return PackageUrl(
        kind=parts["type"],
        namespace=parts["namespace"] or "",
        name=parts["name"],
        version=parts["version"] or "",
        qualifiers=parts["qualifiers"] or {},
        subpath=parts["subpath"] or "",
    )


def of_test(*tests: str) -> list[Any]:
    return [case for case in CASES if case["test"] in tests]


def test_all_systems_that_we_know_have_cases() -> None:
    assert {case["suite"] for case in CASES} == SUITES
    assert len(of_test("parse")) > 20
    assert len(of_test("build")) > 20
    assert len(of_test("validate")) > 30


@pytest.mark.parametrize("case", of_test("parse"), ids=named)
def test_parsing(case: Any) -> None:  # noqa: ANN401 - a JSON document
    if case["fails"]:
        with pytest.raises(PurlError):
            parse_purl(case["input"])
    else:
        assert parse_purl(case["input"]) == of_parts(case["expected"])


@pytest.mark.parametrize("case", of_test("build"), ids=named)
def test_building(case: Any) -> None:  # noqa: ANN401 - a JSON document
    assert canonical(of_parts(case["input"])) == case["expected"]


@pytest.mark.parametrize("case", of_test("validate"), ids=named)
def test_there_and_back(case: Any) -> None:  # noqa: ANN401 - a JSON document
    assert canonical(parse_purl(case["input"])) == case["expected"]


BAD = {
    "empty": "",
    "no-name": "pkg:npm/",
    "only-slashes": "pkg:npm////",
    "other-scheme": "http://example.org/a",
    "type-with-blank": "pkg:n pm/a",
    "too-long": "pkg:npm/" + "a" * LONGEST,
    "qualifier-without-name": "pkg:npm/a?=1",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_package_url_is_refused(text: str) -> None:
    with pytest.raises(PurlError):
        parse_purl(text)


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("pkg:npm/@", "@", ""),
        ("pkg:npm/a@1%", "a", "1%"),
        ("pkg:npm/a@%ff", "a", "\ufffd"),
        ("pkg:npm/a@%zz", "a", "%zz"),
        ("pkg:npm/a@b@1", "a@b", "1"),
        ("pkg:npm/a@x/y", "a", "x/y"),
    ],
)
def test_odd_ones_are_read_as_far_as_they_go(text: str, name: str, version: str) -> None:
    found = parse_purl(text)
    assert (found.name, found.version) == (name, version)
