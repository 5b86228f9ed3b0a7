"""Kubernetes objects that run containers: pods, and everything that makes pods."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plimsoll.documents.scalars import is_null, is_template, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.fact import Fact, Place, default
from plimsoll.model.workload import Container, Pair, Workload
from plimsoll.platforms.kubernetes_containers import Around, containers_of, listed_containers
from plimsoll.platforms.kubernetes_facts import Body, Facts
from plimsoll.platforms.kubernetes_objects import Thing
from plimsoll.platforms.kubernetes_security import pod_security
from plimsoll.platforms.kubernetes_volumes import PodVolume, claimed_volumes, pod_volumes

_TEMPLATE: Place = ("spec", "template")
_KNOWN: Mapping[str, Place] = {
    "Pod": (),
    "PodTemplate": ("template",),
    "Deployment": _TEMPLATE,
    "DeploymentConfig": _TEMPLATE,
    "ReplicaSet": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "StatefulSet": _TEMPLATE,
    "DaemonSet": _TEMPLATE,
    "Job": _TEMPLATE,
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where the template of the pod stands in the kinds of Kubernetes itself (and OpenShift)."""

_BUILT_IN = ("apps", "batch", "extensions", "apps.openshift.io")
_PLACES: tuple[Place, ...] = (
    _TEMPLATE,
    ("spec", "podTemplate"),
    ("spec", "jobTemplate", "spec", "template"),
    ("spec", "jobTargetRef", "template"),
    ("template",),
)
"""Where custom kinds keep it: Argo's Rollout, Knative's Service, Sandbox and SandboxTemplate, KEDA's ScaledJob."""

_RESTARTS = {"Always": "always", "OnFailure": "on-failure", "Never": "no"}


def template_place(thing: Thing) -> Place | None:
    """Say where in an object the template of its pods stands; None where it makes none."""
    own = mapping(thing.body.get("spec"))
    if thing.kind in _KNOWN and _is_built_in(thing.api):
        # A mistake that is often seen: what the kind should have in its template stands where a Pod has it.
        is_flat = "containers" in own and "template" not in own
        return () if is_flat else _KNOWN[thing.kind]
    if thing.kind == "Revision" and "containers" in own:
        return ()
    for place in _PLACES:
        spec = mapping(_inside(thing.body, place).get("spec"))
        if isinstance(spec.get("containers"), list):
            return place
    return None


def _is_built_in(api: str) -> bool:
    group, slash, _ = api.partition("/")
    return not slash or group in _BUILT_IN or is_template(api)


def _inside(body: Body, place: Place) -> Body:
    for step in place:
        body = mapping(body.get(str(step)))
    return body


class _Pod(NamedTuple):
    """The pod that an object is or makes: its template and its spec, each with its place."""

    template: Body
    template_at: Place
    spec: Body
    spec_at: Place


def workload_of(facts: Facts, thing: Thing, place: Place, document: int) -> Workload:
    """Read an object whose template of pods stands at a place in it."""
    template_at, template = (*thing.at, *place), _inside(thing.body, place)
    spec, spec_at = facts.mapping(template, "spec", template_at), (*template_at, "spec")
    pod = _Pod(template, template_at, spec, spec_at)
    volumes = pod_volumes(facts, spec, spec_at)
    host_network = facts.flag(spec, "hostNetwork", spec_at, otherwise=False)
    return Workload(
        platform="kubernetes",
        kind=thing.kind,
        name=thing.name,
        namespace=thing.namespace,
        document=document,
        at=thing.at,
        spec_at=spec_at,
        containers=_containers(_around(facts, thing, pod, volumes), pod),
        host_pid=facts.flag(spec, "hostPID", spec_at, otherwise=False),
        host_ipc=facts.flag(spec, "hostIPC", spec_at, otherwise=False),
        host_network=host_network,
        host_uts=default(value=False, at=spec_at),
        host_users=facts.flag(spec, "hostUsers", spec_at, otherwise=True),
        network=Fact("host" if host_network.stated else "default", *host_network[1:]),
        cgroup_parent=default("", spec_at),
        restart=facts.word(spec, "restartPolicy", spec_at, _RESTARTS, "always"),
        service_account=_service_account(facts, spec, spec_at),
        automount_token=facts.flag(spec, "automountServiceAccountToken", spec_at, otherwise=True),
        replicas=_replicas(facts, thing),
        sysctls=_sysctls(facts, spec, spec_at),
        volumes=tuple(each.volume for each in volumes),
        labels=_pairs(thing.metadata, "labels", (*thing.at, "metadata")),
        annotations=_annotations(thing, pod),
        pod_labels={key: written(value) for key, value in mapping(_metadata(pod).get("labels")).items()},
        body=thing.body,
        spec=spec,
    )


def _metadata(pod: _Pod) -> Body:
    return mapping(pod.template.get("metadata"))


def _around(facts: Facts, thing: Thing, pod: _Pod, volumes: list[PodVolume]) -> Around:
    metadata_at = (*pod.template_at, "metadata")
    annotations = mapping(_metadata(pod).get("annotations"))
    security = pod_security(facts, pod.spec, pod.spec_at, annotations, (*metadata_at, "annotations"))
    claimed = claimed_volumes(facts, mapping(thing.body.get("spec")), (*thing.at, "spec"))
    return Around(facts, security, {each.volume.name: each for each in (*claimed, *volumes)})


def _containers(around: Around, pod: _Pod) -> tuple[Container, ...]:
    if isinstance(pod.template.get("spec"), list):
        return listed_containers(around, pod.template, pod.template_at)
    if is_null(pod.spec.get("containers")):
        around.facts.fault((*pod.spec_at, "containers"), "is missing: nothing is known of what it runs")
    return containers_of(pod.spec, pod.spec_at, around)


def _service_account(facts: Facts, spec: Body, at: Place) -> Fact[str]:
    said = facts.text_if_said(spec, "serviceAccountName", at) or facts.text_if_said(spec, "serviceAccount", at)
    return said or default("default", (*at, "serviceAccountName"))


def _replicas(facts: Facts, thing: Thing) -> Fact[int]:
    at = (*thing.at, "spec")
    return facts.whole(mapping(thing.body.get("spec")), "replicas", at, 1)


def _sysctls(facts: Facts, spec: Body, spec_at: Place) -> tuple[Pair, ...]:
    context = mapping(spec.get("securityContext"))
    if is_null(context.get("sysctls")):
        return ()
    entries = facts.mappings(context, "sysctls", (*spec_at, "securityContext"))
    return tuple(Pair(name=written(each.get("name")), value=written(each.get("value")), at=at) for each, at in entries)


def _annotations(thing: Thing, pod: _Pod) -> tuple[Pair, ...]:
    own = _pairs(thing.metadata, "annotations", (*thing.at, "metadata"))
    if pod.template_at == thing.at:
        return own
    return own + _pairs(_metadata(pod), "annotations", (*pod.template_at, "metadata"))


def _pairs(metadata: Body, key: str, at: Place) -> tuple[Pair, ...]:
    return tuple(_each_pair(mapping(metadata.get(key)), (*at, key)))


def _each_pair(values: Body, at: Place) -> Iterator[Pair]:
    for name, value in values.items():
        yield Pair(name=name, value=value if isinstance(value, str) else written(value), at=(*at, name))
