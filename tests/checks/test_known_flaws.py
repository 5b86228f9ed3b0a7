"""Flaws that manifests show by themselves."""

import pytest
from tests.checks.judging import estate, judged, places, rules_of, states, wrong

from plimsoll.checks.workload.manifests import version_in, within
from plimsoll.model.check import CheckState

RULES = rules_of("known_flaws.toml")
API = """
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec: {service: {name: metrics, namespace: kube-system}}
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: metrics, namespace: kube-system}\n"


def node(info: str, name: str = "one") -> str:
    """Write a Node with what it says of itself, in flow style."""
    return f"apiVersion: v1\nkind: Node\nmetadata: {{name: {name}}}\nstatus: {{nodeInfo: {{{info}}}}}\n"


def api_server(version: str) -> str:
    """Write what a scanner says of the API server."""
    return f"apiVersion: x/v1\nkind: APIServerInfo\nmetadata: {{name: version}}\ndata: {{gitVersion: {version}}}\n"


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes, on each platform."""
    assert wrong("known_flaws.toml") == []


@pytest.mark.parametrize(
    ("image", "flaw"),
    [
        ("quay.io/argoproj/argocd:v2.1.8", "CVE-2022-24348"),
        ("quay.io/argoproj/argocd:v2.1.9", ""),
        ("argoproj/argocd:v1.8.7", "CVE-2022-24348"),
        ("quay.io/argoproj/argocd:v2.4.0", ""),
        ("grafana/grafana:9.2.3-ubuntu", "CVE-2022-39328"),
        ("grafana/grafana:9.1.0", ""),
        ("ghcr.io/kyverno/kyverno:v1.8.2", ""),
        ("ghcr.io/kyverno/kyverno:v1.8.3", "CVE-2022-47633"),
        ("registry.k8s.io/ingress-nginx/controller:v1.12.0", "CVE-2025-1974"),
        ("registry.k8s.io/ingress-nginx/controller:v1.12.1@sha256:" + 64 * "a", ""),
        ("registry.example.com:5000/ingress-nginx/controller:v1.9.4@sha256:" + 64 * "a", "CVE-2025-1974"),
        ("registry.example.com/other/controller:v1.9.4", ""),
        ("mongo:6.0.4", "CVE-2025-14847"),
        ("mongo:6.0", ""),
        ("mongo:8.2.3", ""),
        ("mongo:latest", ""),
        ("bitnami/mongodb:7.0.27-debian-12-r1", "CVE-2025-14847"),
        ("mongo-express:1.0.2", ""),
    ],
)
def test_versions_of_images(image: str, flaw: str) -> None:
    """A version is compared as numbers, and only for the image that it is of."""
    failed = [
        each.verdict.detail
        for each in judged(RULES["image-version-flawed"], estate("kubernetes", f"image: {image}"))
        if each.state is CheckState.FAIL
    ]
    assert failed == ([flaw] if flaw else [])


@pytest.mark.parametrize(
    ("kernel", "fails"),
    [
        ("4.19.0-20-amd64", False),
        ("5.4.0-1059-azure", True),
        ("5.4.0-1067-azure", False),
        ("5.13.0-39-generic", True),
        ("5.15.15", True),
        ("5.15.16", False),
        ("5.16.1", True),
        ("5.16.2", False),
        ("6.1.0", False),
        ("unknown", False),
    ],
)
def test_kernels(kernel: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """Kernels with CVE-2022-0185 are told by their number."""
    found = places(RULES["kernel-fscontext-flaw"], estate("kubernetes", node(f"kernelVersion: {kernel}")))
    assert found == (["status.nodeInfo.kernelVersion"] if fails else [])


def test_closed_user_namespaces() -> None:
    """What is switched off on one node helps only that one."""
    switched = (
        "apiVersion: hostdata.kubescape.cloud/v1beta0\nkind: LinuxKernelVariables\nmetadata: {name: one}\n"
        'data: [{key: unprivileged_userns_clone, value: "0\\n"}]\n'
    )
    info = "kernelVersion: 5.13.0-39-generic"
    made = estate("kubernetes", node(info), node(info, "two"), switched)
    failed = [each.subject for each in judged(RULES["kernel-fscontext-flaw"], made) if each.state is CheckState.FAIL]
    assert failed == ["Node//two"]


@pytest.mark.parametrize(
    ("runtime", "fails"),
    [
        ("containerd://1.4.12", True),
        ("containerd://1.4.13", False),
        ("containerd://1.6.0", True),
        ("containerd://1.6.9", False),
        ("docker://1.4.12", False),
    ],
)
def test_containerd(runtime: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """Only containerd has the flaw of containerd."""
    made = estate("kubernetes", node(f"containerRuntimeVersion: '{runtime}'"))
    assert bool(places(RULES["containerd-leaks-files"], made)) is fails


@pytest.mark.parametrize(
    ("texts", "state"),
    [
        ((API, SERVICE, api_server("v1.24.4-gke.1")), CheckState.FAIL),
        ((API, SERVICE, api_server("v1.24.5")), CheckState.PASS),
        ((API, SERVICE), CheckState.NOT_MEASURED),
        ((API, api_server("v1.24.4")), CheckState.PASS),
    ],
)
def test_aggregated_apis(texts: tuple[str, ...], state: CheckState) -> None:
    """The version of the API server decides; where it was not read, nobody knows."""
    assert states(RULES["aggregated-api-redirects"], estate("kubernetes", *texts)) == [state]


@pytest.mark.parametrize(
    ("image", "fails"),
    [
        ("k8s.gcr.io/ingress-nginx/controller:v0.49.0", True),
        ("registry.k8s.io/ingress-nginx/controller", True),
        ("quay.io/kubernetes-ingress-controller/nginx-ingress-controller:0.33.0", True),
        ("nginx/nginx-ingress:3.1", False),
        ("traefik:v3", False),
    ],
)
def test_retired_controllers(image: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """Only the controller of the Kubernetes project was retired."""
    assert bool(places(RULES["ingress-nginx-retired"], estate("kubernetes", f"image: {image}"))) is fails


def test_every_ordinary_node_is_named() -> None:
    """Where no node isolates pods, each is a place to change that."""
    made = estate("kubernetes", node("", "one"), node("", "two"))
    assert [each.subject for each in judged(RULES["no-isolating-node"], made)] == ["Node//one", "Node//two"]
    made = estate("kubernetes", node("", "one"), node("", "fargate-ip-192-0-2-1"))
    assert states(RULES["no-isolating-node"], made) == [CheckState.PASS]


def test_versions_in_texts() -> None:
    """The first number of at least two parts is the version."""
    assert version_in("containerd://1.6.9") == (1, 6, 9)
    assert version_in("v1.25") == (1, 25, 0)
    assert version_in("latest") is None
    assert version_in("1" * 5000) is None
    assert within((1, 9, 9), (((1, 0, 0), (1, 10, 0)),))
    assert not within((1, 10, 0), (((1, 0, 0), (1, 10, 0)),))
