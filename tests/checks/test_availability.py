"""Whether a workload stays there: replicas, budgets, autoscalers."""

import pytest
from tests.checks.judging import estate, judged, places, rules_of, wrong

from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate

RULES = rules_of("availability.toml")


def deployment(name: str = "web", namespace: str = "shop", more: str = "") -> str:
    """Write a Deployment whose pods carry its name as `app`."""
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
        f"spec:\n  {more}\n  template:\n    metadata: {{labels: {{app: {name}, tier: front}}}}\n"
        f"    spec: {{containers: [{{name: {name}, image: registry.example.com/web:1.0}}]}}\n"
    )


def budget(spec: str, namespace: str = "shop") -> str:
    """Write a PodDisruptionBudget with a spec in flow style."""
    return (
        f"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: b, namespace: {namespace}}}\n"
        f"spec: {{{spec}}}\n"
    )


def scaler(spec: str, namespace: str = "shop", target: str = "kind: Deployment, name: web") -> str:
    """Write a HorizontalPodAutoscaler with a spec in flow style."""
    return (
        f"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: s, namespace: {namespace}}}\n"
        f"spec: {{scaleTargetRef: {{{target}}}, {spec}}}\n"
    )


def read(*texts: str) -> Estate:
    """Read manifests."""
    return estate("kubernetes", *texts)


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes."""
    assert wrong("availability.toml") == []


@pytest.mark.parametrize(
    ("spec", "namespace", "fails"),
    [
        ("selector: {matchLabels: {app: web}}", "shop", False),
        ("selector: {matchLabels: {app: web, tier: front}}", "shop", False),
        ("selector: {matchLabels: {app: web, tier: back}}", "shop", True),
        ("selector: {matchLabels: {app: web}}", "depot", True),
        ("selector: {matchExpressions: [{key: app, operator: Exists}]}", "shop", False),
        ("minAvailable: 1", "shop", True),
    ],
)
def test_budgets_of_pods(spec: str, namespace: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """A budget is for the pods of its namespace that its selector takes."""
    assert bool(places(RULES["no-disruption-budget"], read(deployment(), budget(spec, namespace)))) is fails


def test_a_budget_is_for_one_of_two() -> None:
    """The budget of one Deployment is none of the other's."""
    made = read(deployment(), deployment("db"), budget("selector: {matchLabels: {app: db}}"))
    failed = [each.subject for each in judged(RULES["no-disruption-budget"], made) if each.state is CheckState.FAIL]
    assert failed == ["Deployment/shop/web"]


@pytest.mark.parametrize(
    ("available", "bounds", "over", "at", "beyond"),
    [
        ("5", "minReplicas: 4, maxReplicas: 6", True, False, False),
        ("4", "minReplicas: 4, maxReplicas: 6", False, True, False),
        ("3", "minReplicas: 4, maxReplicas: 6", False, False, False),
        ("7", "minReplicas: 4, maxReplicas: 6", True, False, True),
        ("50%", "minReplicas: 4, maxReplicas: 6", False, False, False),
        ("100%", "minReplicas: 4, maxReplicas: 6", False, True, False),
        ("76%", "minReplicas: 4, maxReplicas: 6", False, True, False),
        ("150%", "minReplicas: 10, maxReplicas: 15", True, False, True),
        ("5", "maxReplicas: 6", False, False, False),
        ("many", "minReplicas: 4, maxReplicas: 6", False, False, False),
    ],
)
def test_budgets_against_autoscalers(available: str, bounds: str, over: bool, at: bool, beyond: bool) -> None:  # noqa: FBT001 - a table
    """What a budget asks for is compared with what an autoscaler keeps; shares are rounded up."""
    text = budget(f"minAvailable: {available}, selector: {{matchLabels: {{app: web}}}}")
    made = read(deployment(), text, scaler(bounds))
    for name, fails in (("over-minimum", over), ("at-minimum", at), ("over-maximum", beyond)):
        found = places(RULES[f"disruption-budget-{name}"], made)
        assert found == (["spec.minAvailable"] if fails else []), name


def test_the_budget_is_the_subject() -> None:
    """A failure about a budget stands in the budget's document."""
    text = budget("minAvailable: 9, selector: {matchLabels: {app: web}}")
    made = read(deployment(), scaler("minReplicas: 2, maxReplicas: 6"), text)
    [found] = judged(RULES["disruption-budget-over-minimum"], made)
    assert (found.subject, found.document) == ("PodDisruptionBudget/shop/b", 2)


@pytest.mark.parametrize(
    ("target", "namespace", "fails"),
    [
        ("kind: Deployment, name: web", "shop", False),
        ("kind: Deployment, name: web", "depot", True),
        ("kind: StatefulSet, name: web", "shop", True),
        ("kind: Farm, name: web", "shop", False),
    ],
)
def test_targets(target: str, namespace: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """A target is of one kind, one name and one namespace; custom kinds are not known."""
    made = read(deployment(), scaler("maxReplicas: 6", namespace, target))
    assert places(RULES["autoscaler-without-target"], made) == (["spec.scaleTargetRef.name"] if fails else [])


@pytest.mark.parametrize(
    ("bounds", "fails"),
    [
        ("minReplicas: 5, maxReplicas: 5", True),
        ("minReplicas: 5, maxReplicas: 4", True),
        ("minReplicas: 5, maxReplicas: 6", False),
        ("maxReplicas: 6", False),
        ("minReplicas: 2", True),
        ("maxReplicas: 0", True),
    ],
)
def test_room_to_scale(bounds: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """An autoscaler needs room between its bounds."""
    assert places(RULES["autoscaler-cannot-scale"], read(scaler(bounds))) == (["spec.maxReplicas"] if fails else [])


@pytest.mark.parametrize(("more", "fails"), [("replicas: 1", True), ("", True), ("replicas: 3", False)])
def test_replicas(more: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """One pod is too few, said or not."""
    assert places(RULES["single-replica"], read(deployment(more=more))) == (["spec.replicas"] if fails else [])


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("maxUnavailable: 0", ["spec.maxUnavailable"]),
        ("maxUnavailable: '0%'", ["spec.maxUnavailable"]),
        ("minAvailable: 100%", ["spec.minAvailable"]),
        ("maxUnavailable: 10%", []),
        ("minAvailable: 5, maxUnavailable: 10%", []),
    ],
)
def test_budgets_of_zero(spec: str, found: list[str]) -> None:
    """A budget that allows nothing is none that helps."""
    assert places(RULES["disruption-budget-of-zero"], read(budget(spec))) == found
