"""Rules about namespaces: what lies in `default` and `kube-system`, and what a Namespace admits."""

from collections.abc import Iterator, Mapping

from plimsoll.checks.workload.manifests import (
    Thing,
    known_text,
    labels_in,
    metadata_of,
    of_resources,
    of_workloads,
    template_of,
)
from plimsoll.checks.workload.selectors import of_kind, remembered
from plimsoll.documents.scalars import written
from plimsoll.documents.shapes import mapping, mappings
from plimsoll.model.estate import Estate
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Workload

_OF_THE_CLUSTER = {
    ("Service", "kubernetes"),
    ("Endpoints", "kubernetes"),
    ("EndpointSlice", "kubernetes"),
    ("ServiceAccount", "default"),
    ("ConfigMap", "kube-root-ca.crt"),
}
"""Objects that a cluster itself keeps in the namespace default."""

ENFORCE = "pod-security.kubernetes.io/enforce"
_WEBHOOKS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_SYSTEM_LABELS = (
    ("tier", "control-plane"),
    ("kubernetes.io/cluster-service", "true"),
    ("addonmanager.kubernetes.io/mode", "Reconcile"),
    ("addonmanager.kubernetes.io/mode", "EnsureExists"),
)
_SYSTEM_PRIORITIES = ("system-node-critical", "system-cluster-critical")


def in_default(thing: Thing, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - every logic gets both
    """Find objects in the namespace default, said or not said."""
    at = (*thing.at, "metadata", "namespace")
    namespace = known_text(metadata_of(thing).get("namespace"), at)
    if namespace in {"", "default"} and (thing.kind, thing.name) not in _OF_THE_CLUSTER:
        yield Verdict(at, namespace or "not said", expected="a namespace of its own")


@of_workloads
def in_kube_system(workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - every logic gets both
    """Find workloads in kube-system that are no part of the cluster."""
    at = (*workload.at, "metadata", "namespace")
    namespace = known_text(metadata_of(workload).get("namespace"), at)
    if namespace == "kube-system" and not _is_of_the_system(workload):
        yield Verdict(at, namespace, expected="a namespace of its own")


def _is_of_the_system(workload: Workload) -> bool:
    if written(workload.spec.get("priorityClassName")) in _SYSTEM_PRIORITIES:
        return True
    labels = {**labels_in(metadata_of(workload)), **labels_in(mapping(template_of(workload)[0].get("metadata")))}
    return any(labels.get(name) == value for name, value in _SYSTEM_LABELS)


@of_resources
def without_admission(namespace: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find a Namespace for which no level is enforced, where no webhook judges its objects either."""
    if ENFORCE in namespace.labels or admission_webhooks(estate):
        return
    yield Verdict(_enforced_at(namespace), "not said", expected="baseline or restricted")


@of_resources
def below_baseline(namespace: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - every logic gets both
    """Find a Namespace that enforces neither baseline nor restricted."""
    yield from _below(namespace, ("baseline", "restricted"))


@of_resources
def below_restricted(namespace: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find a Namespace that does not enforce restricted."""
    yield from _below(namespace, ("restricted",))


def _below(namespace: Resource, levels: tuple[str, ...]) -> Iterator[Verdict]:
    at = _enforced_at(namespace)
    level = known_text(namespace.labels.get(ENFORCE), at)
    if level not in levels:
        yield Verdict(at, level or "not said", expected=" or ".join(levels))


def _enforced_at(namespace: Resource) -> tuple[str | int, ...]:
    return (*namespace.at, "metadata", "labels", ENFORCE)


@of_resources
def webhook_instead_of_baseline(webhook: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find a webhook on which it depends what enters namespaces that do not enforce baseline."""
    yield from _instead(webhook, estate, ("baseline", "restricted"))


@of_resources
def webhook_instead_of_restricted(webhook: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find a webhook on which it depends what enters namespaces that do not enforce restricted."""
    yield from _instead(webhook, estate, ("restricted",))


def _instead(webhook: Resource, estate: Estate, levels: tuple[str, ...]) -> Iterator[Verdict]:
    if not _judges_namespaced_objects(webhook):
        return
    left = [each.name for each in of_kind(estate, "Namespace") if each.labels.get(ENFORCE) not in levels]
    if left:
        yield Verdict((*webhook.at, "webhooks"), ", ".join(left[:5]), expected=f"{levels[0]} enforced by a label, too")


def admission_webhooks(estate: Estate) -> bool:
    """Say whether a webhook of the estate judges objects in namespaces."""
    return remembered(estate, "admission-webhooks", _any_webhook)


def _any_webhook(estate: Estate) -> bool:
    return any(map(_judges_namespaced_objects, of_kind(estate, *_WEBHOOKS)))


def _judges_namespaced_objects(webhook: Resource) -> bool:
    rules = (rule for each in mappings(webhook.body.get("webhooks")) for rule in mappings(each.get("rules")))
    return any(written(rule.get("scope")) != "Cluster" for rule in rules)


@of_resources
def without_quota(namespace: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find a Namespace that no ResourceQuota is for."""
    yield from _without(namespace, estate, "ResourceQuota")


@of_resources
def without_limit_range(namespace: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find a Namespace that no LimitRange is for."""
    yield from _without(namespace, estate, "LimitRange")


def _without(namespace: Resource, estate: Estate, kind: str) -> Iterator[Verdict]:
    having = remembered(estate, f"namespaces-with-{kind}", lambda all_of_it: _namespaces_with(all_of_it, kind))
    if namespace.name not in having:
        yield Verdict(namespace.at, f"no {kind}", expected=f"a {kind}")


def _namespaces_with(estate: Estate, kind: str) -> frozenset[str]:
    return frozenset(each.namespace or "default" for each in of_kind(estate, kind))


@of_resources
def webhooks_that_see_objects(webhook: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find webhooks that objects are shown to, or changed by, before they are stored."""
    if any(True for _ in mappings(webhook.body.get("webhooks"))):
        yield Verdict(
            (*webhook.at, "webhooks"), _who(webhook.body), expected="known to whoever answers for the cluster"
        )


def _who(body: Mapping[str, object]) -> str:
    return ", ".join(written(each.get("name")) for each in mappings(body.get("webhooks")))[:200]
