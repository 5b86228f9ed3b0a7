"""How objects are named, labelled and written."""

import pytest
from tests.checks.judging import estate, judged, places, rules_of, states, wrong

from plimsoll.model.check import CheckState

RULES = rules_of("hygiene.toml")
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, labels: {{{labels}}}}}
spec:
  selector: {{{selector}}}
  template:
    metadata: {{labels: {{{pod}}}}}
    spec: {{containers: [{{name: web, image: registry.example.com/web:1.0}}]}}
"""
CRONJOB = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: sweep}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          serviceAccount: old
          containers: [{name: sweep, image: registry.example.com/sweep:1.0}]
"""


EXPRESSIONS = "spec.selector.matchExpressions"
KINDS = ["Deployment", "CronJob", "Pod", "Service", "ReplicationController", "SandboxTemplate", "Namespace", "Node"]


def deployment(labels: str = "", pod: str = "", selector: str = "") -> str:
    """Write a Deployment with labels of its own and of its pods, and with a selector, all in flow style."""
    return DEPLOYMENT.format(labels=labels, pod=pod, selector=selector)


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes, on each platform."""
    assert wrong("hygiene.toml") == []


def test_both_places_of_labels() -> None:
    """Labels are asked of the object and of what it makes, each at its own place."""
    rule = RULES["labels-missing"]
    assert places(rule, estate("kubernetes", deployment())) == [
        "metadata.labels.app",
        "spec.template.metadata.labels.app",
    ]
    assert places(rule, estate("kubernetes", deployment("tier: front"))) == ["spec.template.metadata.labels.app"]
    assert places(rule, estate("kubernetes", deployment("tier: front", "env: test"))) == []
    assert places(rule, estate("kubernetes", CRONJOB))[1] == "spec.jobTemplate.spec.template.metadata.labels.app"
    assert len(places(rule, estate("kubernetes", "image: nginx"))) == 1


def test_details_tell_them_apart() -> None:
    """Two failures of one rule on one object have ids of their own."""
    found = judged(RULES["common-labels-missing"], estate("kubernetes", deployment()))
    assert len({each.verdict.detail for each in found}) == len(found) == 2


@pytest.mark.parametrize(
    ("selector", "pod", "found"),
    [
        ("matchLabels: {app: web}", "app: web, tier: front", ""),
        ("matchLabels: {app: web}", "app: shop", "spec.selector.matchLabels"),
        ("matchLabels: {app: web}", "", "spec.selector.matchLabels"),
        ("", "app: web", ""),
        ("matchExpressions: [{key: app, operator: In, values: [web, shop]}]", "app: web", ""),
        ("matchExpressions: [{key: app, operator: In, values: [shop]}]", "app: web", EXPRESSIONS),
        (
            "matchExpressions: [{key: app, operator: NotIn, values: [web]}]",
            "app: web",
            EXPRESSIONS,
        ),
        ("matchExpressions: [{key: app, operator: NotIn, values: [web]}]", "", ""),
        ("matchExpressions: [{key: app, operator: Exists}]", "", EXPRESSIONS),
        ("matchExpressions: [{key: app, operator: DoesNotExist}]", "app: web", EXPRESSIONS),
        ("matchLabels: {version: 1}", "version: '1'", ""),
    ],
)
def test_selectors(selector: str, pod: str, found: str) -> None:
    """A selector takes the pods that its workload makes (LabelSelector of the API)."""
    made = estate("kubernetes", deployment("", pod, selector))
    assert places(RULES["mismatching-selector"], made) == ([found] if found else [])


def test_accounts() -> None:
    """The old field is found wherever a pod's spec stands."""
    assert places(RULES["deprecated-account-field"], estate("kubernetes", CRONJOB)) == [
        "spec.jobTemplate.spec.template.spec.serviceAccount"
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("metadata: {labels: {app: kubernetes-dashboard}}", "metadata.labels.app"),
        ("metadata: {labels: {app: web}}\nspec: {containers: [{name: a, image: 'nginx:1'}]}", ""),
        ("image: kubernetesui/dashboard:v2", "spec.containers[0].image"),
    ],
)
def test_dashboards(text: str, found: str) -> None:
    """The dashboard is known by its label or its image."""
    assert places(RULES["dashboard-deployed"], estate("kubernetes", text)) == ([found] if found else [])


def test_no_image_is_not_measured() -> None:
    """What no image is said of may be anything."""
    made = estate("kubernetes", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a}]}")
    assert states(RULES["dashboard-deployed"], made) == [CheckState.NOT_MEASURED]
    assert states(RULES["tiller-deployed"], made) == [CheckState.NOT_MEASURED]


@pytest.mark.parametrize(
    ("arguments", "fails"),
    [
        ("[--listen=localhost:44134]", False),
        ("['--listen=127.0.0.1:44134']", False),
        ("['--listen=10.7.2.8:44134']", True),
        ("[]", True),
    ],
)
def test_tiller_listens(arguments: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """Tiller listens to everyone unless it is told not to."""
    made = estate("kubernetes", f"image: gcr.io/kubernetes-helm/tiller:v2.16.9\nargs: {arguments}")
    assert bool(places(RULES["tiller-reachable"], made)) is fails


HOSTILE = ["metadata: []\nspec: x", "spec: []", "spec: {selector: [], template: {metadata: x, spec: {containers: {}}}}"]


@pytest.mark.parametrize("body", HOSTILE)
@pytest.mark.parametrize(
    "kind", ["Deployment", "CronJob", "Pod", "Service", "ReplicationController", "SandboxTemplate"]
)
@pytest.mark.parametrize("rows", ["hygiene", "namespaces_of_clusters", "availability", "storage", "known_flaws"])
def test_values_of_another_kind(rows: str, kind: str, body: str) -> None:
    """No rule breaks on values that are not what they should be."""
    made = estate("kubernetes", f"apiVersion: v1\nkind: {kind}\n{body}\n")
    for rule in rules_of(f"{rows}.toml").values():
        assert isinstance(judged(rule, made), list)
