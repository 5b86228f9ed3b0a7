import datetime as dt
from dataclasses import replace

import pytest
from tests.bookworm import AS_OF, PACKAGES, knowledge, supported

from plimsoll.errors import UsageError
from plimsoll.findings.match import match
from plimsoll.findings.waive import apply_waivers, read_waivers
from plimsoll.model.finding import Finding, FindingKind
from plimsoll.model.severity import Severity
from plimsoll.model.subject import Subject
from plimsoll.model.waiver import Waiver

FINDINGS = match("image", PACKAGES, knowledge(), supported, AS_OF).findings
SUBJECTS = (Subject(id="image", kind="image", name="registry.example/shop/web:1.4"),)
GLIBC_4911 = "vulnerability:deb/debian/glibc:CVE-2023-4911"


def waiver(wanted: str, subject: str = "*", expires: str = "") -> Waiver:
    return Waiver(
        id=wanted, reason="not reachable", owner="ops", subject=subject, expires=expires, origin="plimsoll.toml"
    )


def waived(*waivers: Waiver, findings: tuple[Finding, ...] = FINDINGS) -> list[str]:
    marked, _ = apply_waivers(findings, SUBJECTS, waivers, AS_OF)
    assert [finding.id for finding in marked] == [finding.id for finding in findings]
    return [finding.id for finding in marked if finding.waiver]


def test_a_waiver_is_read_with_a_date_or_a_text() -> None:
    entry = {"id": "CVE-2023-4911", "reason": " not reachable ", "owner": "ops"}
    document = {"waiver": [{**entry, "expires": dt.date(2027, 1, 31), "subject": "web*"}, entry]}
    first, second = read_waivers(document, "plimsoll.toml")
    assert first == waiver("CVE-2023-4911", "web*", "2027-01-31")
    assert second == waiver("CVE-2023-4911")
    assert read_waivers({**document, "waiver": [{**entry, "expires": "2027-01-31"}]}, "f")[0].expires == "2027-01-31"
    assert read_waivers({"fail-on": "high"}, "plimsoll.toml") == ()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"reason": None}, "reason is missing"),
        ({"owner": None}, "owner is missing"),
        ({"id": None}, "id is missing"),
        ({"owner": "  "}, "owner must be a text that says something"),
        ({"reason": 3}, "reason must be a text that says something"),
        ({"subject": ""}, "subject must be a text that says something"),
        ({"expire": "2027-01-31"}, "unknown key expire"),
        ({"expires": "31.1.2027"}, "expires must be a day such as 2027-01-31"),
        ({"expires": "2027-02-30"}, "expires must be a day such as 2027-01-31"),
        ({"expires": 20270131}, "expires must be a day such as 2027-01-31"),
        ({"expires": dt.datetime(2027, 1, 31, tzinfo=dt.UTC)}, "expires must be a day such as 2027-01-31"),
    ],
)
def test_a_wrong_entry_is_named_with_file_number_and_key(change: dict[str, object], complaint: str) -> None:
    good: dict[str, object] = {"id": "CVE-2023-4911", "reason": "not reachable", "owner": "ops"}
    bad = {key: value for key, value in {**good, **change}.items() if value is not None}
    with pytest.raises(UsageError) as error:
        read_waivers({"waiver": [good, bad]}, "etc/plimsoll.toml")
    assert error.value.message == f"etc/plimsoll.toml: waiver 2: {complaint}"


@pytest.mark.parametrize("document", [{"waiver": {"id": "x"}}, {"waiver": "x"}, {"waiver": ["x"]}])
def test_waivers_are_a_list_of_tables(document: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"plimsoll\.toml: waiver"):
        read_waivers(document, "plimsoll.toml")


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (GLIBC_4911, 1),
        ("CVE-2023-4911", 1),
        ("cve-2023-4911", 1),
        ("vulnerability:deb/debian/glibc:*", 3),
        ("vulnerability:*:CVE-2024-????", 2),
        ("CVE-2024-*", 0),  # a pattern is one of finding ids
        ("vulnerability:deb/debian/glibc", 0),
        ("*", 5),
        ("vulnerability:deb/debian/[a-z]*", 0),  # only * and ? are special
    ],
)
def test_an_id_is_a_finding_a_pattern_of_one_or_a_bare_id(wanted: str, count: int) -> None:
    assert len(waived(waiver(wanted))) == count


def test_an_alias_and_a_rule_are_bare_ids() -> None:
    known = FINDINGS[0].vulnerability
    assert known is not None
    aliased = replace(FINDINGS[0], vulnerability=replace(known, aliases=("GHSA-abcd-efgh-ijkl",)))
    ruled = Finding(
        id="misconfiguration:image:image-user",
        kind=FindingKind.MISCONFIGURATION,
        severity=Severity.HIGH,
        subject="image",
        title="Runs as root",
        rule="image-user",
    )
    assert waived(waiver("GHSA-abcd-efgh-ijkl"), waiver("image-user"), findings=(aliased, ruled)) == [
        aliased.id,
        ruled.id,
    ]


@pytest.mark.parametrize(
    ("subject", "is_waived"), [("*", True), ("image", True), ("*/shop/web:*", True), ("web", False), ("IMAGE", False)]
)
def test_a_subject_is_a_pattern_of_its_id_or_name(subject: str, is_waived: bool) -> None:  # noqa: FBT001 - a case
    assert bool(waived(waiver("CVE-2023-4911", subject))) is is_waived


@pytest.mark.parametrize(("expires", "is_waived"), [("", True), (AS_OF, True), ("2026-11-21", False)])
def test_a_waiver_holds_until_the_end_of_its_last_day(expires: str, is_waived: bool) -> None:  # noqa: FBT001 - a case
    assert bool(waived(waiver("CVE-2023-4911", expires=expires))) is is_waived


def test_used_unused_and_expired_waivers_are_said() -> None:
    waivers = (
        waiver("vulnerability:deb/debian/glibc:*"),
        waiver("CVE-1999-0001"),
        waiver("CVE-2023-4911", expires="2026-01-01"),
        waiver("CVE-1999-0001", expires="2026-01-01"),
    )
    _, states = apply_waivers(FINDINGS, SUBJECTS, waivers, AS_OF)
    assert [(state.state, state.findings) for state in states] == [
        ("used", 3),
        ("unused", 0),
        ("expired", 1),
        ("expired", 0),
    ]
    assert (states[2].owner, states[2].reason, states[2].expires) == ("ops", "not reachable", "2026-01-01")


def test_the_first_waiver_in_force_marks() -> None:
    first = replace(waiver("CVE-2023-4911", expires="2026-01-01"), owner="gone")
    second, third = replace(waiver("CVE-2023-4911"), owner="ops"), replace(waiver("*"), owner="dev")
    marked, _ = apply_waivers(FINDINGS, SUBJECTS, (first, second, third), AS_OF)
    owners = {finding.id: finding.waiver.owner for finding in marked if finding.waiver}
    assert owners[GLIBC_4911] == "ops"
    assert sorted(owners.values()) == ["dev", "dev", "dev", "dev", "ops"]


def test_many_stars_in_a_row_are_one() -> None:
    assert len(waived(waiver("v" + "*" * 5000 + "CVE-2023-4911"))) == 1
