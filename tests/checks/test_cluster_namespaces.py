"""Namespaces of a cluster: what lies in the shared ones, and what each of them admits."""

import pytest
from tests.checks.judging import estate, judged, places, rules_of, states, wrong

from plimsoll.model.check import CheckState

RULES = rules_of("namespaces_of_clusters.toml")
WEBHOOK = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {{name: policy}}
webhooks:
  - name: policy.example.com
    rules: [{{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods], scope: {scope}}}]
"""


def namespace(name: str, *labels: str) -> str:
    """Write a Namespace with labels, each as `name: value`."""
    return f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{{', '.join(labels)}}}}}\n"


def thing(kind: str, metadata: str) -> str:
    """Write an object that is nothing but metadata."""
    return f"apiVersion: v1\nkind: {kind}\nmetadata: {{{metadata}}}\n"


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes."""
    assert wrong("namespaces_of_clusters.toml") == []


@pytest.mark.parametrize(
    ("kind", "metadata", "fails"),
    [
        ("Secret", "name: keys", True),
        ("Secret", "name: keys, namespace: ''", True),
        ("Secret", "name: keys, namespace: default", True),
        ("Secret", "name: keys, namespace: shop", False),
        ("Service", "name: kubernetes", False),
        ("Service", "name: kubernetes-web", True),
        ("Endpoints", "name: kubernetes, namespace: default", False),
        ("EndpointSlice", "name: kubernetes, namespace: default", False),
        ("EndpointSlice", "name: kubernetes-1, labels: {kubernetes.io/service-name: kubernetes}", True),
        ("ServiceAccount", "name: default", False),
        ("ServiceAccount", "name: web", True),
        ("ConfigMap", "name: kube-root-ca.crt", False),
        ("Role", "name: reader", True),
        ("ClusterRole", "name: reader", False),
    ],
)
def test_what_lies_in_default(kind: str, metadata: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """Everything in a namespace does that names none, but not what a cluster keeps there itself."""
    found = places(RULES["default-namespace-used"], estate("kubernetes", thing(kind, metadata)))
    assert found == (["metadata.namespace"] if fails else [])


def test_a_list_is_walked() -> None:
    """An object in a List is found at its own place."""
    items = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n"
    assert places(RULES["default-namespace-used"], estate("kubernetes", items)) == ["items[0].metadata.namespace"]


def test_a_template_decides() -> None:
    """A namespace that a template fills in is not measured, and never taken for `default`."""
    made = estate("kubernetes", thing("Secret", "name: a, namespace: '{{ .Release.Namespace }}'"))
    assert states(RULES["default-namespace-used"], made) == [CheckState.NOT_MEASURED]


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("metadata: {namespace: kube-system}", True),
        ("metadata: {namespace: kube-system, labels: {tier: frontend}}", True),
        ("metadata: {namespace: kube-system, labels: {kubernetes.io/cluster-service: 'true'}}", False),
        ("metadata: {namespace: kube-system}\nspec: {priorityClassName: system-node-critical}", False),
        ("metadata: {namespace: kube-public}", False),
    ],
)
def test_what_runs_in_kube_system(text: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """Only parts of the cluster belong there."""
    assert bool(places(RULES["system-namespace-used"], estate("kubernetes", text))) is fails


@pytest.mark.parametrize(
    ("level", "baseline", "restricted"),
    [("privileged", True, True), ("baseline", False, True), ("restricted", False, False), ("Baseline", True, True)],
)
def test_levels(level: str, baseline: bool, restricted: bool) -> None:  # noqa: FBT001 - a table
    """A level is one of the three words, written small."""
    made = estate("kubernetes", namespace("shop", f"pod-security.kubernetes.io/enforce: {level}"))
    at = ["metadata.labels.pod-security.kubernetes.io/enforce"]
    assert places(RULES["namespace-below-baseline"], made) == (at if baseline else [])
    assert places(RULES["namespace-below-restricted"], made) == (at if restricted else [])


def test_warnings_admit_everything() -> None:
    """A level that only warns keeps nothing out."""
    made = estate("kubernetes", namespace("shop", "pod-security.kubernetes.io/warn: restricted"))
    assert places(RULES["namespace-without-admission"], made)
    assert places(RULES["namespace-below-baseline"], made)


@pytest.mark.parametrize(("scope", "judges"), [("Cluster", False), ("Namespaced", True), ("'*'", True)])
def test_webhooks_instead(scope: str, judges: bool) -> None:  # noqa: FBT001 - a table
    """A webhook counts where it judges what is in namespaces; then it has to be looked at."""
    made = estate("kubernetes", namespace("shop"), WEBHOOK.format(scope=scope))
    assert bool(places(RULES["namespace-without-admission"], made)) is not judges
    assert bool(places(RULES["webhook-instead-of-baseline"], made)) is judges


def test_quotas_are_for_their_namespace() -> None:
    """A quota elsewhere bounds nothing here."""
    quota = thing("ResourceQuota", "name: all, namespace: shop")
    made = estate("kubernetes", namespace("shop"), namespace("depot"), quota)
    rule = RULES["namespace-without-quota"]
    assert [each.subject for each in judged(rule, made) if each.state is CheckState.FAIL] == ["Namespace//depot"]


def test_a_namespace_that_runs_something() -> None:
    """A custom kind that is called like one and runs something is none, and breaks no rule."""
    spec = "spec: {template: {spec: {containers: [{name: a}]}}}"
    made = estate("kubernetes", f"apiVersion: example.com/v1\nkind: Namespace\nmetadata: {{name: a}}\n{spec}")
    assert states(RULES["namespace-below-baseline"], made) == []
