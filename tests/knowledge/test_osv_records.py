"""One record of a language ecosystem: which words it says, one rule at a time."""

import io
import json
import tarfile
from pathlib import Path

import pytest
from tests.knowledge.making import FEEDS, parsed

from plimsoll.knowledge.feeds import osv_languages
from plimsoll.knowledge.feeds.ghsa import GHSA
from plimsoll.knowledge.feeds.go_vulndb import GO_VULNDB
from plimsoll.knowledge.osv_records import Extent, LanguageRecord, knowledge_of, systems_by_osv
from plimsoll.knowledge.reading import decoded
from plimsoll.model.limits import Limits
from plimsoll.model.severity import Severity
from plimsoll.model.statement import AsOf, Feed, Knowledge, Rating, SpeaksFor, State, Statement, Unusable

HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
RANGE = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}
OPEN = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}


def entry(name: str = "flask", ecosystem: str = "PyPI", **fields: object) -> dict[str, object]:
    return {"package": {"ecosystem": ecosystem, "name": name}, "ranges": [RANGE], **fields}


def items(**fields: object) -> list[Knowledge]:
    record = {
        "id": "GHSA-aaaa-bbbb-cccc",
        "modified": "2024-05-06T07:08:09Z",
        "published": "2024-01-02T03:04:05Z",
        "affected": [entry()],
        **fields,
    }
    decoded_record = decoded(json.dumps(record).encode(), LanguageRecord, "record")
    return list(knowledge_of(decoded_record, systems_by_osv(), Extent()))


def said(**fields: object) -> list[Statement]:
    return [item for item in items(**fields) if isinstance(item, Statement)]


def test_a_record_without_a_cve_is_a_vulnerability_of_its_own() -> None:
    assert items(aliases=["PYSEC-2024-1"]) == [
        Statement(
            product="pypi",
            package="flask",
            vulnerability="GHSA-aaaa-bbbb-cccc",
            advisory="GHSA-aaaa-bbbb-cccc",
            state=State.AFFECTED,
            scheme="pep440",
            hi="2.0",
            since="2024-01-02",
            aliases=("PYSEC-2024-1",),
            modified="2024-05-06T07:08:09Z",
        )
    ]


def test_the_cve_is_the_vulnerability_and_the_record_its_alias() -> None:
    (found,) = said(aliases=["PYSEC-2024-1", "CVE-2024-1234"])
    assert found.vulnerability == "CVE-2024-1234"
    assert found.advisory == "GHSA-aaaa-bbbb-cccc"
    assert found.aliases == ("GHSA-aaaa-bbbb-cccc", "PYSEC-2024-1")


def test_several_cves_are_several_vulnerabilities_and_no_aliases_of_each_other() -> None:
    found = said(aliases=["CVE-2024-1234", "CVE-2024-1235", "RUSTSEC-2024-0001"])
    assert [each.vulnerability for each in found] == ["CVE-2024-1234", "CVE-2024-1235"]
    assert {each.aliases for each in found} == {("GHSA-aaaa-bbbb-cccc", "RUSTSEC-2024-0001")}


def test_related_and_upstream_are_never_aliases() -> None:
    (found,) = said(related=["CVE-2020-1111"], upstream=["CVE-2020-2222"])
    assert found.vulnerability == "GHSA-aaaa-bbbb-cccc"
    assert found.aliases == ()


def test_aliases_that_are_no_ids_are_left_out() -> None:
    (found,) = said(aliases=["two words", "", "A-1", "x" * 200])
    assert found.aliases == ("A-1",)


def test_an_absurd_number_of_aliases_is_counted_as_unusable() -> None:
    (found,) = items(aliases=[f"CVE-2024-{number}" for number in range(10_000, 10_300)])
    assert isinstance(found, Unusable)
    assert "300 aliases" in found.reason


@pytest.mark.parametrize("bad", ["", "two words", "x" * 200, "-", "\u202e"])
def test_an_id_that_cannot_be_told_is_counted_as_unusable(bad: str) -> None:
    (found,) = items(id=bad)
    assert isinstance(found, Unusable)
    assert found.record


def test_names_are_normalised_as_their_system_does() -> None:
    found = said(affected=[entry("Foo_Bar"), entry("Foo_Bar", "npm"), entry("Foo_Bar", "NuGet")])
    assert [(each.product, each.package) for each in found] == [
        ("pypi", "foo-bar"),
        ("npm", "Foo_Bar"),
        ("nuget", "foo_bar"),
    ]


def test_a_repository_of_an_ecosystem_is_of_that_ecosystem() -> None:
    (found,) = said(affected=[entry("drupal/token", "Packagist:https://packages.example.org/8")])
    assert (found.product, found.package) == ("composer", "drupal/token")


def test_packages_of_systems_that_we_do_not_know_say_nothing() -> None:
    assert items(affected=[entry("x", "SwiftURL"), {"ranges": [RANGE]}]) == []


def test_one_statement_for_each_interval_and_for_each_version_outside_of_them() -> None:
    two = {"type": "ECOSYSTEM", "events": [{"introduced": "3"}, {"last_affected": "3.1"}]}
    found = said(affected=[entry(ranges=[RANGE, two], versions=["1.0", "2.5", "3.1"])])
    assert [(each.lo, each.hi, each.hi_inclusive) for each in found] == [
        ("", "2.0", False),
        ("3", "3.1", True),
        ("2.5", "2.5", True),
    ]


def test_listed_versions_alone_are_enough() -> None:
    found = said(affected=[entry(ranges=[], versions=["1.0", "1.1"])])
    assert [(each.lo, each.hi, each.hi_inclusive) for each in found] == [("1.0", "1.0", True), ("1.1", "1.1", True)]


@pytest.mark.parametrize("ranges", [[], [{"type": "GIT", "events": [{"introduced": "0"}]}]])
def test_commits_alone_leave_open_which_versions_are_affected(ranges: list[object]) -> None:
    (found,) = items(affected=[entry(ranges=ranges)], aliases=["CVE-2024-1234", "CVE-2024-1235"])
    assert isinstance(found, Unusable)
    assert found.record == "GHSA-aaaa-bbbb-cccc flask"
    assert "commits" in found.reason
    assert [(known.state, known.vulnerability, known.hi) for known in found.known] == [
        (State.UNDETERMINED, "CVE-2024-1234", None),
        (State.UNDETERMINED, "CVE-2024-1235", None),
    ]


def test_an_entry_without_a_name_is_counted_as_unusable() -> None:
    (found,) = items(affected=[entry(" ")])
    assert isinstance(found, Unusable)


def test_a_range_without_a_fix_ends_where_github_knows_it_to_end() -> None:
    (upto,) = said(affected=[entry(ranges=[OPEN], database_specific=known("<= 1.9"))])
    assert (upto.hi, upto.hi_inclusive) == ("1.9", True)
    (below,) = said(affected=[entry(ranges=[OPEN], database_specific=known("< 2.0"))])
    assert (below.hi, below.hi_inclusive) == ("2.0", False)


def known(text: object) -> dict[str, object]:
    return {"last_known_affected_version_range": text}


@pytest.mark.parametrize("text", [">= 1.0", "", None, 3, "<= 1.0, < 2", "<= not a version"])
def test_a_bound_that_means_nothing_is_left_out(text: object) -> None:
    later = {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}]}
    (found,) = said(affected=[entry(ranges=[later], database_specific=known(text))])
    assert (found.lo, found.hi) == ("1.0", None)


def test_a_bound_below_its_own_beginning_is_left_out() -> None:
    later = {"type": "ECOSYSTEM", "events": [{"introduced": "3.0"}]}
    (found,) = said(affected=[entry(ranges=[later], database_specific=known("<= 2.0"))])
    assert (found.lo, found.hi) == ("3.0", None)


def test_a_bound_beside_a_fix_changes_nothing() -> None:
    (found,) = said(affected=[entry(database_specific=known("<= 1.9"))])
    assert found.hi == "2.0"


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("LOW", Severity.LOW),
        ("MODERATE", Severity.MEDIUM),
        ("HIGH", Severity.HIGH),
        ("CRITICAL", Severity.CRITICAL),
        ("dreadful", None),
        (7, None),
        (None, None),
    ],
)
def test_githubs_rating_is_the_publishers(word: object, severity: Severity | None) -> None:
    (found,) = said(database_specific={"severity": word})
    assert found.severity is severity


def test_vectors_rate_the_vulnerability() -> None:
    rated = [item for item in items(aliases=["CVE-2024-1234"], severity=[vector(HIGH)]) if isinstance(item, Rating)]
    assert rated == [Rating(vulnerability="CVE-2024-1234", version=3, score=7.5, vector=HIGH)]


def test_a_vector_of_a_package_rates_it_as_well() -> None:
    found = items(affected=[entry(severity=[vector(HIGH)]), entry("other", severity=[vector(HIGH)])])
    assert len([item for item in found if isinstance(item, Rating)]) == 1


def test_a_vector_of_several_vulnerabilities_rates_none_of_them() -> None:
    found = items(aliases=["CVE-2024-1234", "CVE-2024-1235"], severity=[vector(HIGH)])
    assert not [item for item in found if isinstance(item, Rating)]


def test_a_vector_that_is_none_is_counted_as_unusable() -> None:
    unusable = [item for item in items(severity=[vector("CVSS:3.1/AV:Q")]) if isinstance(item, Unusable)]
    assert [item.record for item in unusable] == ["GHSA-aaaa-bbbb-cccc"]


def vector(text: str) -> dict[str, str]:
    return {"type": "CVSS_V3", "score": text}


def test_a_malicious_package_is_critical() -> None:
    (found,) = said(id="MAL-2024-1", affected=[entry(ranges=[OPEN])])
    assert (found.severity, found.detail, found.hi) == (Severity.CRITICAL, "malicious package", None)


def test_a_withdrawn_record_says_that_no_version_is_affected() -> None:
    found = said(withdrawn="2024-08-01T00:00:00Z", aliases=["CVE-2024-1234"], database_specific={"severity": "HIGH"})
    (word,) = found
    assert (word.state, word.lo, word.hi, word.detail) == (State.NOT_AFFECTED, "", None, "withdrawn")
    assert word.severity is None
    # It is newer than the copies that it takes back, even where its other date was not touched.
    assert word.modified == "2024-08-01T00:00:00Z"


def test_a_withdrawn_record_rates_nothing() -> None:
    found = items(withdrawn="2024-08-01T00:00:00Z", severity=[vector(HIGH)])
    assert [type(item) for item in found] == [Statement]


@pytest.mark.parametrize(
    "text",
    [
        "## Withdrawn Advisory\nThis advisory has been withdrawn because …",
        "# Withdrawn\n\nReason",
        "Withdrawn, accidental duplicate publish.\n\nmustache …",
        "**Withdrawn:** Duplicate of GHSA-dddd-eeee-ffff",
        "### Duplicate Advisory\nThis advisory has been withdrawn",
        "Duplicate Advisory: Something else",
        "Withdrawn Advisory: Something else",
        "Withdrawn",
    ],
)
@pytest.mark.parametrize("where", ["summary", "details"])
def test_a_record_whose_text_takes_it_back_is_withdrawn(where: str, text: str) -> None:
    assert {each.state for each in said(**{where: text})} == {State.NOT_AFFECTED}


@pytest.mark.parametrize(
    "text",
    [
        "Withdrawn funds can be spent twice",
        "Tokens are not withdrawn: they stay valid",
        "A duplicate advisory was published",
        "",
        None,
    ],
)
def test_a_record_about_withdrawing_is_not_withdrawn(text: str | None) -> None:
    assert {each.state for each in said(summary=text, details=text)} == {State.AFFECTED}


@pytest.mark.parametrize("kind", ["unmaintained", "notice"])
def test_what_is_no_vulnerability_says_nothing(kind: str) -> None:
    assert items(affected=[entry("adler", "crates.io", database_specific={"informational": kind})]) == []


def test_what_is_unsound_is_low_unless_it_is_rated() -> None:
    unsound = entry("ring", "crates.io", database_specific={"informational": "unsound"})
    (found,) = said(affected=[unsound])
    assert (found.severity, found.detail) == (Severity.LOW, "unsound")
    (rated,) = said(affected=[unsound], severity=[vector(HIGH)])
    assert (rated.severity, rated.detail) == (None, "unsound")


def test_fixed_in_version_0_was_never_affected() -> None:
    never = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "0"}]}
    (found,) = said(affected=[entry(ranges=[never])])
    assert (found.state, found.hi) == (State.NOT_AFFECTED, None)


@pytest.mark.parametrize("moment", ["", "0001-01-01T00:00:00Z", "yesterday", "2024-13-45T00:00:00Z"])
def test_a_time_that_means_nothing_is_none(moment: str) -> None:
    (found,) = said(modified=moment, published=moment)
    assert (found.modified, found.since) == ("", "")


EXPORTS = [each for each in vars(osv_languages).values() if isinstance(each, Feed)]


@pytest.mark.parametrize("feed", EXPORTS, ids=lambda feed: feed.name)
def test_an_export_speaks_for_its_own_system_alone(feed: Feed, tmp_path: Path) -> None:
    path = feed.files[0]
    found = parsed(feed, path, (FEEDS / path).read_bytes(), tmp_path)
    (speaks,) = [item for item in found if isinstance(item, SpeaksFor)]
    assert speaks.product == feed.name.removeprefix("osv-")
    assert speaks.packages is None
    assert speaks.named
    statements = [item for item in found if isinstance(item, Statement)]
    assert {each.product for each in statements} == {speaks.product}
    assert {each.package for each in statements} <= speaks.named
    assert all(item.of_record for item in found if isinstance(item, AsOf))


def test_there_is_an_export_for_every_system_that_osv_knows() -> None:
    paths = {path for feed in EXPORTS for path in feed.files}
    assert paths == {f"osv/{name}/all.zip" for name in systems_by_osv()}


def test_githubs_repository_speaks_for_each_system_it_names(tmp_path: Path) -> None:
    path = "ghsa/advisory-database.tar.gz"
    found = parsed(GHSA, path, (FEEDS / path).read_bytes(), tmp_path)
    speaks = {item.product: item for item in found if isinstance(item, SpeaksFor)}
    assert set(speaks) == {"maven", "npm", "nuget", "pypi"}
    for product, each in speaks.items():
        names = {item.package for item in found if isinstance(item, Statement) and item.product == product}
        assert each.named == frozenset(names)
    assert not [item for item in found if isinstance(item, Unusable)]


def test_unreviewed_advisories_are_not_read(tmp_path: Path) -> None:
    target = io.BytesIO()
    record = json.dumps({"id": "GHSA-aaaa-bbbb-cccc", "affected": [entry()]}).encode()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for folder in ("github-reviewed", "unreviewed"):
            member = tarfile.TarInfo(f"main/advisories/{folder}/2024/01/GHSA-aaaa-bbbb-cccc/GHSA-aaaa-bbbb-cccc.json")
            member.size = len(record)
            archive.addfile(member, io.BytesIO(record))
    found = parsed(GHSA, "ghsa/all.tar", target.getvalue(), tmp_path)
    assert len([item for item in found if isinstance(item, Statement)]) == 1


def test_reports_about_go_itself_are_about_its_modules() -> None:
    found = list(GO_VULNDB.parse("go-vulndb/vulndb.zip", FEEDS / "go-vulndb/vulndb.zip", Limits()))
    names = {item.package for item in found if isinstance(item, Statement)}
    assert {"stdlib", "toolchain"} <= names
    # The sample's records say no time, so their copies are as of the archive.
    assert {item.date for item in found if isinstance(item, AsOf)} >= {"2026-08-21"}
