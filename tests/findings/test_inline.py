"""Waivers in comments and annotations: what each says, where it holds, and what becomes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.checks.catalogue import rules
from plimsoll.findings.inline import waivers_in
from plimsoll.findings.inline_annotations import kube_linter
from plimsoll.findings.scoped import apply_scoped, names_of
from plimsoll.model.finding import Finding
from plimsoll.model.rule import Rule
from plimsoll.model.waiver import ScopedWaiver, Waiver
from plimsoll.pipeline.estate import estate_of
from plimsoll.pipeline.judging import Judged, judge
from plimsoll.pipeline.waiving import Decisions, inline_waivers, waived

PATH = "deploy.yaml"
TODAY = "2026-11-24"
KNOWN = frozenset(
    {"privileged-container", "no-memory-limit", "trivy:ksv-0017", "trivy:*", "checkov:ckv_k8s_16", "checkov:ckv_k8s_14"}
)

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: app
  namespace: shop
spec:
  containers:
    - name: app
      image: registry.example.com/app:1.0
      securityContext:
        privileged: true
"""


def said(comment: str) -> list[tuple[str, str, str, str]]:
    """Give id, reason, last day and note of the waivers of a comment."""
    found = waivers_in(PATH, f"# {comment}\na: 1\n".encode(), KNOWN)
    return [(each.waiver.id, each.waiver.reason, each.waiver.expires, each.waiver.note) for each in found]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("plimsoll:ignore privileged-container -- a GPU", [("privileged-container", "a GPU", "", "")]),
        ("plimsoll:ignore: PRIVILEGED-CONTAINER -- a GPU", [("PRIVILEGED-CONTAINER", "a GPU", "", "")]),
        (
            "plimsoll:ignore privileged-container, no-memory-limit -- a GPU until 2027-01-31",
            [("privileged-container", "a GPU", "2027-01-31", ""), ("no-memory-limit", "a GPU", "2027-01-31", "")],
        ),
        (
            "plimsoll:ignore privileged-container -- until we have moved",
            [("privileged-container", "until we have moved", "", "")],
        ),
        ("plimsoll:ignore trivy:KSV-0017 -- a GPU", [("trivy:KSV-0017", "a GPU", "", "")]),
        ("trivy:ignore:KSV-0017", [("trivy:KSV-0017", "none given (trivy:ignore)", "", "")]),
        ("trivy:ignore:AVD-KSV-0017", [("trivy:KSV-0017", "none given (trivy:ignore)", "", "")]),
        ("trivy:ignore:ksv017", [("trivy:KSV-0017", "none given (trivy:ignore)", "", "")]),
        ("trivy:ignore:KSV-0017 exp:2027-01-01", [("trivy:KSV-0017", "none given (trivy:ignore)", "2026-12-31", "")]),
        ("trivy:ignore:KSV-0017:exp:2027-01-01 - a GPU", [("trivy:KSV-0017", "a GPU", "2026-12-31", "")]),
        ("trivy:ignore:*", [("trivy:*", "none given (trivy:ignore)", "", "")]),
        ("checkov:skip=CKV_K8S_16:a GPU", [("checkov:CKV_K8S_16", "a GPU", "", "")]),
        ("checkov:skip=CKV_K8S_16", [("checkov:CKV_K8S_16", "none given (checkov:skip)", "", "")]),
        (
            "checkov:skip=CKV_K8S_16,CKV_K8S_14: both",
            [("checkov:CKV_K8S_16", "both", "", ""), ("checkov:CKV_K8S_14", "both", "", "")],
        ),
        ("about plimsoll:ignore", []),
        ("kics-scan ignore", []),
        ("nothing of the kind", []),
    ],
)
def test_what_a_comment_says(comment: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert said(comment) == expected


@pytest.mark.parametrize(
    ("comment", "note"),
    [
        ("plimsoll:ignore privileged-container", "it gives no reason"),
        ("plimsoll:ignore privileged-container --", "it gives no reason"),
        ("plimsoll:ignore privileged-container -- until 2027-01-31", "it gives no reason"),
        ("plimsoll:ignore privileged-container -- a GPU until 2027-02-31", "2027-02-31 is no day"),
        ("plimsoll:ignore -- a GPU", "it names no rule"),
        ("plimsoll:ignore privileged -- a GPU", "no rule of Plimsoll is called privileged"),
        ("trivy:ignore:KSV-9999", "no rule of Plimsoll is called trivy:ksv-9999"),
        ("trivy:ignore:KSV-0017:exp:soon", "soon is no day"),
        ("trivy:ignore:KSV-0017[name=app]", "its parameters are not understood"),
    ],
)
def test_a_comment_that_waives_nothing_says_why(comment: str, note: str) -> None:
    assert [each[3][: len(note)] for each in said(comment)] == [note]


def test_a_waiver_is_owned_by_its_line() -> None:
    (found,) = waivers_in(PATH, b"a: 1\nb: 2 # plimsoll:ignore privileged-container -- a GPU\n", KNOWN)
    assert (found.waiver.owner, found.waiver.origin) == ("deploy.yaml:2", "deploy.yaml:2")
    assert (found.path, found.lines) == (PATH, (2, 2))


def test_a_comment_above_nothing_says_so() -> None:
    (found,) = waivers_in(PATH, b"a: 1\n# plimsoll:ignore privileged-container -- a GPU\n", KNOWN)
    assert found.waiver.note == "nothing that it could be about begins on the next line"


def judged(text: str, path: str = PATH) -> Judged:
    return judge(estate_of([(path, text.encode())]), "target")


def outcome(text: str, as_of: str = TODAY, *, trusted: bool = True) -> tuple[set[str], dict[str, tuple[str, int]]]:
    """Give the rules of findings that are waived, and the state of each waiver."""
    made = judged(text)
    findings, states = waived(
        made.failures.findings, made.failures.subjects, made, Decisions(waivers=(), as_of=as_of, trusted=trusted)
    )
    return (
        {finding.rule for finding in findings if finding.waiver},
        {state.id: (state.state, state.findings) for state in states},
    )


def with_comment(line: str, comment: str, indent: str = "") -> str:
    """Put a comment above a line of POD."""
    assert line in POD
    return POD.replace(line, f"{indent}# {comment}\n{line}")


OURS = "plimsoll:ignore privileged-container,no-memory-limit -- a GPU"


@pytest.mark.parametrize(
    ("text", "rules_waived"),
    [
        (with_comment("apiVersion: v1", OURS), {"privileged-container", "no-memory-limit"}),
        (with_comment("    - name: app", OURS, "    "), {"privileged-container", "no-memory-limit"}),
        (with_comment("      securityContext:", OURS, "      "), {"privileged-container"}),
        (with_comment("        privileged", OURS, "        "), {"privileged-container"}),
        (with_comment("      image:", OURS, "      "), set()),
        (with_comment("metadata:", OURS), set()),
        (POD.replace("privileged: true", f"privileged: true # {OURS}"), {"privileged-container"}),
        (POD.replace("- name: app", f"- name: app # {OURS}"), {"no-memory-limit"}),
        (POD.replace("image: reg", f"command: ['# {OURS}']\n      image: reg"), set()),
        (with_comment("apiVersion", "trivy:ignore:KSV-0017"), {"privileged-container"}),
        (with_comment("apiVersion", "checkov:skip=CKV_K8S_16:a GPU"), {"privileged-container"}),
        (f"# {OURS}\n---\n{POD}", {"privileged-container", "no-memory-limit"}),
    ],
)
def test_where_a_comment_holds(text: str, rules_waived: set[str]) -> None:
    found, states = outcome(text)
    assert found == rules_waived
    assert sum(count for _, count in states.values()) == len(rules_waived)


def test_another_document_is_not_meant() -> None:
    other = POD.replace("name: app", "name: other")
    found = waived_subjects(f"# {OURS}\n{POD}---\n{other}")
    assert found == {f"{PATH}#Pod/shop/app"}


def waived_subjects(text: str) -> set[str]:
    made = judged(text)
    decisions = Decisions(waivers=(), as_of=TODAY, trusted=True)
    findings, _ = waived(made.failures.findings, made.failures.subjects, made, decisions)
    return {finding.subject for finding in findings if finding.waiver}


def test_an_expired_waiver_covers_nothing() -> None:
    text = with_comment("apiVersion", "plimsoll:ignore privileged-container -- a GPU until 2026-11-24")
    assert outcome(text) == ({"privileged-container"}, {"privileged-container": ("used", 1)})
    assert outcome(text, "2026-11-25") == (set(), {"privileged-container": ("expired", 1)})


def test_trivy_waives_until_the_day_begins() -> None:
    text = with_comment("apiVersion", "trivy:ignore:KSV-0017:exp:2026-11-24")
    assert outcome(text, "2026-11-23")[1] == {"trivy:KSV-0017": ("used", 1)}
    assert outcome(text, "2026-11-24")[1] == {"trivy:KSV-0017": ("expired", 1)}


def test_nobody_waives_who_is_not_trusted() -> None:
    text = with_comment("apiVersion", OURS).replace("shop\n", "shop\n  annotations: {checkov.io/skip1: CKV_K8S_16=x}\n")
    assert outcome(text, trusted=False) == (set(), {})
    assert len(outcome(text)[1]) == 3


def annotated(annotations: str) -> str:
    return POD.replace("  namespace: shop\n", f"  namespace: shop\n  annotations:\n{annotations}")


@pytest.mark.parametrize(
    ("annotation", "rule", "id_", "reason"),
    [
        ("checkov.io/skip1: CKV_K8S_16=a GPU", "privileged-container", "checkov:CKV_K8S_16", "a GPU"),
        (
            "checkov.io/skip: CKV_K8S_16",
            "privileged-container",
            "checkov:CKV_K8S_16",
            "none given (checkov.io/skip)",
        ),
        (
            'polaris.fairwinds.com/runAsPrivileged-exempt: "true"',
            "privileged-container",
            "polaris:runAsPrivileged",
            "none given (polaris.fairwinds.com)",
        ),
        (
            "polaris.fairwinds.com/exempt: 'TRUE'",
            "no-memory-limit",
            "polaris:*",
            "none given (polaris.fairwinds.com)",
        ),
        (
            "ignore-check.kube-linter.io/privileged-container: a GPU",
            "privileged-container",
            "kube-linter:privileged-container",
            "a GPU",
        ),
        (
            'kube-linter.io/ignore-all: ""',
            "writable-rootfs",
            "kube-linter:*",
            "none given (kube-linter.io/ignore-all)",
        ),
    ],
)
def test_what_annotations_waive(annotation: str, rule: str, id_: str, reason: str) -> None:
    made = judged(annotated(f"    {annotation}\n"))
    findings, states = waived(
        made.failures.findings, made.failures.subjects, made, Decisions(waivers=(), as_of=TODAY, trusted=True)
    )
    marks = {finding.rule: finding.waiver for finding in findings}
    mark = marks[rule]
    assert mark is not None
    assert (mark.id, mark.reason, mark.owner) == (id_, reason, "deploy.yaml:7")
    assert [state.state for state in states] == ["used"]
    assert marks["selinux-not-set"] is None


@pytest.mark.parametrize(
    "annotation",
    [
        'polaris.fairwinds.com/runAsPrivileged-exempt: "false"',
        'polaris.fairwinds.com/runAsPrivileged: "true"',
        "checkov.io/skipped: CKV_K8S_16=a GPU",
        "kube-linter.io/ignore: x",
        "example.com/checkov.io/skip1: CKV_K8S_16",
    ],
)
def test_other_annotations_waive_nothing(annotation: str) -> None:
    assert outcome(annotated(f"    {annotation}\n")) == (set(), {})


def test_an_unknown_check_is_said() -> None:
    made = judged(annotated("    ignore-check.kube-linter.io/sorted-keys: x\n    checkov.io/skip2: CKV_AWS_1=x\n"))
    found = inline_waivers(made.estate, made.rules)
    assert [each.waiver.note for each in found] == [
        "no rule of Plimsoll judges what kube-linter:sorted-keys does",
        "no rule of Plimsoll judges what checkov:CKV_AWS_1 does",
    ]


def test_labels_of_compose_waive_nothing_and_comments_do() -> None:
    text = """\
services:
  web:
    image: registry.example.com/app:1.0
    privileged: true{comment}
    labels:
      checkov.io/skip1: CKV_K8S_16=a GPU
      polaris.fairwinds.com/exempt: "true"
"""
    for comment, rules_waived in (("", set()), (" # trivy:ignore:KSV-0017", {"privileged-container"})):
        made = judged(text.format(comment=comment), "compose.yaml")
        findings, _ = waived(
            made.failures.findings, made.failures.subjects, made, Decisions(waivers=(), as_of=TODAY, trusted=True)
        )
        assert {finding.rule for finding in findings if finding.waiver} == rules_waived


def test_running_containers_waive_nothing_by_labels() -> None:
    text = '[{"Id": "a", "Name": "/a", "Config": {"Image": "a", "Labels": {"checkov.io/skip1": "CKV_K8S_16"}}, '
    text += '"HostConfig": {"Privileged": true}, "State": {}, "Mounts": [], "NetworkSettings": {}}]'
    made = judged(text, "inspect.json")
    assert any(finding.rule == "privileged-container" for finding in made.failures.findings)
    assert inline_waivers(made.estate, made.rules) == ()


def test_checks_of_kube_linter_lead_to_rules_that_exist() -> None:
    table = kube_linter()
    assert len(table) > 50
    assert {rule for found in table.values() for rule in found} <= set(rules())


def rule_of(id_: str) -> Rule:
    return rules()[id_]


def test_names_are_id_and_references() -> None:
    (finding,) = [each for each in judged(POD).failures.findings if each.rule == "privileged-container"]
    names = names_of(finding)
    assert {"privileged-container", "trivy:ksv-0017", "checkov:*"} <= names
    assert {reference.casefold() for reference in rule_of("privileged-container").references} <= names


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3)), max_size=8), st.lists(st.integers(1, 14), max_size=6))
def test_scopes_cover_what_a_plain_search_says(places: list[tuple[int, int]], lines: list[int]) -> None:
    """Ranges that nest or lie apart are found as by trying each."""
    # Within blocks of four lines every range begins at the block's first line, so that all of them nest.
    ranges = [((start - 1) // 4 * 4 + 1, (start - 1) // 4 * 4 + 1 + length) for start, length in places]
    scoped = [
        ScopedWaiver(
            waiver=Waiver(id=str(number), reason="r", owner="o"), names=frozenset({"rule"}), path=PATH, lines=each
        )
        for number, each in enumerate(ranges)
    ]
    findings = [at_line(line) for line in lines]
    marked, states = apply_scoped(findings, scoped, TODAY)
    covering = [[number for number, (first, last) in enumerate(ranges) if first <= line <= last] for line in lines]
    assert [each.waiver.id if each.waiver else None for each in marked] == [
        str(numbers[0]) if numbers else None for numbers in covering
    ]
    assert [state.findings for state in states] == [
        sum(number in numbers for numbers in covering) for number in range(len(ranges))
    ]


def at_line(line: int) -> Finding:
    from dataclasses import replace

    (finding,) = [each for each in judged_pod() if each.rule == "privileged-container"]
    return replace(finding, rule="rule", location=replace(finding.location, line=line))


def judged_pod() -> tuple[Finding, ...]:
    if not _POD_FINDINGS:
        _POD_FINDINGS.extend(judged(POD).failures.findings)
    return tuple(_POD_FINDINGS)


_POD_FINDINGS: list[Finding] = []


def test_many_waivers_are_no_trouble() -> None:
    lines = 20_000
    comment = "# plimsoll:ignore privileged-container -- a GPU\n"
    text = comment * lines + POD
    _, states = outcome(text)
    assert states == {"privileged-container": ("used", 1)}
    assert len(waivers_in(PATH, text.encode(), KNOWN)) == lines
