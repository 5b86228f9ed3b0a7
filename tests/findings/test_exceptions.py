"""kubescape's exceptions file: its own examples, and what cannot be used of it."""

import json
from typing import Any

import pytest

from plimsoll.errors import UsageError
from plimsoll.findings.exceptions import read_exceptions
from plimsoll.model.finding import Finding
from plimsoll.model.report import WaiverState
from plimsoll.pipeline.estate import estate_of
from plimsoll.pipeline.judging import Judged, judge
from plimsoll.pipeline.waiving import Decisions, waived

ORIGIN = "exceptions.json"
TODAY = "2026-11-24"

MANIFESTS = b"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: default
  labels: {app: nginx, environment: dev}
spec:
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec:
      hostPID: true
      containers:
        - {name: web, image: "registry.example.com/web:1", securityContext: {privileged: true}}
      volumes:
        - {name: logs, hostPath: {path: /var/log}}
---
apiVersion: v1
kind: Pod
metadata: {name: proxy, namespace: kube-system}
spec:
  hostPID: true
  containers:
    - {name: proxy, image: "registry.example.com/proxy:1", securityContext: {privileged: true}}
---
apiVersion: v1
kind: Namespace
metadata: {name: kube-system}
"""


@pytest.fixture(scope="module")
def judged() -> Judged:
    compose = b"services: {web: {image: 'registry.example.com/web:1', privileged: true}}\n"
    return judge(estate_of([("deploy.yaml", MANIFESTS), ("compose.yaml", compose)]), "target")


def policy(**changes: object) -> dict[str, object]:
    """kubescape's example of a policy, with changes."""
    return {
        "name": "accepted",
        "policyType": "postureExceptionPolicy",
        "actions": ["alertOnly"],
        "resources": [attributes(kind=".*")],
        "posturePolicies": [{"controlID": "C-0057"}],
    } | changes


def attributes(**wanted: str) -> dict[str, object]:
    return {"designatorType": "Attributes", "attributes": wanted}


def applied(judged: Judged, *policies: dict[str, object]) -> tuple[list[Finding], tuple[WaiverState, ...]]:
    decisions = Decisions(waivers=(), as_of=TODAY, exceptions=read_exceptions(json.dumps(policies).encode(), ORIGIN))
    findings, states = waived(judged.failures.findings, judged.failures.subjects, judged, decisions)
    return [finding for finding in findings if finding.waiver], states


def covered(judged: Judged, *policies: dict[str, object]) -> set[tuple[str, str]]:
    """Give subject and rule of everything that is waived."""
    found, _ = applied(judged, *policies)
    return {(finding.subject.rpartition("#")[2], finding.rule) for finding in found}


WEB, PROXY = "Deployment/default/web", "Pod/kube-system/proxy"


@pytest.mark.parametrize(
    "posture",
    [
        {"controlID": "C-0057"},
        {"controlID": "c-0057"},
        {"controlID": "C-005[7]"},
        {"controlName": "Privileged container"},
        {"controlName": "privileged .*"},
        {"ruleName": "rule-privilege-escalation"},
        {"frameworkName": "NSA", "controlID": "C-0057"},
        {"frameworkName": "(NSA|MITRE)", "controlName": "Privileged container"},
    ],
)
def test_what_a_policy_is_about(judged: Judged, posture: dict[str, str]) -> None:
    assert covered(judged, policy(posturePolicies=[posture])) == {
        (WEB, "privileged-container"),
        (PROXY, "privileged-container"),
    }


def test_a_framework_alone_means_all_its_controls(judged: Judged) -> None:
    found = covered(judged, policy(posturePolicies=[{"frameworkName": "NSA"}]))
    assert {(WEB, "privileged-container"), (WEB, "host-pid")} <= found
    assert covered(judged, policy(posturePolicies=[{"frameworkName": "cis-eks-.*", "controlID": "C-0038"}])) == set()


def test_frameworks_and_controls_of_different_entries_add_up(judged: Judged) -> None:
    several = [{"controlName": "Privileged container"}, {"controlID": "C-0038"}]
    assert covered(judged, policy(posturePolicies=several)) == {
        (WEB, "privileged-container"),
        (PROXY, "privileged-container"),
        (WEB, "host-pid"),
        (PROXY, "host-pid"),
    }


@pytest.mark.parametrize(
    ("resources", "subjects"),
    [
        ([attributes(namespace="default", kind="Deployment")], {WEB}),
        ([attributes(namespace="kube-.*")], {PROXY}),
        ([attributes(namespace="kube-system"), attributes(name="web")], {WEB, PROXY}),
        ([attributes(name="WEB")], set()),
        ([attributes(app="nginx")], {WEB}),
        ([attributes(app="ng.*", environment="dev")], {WEB}),
        ([attributes(app="nginx", environment="prod")], set()),
        ([attributes(path="deploy.*", kind="Pod")], {PROXY}),
        ([attributes(kind="ComposeService")], set()),
    ],
)
def test_what_resources_mean(judged: Judged, resources: list[object], subjects: set[str]) -> None:
    assert {subject for subject, _ in covered(judged, policy(resources=resources))} == subjects


def test_a_namespace_lies_in_itself(judged: Judged) -> None:
    everything = policy(resources=[attributes(namespace="kube-system")])
    everything.pop("posturePolicies")
    subjects = {subject for subject, _ in covered(judged, everything)}
    assert subjects == {PROXY, "Namespace//kube-system"}


def test_a_mark_names_the_policy(judged: Judged) -> None:
    found, states = applied(judged, policy(reason="by design", createdBy="ops"))
    mark = found[0].waiver
    assert mark is not None
    assert (mark.id, mark.reason, mark.owner, mark.origin) == ("accepted", "by design", "ops", ORIGIN)
    assert [(state.state, state.findings, state.origin) for state in states] == [("used", 2, ORIGIN)]


@pytest.mark.parametrize(
    ("date", "last", "state"),
    [
        ("2026-11-24", "2026-11-24", "used"),
        ("2026-11-23", "2026-11-23", "expired"),
        ("2026-11-25T00:00:00Z", "2026-11-24", "used"),
        ("2026-11-24T00:00:00Z", "2026-11-23", "expired"),
        ("2026-11-24T23:59:59Z", "2026-11-24", "used"),
        ("2026-11-24T12:00:00Z", "2026-11-23", "expired"),
        ("2026-11-25T01:00:00+02:00", "2026-11-23", "expired"),
        (None, "", "used"),
    ],
)
def test_an_exception_ends(judged: Judged, date: str | None, last: str, state: str) -> None:
    found, states = applied(judged, policy(expirationDate=date))
    assert [(each.expires, each.state) for each in states] == [(last, state)]
    assert bool(found) == (state == "used")


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"policyType": "vulnerabilityExceptionPolicy"}, "it is a vulnerabilityExceptionPolicy"),
        ({"actions": []}, "its actions name neither"),
        ({"posturePolicies": [{"controlID": "C-9999"}]}, "no rule of Plimsoll judges"),
        ({"resources": [attributes(cluster="minikube", app="nginx")]}, "it names no resources that files can tell"),
        ({"resources": [{"designatorType": "WLID", "wlid": "x"}]}, "it names no resources that files can tell"),
        ({"resources": []}, "it names no resources"),
    ],
)
def test_what_waives_nothing_says_why(judged: Judged, changes: dict[str, Any], note: str) -> None:
    found, states = applied(judged, policy(**changes))
    assert not found
    assert [(state.state, state.note[: len(note)]) for state in states] == [("unused", note)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "exceptions.json is no JSON"),
        (b"{}", "exceptions.json is no list of exceptions"),
        (b"[1]", "exceptions.json: exception 1 is no object"),
        (b"[{}]", "exceptions.json: exception 1 has no name"),
        (json.dumps([policy(expirationDate="soon")]).encode(), r"exception 1 \(accepted\): expirationDate is no time"),
        (json.dumps([policy(expirationDate=7)]).encode(), r"exception 1 \(accepted\): expirationDate is no time"),
        (
            json.dumps([policy(resources=[attributes(name="(")])]).encode(),
            r"exception 1 \(accepted\): the pattern '\(' cannot be used",
        ),
        (
            json.dumps([policy(posturePolicies=[{"controlID": "(?=x)"}])]).encode(),
            r"the pattern '\(\?=x\)' cannot be used",
        ),
        (b"[" * 1000, "exceptions.json is no JSON"),
        (b"[" + b"{}," * 10_000 + b"{}]", "more than 10000"),
    ],
)
def test_what_cannot_be_read_is_said(data: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_exceptions(data, ORIGIN)
