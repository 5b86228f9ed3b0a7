"""What the kernel confines a container with: seccomp, AppArmor, SELinux, no-new-privileges, /proc."""

from collections.abc import Iterator

from plimsoll.checks.workload.contexts import (
    is_windows,
    of_container,
    of_pod,
    place_in,
    said,
    said_by_container,
    shown,
)
from plimsoll.documents.scalars import is_template, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Fact, Place
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Workload

_SELINUX_TYPES = frozenset({"container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
"""Pod Security Standards, baseline, "SELinux"."""

_APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"


def escalation_allowed(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container whose processes may gain privileges by running a file."""
    if not is_windows(workload) and not container.no_new_privileges.value:
        yield Verdict(container.no_new_privileges.at, expected="no new privileges")


def seccomp_off(container: Container, _: Workload, __: Estate) -> Iterator[Verdict]:
    """Fail a container for which seccomp is switched off; where privileged switches it off, that has its own rule."""
    if container.seccomp.value == "unconfined" and container.seccomp.is_declared:
        yield Verdict(container.seccomp.at, "unconfined", expected="the engine's profile")


def no_seccomp_said(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container for which no seccomp profile is said, or none that there is: the kubelet's default is none."""
    if is_windows(workload):
        return
    value = container.seccomp.value
    if container.seccomp.is_declared and not _is_profile(value):
        yield Verdict(container.seccomp.at, shown(value), expected="RuntimeDefault")
    elif not container.seccomp.is_declared and value == "unconfined":
        yield Verdict(place_in(container, "seccompProfile"), expected="RuntimeDefault")


def _is_profile(text: str) -> bool:
    return text in {"runtime/default", "unconfined"} or text.startswith("localhost/")


def own_selinux(container: Container, _: Workload, __: Estate) -> Iterator[Verdict]:
    """Fail SELinux options that take a container out of the domain made for containers."""
    options = container.selinux.value
    strange = [part for part in options.split(",") if _is_strange(part)]
    if strange:
        yield Verdict(container.selinux.at, shown(", ".join(strange)), expected="the engine's type, user and role")


def _is_strange(part: str) -> bool:
    key, _, value = part.partition(":")
    return (key == "type" and bool(value) and value not in _SELINUX_TYPES) or (key in {"user", "role"} and bool(value))


def no_selinux_said(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container for which no SELinux options are said."""
    if not is_windows(workload) and said(container, workload, "seLinuxOptions") is None:
        yield Verdict(place_in(container, "seLinuxOptions"), expected="a level of its own")


def nothing_hardens(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container that uses none of seccomp, AppArmor, SELinux and dropped capabilities."""
    if is_windows(workload):
        return
    if not any((_has_seccomp(container), _has_apparmor(container, workload), _has_selinux(container, workload))):
        added = {each.stated for each in container.capabilities_added.value}
        if not container.capabilities_dropped.value or "ALL" in added:
            yield Verdict(place_in(container, "seccompProfile"), expected="a seccomp profile")


def _has_seccomp(container: Container) -> bool:
    return container.seccomp.is_declared and container.seccomp.value != "unconfined"


def _has_apparmor(container: Container, workload: Workload) -> bool:
    if said(container, workload, "appArmorProfile", "type") is not None:
        return container.apparmor.value != "unconfined"
    return any(each.name == f"{_APPARMOR_ANNOTATION}{container.name}" for each in workload.annotations)


def _has_selinux(container: Container, workload: Workload) -> bool:
    return bool(container.selinux.value) and said(container, workload, "seLinuxOptions") is not None


def proc_not_said(container: Container, _: Workload, estate: Estate) -> Iterator[Verdict]:
    """Fail a container that does not say which /proc it gets, in a cluster where it may be another than the default."""
    if said_by_container(container, "procMount") != "Default" and _lets_choose_proc(estate):
        yield Verdict(place_in(container, "procMount"), expected="Default")


_GATE = "ProcMountType=true"


def _lets_choose_proc(estate: Estate) -> bool:
    """Say whether an API server among what was read has ProcMountType switched on."""
    key = "confinement.proc-mount"
    if key not in estate.memo:
        words = [each.stated for workload in estate.workloads for each in _words(workload)]
        words += [
            written(mapping(mapping(each.body.get("data")).get("APIServerInfo")).get("cmdLine"))
            for each in estate.of_kind("ControlPlaneInfo")
        ]
        estate.memo[key] = any(_GATE in word and "--feature-gates" in word for word in words)
    return estate.memo[key] is True


def _words(workload: Workload) -> Iterator[Fact[str]]:
    for container in workload.containers:
        if "kube-apiserver" in container.name:
            yield from container.words


def no_context(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a container for which neither it nor its pod says anything about security."""
    if not of_container(container) and not of_pod(workload):
        yield Verdict(place_in(container), expected="a security context")


_LOCALHOST = frozenset({"localhost", "127.0.0.1", "::1"})
_HANDLERS = ("httpGet", "tcpSocket")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HOOKS = ("postStart", "preStop")


def probe_of_another_host(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a probe or hook that makes the kubelet speak to a host of the container's choice.

    A pod on the host's network may name localhost: that is its own.
    """
    own = _LOCALHOST if workload.host_network.stated else frozenset[str]()
    lifecycle = mapping(container.body.get("lifecycle"))
    asked: list[tuple[Place, object]] = [((key,), container.body.get(key)) for key in _PROBES]
    asked += [(("lifecycle", key), lifecycle.get(key)) for key in _HOOKS]
    for path, probe in asked:
        for handler in _HANDLERS:
            host = written(mapping(mapping(probe).get(handler)).get("host"))
            if host and host not in own and not is_template(host):
                at = (*container.at, *path, handler, "host")
                yield Verdict(at, shown(host), f"{path[-1]}/{handler}", "no host, which is the pod itself")
