"""Security contexts: what confines a container, said for itself or for its pod.

Kubernetes API reference, Pod v1 core, "Security context": what a container says holds over what its pod says.
"""

from collections.abc import Mapping
from typing import NamedTuple

from plimsoll.documents.scalars import is_null, is_template, written
from plimsoll.model.fact import Fact, Place, default, unknown
from plimsoll.model.workload import IMAGE_DECIDES
from plimsoll.platforms.kubernetes_facts import TEMPLATE, Body, Facts

CONTEXT = "securityContext"

_PROFILES = {"RuntimeDefault": "runtime/default", "Unconfined": "unconfined", "Localhost": "localhost/"}
_PROC_MOUNTS = {"Default": "default", "Unmasked": "unmasked"}
_OLD_PROFILES = {"docker/default": "runtime/default"}
_SECCOMP_OF_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP_OF_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
_APPARMOR_OF_CONTAINER = "container.apparmor.security.beta.kubernetes.io/"


class PodSecurity(NamedTuple):
    """What a pod says for all of its containers; None where it says nothing."""

    user: Fact[str] | None
    group: Fact[str] | None
    run_as_non_root: Fact[bool] | None
    seccomp: Fact[str] | None
    apparmor: Fact[str] | None
    selinux: Fact[str] | None
    annotations: Body
    annotations_at: Place


class Security(NamedTuple):
    """What is in force for one container, as Container has it."""

    user: Fact[str]
    group: Fact[str]
    run_as_non_root: Fact[bool]
    privileged: Fact[bool]
    capabilities_added: Fact[tuple[Fact[str], ...]]
    capabilities_dropped: Fact[tuple[Fact[str], ...]]
    no_new_privileges: Fact[bool]
    seccomp: Fact[str]
    apparmor: Fact[str]
    selinux: Fact[str]
    read_only_root: Fact[bool]
    proc_mount: Fact[str]


def pod_security(facts: Facts, spec: Body, spec_at: Place, annotations: Body, annotations_at: Place) -> PodSecurity:
    """Read the security context of a pod, and the annotations that stood for it in old versions."""
    at = (*spec_at, CONTEXT)
    context = facts.mapping(spec, CONTEXT, spec_at)
    return PodSecurity(
        user=facts.identity(context, "runAsUser", at),
        group=facts.identity(context, "runAsGroup", at),
        run_as_non_root=_flag_if_said(facts, context, "runAsNonRoot", at),
        seccomp=_profile(facts, context, "seccompProfile", at)
        or _annotated(annotations, _SECCOMP_OF_POD, annotations_at),
        apparmor=_profile(facts, context, "appArmorProfile", at),
        selinux=_selinux(facts, context, at),
        annotations=annotations,
        annotations_at=annotations_at,
    )


def container_security(facts: Facts, body: Body, container_at: Place, name: str, pod: PodSecurity) -> Security:
    """Read what confines one container."""
    at = (*container_at, CONTEXT)
    context = facts.mapping(body, CONTEXT, container_at)
    escalation = facts.flag(context, "allowPrivilegeEscalation", at, otherwise=True)
    added, dropped = _capabilities(facts, context, at)
    return Security(
        user=facts.identity(context, "runAsUser", at) or pod.user or unknown("", (*at, "runAsUser"), IMAGE_DECIDES),
        group=facts.identity(context, "runAsGroup", at) or pod.group or unknown("", (*at, "runAsGroup"), IMAGE_DECIDES),
        run_as_non_root=_flag_if_said(facts, context, "runAsNonRoot", at)
        or pod.run_as_non_root
        or default(value=False, at=(*at, "runAsNonRoot")),
        privileged=facts.flag(context, "privileged", at, otherwise=False),
        capabilities_added=added,
        capabilities_dropped=dropped,
        no_new_privileges=escalation._replace(stated=not escalation.stated),
        seccomp=_seccomp(facts, context, at, name, pod),
        apparmor=_apparmor(facts, context, at, name, pod),
        selinux=_selinux(facts, context, at) or pod.selinux or default("", (*at, "seLinuxOptions")),
        read_only_root=facts.flag(context, "readOnlyRootFilesystem", at, otherwise=False),
        proc_mount=facts.word(context, "procMount", at, _PROC_MOUNTS, "default"),
    )


def _seccomp(facts: Facts, context: Body, at: Place, name: str, pod: PodSecurity) -> Fact[str]:
    return (
        _profile(facts, context, "seccompProfile", at)
        or _annotated(pod.annotations, _SECCOMP_OF_CONTAINER + name, pod.annotations_at)
        or pod.seccomp
        or default("unconfined", (*at, "seccompProfile"))
    )


def _apparmor(facts: Facts, context: Body, at: Place, name: str, pod: PodSecurity) -> Fact[str]:
    return (
        _profile(facts, context, "appArmorProfile", at)
        or pod.apparmor
        or _annotated(pod.annotations, _APPARMOR_OF_CONTAINER + name, pod.annotations_at)
        or default("runtime/default", (*at, "appArmorProfile"))
    )


def _flag_if_said(facts: Facts, body: Body, key: str, at: Place) -> Fact[bool] | None:
    found = facts.flag(body, key, at, otherwise=False)
    return found if found.is_declared or not found.is_known else None


def _profile(facts: Facts, context: Body, key: str, context_at: Place) -> Fact[str] | None:
    """Read a seccomp or AppArmor profile; None where there is none."""
    profile = facts.mapping(context, key, context_at)
    if not profile:
        return None
    at = (*context_at, key)
    kind = facts.word(profile, "type", at, _PROFILES, "unconfined")
    if kind.stated != "localhost/":
        return kind
    path = facts.text(profile, "localhostProfile", at, "")
    return kind._replace(stated=kind.stated + path.stated)


def _annotated(annotations: Mapping[str, object], key: str, at: Place) -> Fact[str] | None:
    if key not in annotations:
        return None
    value = written(annotations[key])
    place = (*at, key)
    if is_template(value):
        return unknown("", place, TEMPLATE)
    return Fact(_OLD_PROFILES.get(value, value), place) if value else None


_SELINUX = ("type", "user", "role", "level")


def _selinux(facts: Facts, context: Body, context_at: Place) -> Fact[str] | None:
    options = facts.mapping(context, "seLinuxOptions", context_at)
    if not options:
        return None
    at = (*context_at, "seLinuxOptions")
    said = [(key, facts.text_if_said(options, key, at)) for key in _SELINUX]
    for _, fact in said:
        if fact is not None and not fact.is_known:
            return unknown("", fact.at, fact.reason)
    return Fact(",".join(f"{key}:{fact.stated}" for key, fact in said if fact is not None), at)


_Capabilities = Fact[tuple[Fact[str], ...]]


def _capabilities(facts: Facts, context: Body, context_at: Place) -> tuple[_Capabilities, _Capabilities]:
    at = (*context_at, "capabilities")
    body = facts.mapping(context, "capabilities", context_at)
    return _names(facts, body, "add", at), _names(facts, body, "drop", at)


def _names(facts: Facts, body: Body, key: str, at: Place) -> _Capabilities:
    place = (*at, key)
    value = body.get(key)
    if is_null(value):
        return facts.absent(body, (), place)
    if is_template(value) or (isinstance(value, dict) and facts.hides(value)):
        return unknown((), place, TEMPLATE)
    names = facts.texts(body, key, at)
    return Fact(tuple(name._replace(stated=name.stated.upper().removeprefix("CAP_")) for name in names), place)
