"""Tests of the rules on NetworkPolicies."""

import pytest
from tests.checks.judging import estate, judged, places, rules_of, wrong

from plimsoll.model.check import CheckState

RULES = rules_of("network.toml")

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: app, image: app}]}
"""


def _policy(spec: str, kind: str = "NetworkPolicy", api: str = "networking.k8s.io/v1", namespace: str = "shop") -> str:
    return f"---\napiVersion: {api}\nkind: {kind}\nmetadata: {{name: limits, namespace: {namespace}}}\nspec: {spec}\n"


def _failing(*texts: str) -> list[str]:
    of = estate("kubernetes", "".join(texts))
    return [rule for rule in ("no-network-policy", "network-policy-one-way") if places(RULES[rule], of)]


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes."""
    assert wrong("network.toml") == []


NONE, ONE_WAY = ["no-network-policy"], ["network-policy-one-way"]


@pytest.mark.parametrize(
    ("spec", "failing"),
    [
        ("{podSelector: {}, policyTypes: [Ingress, Egress]}", []),
        ("{podSelector: {}, policyTypes: [Ingress]}", ONE_WAY),
        ("{podSelector: {}}", ONE_WAY),
        ("{podSelector: {}, egress: [{to: [{podSelector: {}}]}]}", []),
        ("{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress]}", NONE),
        (
            "{podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}, policyTypes: [Egress]}",
            ONE_WAY,
        ),
        ("{podSelector: {matchExpressions: [{key: app, operator: Exists}]}, policyTypes: [Egress, Ingress]}", []),
    ],
)
def test_what_a_policy_limits(spec: str, failing: list[str]) -> None:
    assert _failing(POD, _policy(spec)) == failing


def test_policies_add_up() -> None:
    one, other = "{podSelector: {}, policyTypes: [Ingress]}", "{podSelector: {}, policyTypes: [Egress]}"
    assert _failing(POD, _policy(one), _policy(other)) == []


def test_a_policy_of_another_namespace_limits_nothing() -> None:
    assert _failing(POD, _policy("{podSelector: {}}", namespace="other")) == NONE


@pytest.mark.parametrize(
    ("kind", "spec", "failing"),
    [
        ("CiliumNetworkPolicy", "{endpointSelector: {matchLabels: {'k8s:app': web}}, egress: []}", []),
        ("CiliumNetworkPolicy", "{endpointSelector: {matchLabels: {app: db}}}", NONE),
        ("CiliumClusterwideNetworkPolicy", "{endpointSelector: {}}", []),
        (
            "CiliumClusterwideNetworkPolicy",
            "{endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': shop}}}",
            [],
        ),
        ("CiliumClusterwideNetworkPolicy", "{nodeSelector: {}}", NONE),
    ],
)
def test_policies_of_cilium(kind: str, spec: str, failing: list[str]) -> None:
    assert _failing(POD, _policy(spec, kind, "cilium.io/v2")) == failing


def test_a_policy_of_calico_gets_the_benefit_of_the_doubt() -> None:
    assert _failing(POD, _policy("{selector: app == 'web'}", api="projectcalico.org/v3")) == []


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ("{}", ["spec.networkPolicy"]),
        ("{networkPolicy: []}", ["spec.networkPolicy"]),
        ("{networkPolicyManagement: Unmanaged}", ["spec.networkPolicyManagement"]),
        ("{networkPolicy: {egress: [{}]}}", ["spec.networkPolicy.egress"]),
        ("{networkPolicy: {egress: text}}", ["spec.networkPolicy.egress"]),
        (
            "{networkPolicy: {egress: [{to: [{ipBlock: {cidr: '::/0', except: ['fc00::/7']}}]}]}}",
            ["spec.networkPolicy.egress"],
        ),
        ("{networkPolicy: {egress: [{to: [{namespaceSelector: {}}]}]}}", ["spec.networkPolicy.egress"]),
        ("{networkPolicy: {egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}}", []),
        ("{networkPolicy: {}}", []),
    ],
)
def test_egress_of_sandboxes(spec: str, place: list[str]) -> None:
    text = (
        f"apiVersion: extensions.agents.x-k8s.io/v1beta1\nkind: SandboxTemplate\nmetadata: {{name: s}}\nspec: {spec}\n"
    )
    assert places(RULES["agent-sandbox-egress-open"], estate("kubernetes", text)) == place


@pytest.mark.parametrize("spec", ["text", "[]", "{podSelector: text}", "{ingress: [text], egress: {a: b}}"])
def test_strange_policies_break_nothing(spec: str) -> None:
    of = estate("kubernetes", POD + _policy(spec))
    states = {each.state for rule in RULES.values() for each in judged(rule, of)}
    assert states <= {CheckState.PASS, CheckState.FAIL}
