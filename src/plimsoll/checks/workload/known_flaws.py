"""Rules about flaws that manifests show by themselves: versions of nodes and images, and what makes them usable.

Versions and ranges are those of the advisories named beside them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plimsoll.checks.workload.contexts import is_windows, said
from plimsoll.checks.workload.images import parts_of
from plimsoll.checks.workload.manifests import Version, of_resources, spec_of, version_in, within
from plimsoll.checks.workload.selectors import named, of_kind, remembered
from plimsoll.documents.scalars import truth, written
from plimsoll.documents.shapes import mapping, mappings
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Workload

_NEVER: Version = (0, 0, 0)


class _Flaw(NamedTuple):
    """A flaw of an image: versions from the first (inclusive) to the second (exclusive) of each pair have it."""

    id: str
    repositories: tuple[str, ...]
    affected: tuple[tuple[Version, Version], ...]


_INGRESS_NGINX = (
    "ingress-nginx/controller",
    "ingress-nginx/controller-chroot",
    "nginx-ingress-controller",
    "ingress-nginx-controller",
)

_FLAWS = (
    _Flaw("CVE-2022-24348", ("argocd",), (((1, 0, 0), (2, 1, 9)), ((2, 2, 0), (2, 2, 4)))),
    _Flaw("CVE-2022-39328", ("grafana", "grafana-oss", "grafana-enterprise"), (((9, 2, 0), (9, 2, 4)),)),
    _Flaw("CVE-2022-47633", ("kyverno",), (((1, 8, 3), (1, 8, 5)),)),
    _Flaw("CVE-2025-1974", _INGRESS_NGINX, ((_NEVER, (1, 11, 5)), ((1, 12, 0), (1, 12, 1)))),
    _Flaw(
        "CVE-2025-14847",
        ("mongo", "mongodb", "mongodb-community-server", "mongodb-enterprise-server"),
        (
            ((3, 6, 0), (4, 4, 30)),
            ((5, 0, 0), (5, 0, 32)),
            ((6, 0, 0), (6, 0, 27)),
            ((7, 0, 0), (7, 0, 28)),
            ((8, 0, 0), (8, 0, 17)),
            ((8, 2, 0), (8, 2, 3)),
        ),
    ),
)
_REDIRECTING = (
    (_NEVER, (1, 22, 14)),
    ((1, 23, 0), (1, 23, 11)),
    ((1, 24, 0), (1, 24, 5)),
    ((1, 25, 0), (1, 25, 1)),
)
"""API servers with CVE-2022-3172."""

_CONTAINERD_LEAKING = (
    (_NEVER, (1, 4, 13)),
    ((1, 5, 0), (1, 5, 10)),
    ((1, 6, 0), (1, 6, 1)),
)
"""containerd with CVE-2022-23648."""

_FSCONTEXT = (((5, 1, 0), (5, 4, 173)), ((5, 5, 0), (5, 10, 93)), ((5, 11, 0), (5, 15, 16)), ((5, 16, 0), (5, 16, 2)))
"""Kernels of kernel.org with CVE-2022-0185. Distributions mend older ones, which their numbers do not show."""

_AZURE_MENDED = {(5, 4, 0): 1067, (5, 11, 0): 1027}
"""The first builds of Ubuntu's kernels for Azure without CVE-2022-0185 (USN-5240-1)."""

_BUILD = re.compile(r"-(\d{1,6})-azure", re.ASCII)

_OLDEST_SERVED: Version = (1, 34, 0)
"""The oldest minor version of Kubernetes that got fixes when this was written (kubernetes.io/releases, 2026-08)."""

_OPTIMISED = (
    "Bottlerocket",
    "Container-Optimized OS",
    "Flatcar",
    "Talos",
    "Fedora CoreOS",
    "Red Hat Enterprise Linux CoreOS",
    "Kairos",
    "openSUSE MicroOS",
    "SLE Micro",
    "Elemental",
    "CBL-Mariner",
    "Azure Linux",
    "Photon",
)
"""How operating systems that are made for running containers call themselves in osImage."""


_PATCH = re.compile(r"\d\.\d+\.\d", re.ASCII)


def image_with_flaw(container: Container, *_: object) -> Iterator[Verdict]:
    """Find images whose version has a flaw that attackers use."""
    name, version = _named_version(container)
    for flaw in _FLAWS:
        if version is not None and _ends_on(name, flaw.repositories) and within(version, flaw.affected):
            yield Verdict(container.image.at, container.image.stated, flaw.id, "a version without it")


def _ends_on(repository: str, names: tuple[str, ...]) -> bool:
    return any(repository == name or repository.endswith(f"/{name}") for name in names)


def _named_version(container: Container) -> tuple[str, Version | None]:
    parts = parts_of(container.image.value)
    if parts is None:
        return "", None
    # A tag like `7.0` is moved to each new patch release, so that it does not say which one runs.
    return parts.repository, version_in(parts.tag) if _PATCH.search(parts.tag) else None


def retired_ingress_nginx(container: Container, *_: object) -> Iterator[Verdict]:
    """Find ingress-nginx of the Kubernetes project, which gets no fixes since March 2026."""
    repository = _named_version(container)[0]
    if "ingress-nginx" in repository.split("/")[:-1] or repository.startswith("kubernetes-ingress-controller/nginx"):
        yield Verdict(container.image.at, container.image.stated, expected="a controller that is maintained")


def open_to_cgroup_flaw(container: Container, workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Find containers that may get out by cgroups of version 1 where a kernel has CVE-2022-0492.

    They may be root, or become it, and nothing that confines system calls or files stands in the way.
    """
    added = container.capabilities_added.value
    names = {each.value for each in added}
    if is_windows(workload) or container.privileged.value or "SYS_ADMIN" in names or _is_labelled(container, workload):
        return
    override = next((each for each in added if each.stated == "DAC_OVERRIDE"), None)
    if override is not None:
        yield Verdict(override.at, override.stated, "CVE-2022-0492", "AppArmor, or SELinux options")
    elif not container.seccomp.is_declared or container.seccomp.value == "unconfined":
        yield from _may_be_root(container, workload)


def _is_labelled(container: Container, workload: Workload) -> bool:
    """Say whether AppArmor or SELinux is asked for."""
    if any(said(container, workload, key) is not None for key in ("seLinuxOptions", "appArmorProfile")):
        return True
    return any(pair.name.startswith("container.apparmor.security.beta.kubernetes.io/") for pair in workload.annotations)


def _may_be_root(container: Container, workload: Workload) -> Iterator[Verdict]:
    user = said(container, workload, "runAsUser")
    if not container.run_as_non_root.value and (user is None or container.user.value == "0"):
        at = container.user.at if user is not None else container.run_as_non_root.at
        yield Verdict(at, container.user.stated, "CVE-2022-0492", "another user than root, or a seccomp profile")
    elif not container.no_new_privileges.value:
        yield Verdict(container.no_new_privileges.at, "", "CVE-2022-0492", "no new privileges, or a seccomp profile")


def _node_says(node: Resource, key: str) -> str:
    return written(_node_info(node).get(key))


def _node_info(node: Resource) -> Mapping[str, object]:
    return mapping(mapping(node.body.get("status")).get("nodeInfo"))


def _node_at(node: Resource, key: str) -> Place:
    return (*node.at, "status", "nodeInfo", key)


@of_resources
def outdated_kubelet(node: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find nodes of a version of Kubernetes that gets no fixes."""
    said = _node_says(node, "kubeletVersion")
    version = version_in(said)
    if version is not None and version < _OLDEST_SERVED:
        yield Verdict(_node_at(node, "kubeletVersion"), said, expected="1.34 or newer")


@of_resources
def leaking_containerd(node: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find nodes whose containerd gives images files of the host (CVE-2022-23648)."""
    said = _node_says(node, "containerRuntimeVersion")
    version = version_in(said) if said.startswith("containerd://") else None
    if version is not None and within(version, _CONTAINERD_LEAKING):
        yield Verdict(
            _node_at(node, "containerRuntimeVersion"), said, "CVE-2022-23648", "1.4.13, 1.5.10, 1.6.1 or newer"
        )


@of_resources
def kernel_with_fscontext_flaw(node: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find nodes whose kernel lets user namespaces out (CVE-2022-0185), unless unprivileged ones are switched off."""
    said = _node_says(node, "kernelVersion")
    version = version_in(said)
    is_linux = _node_says(node, "operatingSystem").lower() in {"", "linux"}
    if version is None or not is_linux or not _has_fscontext_flaw(version, said):
        return
    if not _user_namespaces_closed(node, estate):
        yield Verdict(_node_at(node, "kernelVersion"), said, "CVE-2022-0185", "a kernel in which it is mended")


def _has_fscontext_flaw(version: Version, said: str) -> bool:
    build = _BUILD.search(said)
    if build and version in _AZURE_MENDED:
        return int(build[1]) < _AZURE_MENDED[version]
    return within(version, _FSCONTEXT)


def _user_namespaces_closed(node: Resource, estate: Estate) -> bool:
    return any(
        written(variable.get("key")) == "unprivileged_userns_clone" and written(variable.get("value")).strip() == "0"
        for each in named(estate, "LinuxKernelVariables", "", node.name)
        for variable in mappings(each.body.get("data"))
    )


@of_resources
def redirecting_api(service: Resource, estate: Estate) -> Iterator[Verdict]:
    """Find aggregated APIs whose server may send clients, with their credentials, elsewhere (CVE-2022-3172)."""
    target = mapping(spec_of(service).get("service"))
    at = (*service.at, "spec", "service")
    if not named(estate, "Service", written(target.get("namespace")), written(target.get("name"))):
        return
    version = remembered(estate, "known_flaws.api-server", _api_server)
    if version is None:
        reason = "the version of the API server is not among what was read"
        yield Verdict(at, state=CheckState.NOT_MEASURED, reason=reason)
    elif within(version, _REDIRECTING):
        yield Verdict(at, written(target.get("name")), "CVE-2022-3172", "an API server without it")


def _api_server(estate: Estate) -> Version | None:
    for each in of_kind(estate, "APIServerInfo"):
        return version_in(written(mapping(each.body.get("data")).get("gitVersion")))
    return None


@of_resources
def unchecked_api(service: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find aggregated APIs whose server is not asked for a certificate."""
    at = (*service.at, "spec", "insecureSkipTLSVerify")
    if truth(spec_of(service).get("insecureSkipTLSVerify")) is True:
        yield Verdict(at, "true", expected="a caBundle")


@of_resources
def metadata_reachable(provider: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find nodes from which a scanner reached the cloud's metadata service."""
    if truth(mapping(provider.body.get("data")).get("providerMetaDataAPIAccess")) is True:
        yield Verdict((*provider.at, "data", "providerMetaDataAPIAccess"), "true", expected="false")


@of_resources
def ordinary_system(node: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find nodes whose operating system was not made for running containers."""
    image = _node_says(node, "osImage")
    if image and not image.startswith(_OPTIMISED):
        yield Verdict(_node_at(node, "osImage"), image, expected="a system made for containers")


def no_isolating_node(estate: Estate) -> Iterator[Verdict]:
    """Find the nodes of clusters in which none gives each pod a machine of its own (Fargate, virtual nodes)."""
    nodes = list(of_kind(estate, "Node"))
    if any(node.name.startswith(("fargate", "virtual-node", "virtual-kubelet")) for node in nodes):
        return
    for node in nodes:
        yield Verdict(
            node.at, node.name, document=node.document, subject=node.key, expected="a node that isolates pods"
        )
