"""Our rules against the labelled cases of kubescape, checkov, polaris and trivy.

`tests/data/configs` holds the cases: manifests as their projects keep them for tests, and what each must give. A rule
of theirs is named in the `references` of ours, or stands in uncovered.toml with its reason; what is named is a claim,
and every case of it must hold (see labels.py for how paths are compared).
"""

from functools import cache

import pytest
from tests.acceptance.labels import (
    GROUPS,
    Case,
    Failure,
    Outcome,
    cases,
    judged,
    main,
    manifests,
    naming,
    read_rules,
    steps,
)

from plimsoll.checks.catalogue import rules
from plimsoll.checks.uncovered import Reason, uncovered
from plimsoll.model.rule import Rule
from plimsoll.pipeline.estate import estate_of

IDS = sorted({case.id for case in cases()})


@cache
def named() -> dict[str, list[Rule]]:
    return naming(read_rules(aloud=False))


def reasons() -> dict[str, str]:
    return {each.reference: each.reason for each in uncovered()}


@pytest.mark.parametrize("rule", IDS)
def test_every_case_is_judged_as_labelled(rule: str) -> None:
    if rule in reasons():
        assert rule not in named(), "it is covered after all: take it out of uncovered.toml"
        return
    assert rule in named(), "no rule of ours names it, and uncovered.toml gives no reason"
    wrong = [
        f"{case.name}: {text}" for case in cases() if case.id == rule for text in judged(case, named()[rule]).wrong
    ]
    assert wrong == []


def test_no_row_is_left_out() -> None:
    assert sorted(rule.id for rule in read_rules(aloud=False)) == list(rules())


def test_what_is_not_covered_stands_once() -> None:
    stated = [each.reference for each in uncovered()]
    assert sorted(set(stated)) == sorted(stated)


def test_whatever_stands_in_manifests_is_covered() -> None:
    aside = {each.reference for each in uncovered() if each.reason is not Reason.NO_SECURITY}
    texts = manifests()
    read = {case.id: estate_of((name, texts[name]) for name in case.files) for case in cases() if case.id in aside}
    assert len(read) > 50
    assert [rule for rule, estate in read.items() if estate.workloads or estate.of_kind(*IN_MANIFESTS)] == []


IN_MANIFESTS = (
    *("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "NetworkPolicy", "Ingress", "Service"),
    *("ServiceAccount", "Namespace"),
)


def test_few_places_are_only_near() -> None:
    outcomes = [judged(case, named()[case.id]) for case in cases() if case.id in named()]
    exact, near = sum(each.exact for each in outcomes), sum(each.near for each in outcomes)
    assert exact > 300
    assert near * 20 < exact


def test_the_comparison_itself_tells_hits_from_misses() -> None:
    ours = named()["kubescape:rule-privileged-container"]
    case = next(
        each for each in cases() if each.id == "kubescape:rule-privileged-container" and each.name == "workloads"
    )
    assert judged(case, ours).wrong == []
    assert _with(case, "spec.template.spec.containers[7].securityContext.privileged", ours).wrong
    assert _with(case, "spec.template.spec.containers[0].securityContext", ours).near == 1
    assert _with(case, "spec.template.spec.containers[0].securityContext.privileged.further", ours).near == 1
    assert _with(case, "spec.template.spec.containers[0].securityContext.privileged.two.further", ours).wrong
    passing = Case(id=case.id, name=case.name, fails=False, files=case.files, failures=())
    assert [text.partition(":")[0] for text in judged(passing, ours).wrong] == ["false alarm"]
    twice = Case(id=case.id, name=case.name, fails=True, files=case.files, failures=case.failures * 2)
    assert judged(twice, ours).wrong


def _with(case: Case, path: str, ours: list[Rule]) -> Outcome:
    failure = Failure((path,), (), case.failures[0].objects)
    return judged(Case(id=case.id, name=case.name, fails=True, files=case.files, failures=(failure,)), ours)


def test_paths_are_taken_apart_as_the_tools_write_them() -> None:
    assert steps("spec.containers[0].env[1].name") == ("spec", "containers", 0, "env", 1, "name")
    assert steps("relatedObjects[1].rules[0].verbs[2]") == ("rules", 0, "verbs", 2)
    assert steps("metadata.labels[app.kubernetes.io/name]") == ("metadata", "labels", "app.kubernetes.io/name")
    assert steps("metadata.annotations['example.com/cert']") == ("metadata", "annotations", "example.com/cert")
    assert steps("data[DB_URL]") == ("data", "DB_URL")


def test_the_program_tells_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kubescape:rule-privileged-container"]) == 0
    told = capsys.readouterr().out
    assert "kubescape:rule-privileged-container [" in told
    assert told.splitlines()[-1].split()[:2] == ["3", "3"]


def test_groups_stand_in_the_label_list() -> None:
    assert set(GROUPS) <= set(IDS)
