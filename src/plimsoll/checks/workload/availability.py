"""Rules about whether a workload stays there: replicas, disruption budgets, autoscalers, priorities."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from plimsoll.checks.workload.manifests import is_said, known_text, of_resources, of_workloads, spec_of
from plimsoll.checks.workload.selectors import of_kind, pods, remembered, selector_of, space
from plimsoll.documents.scalars import number, whole, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Workload

_SCALABLE = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
_SPREAD = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "DeploymentConfig", "Rollout")
_FEW = 2

Target = tuple[str, str, str]
"""Kind, namespace and name of what an autoscaler scales."""

Identity = tuple[int, Place]
"""Document and place of an object: what tells it from others of the same name."""


class _Range(NamedTuple):
    """What an autoscaler may scale to; None is not said."""

    least: int | None
    most: int | None


@of_workloads
def few_replicas(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find deployments of one pod that nothing scales."""
    if workload.replicas.value < _FEW and _range_of(workload, estate).most is None:
        yield Verdict(workload.replicas.at, str(workload.replicas.value), expected="at least 2")


@of_workloads
def without_budget(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find deployments whose pods no PodDisruptionBudget is for."""
    if _identity(workload) not in remembered(estate, "availability.budgeted", _budgeted):
        yield Verdict(workload.at, "no budget", expected="a PodDisruptionBudget whose selector takes its pods")


def _budgeted(estate: Estate) -> frozenset[Identity]:
    return frozenset(_identity(workload) for _, workload in remembered(estate, "availability.budgets", _budgets))


def _budgets(estate: Estate) -> tuple[tuple[Resource, Workload], ...]:
    """Give every budget with each workload whose pods it is for; one without a selector is for none."""
    found = pods(estate)
    return tuple(
        (budget, workload)
        for budget in of_kind(estate, "PodDisruptionBudget")
        if is_said(spec_of(budget).get("selector"))
        for workload in found.selected(budget.namespace, selector_of(spec_of(budget).get("selector")))
    )


def _identity(workload: Workload) -> Identity:
    return workload.document, workload.at


@of_resources
def no_disruption_allowed(budget: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - every logic gets both
    """Find budgets that never let a pod be moved."""
    spec = spec_of(budget)
    for name, never in (("minAvailable", ("100%",)), ("maxUnavailable", ("0", "0%"))):
        at = (*budget.at, "spec", name)
        value = known_text(spec.get(name), at)
        if value in never:
            yield Verdict(at, value, expected="room for at least one pod to be moved")


def budget_over_minimum(estate: Estate) -> Iterator[Verdict]:
    """Find budgets that ask for more pods than an autoscaler keeps at least."""
    yield from _budget_against(estate, lambda wanted, has: wanted > has, lambda each: each.least)


def budget_at_minimum(estate: Estate) -> Iterator[Verdict]:
    """Find budgets that ask for exactly as many pods as an autoscaler keeps at least."""
    yield from _budget_against(estate, lambda wanted, has: wanted == has, lambda each: each.least)


def budget_over_maximum(estate: Estate) -> Iterator[Verdict]:
    """Find budgets that ask for more pods than an autoscaler ever makes."""
    yield from _budget_against(estate, lambda wanted, has: wanted > has, lambda each: each.most)


def _budget_against(
    estate: Estate, fails: Callable[[int, int], bool], bound: Callable[[_Range], int | None]
) -> Iterator[Verdict]:
    for budget, workload in remembered(estate, "availability.budgets", _budgets):
        has = bound(_range_of(workload, estate))
        wanted = None if has is None else _pods_wanted(budget, has)
        if has is not None and wanted is not None and fails(wanted, has):
            at = (*budget.at, "spec", "minAvailable")
            expected = f"less than {has}"
            yield Verdict(at, str(wanted), workload.name, expected, document=budget.document, subject=budget.key)


def _pods_wanted(budget: Resource, of_pods: int) -> int | None:
    """Give how many of some pods have to stay; a share is rounded up (intstr of the API machinery)."""
    value = written(spec_of(budget).get("minAvailable"))
    if value.endswith("%"):
        share = number(value.removesuffix("%"))
        return None if share is None else -int(-share * of_pods // 100)
    return whole(value)


def _range_of(workload: Workload, estate: Estate) -> _Range:
    scaled = remembered(estate, "availability.scaled", _scaled)
    return scaled.get((workload.kind, space(workload.namespace), workload.name), _Range(None, None))


def _scaled(estate: Estate) -> Mapping[Target, _Range]:
    """Give what scales each target: the first autoscaler, since two of them on one target fight."""
    found: dict[Target, _Range] = {}
    for scaler in of_kind(estate, "HorizontalPodAutoscaler"):
        target = mapping(spec_of(scaler).get("scaleTargetRef"))
        key = written(target.get("kind")), space(scaler.namespace), written(target.get("name"))
        found.setdefault(key, _range(scaler))
    return found


def _range(scaler: Resource) -> _Range:
    spec = spec_of(scaler)
    return _Range(whole(spec.get("minReplicas")), whole(spec.get("maxReplicas")))


@of_resources
def scaler_keeps_one(scaler: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find autoscalers that may go down to a single pod, and say so."""
    least = _range(scaler).least
    if least is not None and least < _FEW:
        yield Verdict((*scaler.at, "spec", "minReplicas"), str(least), expected="at least 2")


@of_resources
def scaler_cannot_scale(scaler: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find autoscalers without room between their bounds."""
    least, most = _range(scaler)
    at = (*scaler.at, "spec", "maxReplicas")
    if most is None:
        known_text(spec_of(scaler).get("maxReplicas"), at)
        yield Verdict(at, "not said", expected="more than minReplicas")
    elif most < 1 or (least is not None and most <= least):
        yield Verdict(at, str(most), expected=f"more than {least or 0}")


@of_resources
def scaler_without_target(scaler: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find autoscalers of a workload that is not there; kinds that others define are not known here."""
    target = mapping(spec_of(scaler).get("scaleTargetRef"))
    at = (*scaler.at, "spec", "scaleTargetRef", "name")
    kind, name = written(target.get("kind")), known_text(target.get("name"), at)
    there = remembered(estate, "availability.workloads", _workloads)
    if kind in _SCALABLE and (kind, space(scaler.namespace), name) not in there:
        yield Verdict(at, name, expected=f"a {kind} in the same namespace")


def _workloads(estate: Estate) -> frozenset[Target]:
    return frozenset(
        (each.kind, space(each.namespace), each.name) for each in estate.workloads if each.kind in _SCALABLE
    )


@of_workloads
def all_at_once(workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find deployments that stop every pod before they start a new one."""
    at = (*workload.at, "spec", "strategy", "type")
    strategy = known_text(mapping(spec_of(workload).get("strategy")).get("type"), at)
    if strategy and strategy != "RollingUpdate":
        yield Verdict(at, strategy, expected="RollingUpdate")


@of_workloads
def not_spread(workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find workloads of several pods that may all land on one node."""
    if workload.kind in _SPREAD and not is_said(workload.spec.get("topologySpreadConstraints")):
        at = (*workload.spec_at, "topologySpreadConstraints")
        yield Verdict(at, "not said", expected="at least one constraint")


@of_workloads
def no_priority(workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find pods without a priority class."""
    if not is_said(workload.spec.get("priorityClassName")):
        yield Verdict((*workload.spec_at, "priorityClassName"), "not said", expected="a priority class")
