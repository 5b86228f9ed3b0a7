"""Tests of the rules on Services, Ingresses and gateways."""

import pytest
from tests.checks.judging import estate, judged, places, rules_of, wrong

from plimsoll.model.check import CheckState

RULES = rules_of("services.toml")

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: app, image: app, ports: [{name: http, containerPort: 8080}]}]}
"""


def _service(spec: str, namespace: str = "shop") -> str:
    return f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: web, namespace: {namespace}}}\nspec: {spec}\n"


def _ingress(annotations: str = "{}", spec: str = "{}") -> str:
    head = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  namespace: shop\n"
    return f"{head}  annotations: {annotations}\nspec: {spec}\n"


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes."""
    assert wrong("services.toml") == []


@pytest.mark.parametrize(
    ("spec", "namespace", "is_reached"),
    [
        ("{type: NodePort, selector: {app: web}, ports: [{port: 80}]}", "shop", True),
        ("{type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}", "shop", True),
        ("{selector: {app: web}, externalIPs: [192.0.2.1], ports: [{port: 80}]}", "shop", True),
        ("{type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: http}]}", "shop", True),
        ("{type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: admin}]}", "shop", False),
        ("{type: NodePort, selector: {app: web}, ports: [{port: 80}]}", "other", False),
        ("{type: NodePort, selector: {app: db}, ports: [{port: 80}]}", "shop", False),
        ("{type: NodePort, ports: [{port: 80}]}", "shop", False),
        ("{selector: {app: web}, ports: [{port: 80}]}", "shop", False),
    ],
)
def test_who_reaches_a_workload(spec: str, namespace: str, is_reached: bool) -> None:  # noqa: FBT001 - a table
    found = judged(RULES["exposed-by-service"], estate("kubernetes", POD + _service(spec, namespace)))
    assert [each.subject for each in found if each.state is CheckState.FAIL] == ["Pod/shop/web"] * is_reached


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ("{defaultBackend: {service: {name: gone}}}", ["spec.defaultBackend.service.name"]),
        ("{backend: {serviceName: gone, servicePort: 80}}", ["spec.backend.serviceName"]),
        (
            "{rules: [{http: {paths: [{backend: {service: {name: web}}}, {backend: {service: {name: gone}}}]}}]}",
            ["spec.rules[0].http.paths[1].backend.service.name"],
        ),
        ("{rules: [{http: {paths: [{backend: {resource: {kind: Bucket, name: gone}}}]}}]}", []),
    ],
)
def test_backends_that_are_not_there(spec: str, place: list[str]) -> None:
    of = estate("kubernetes", _service("{selector: {app: web}}") + _ingress(spec=spec))
    assert places(RULES["ingress-backend-missing"], of) == place


@pytest.mark.parametrize(
    ("annotation", "failing"),
    [
        ('{nginx.ingress.kubernetes.io/auth-url: "http://a/#;\\nx"}', ["ingress-nginx-injection"]),
        ('{nginx.ingress.kubernetes.io/mirror-host: "a;b"}', ["ingress-nginx-injection"]),
        ("{nginx.ingress.kubernetes.io/auth-url: 'https://a.example/check?rd=$request_uri'}", []),
        ("{nginx.ingress.kubernetes.io/server-snippet: 'location /x { alias /etc/; }'}", ["ingress-snippet-runs-code"]),
        ("{nginx.ingress.kubernetes.io/server-snippet: 'gzip on;'}", ["ingress-snippet"]),
        ("{example.com/auth-url: 'a;b'}", []),
    ],
)
def test_annotations_of_ingress_nginx(annotation: str, failing: list[str]) -> None:
    of = estate("kubernetes", _ingress(annotation))
    rules = ("ingress-nginx-injection", "ingress-snippet-runs-code", "ingress-snippet")
    assert [rule for rule in rules if places(RULES[rule], of)] == failing


@pytest.mark.parametrize(
    ("image", "is_old"),
    [
        ("registry.example.com/ingress-nginx/controller:v0.49.0@sha256:" + "0" * 64, True),
        ("nginx-controller:0.30", True),
        ("ingress-nginx/controller:v1.0.0", True),
        ("ingress-nginx/controller:v1.0.1", False),
        ("ingress-nginx/controller:v0.49.1", False),
        ("ingress-nginx/controller:latest", False),
        ("ingress-nginx/controller", False),
        ("nginx:0.1", False),
    ],
)
def test_versions_that_take_snippets(image: str, is_old: bool) -> None:  # noqa: FBT001 - a table
    found = places(RULES["ingress-nginx-takes-snippets"], estate("kubernetes", f"image: {image}\n"))
    assert found == ["spec.containers[0].image"] * is_old


@pytest.mark.parametrize(
    "spec", ["text", "[]", "{selector: [a], ports: text}", "{rules: [text, {http: []}], tls: text}"]
)
def test_strange_objects_break_nothing(spec: str) -> None:
    of = estate("kubernetes", POD + _service(spec) + _ingress(spec=spec))
    for rule in RULES.values():
        assert {each.state for each in judged(rule, of)} <= {CheckState.PASS, CheckState.FAIL}
