"""What rules refer to: known lists, numbers that exist in them, and every number that facts can show."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from tests.acceptance.labels import read_rules

from plimsoll.checks.uncovered import uncovered

NUMBERS: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[1] / "data" / "configs" / "numbers.json").read_text()
)
"""CIS Docker 1.8.0 and CIS Kubernetes 1.12: ids only."""

PSS = {
    "baseline": {
        *("hostProcess", "hostNetwork", "hostPID", "hostIPC", "privileged", "capabilities", "hostPath", "hostPorts"),
        *("hostProbes", "appArmorProfile", "seLinuxOptions", "procMount", "seccompProfile", "sysctls"),
    },
    "restricted": {
        *("volumes", "allowPrivilegeEscalation", "runAsNonRoot", "runAsUser", "seccompProfile", "capabilities"),
    },
}
"""Fields of the Pod Security Standards (kubernetes.io/docs/concepts/security/pod-security-standards)."""

FORMS = {
    "cis-docker": r"\d+(\.\d+)+",
    "cis-kubernetes": r"\d+(\.\d+)+",
    "pss": r"(baseline|restricted)/[a-zA-Z]+",
    "kubescape": r"[A-Za-z][\w.-]+",
    "checkov": r"CKV2?_K8S_\d+",
    "polaris": r"[a-z][A-Za-z]+",
    "trivy": r"K(SV|CV)-\d{4,5}",
    "nsa": r"[a-z]+(-[a-z]+)*",
}

NOT_SHOWN_BY_FACTS = {
    "5.1": "whether Swarm mode is on is a setting of the engine",
    "5.23": "what docker exec was given stands in the audit log, not in the container",
    "5.24": "what docker exec was given stands in the audit log, not in the container",
}
"""CIS Docker 1.8.0, chapter 5: what no workload's configuration shows, and why."""


@cache
def references() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for rule in read_rules(aloud=False):
        for reference in rule.references:
            scheme, _, name = reference.partition(":")
            found.setdefault(scheme, set()).add(name)
    return found


def test_every_reference_is_of_a_known_list() -> None:
    assert set(references()) <= set(FORMS)


@pytest.mark.parametrize("scheme", sorted(FORMS))
def test_every_reference_is_well_formed(scheme: str) -> None:
    names = references()[scheme]
    assert names
    assert [name for name in sorted(names) if not re.fullmatch(FORMS[scheme], name)] == []


@pytest.mark.parametrize("scheme", sorted(NUMBERS))
def test_every_number_stands_in_its_list(scheme: str) -> None:
    assert sorted(references()[scheme] - set(NUMBERS[scheme])) == []


def test_no_rule_names_the_same_reference_twice() -> None:
    twice = [rule.id for rule in read_rules(aloud=False) if len(set(rule.references)) < len(rule.references)]
    assert twice == []


def test_every_number_of_cis_docker_about_containers_is_named() -> None:
    chapter = {number for number in NUMBERS["cis-docker"] if number.startswith("5.")}
    assert len(chapter) == 32
    assert set(NOT_SHOWN_BY_FACTS) <= chapter
    assert sorted(chapter - references()["cis-docker"]) == sorted(NOT_SHOWN_BY_FACTS)


def test_every_field_of_the_pod_security_standards_is_named() -> None:
    fields = {f"{profile}/{field}" for profile, names in PSS.items() for field in names}
    assert sorted(fields ^ references()["pss"]) == []


def test_every_number_of_cis_kubernetes_that_manifests_show_is_named() -> None:
    # 1.1 and 4.1 are about files on nodes, 3 about how people work.
    shown = {number for number in NUMBERS["cis-kubernetes"] if re.match(r"1\.[2-4]\.|2\.|4\.[23]\.|5\.", number)}
    assert sorted(shown - references()["cis-kubernetes"]) == sorted(NOT_SHOWN_BY_MANIFESTS)


NOT_SHOWN_BY_MANIFESTS = {
    "5.3.1": "which network plug-in is in use only a node tells",
}
"""Numbers of CIS Kubernetes 1.12 that no manifest shows, and why."""


def test_what_is_not_covered_is_named_as_references_are() -> None:
    for each in uncovered():
        scheme, _, name = each.reference.partition(":")
        assert re.fullmatch(FORMS[scheme], name)
        assert scheme not in NUMBERS or name in NUMBERS[scheme]
