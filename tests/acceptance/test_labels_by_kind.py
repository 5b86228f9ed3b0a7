"""The labelled cases once more, with their workloads turned into every other kind that runs containers.

Whatever is said of a Pod holds for the Deployment, the Job or the CronJob that makes it, at the place where the pod's
template stands there. A second sample of its own, some two thousand cases that nobody wrote.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import pytest
import yaml
from tests.acceptance.labels import Case, Failure, cases, judged, manifests, naming, read_rules

from plimsoll.model.rule import Rule

Body = dict[str, Any]

APIS = {
    "Pod": "v1",
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
}
PODS = {"Pod": "spec", "CronJob": "spec.jobTemplate.spec.template.spec"}
"""Where the spec of the pod stands; in all other kinds below `spec.template`."""

OF_SOME_KINDS = {
    "kubescape:hpa-has-target": "what an autoscaler aims at has a kind",
    "polaris:livenessProbeMissing": "jobs end by themselves and need no probe",
    "polaris:readinessProbeMissing": "jobs end by themselves and need no probe",
    "polaris:missingPodDisruptionBudget": "only what runs in several copies for good has a budget",
    "polaris:pdbMinAvailableGreaterThanHPAMinReplicas": "only what is scaled has a budget and a scaler",
    "polaris:topologySpreadConstraint": "only what runs in several copies for good is spread",
}
"""Rules of theirs that ask only about some kinds, though their cases do not say which."""

FROM_CASES = sorted({case.id for case in cases()} - set(OF_SOME_KINDS))


class Pod(NamedTuple):
    """What a workload says of its pods: their metadata and spec, and where the spec stands."""

    metadata: Body
    spec: Body
    at: str


@cache
def named() -> dict[str, list[Rule]]:
    return naming(read_rules(aloud=False))


@cache
def documents(name: str) -> tuple[Body, ...]:
    """Read the objects of a file; none where another reader than ours refuses it, or it holds no plain workloads."""
    try:
        read = [each for each in yaml.load_all(manifests()[name], yaml.CSafeLoader) if isinstance(each, dict)]
        return tuple(read) if all(pod_of(each).spec for each in read if each.get("kind") in APIS) else ()
    except (yaml.YAMLError, AttributeError, KeyError, TypeError):
        return ()


def pod_of(body: Body) -> Pod:
    kind = body["kind"]
    if kind == "Pod":
        return Pod(_marks(body.get("metadata") or {}), body["spec"], PODS[kind])
    spec = body["spec"]["jobTemplate"]["spec"] if kind == "CronJob" else body["spec"]
    template = spec["template"]
    return Pod(_marks(template.get("metadata") or {}), template["spec"], PODS.get(kind, "spec.template.spec"))


def _marks(metadata: Body) -> Body:
    return {key: value for key, value in metadata.items() if key in {"labels", "annotations"}}


def turned(body: Body, kind: str) -> Body:
    """Make a workload of another kind with the same pods."""
    pod = pod_of(body)
    metadata = dict(body.get("metadata") or {})
    if kind == "Pod":
        return {"apiVersion": "v1", "kind": kind, "metadata": {**metadata, **pod.metadata}, "spec": pod.spec}
    spec: Body = {"template": {"metadata": pod.metadata, "spec": pod.spec}}
    if kind == "CronJob":
        spec = {"schedule": "0 * * * *", "jobTemplate": {"spec": spec}}
    elif kind != "Job":
        spec["selector"] = {"matchLabels": pod.metadata.get("labels") or {}}
    if kind in {"Deployment", "StatefulSet", "ReplicaSet"}:
        spec["replicas"] = 1 if body["kind"] == "Pod" else body["spec"].get("replicas") or 1
    return {"apiVersion": APIS[kind], "kind": kind, "metadata": metadata, "spec": spec}


def variants(case: Case) -> Iterator[tuple[str, Case, dict[str, bytes]]]:
    """Give a case in every further kind: the kind, the case and its texts; none where a place cannot be moved."""
    bodies = [body for name in case.files if not name.endswith("/data.json") for body in documents(name)]
    here = {body.get("kind") for body in bodies} & set(APIS)
    for kind in sorted((set(case.kinds) or set(APIS)) & set(APIS) - here) if here else ():
        moved = {
            (body["kind"], (body.get("metadata") or {}).get("name", "")): pod_of(body).at
            for body in bodies
            if body.get("kind") in APIS
        }
        failures = [_failure(each, moved, kind) for each in case.failures]
        texts = {
            f"{number}.json": json.dumps(turned(body, kind) if body.get("kind") in APIS else body, default=str).encode()
            for number, body in enumerate(bodies)
        }
        texts |= {name: manifests()[name] for name in case.files if name.endswith("/data.json")}
        known = tuple(each for each in failures if each is not None)
        if len(known) == len(failures):
            yield kind, Case(id=case.id, name=case.name, fails=case.fails, files=tuple(texts), failures=known), texts


def _failure(failure: Failure, moved: Mapping[tuple[str, str], str], kind: str) -> Failure | None:
    paths = [_path(path, failure.objects, moved, kind) for path in failure.paths]
    fixes = [_path(path, failure.objects, moved, kind) for path in failure.fixes]
    objects = tuple((kind if each in moved else each[0], each[1]) for each in failure.objects)
    if "" in (*paths, *fixes):
        return None
    return Failure(tuple(paths), tuple(fixes), objects)


def _path(path: str, objects: tuple[tuple[str, str], ...], moved: Mapping[tuple[str, str], str], kind: str) -> str:
    """Move a path to where it stands in another kind; "" for what is not of the pod."""
    begin = next((moved[each] for each in objects if each in moved), None)
    if begin is None:
        return path
    return PODS.get(kind, "spec.template.spec") + path.removeprefix(begin) if path.startswith(f"{begin}.") else ""


@pytest.mark.parametrize("rule", FROM_CASES)
def test_every_case_holds_for_every_kind_of_workload(rule: str) -> None:
    wrong = [
        f"{case.name} as {kind}: {text}"
        for case in cases()
        if case.id == rule and rule in named()
        for kind, variant, texts in variants(case)
        for text in judged(variant, named()[rule], texts).wrong
    ]
    assert wrong == []


def test_there_are_many_such_cases() -> None:
    assert sum(1 for case in cases() for _ in variants(case)) > 2000


def test_places_are_moved_with_the_pod() -> None:
    case = next(each for each in cases() if each.id == "kubescape:host-pid-ipc-privileges" and each.name == "pod")
    found = {kind: variant.failures[0] for kind, variant, _ in variants(case)}
    assert found["CronJob"].paths == ("spec.jobTemplate.spec.template.spec.hostPID",)
    assert found["CronJob"].objects == (("CronJob", "test"),)
    assert found["Deployment"].paths == ("spec.template.spec.hostPID",)
