"""Containers of pods (Kubernetes API reference, Container v1 core)."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plimsoll.documents.scalars import is_action, is_null, is_template, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.fact import Fact, Place, unknown
from plimsoll.model.workload import IMAGE_DECIDES, Container, ContainerRole, Port, Variable
from plimsoll.platforms.kubernetes_facts import TEMPLATE, Body, Facts
from plimsoll.platforms.kubernetes_security import PodSecurity, container_security
from plimsoll.platforms.kubernetes_volumes import PodVolume, mounts_of

_SECTIONS = (
    ("containers", ContainerRole.MAIN),
    ("initContainers", ContainerRole.INIT),
    ("ephemeralContainers", ContainerRole.EPHEMERAL),
)
_PULL_POLICIES = {"Always": "Always", "IfNotPresent": "IfNotPresent", "Never": "Never"}
_SAID_BY_KUBELET = "the kubelet decides (podPidsLimit), and it was not asked"


class Around(NamedTuple):
    """What is around a container: who reads, and what its pod says for all of its containers."""

    facts: Facts
    security: PodSecurity
    volumes: Mapping[str, PodVolume]


def containers_of(spec: Body, spec_at: Place, around: Around) -> tuple[Container, ...]:
    """Read all containers of a pod: its own, those that prepare it, and those put in for a look."""
    found: list[Container] = []
    for section, role in _SECTIONS:
        if section in spec:
            found += _section(around, spec, spec_at, section, role)
    return tuple(found)


def listed_containers(around: Around, body: Body, at: Place) -> tuple[Container, ...]:
    """Read the containers of a `spec` that is a list by mistake: those of its elements that name an image."""
    elements = around.facts.mappings(body, "spec", at)
    return tuple(_container(around, each, place, ContainerRole.MAIN) for each, place in elements if "image" in each)


def _section(around: Around, spec: Body, spec_at: Place, section: str, role: ContainerRole) -> Iterator[Container]:
    for body, at in around.facts.mappings(spec, section, spec_at):
        # An init container that is restarted always runs beside the others (a sidecar).
        is_sidecar = role is ContainerRole.INIT and body.get("restartPolicy") == "Always"
        yield _container(around, body, at, ContainerRole.MAIN if is_sidecar else role)


def _container(around: Around, body: Body, at: Place, role: ContainerRole) -> Container:
    facts = around.facts
    name = written(body.get("name")) or f"{at[-2]}[{at[-1]}]"
    security = container_security(facts, body, at, name, around.security)
    limits, requests = _resources(facts, body, at)
    limits_at, requests_at = (*at, "resources", "limits"), (*at, "resources", "requests")
    return Container(
        name=name,
        at=at,
        image=_image(facts, body, at),
        user=security.user,
        group=security.group,
        run_as_non_root=security.run_as_non_root,
        privileged=security.privileged,
        capabilities_added=security.capabilities_added,
        capabilities_dropped=security.capabilities_dropped,
        no_new_privileges=security.no_new_privileges,
        seccomp=security.seccomp,
        apparmor=security.apparmor,
        selinux=security.selinux,
        read_only_root=security.read_only_root,
        proc_mount=security.proc_mount,
        memory_limit=facts.quantity(limits, "memory", limits_at),
        memory_request=facts.quantity(requests, "memory", requests_at),
        cpu_limit=facts.quantity(limits, "cpu", limits_at),
        cpu_request=facts.quantity(requests, "cpu", requests_at),
        pids_limit=unknown(0, at, _SAID_BY_KUBELET),
        pull_policy=facts.word(body, "imagePullPolicy", at, _PULL_POLICIES, ""),
        liveness=_probe(facts, body, "livenessProbe", at),
        readiness=_probe(facts, body, "readinessProbe", at),
        command=_words(facts, body, "command", at),
        arguments=_words(facts, body, "args", at),
        role=role,
        mounts=mounts_of(facts, body, at, around.volumes),
        ports=_ports(facts, body, at) if "ports" in body else (),
        variables=_variables(facts, body, at),
        body=body,
    )


def _image(facts: Facts, body: Body, at: Place) -> Fact[str]:
    return facts.text_if_said(body, "image", at) or unknown("", (*at, "image"), "no image is said")


def _resources(facts: Facts, body: Body, at: Place) -> tuple[Body, Body]:
    resources = facts.mapping(body, "resources", at)
    at = (*at, "resources")
    return facts.mapping(resources, "limits", at), facts.mapping(resources, "requests", at)


def _probe(facts: Facts, body: Body, key: str, at: Place) -> Fact[bool]:
    value = body.get(key)
    if is_null(value):
        return facts.absent(body, otherwise=False, place=(*at, key))
    # Of a template only what it says is not known, not that it is there.
    return Fact(bool(facts.mapping(body, key, at)), (*at, key))


def _words(facts: Facts, body: Body, key: str, at: Place) -> Fact[tuple[Fact[str], ...]]:
    """Read a command, or arguments; the image decides where they are absent."""
    value = body.get(key)
    if is_null(value):
        return unknown((), (*at, key), TEMPLATE if facts.hides(body) else IMAGE_DECIDES)
    if is_template(value) or (isinstance(value, dict) and facts.hides(value)):
        return unknown((), (*at, key), TEMPLATE)
    return Fact(tuple(map(_literal, facts.texts(body, key, at))), (*at, key))


def _literal(fact: Fact[str]) -> Fact[str]:
    """Take `${NAME}` for what it says: a shell may replace it, and Kubernetes does not."""
    is_literal = fact.reason == TEMPLATE and not is_action(fact.stated)
    return Fact(fact.stated, fact.at) if is_literal else fact


def _ports(facts: Facts, body: Body, at: Place) -> tuple[Port, ...]:
    return tuple(_port(facts, entry, place) for entry, place in facts.mappings(body, "ports", at))


def _port(facts: Facts, entry: Body, at: Place) -> Port:
    host = facts.whole(entry, "hostPort", at, 0)
    # hostPort 0 is the same as none (API reference, ContainerPort).
    is_published = host.stated != 0 or not host.is_known
    return Port(
        container=facts.whole(entry, "containerPort", at, 0),
        protocol=(written(entry.get("protocol")) or "TCP").lower(),
        published=Fact((host.stated, host.stated), *host[1:]) if is_published else None,
        address=facts.text(entry, "hostIP", at, ""),
        at=at,
        name=written(entry.get("name")),
    )


_ORIGINS = {"secretKeyRef": "secret", "configMapKeyRef": "config", "fieldRef": "field", "resourceFieldRef": "field"}


def _variables(facts: Facts, body: Body, at: Place) -> tuple[Variable, ...]:
    found: list[Variable] = []
    if "env" in body:
        found += (_variable(facts, entry, place) for entry, place in facts.mappings(body, "env", at))
    if "envFrom" in body:
        found += (_whole_set(facts, entry, place) for entry, place in facts.mappings(body, "envFrom", at))
    return tuple(found)


def _variable(facts: Facts, entry: Body, at: Place) -> Variable:
    name = written(entry.get("name"))
    if is_null(entry.get("valueFrom")):
        return Variable(name=name, value=_literal(facts.text(entry, "value", at, "")), origin="literal", at=at)
    place = (*at, "valueFrom")
    comes = facts.mapping(entry, "valueFrom", at)
    key = next((key for key in comes if key in _ORIGINS), "")
    origin = _ORIGINS.get(key, "file")
    return Variable(name=name, value=_from(comes, key, place), origin=origin, at=at)


def _whole_set(facts: Facts, entry: Body, at: Place) -> Variable:
    """Read an envFrom entry: one variable `PREFIX*` for all those that a secret or config map holds."""
    key = "secretRef" if "secretRef" in entry else "configMapRef"
    name = facts.text(entry, "prefix", at, "").stated + "*"
    return Variable(name=name, value=_from(entry, key, at), origin="secret" if key == "secretRef" else "config", at=at)


def _from(comes: Body, key: str, at: Place) -> Fact[str]:
    """Make the value of a variable that stands elsewhere: not known, and where it is from."""
    if not key:
        return unknown("", at, "its value stands elsewhere")
    source = mapping(comes.get(key))
    said = "/".join(written(source[each]) for each in ("name", "key", "fieldPath", "resource") if each in source)
    return unknown(said, (*at, key), f"its value stands elsewhere: {said}")
