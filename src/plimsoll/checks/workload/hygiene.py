"""Rules about how objects are named, labelled and written."""

from collections.abc import Iterator, Mapping

from plimsoll.checks.workload.inputs import inputs
from plimsoll.checks.workload.manifests import (
    Thing,
    known_text,
    labels_in,
    metadata_of,
    of_workloads,
    spec_of,
    template_of,
)
from plimsoll.checks.workload.selectors import Selector, plain_selector, selector_of
from plimsoll.documents.scalars import written
from plimsoll.documents.shapes import mapping
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Workload

_OWN_LABELS = ("app", "tier", "phase", "version", "owner", "env")
_COMMON_LABELS = tuple(
    f"app.kubernetes.io/{name}"
    for name in ("name", "instance", "version", "component", "part-of", "managed-by", "created-by")
)
_REMOVED = {
    "extensions/v1beta1": "1.16",
    "apps/v1beta1": "1.16",
    "apps/v1beta2": "1.16",
    "batch/v1beta1": "1.25",
    "batch/v2alpha1": "1.21",
    "policy/v1beta1": "1.25",
    "networking.k8s.io/v1beta1": "1.22",
    "rbac.authorization.k8s.io/v1alpha1": "1.22",
    "rbac.authorization.k8s.io/v1beta1": "1.22",
    "admissionregistration.k8s.io/v1beta1": "1.22",
    "apiextensions.k8s.io/v1beta1": "1.22",
    "apiregistration.k8s.io/v1beta1": "1.22",
    "certificates.k8s.io/v1beta1": "1.22",
    "coordination.k8s.io/v1beta1": "1.22",
    "scheduling.k8s.io/v1beta1": "1.22",
    "storage.k8s.io/v1beta1": "1.27",
    "discovery.k8s.io/v1beta1": "1.25",
    "events.k8s.io/v1beta1": "1.25",
    "node.k8s.io/v1beta1": "1.25",
    "autoscaling/v2beta1": "1.25",
    "autoscaling/v2beta2": "1.26",
}
"""Versions of groups with the version of Kubernetes that no longer serves them (Deprecated API Migration Guide)."""

_PLAIN = ("ReplicationController", "DeploymentConfig")
"""Kinds whose selector is a mapping of labels and nothing else."""


@of_workloads
def without_own_labels(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find workloads, and templates of pods, without any of the labels that people sort them by."""
    yield from _without_labels(workload, inputs(estate).get("recommendedLabels") or _OWN_LABELS)


@of_workloads
def without_common_labels(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find workloads, and templates of pods, without any of the labels that Kubernetes recommends."""
    yield from _without_labels(workload, inputs(estate).get("k8sRecommendedLabels") or _COMMON_LABELS)


def _without_labels(workload: Workload, wanted: tuple[str, ...]) -> Iterator[Verdict]:
    template, place = template_of(workload)
    for at, value in {workload.at: workload.body, place: template}.items():
        labels = labels_in(mapping(value.get("metadata")))
        if not labels.keys() & set(wanted):
            detail = "template" if at != workload.at else ""
            where = (*at, "metadata", "labels", wanted[0])
            yield Verdict(where, "none of them", detail, f"one of {', '.join(wanted)}")


@of_workloads
def instance_mismatched(workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find workloads whose instance label is not their name."""
    yield from _label_is_name(workload, "app.kubernetes.io/instance")


@of_workloads
def name_mismatched(workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find pods and stateful sets whose name label is not their name."""
    yield from _label_is_name(workload, "app.kubernetes.io/name")


def _label_is_name(workload: Workload, label: str) -> Iterator[Verdict]:
    at = (*workload.at, "metadata", "labels", label)
    metadata = metadata_of(workload)
    value = known_text(mapping(metadata.get("labels")).get(label), at)
    if value != known_text(metadata.get("name"), (*workload.at, "metadata", "name")):
        yield Verdict(at, value or "not said", expected=workload.name)


@of_workloads
def naked(pod: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find pods that no controller owns."""
    if not metadata_of(pod).get("ownerReferences"):
        yield Verdict((*pod.at, "metadata"), "no owner", expected="a controller that makes it")


@of_workloads
def deprecated_account(workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find the old field for the service account, where it does not repeat the new one."""
    old, new = (written(workload.spec.get(key)) for key in ("serviceAccount", "serviceAccountName"))
    if old and old != new:
        yield Verdict((*workload.spec_at, "serviceAccount"), old, expected=f"serviceAccountName: {new or old}")


def removed_version(thing: Thing, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find objects in a version of the API that newer clusters do not serve."""
    version = written(thing.body.get("apiVersion"))
    if version in _REMOVED:
        expected = f"a version that is served after {_REMOVED[version]}"
        yield Verdict((*thing.at, "apiVersion"), version, expected=expected)


@of_workloads
def mismatching_selector(workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find workloads whose selector does not take the pods that they make."""
    template, place = template_of(workload)
    owner, at = _selecting(workload, place)
    labels = labels_in(mapping(template.get("metadata")))
    if workload.kind in _PLAIN:
        if not plain_selector(owner).selects(labels):
            yield Verdict(at, _in_words(labels), expected="the labels of the template")
        return
    selector = selector_of(owner)
    if not Selector(selector.labels).selects(labels):
        yield Verdict((*at, "matchLabels"), _in_words(labels), expected="the labels of the template")
    elif not selector.selects(labels):
        yield Verdict((*at, "matchExpressions"), _in_words(labels), expected="expressions that hold for the template")


def _selecting(workload: Workload, template_at: Place) -> tuple[object, Place]:
    """Give the selector beside the template, with its place."""
    beside = template_at[:-1]
    value: object = workload.body
    for step in beside[len(workload.at) :]:
        value = mapping(value).get(str(step))
    return mapping(value).get("selector"), (*beside, "selector")


def _in_words(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in labels.items())[:200] or "no labels"


def dashboard(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find the Kubernetes dashboard, by the label that its manifests carry or by its image."""
    for labels, at in _label_places(workload):
        for name in ("app", "k8s-app"):
            if labels.get(name) == "kubernetes-dashboard":
                yield Verdict((*at, name), "kubernetes-dashboard", expected="no dashboard in the cluster")
                return
    image = container.image.value
    if "kubernetes-dashboard" in image or "kubernetesui" in image:
        yield Verdict(container.image.at, image, expected="no dashboard in the cluster")


def tiller(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find Tiller, the server of Helm 2."""
    found = _tiller_at(container, workload)
    if found is not None:
        yield Verdict(found, container.image.stated, expected="Helm 3 or newer, which has no server")


def tiller_listening(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find a Tiller that listens to more than its own pod."""
    if _tiller_at(container, workload) is None:
        return
    words = [word.value for word in container.words]
    if not any("--listen" in word and ("localhost" in word or "127.0.0.1" in word) for word in words):
        yield Verdict(container.arguments.at, " ".join(words)[:200], expected="--listen=localhost:44134")


def _tiller_at(container: Container, workload: Workload) -> Place | None:
    for labels, at in _label_places(workload):
        if labels.get("app") == "helm" and labels.get("name", "tiller") == "tiller":
            return (*at, "app")
        if labels.get("name") == "tiller":
            return (*at, "name")
    return container.image.at if "tiller" in container.image.value else None


def _label_places(workload: Workload) -> Iterator[tuple[dict[str, str], Place]]:
    template, place = template_of(workload)
    for at, value in {workload.at: workload.body, place: template}.items():
        yield labels_in(mapping(value.get("metadata"))), (*at, "metadata", "labels")


def tiller_service(service: Thing, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find the Service of Tiller."""
    said = {
        ("metadata", "name"): service.name,
        ("metadata", "labels"): " ".join(labels_in(metadata_of(service)).values()),
        ("spec", "selector"): " ".join(map(written, mapping(spec_of(service).get("selector")).values())),
    }
    for place, value in said.items():
        if "tiller" in value.lower():
            yield Verdict((*service.at, *place), value, expected="no Tiller in the cluster")
            return
