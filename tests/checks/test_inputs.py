"""Tests of what users configured for checks, and of the rules that heed it."""

import json

import pytest
from tests.checks.judging import places, rules_of

from plimsoll.checks.workload.inputs import inputs
from plimsoll.model.estate import Estate
from plimsoll.pipeline.estate import estate_of

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  volumes:
    - {name: cloud, hostPath: {path: /.aws/credentials}}
  containers:
    - name: web
      image: quay.io/shop/web:stable
      imagePullPolicy: IfNotPresent
      volumeMounts:
        - {name: cloud, mountPath: /x}
      env:
        - {name: LICENCE, value: abc}
      resources:
        limits: {cpu: 500m, memory: 64Mi}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web, namespace: shop}
data: {licence: abc, note: "two\\nlines"}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
"""

IMAGE = "spec.containers[0].image"


def configured(**lists: object) -> Estate:
    """Make an estate of a pod and what surrounds it, with some settings in a file of their own."""
    return _estate({"postureControlInputs": lists})


def _estate(settings: object) -> Estate:
    return estate_of([("settings.json", json.dumps(settings).encode()), ("web.yaml", POD.encode())])


@pytest.mark.parametrize(
    ("file", "rule", "lists", "place"),
    [
        ("images.toml", "unapproved-registry", {"imageRepositoryAllowList": ["gcr.io"]}, IMAGE),
        ("images.toml", "unapproved-registry", {"imageRepositoryAllowList": ["quay.io/sho"]}, IMAGE),
        ("images.toml", "throwaway-registry", {"untrustedRegistries": ["quay.io"]}, IMAGE),
        ("images.toml", "throwaway-registry", {"publicRegistries": ["quay.io/shop/"]}, IMAGE),
        ("images.toml", "floating-tag", {"floatingImageTags": ["stable"]}, IMAGE),
        ("images.toml", "latest-version-not-used", {"floatingImageTags": ["stable"]}, IMAGE),
        ("limits.toml", "beyond-own-bounds", {"cpu_limit_max": ["250m"]}, "spec.containers[0].resources.limits.cpu"),
        ("limits.toml", "beyond-own-bounds", {"memory_limit_min": "1Gi"}, "spec.containers[0].resources.limits.memory"),
        ("secrets.toml", "possible-secret-in-env", {"sensitiveKeyNames": ["licen"]}, "spec.containers[0].env[0]"),
        ("secrets.toml", "possible-secret-in-config-map", {"sensitiveKeyNames": ["licen"]}, "data.licence"),
        ("services.toml", "exposed-administrative-interface", {"sensitiveInterfaces": ["web"]}, "spec.selector"),
    ],
)
def test_what_users_configured_is_heeded(file: str, rule: str, lists: dict[str, object], place: str) -> None:
    """A rule that is silent without settings fails by them."""
    own = rules_of(file)[rule]
    assert place not in places(own, configured())
    assert place in places(own, configured(**lists))


@pytest.mark.parametrize(
    ("file", "rule", "lists"),
    [
        ("images.toml", "unapproved-registry", {"imageRepositoryAllowList": ["quay.io"]}),
        ("images.toml", "unapproved-registry", {"imageRepositoryAllowList": ["quay.io/shop/web"]}),
        ("images.toml", "throwaway-registry", {"untrustedRegistries": ["quay.io/other"]}),
        ("limits.toml", "beyond-own-bounds", {"cpu_limit_max": ["1"], "memory_limit_min": ["no quantity"]}),
        ("secrets.toml", "possible-secret-in-config-map", {"sensitiveKeyNames": ["note"]}),
    ],
)
def test_what_is_within_what_users_configured_passes(file: str, rule: str, lists: dict[str, object]) -> None:
    """Settings that are met change nothing."""
    assert places(rules_of(file)[rule], configured(**lists)) == []


def test_the_cloud_of_nodes_may_be_configured() -> None:
    """Which paths of nodes hold credentials depends on the cloud."""
    rule = rules_of("mounts.toml")["node-cloud-credentials-mounted"]
    assert places(rule, _estate({"dataControlInputs": {"cloudProvider": "gke"}})) == []
    found = places(rule, _estate({"dataControlInputs": {"cloudProvider": "eks"}}))
    assert found == ["spec.volumes[0]", "spec.containers[0].volumeMounts[0]"]


def test_sandboxes_have_bounds_that_may_be_configured() -> None:
    """The bounds of sandboxes are ours until a user says others."""
    template = """\
apiVersion: extensions.agents.x-k8s.io/v1beta1
kind: SandboxTemplate
metadata: {name: agent, namespace: agents}
spec:
  podTemplate:
    spec:
      containers:
        - {name: agent, image: registry.example.com/agent:1.0, resources: {limits: {cpu: 1500m, memory: 1Gi}}}
"""
    settings = json.dumps(
        {"postureControlInputs": {"sandbox_cpu_limit_max": ["1"], "sandbox_memory_limit_max": ["512Mi"]}}
    )
    bounded = estate_of([("data.json", settings.encode()), ("t.yaml", template.encode())])
    for name in ("sandbox-cpu-limit-high", "sandbox-memory-limit-high"):
        rule = rules_of("limits.toml")[name]
        assert places(rule, estate_of([("t.yaml", template.encode())])) == []
        assert len(places(rule, bounded)) == 1


def test_settings_may_stand_below_a_key_of_their_own() -> None:
    """The form that kubescape's service exports."""
    exported = {"name": "default", "settings": {"postureControlInputs": {"floatingImageTags": ["stable"]}}}
    assert inputs(_estate(exported)) == {"floatingImageTags": ("stable",)}


@pytest.mark.parametrize(
    "document",
    [
        {"postureControlInputs": {"imageRepositoryAllowList": ["evil.example.com"]}, "kind": "Pod", "apiVersion": "v1"},
        {"postureControlInputs": ["floatingImageTags"]},
        {"name": "x", "settings": {}},
        ["postureControlInputs"],
    ],
)
def test_nothing_else_is_taken_for_settings(document: object) -> None:
    """What is judged does not say how it is judged, and what is no settings at all is left alone."""
    assert inputs(_estate(document)) == {}
