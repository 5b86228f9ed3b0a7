"""Services of Kubernetes: what they open, and to whom."""

from collections.abc import Iterator, Mapping

from plimsoll.checks.workload.inputs import inputs
from plimsoll.checks.workload.selectors import plain_selector, pods
from plimsoll.documents.scalars import whole, written
from plimsoll.documents.shapes import mapping, mappings, sequence, text
from plimsoll.model.estate import Estate
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Workload

SERVICE = "Service"
_BALANCER = "LoadBalancer"
_OUTSIDE = frozenset({_BALANCER, "NodePort"})

_INTERNAL = {
    "service.beta.kubernetes.io/azure-load-balancer-internal": frozenset({"true"}),
    "service.beta.kubernetes.io/aws-load-balancer-internal": frozenset({"true", "0.0.0.0/0"}),
    "service.beta.kubernetes.io/aws-load-balancer-scheme": frozenset({"internal"}),
    "networking.gke.io/load-balancer-type": frozenset({"internal"}),
    "cloud.google.com/load-balancer-type": frozenset({"internal"}),
    "service.beta.kubernetes.io/openstack-internal-load-balancer": frozenset({"true"}),
    "service.beta.kubernetes.io/oci-load-balancer-internal": frozenset({"true"}),
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": frozenset({"intranet"}),
}
"""How the providers are told that a load balancer is for their own network only, in the order of their use."""

_AZURE = "service.beta.kubernetes.io/azure-load-balancer-internal"
_AWS_CERTIFICATE = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert"
_HTTPS = 443

_SENSITIVE = (
    "argo-server",
    "jenkins",
    "bentoml",
    "jupyterhub",
    "kserve",
    "kubeflow",
    "kubernetes-dashboard",
    "mlflow",
    "nifi",
    "ollama",
    "prometheus-deployment",
    "ray-dashboard",
    "ray-head",
    "seldon",
    "triton-inference-server",
    "vllm",
    "weave-scope-app",
)
"""Names of interfaces through which their users may run anything, often without a log-in."""


def spec_of(resource: Resource) -> Mapping[str, object]:
    """Give the `spec` of a resource."""
    return mapping(resource.body.get("spec"))


def is_outside(service: Resource) -> bool:
    """Say whether a Service can be reached from outside of the cluster."""
    spec = spec_of(service)
    return text(spec.get("type")) in _OUTSIDE or bool(sequence(spec.get("externalIPs")))


def pods_of(service: Resource, estate: Estate) -> Iterator[Workload]:
    """Give the workloads that a Service leads to; a Service without a selector leads to none that is known here."""
    spec = spec_of(service)
    selector = plain_selector(spec.get("selector"))
    if not selector.is_empty and text(spec.get("type")) != "ExternalName":
        yield from pods(estate).selected(service.namespace, selector)


def selects_nothing(service: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for a Service whose selector fits no pod of its namespace among what was read."""
    spec = spec_of(service)
    selector = plain_selector(spec.get("selector"))
    if selector.is_empty or text(spec.get("type")) == "ExternalName":
        return
    if not any(True for _ in pods_of(service, estate)):
        said = ", ".join(f"{key}={value}" for key, value in selector.labels)
        yield Verdict((*service.at, "spec", "selector"), said)


def opens_node_port(service: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for a Service that opens a port on every node."""
    if text(spec_of(service).get("type")) == "NodePort":
        yield Verdict((*service.at, "spec", "type"), "NodePort", expected="ClusterIP")


def takes_external_addresses(service: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for a Service that takes traffic for addresses which it names itself."""
    addresses = sequence(spec_of(service).get("externalIPs"))
    if addresses:
        yield Verdict((*service.at, "spec", "externalIPs"), ", ".join(map(written, addresses)))


def balances_publicly(service: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for a load balancer that nothing keeps within the provider's network."""
    if text(spec_of(service).get("type")) != _BALANCER:
        return
    said = service.annotations
    if not any(said.get(key, "").lower() in values for key, values in _INTERNAL.items()):
        key = next((key for key in _INTERNAL if key in said), _AZURE)
        yield Verdict((*service.at, "metadata", "annotations", key), said.get(key, "absent"))


def balances_without_certificate(service: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for a load balancer on the port of HTTPS that has no certificate and is not another provider's."""
    spec = spec_of(service)
    if text(spec.get("type")) != _BALANCER or _HTTPS not in ports_of(spec, "port"):
        return
    said = service.annotations
    if not any(key.startswith(_AWS_CERTIFICATE) or _is_elsewhere(key) for key in said):
        yield Verdict((*service.at, "metadata", "annotations", _AWS_CERTIFICATE), "absent")


def _is_elsewhere(annotation: str) -> bool:
    return any(word in annotation for word in ("azure", "gke.io", "google", "openstack", "oci-", "alibaba"))


def ports_of(spec: Mapping[str, object], key: str) -> set[int]:
    """Give the numbers that stand below a key (`port`, `targetPort`) in the ports of a Service."""
    found = (whole(each.get(key)) for each in mappings(spec.get("ports")))
    return {each for each in found if each is not None}


def leads_to_sensitive(service: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for a Service that opens an administrative interface to the outside."""
    if text(spec_of(service).get("type")) not in _OUTSIDE:
        return
    sensitive = (*_SENSITIVE, *inputs(estate).get("sensitiveInterfaces", ()))
    for workload in pods_of(service, estate):
        name = next((each for each in sensitive if each in workload.name), "")
        if name:
            yield Verdict((*service.at, "spec", "selector"), f"{name} by {key_of(service)}", name)


def key_of(resource: Resource) -> str:
    """Give a resource as `Service shop/web`."""
    home = f"{resource.namespace}/" if resource.namespace else ""
    return f"{resource.kind} {home}{resource.name}"
