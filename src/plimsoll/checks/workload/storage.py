"""Rules about where data are kept, and about what leads to them past the gateway of a cloud."""

from collections.abc import Iterator

from plimsoll.checks.workload.manifests import known_text, of_resources, of_workloads, spec_of
from plimsoll.checks.workload.selectors import named, of_kind, remembered
from plimsoll.documents.scalars import is_null, truth, written
from plimsoll.documents.shapes import mapping, sequence
from plimsoll.model.estate import Estate
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Workload

_ENCRYPTED_ANYWAY = ("azure", "csi.storage.gke.io", "kubernetes.io/gce-pd")
"""Parts of the names of provisioners whose disks are always encrypted at rest, by what their clouds say."""

_MAY_ENCRYPT = ("ebs.csi.aws.com", "kubernetes.io/aws-ebs", "rbd.csi.ceph.com", "openebs", "csi.vsphere")
"""Parts of the names of provisioners that encrypt where a class says `encrypted: "true"`."""

_RESTRICTED = frozenset(
    {
        *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"),
        *("name", "image", "hostPath"),
    }
)
"""Kinds of volumes that the restricted level takes (Pod Security Standards, "Volume Types"), with what is no kind,
what came later, and host paths."""

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


@of_workloads
def unrestricted_types(workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find volumes of kinds that the restricted level refuses; host paths have rules of their own."""
    for number, volume in enumerate(sequence(workload.spec.get("volumes"))):
        for kind, source in mapping(volume).items():
            if kind not in _RESTRICTED and not is_null(source):
                name = written(mapping(volume).get("name"))
                expected = "a claim, a CSI driver, or one of the kinds without a server"
                yield Verdict((*workload.spec_at, "volumes", number, kind), kind, name, expected)
