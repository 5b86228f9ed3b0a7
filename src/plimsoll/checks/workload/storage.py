"""Rules about where data are kept, and about what leads to them past the gateway of a cloud."""

from collections.abc import Iterator

from plimsoll.checks.workload.manifests import known_text, of_resources, spec_of
from plimsoll.checks.workload.selectors import named, of_kind, remembered
from plimsoll.documents.scalars import truth, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.estate import Estate
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict

_ENCRYPTED_ANYWAY = ("azure", "csi.storage.gke.io", "kubernetes.io/gce-pd")
"""Parts of the names of provisioners whose disks are always encrypted at rest, by what their clouds say."""

_MAY_ENCRYPT = ("ebs.csi.aws.com", "kubernetes.io/aws-ebs", "rbd.csi.ceph.com", "openebs", "csi.vsphere")
"""Parts of the names of provisioners that encrypt where a class says `encrypted: "true"`."""

AZURE_INTERNAL = "service.beta.kubernetes.io/azure-load-balancer-internal"
INGRESS_CLASS = "kubernetes.io/ingress.class"
AZURE_GATEWAY = "azure/application-gateway"


@of_resources
def unencrypted_volume(volume: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find persistent volumes of a storage class that does not encrypt."""
    at = (*volume.at, "spec", "storageClassName")
    name = known_text(spec_of(volume).get("storageClassName"), at)
    classes = named(estate, "StorageClass", "", name) if name else []
    if classes and not any(map(_encrypts, classes)):
        yield Verdict(at, name, expected="a storage class that encrypts")


@of_resources
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


def _is_balancer(service: Resource) -> bool:
    return written(spec_of(service).get("type")) == "LoadBalancer"


@of_resources
def past_the_gateway(ingress: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find, where Azure's internal balancers are used, Ingresses of another controller than the gateway with TLS."""
    at = (*ingress.at, "metadata", "annotations", INGRESS_CLASS)
    controller = known_text(ingress.annotations.get(INGRESS_CLASS), at)
    if controller not in {"", AZURE_GATEWAY} and remembered(estate, "storage.azure", _uses_azure):
        yield Verdict(at, controller, expected=AZURE_GATEWAY)


def _uses_azure(estate: Estate) -> bool:
    return any(
        each.annotations.get(AZURE_INTERNAL) == "true" for each in of_kind(estate, "Service") if _is_balancer(each)
    )
