from dataclasses import replace

import pytest
from tests.bookworm import AS_OF, PACKAGES, knowledge, supported

from plimsoll.errors import UsageError
from plimsoll.findings.match import match
from plimsoll.findings.select import gate, read_severities, select
from plimsoll.model.finding import Finding, FindingKind, WaiverMark
from plimsoll.model.severity import Severity

VULNERABILITIES = match("image", PACKAGES, knowledge(), supported, AS_OF).findings
RULE = Finding(
    id="misconfiguration:image:image-user",
    kind=FindingKind.MISCONFIGURATION,
    severity=Severity.HIGH,
    subject="image",
    title="Runs as root",
    rule="image-user",
)
FINDINGS = (*VULNERABILITIES, RULE)


def shown(
    severities: frozenset[Severity] = frozenset(),
    only: tuple[str, ...] = (),
    exclude: tuple[str, ...] = (),
    *,
    ignore_unfixed: bool = False,
) -> list[str]:
    kept, hidden = select(FINDINGS, severities, only, exclude, ignore_unfixed=ignore_unfixed)
    assert len(kept) + hidden == len(FINDINGS)
    return [finding.id.rpartition(":")[2] for finding in kept]


def test_nothing_asked_shows_all() -> None:
    assert len(shown()) == 6


def test_severities_choose_and_unknown_counts_as_medium() -> None:
    assert shown(frozenset({Severity.CRITICAL})) == ["CVE-2024-5535"]
    unknown = ["CVE-2024-2961", "CVE-2023-45853"]
    assert shown(frozenset({Severity.MEDIUM})) == unknown
    assert shown(frozenset({Severity.UNKNOWN})) == unknown
    assert shown(frozenset({Severity.LOW})) == []


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("misconfiguration", ["image-user"]),
        ("IMAGE-USER", ["image-user"]),
        ("cve-2024-2961", ["CVE-2024-2961"]),
        ("vulnerability:deb/debian/glibc:CVE-2010-4756", ["CVE-2010-4756"]),
        ("CVE-1999-0001", []),
        ("GHSA-abcd-efgh-ijkl", []),
        ("DSA-5000-1", []),
        ("vulnerability:deb/debian/gone:CVE-1999-0001", []),
        ("secret", []),
    ],
)
def test_only_and_exclude_take_kinds_and_ids(word: str, expected: list[str]) -> None:
    assert shown(only=(word,)) == expected
    assert len(shown(exclude=(word,))) == 6 - len(expected)


def test_exclude_wins_over_only() -> None:
    assert shown(only=("vulnerability",), exclude=("CVE-2024-2961", "CVE-2010-4756", "CVE-2023-45853")) == [
        "CVE-2023-4911",
        "CVE-2024-5535",
    ]


def test_ignore_unfixed_hides_vulnerabilities_only() -> None:
    assert shown(ignore_unfixed=True) == ["CVE-2023-4911", "CVE-2024-2961", "CVE-2024-5535", "image-user"]


@pytest.mark.parametrize("word", ["vulnerabilities", "image-usr", "docker-privileged", "high"])
def test_a_word_that_is_nothing_is_an_error_that_lists_the_kinds(word: str) -> None:
    with pytest.raises(UsageError, match=f"nothing is called '{word}'") as error:
        select(FINDINGS, (), (word,), (), ignore_unfixed=False)
    assert error.value.advice.startswith("Kinds: vulnerability, misconfiguration, secret, malware, hygiene;")
    with pytest.raises(UsageError):
        select((), (), (), (word,), ignore_unfixed=False)


def test_a_rule_that_found_nothing_is_known_where_the_rules_are() -> None:
    kept, hidden = select(FINDINGS, (), ("docker-privileged",), (), ignore_unfixed=False, rules={"docker-privileged"})
    assert (kept, hidden) == ((), 6)


def test_severities_are_read_from_a_list() -> None:
    assert read_severities("Critical, high") == {Severity.CRITICAL, Severity.HIGH}
    with pytest.raises(UsageError, match="there is no severity 'hihg'") as error:
        read_severities("hihg,low")
    assert "critical, high, medium, low, negligible, unknown" in error.value.advice


@pytest.mark.parametrize(
    ("fail_on", "count"),
    [(Severity.CRITICAL, 1), (Severity.HIGH, 3), (Severity.MEDIUM, 5), (Severity.UNKNOWN, 5), (Severity.LOW, 5)],
)
def test_the_gate_takes_findings_at_or_over_a_severity(fail_on: Severity, count: int) -> None:
    assert len(gate(FINDINGS, fail_on)) == count


def test_the_gate_lets_waived_findings_pass() -> None:
    mark = WaiverMark(id="*", reason="accepted", owner="ops")
    assert gate([replace(finding, waiver=mark) for finding in FINDINGS], Severity.NEGLIGIBLE) == ()
