"""Rules about where data are kept, and about load balancers that lead to them."""

from collections.abc import Iterator, Mapping

from plimsoll.checks.workload.manifests import is_said, known_text, metadata_of, spec_of
from plimsoll.checks.workload.selectors import named, of_kind, remembered
from plimsoll.documents.scalars import truth, whole, written
from plimsoll.documents.shapes import mapping, mappings, texts
from plimsoll.model.estate import Estate
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict

_ENCRYPTED_ANYWAY = ("azure", "csi.storage.gke.io", "kubernetes.io/gce-pd")
"""Parts of the names of provisioners whose disks are always encrypted at rest, by what their clouds say."""

_MAY_ENCRYPT = ("ebs.csi.aws.com", "kubernetes.io/aws-ebs", "rbd.csi.ceph.com", "openebs", "csi.vsphere")
"""Parts of the names of provisioners that encrypt where a class says `encrypted: "true"`."""

AZURE_INTERNAL = "service.beta.kubernetes.io/azure-load-balancer-internal"
AWS_CERTIFICATE = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert"
INGRESS_CLASS = "kubernetes.io/ingress.class"
AZURE_GATEWAY = "azure/application-gateway"
_HTTPS = 443
_INTERNAL = {
    AZURE_INTERNAL: ("true",),
    "service.beta.kubernetes.io/aws-load-balancer-internal": ("true", "0.0.0.0/0"),
    "service.beta.kubernetes.io/aws-load-balancer-scheme": ("internal",),
    "networking.gke.io/load-balancer-type": ("Internal", "internal"),
    "cloud.google.com/load-balancer-type": ("Internal", "internal"),
    "service.beta.kubernetes.io/oci-load-balancer-internal": ("true",),
    "service.beta.kubernetes.io/openstack-internal-load-balancer": ("true",),
    "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type": ("private",),
    "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid": (),
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": ("intranet",),
}
"""Annotations by which clouds are asked for a load balancer without a public address; () means any value."""
_EVERYONE = ("0.0.0.0/0", "::/0")


def unencrypted_volume(volume: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find persistent volumes of a storage class that does not encrypt."""
    at = (*volume.at, "spec", "storageClassName")
    name = known_text(spec_of(volume).get("storageClassName"), at)
    classes = named(estate, "StorageClass", "", name) if name else []
    if classes and not any(map(_encrypts, classes)):
        yield Verdict(at, name, expected="a storage class that encrypts")


def class_without_encryption(storage: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - every logic gets both
    """Find storage classes that could encrypt, and do not say so."""
    provisioner = written(storage.body.get("provisioner"))
    if any(part in provisioner for part in _MAY_ENCRYPT) and not _encrypts(storage):
        at = (*storage.at, "parameters", "encrypted")
        yield Verdict(at, _parameter(storage, "encrypted") or "not said", expected="true")


def _encrypts(storage: Resource) -> bool:
    provisioner = written(storage.body.get("provisioner"))
    if any(part in provisioner for part in _ENCRYPTED_ANYWAY):
        return True
    return truth(_parameter(storage, "encrypted")) is True


def _parameter(storage: Resource, name: str) -> str:
    return written(mapping(storage.body.get("parameters")).get(name))


def public_balancer(service: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find load balancers that anyone may reach: neither internal nor closed to most addresses."""
    if _is_balancer(service) and not _is_internal(service) and not _is_narrow(service):
        at = (*service.at, "metadata", "annotations", AZURE_INTERNAL)
        yield Verdict(at, service.annotations.get(AZURE_INTERNAL, "not said"), expected="an internal load balancer")


def _is_balancer(service: Resource) -> bool:
    return written(spec_of(service).get("type")) == "LoadBalancer"


def _is_internal(service: Resource) -> bool:
    there = service.annotations
    return any(name in there and (not values or there[name] in values) for name, values in _INTERNAL.items())


def _is_narrow(service: Resource) -> bool:
    ranges = texts(spec_of(service).get("loadBalancerSourceRanges"))
    return bool(ranges) and not set(ranges) & set(_EVERYONE)


def https_without_certificate(service: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find load balancers for port 443 that are given no certificate."""
    certified = any(name.startswith(AWS_CERTIFICATE) for name in service.annotations)
    if _is_balancer(service) and _HTTPS in _ports(spec_of(service)) and not certified:
        yield Verdict((*service.at, "metadata", "annotations", AWS_CERTIFICATE), "not said", expected="a certificate")


def _ports(spec: Mapping[str, object]) -> set[int | None]:
    return {whole(port.get("port")) for port in mappings(spec.get("ports"))}


def plain_behind_azure(ingress: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find, where Azure's internal balancers are used, what they are reached by without TLS or past the gateway."""
    if not remembered(estate, "storage.azure", _uses_azure):
        return
    if not is_said(spec_of(ingress).get("tls")):
        yield Verdict((*ingress.at, "spec", "tls"), "not said", expected="TLS for every host")
        return
    controller = written(mapping(metadata_of(ingress).get("annotations")).get(INGRESS_CLASS))
    if controller and controller != AZURE_GATEWAY:
        yield Verdict((*ingress.at, "metadata", "annotations", INGRESS_CLASS), controller, expected=AZURE_GATEWAY)


def _uses_azure(estate: Estate) -> bool:
    return any(
        each.annotations.get(AZURE_INTERNAL) == "true" for each in of_kind(estate, "Service") if _is_balancer(each)
    )
