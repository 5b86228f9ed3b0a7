"""Rules about flaws that manifests show by themselves: versions of nodes and images, and what makes them usable.

Versions and ranges are those of the advisories named beside them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plimsoll.checks.workload.images import parts_of
from plimsoll.checks.workload.manifests import Version, is_said, spec_of, version_in, within
from plimsoll.checks.workload.selectors import named, of_kind, remembered, space
from plimsoll.documents.scalars import truth, written
from plimsoll.documents.shapes import mapping, mappings
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Fact, Place
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Workload

_NEVER: Version = (0, 0, 0)


class _Flaw(NamedTuple):
    """A flaw of an image: versions from the first (inclusive) to the second (exclusive) of each pair have it."""

    id: str
    repositories: tuple[str, ...]
    affected: tuple[tuple[Version, Version], ...]


_INGRESS_NGINX = ("ingress-nginx/controller", "ingress-nginx/nginx-ingress-controller", "nginx-ingress-controller")

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
_OF_REPOSITORY: Mapping[str, tuple[_Flaw, ...]] = {
    repository: tuple(flaw for flaw in _FLAWS if repository in flaw.repositories)
    for repository in {name for flaw in _FLAWS for name in flaw.repositories}
}

_SYMLINK_EXCHANGE = (
    (_NEVER, (1, 19, 15)),
    ((1, 20, 0), (1, 20, 11)),
    ((1, 21, 0), (1, 21, 5)),
    ((1, 22, 0), (1, 22, 2)),
)
"""Kubelets with CVE-2021-25741."""

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

_SNIPPETS_UNSWITCHABLE = ((_NEVER, (0, 49, 1)), ((1, 0, 0), (1, 0, 1)))
_SNIPPETS_ON = ((_NEVER, (1, 9, 0)),)
"""Versions of ingress-nginx that take snippets, and cannot be told not to; and those that take them unless told so."""
_SNIPPETS = "allow-snippet-annotations"

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

_NGINX_ANNOTATIONS = "nginx.ingress.kubernetes.io/"
_PASSED_ON = ("auth-url", "auth-tls-match-cn", "mirror-target", "mirror-host")
"""Annotations that vulnerable versions of ingress-nginx copy unquoted into nginx's configuration (CVE-2025-24514,
CVE-2025-1097, CVE-2025-1098)."""
_BREAKS_OUT = re.compile(r"[\r\n\"<>{}|^`\\;#]")
_BREAKS_OUT_OF_URL = re.compile(r"[\r\n\"<>{}|^`\\;]")
_SNIPPET = re.compile(r"-snippet$")


def image_with_flaw(container: Container, *_: object) -> Iterator[Verdict]:
    """Find images whose version has a flaw that attackers use."""
    name, version = _named_version(container)
    for flaw in _OF_REPOSITORY.get(name.rpartition("/")[2], ()):
        if version is not None and within(version, flaw.affected) and _is_that(flaw, name):
            yield Verdict(container.image.at, container.image.stated, flaw.id, "a version without it")


def _is_that(flaw: _Flaw, name: str) -> bool:
    """Say whether a repository is that of a flaw: a name of two words must end on both."""
    return any(name == each or name.endswith("/" + each) for each in flaw.repositories) or name in flaw.repositories


def _named_version(container: Container) -> tuple[str, Version | None]:
    named_parts = parts_of(container.image.value)
    if named_parts is None:
        return "", None
    return named_parts.repository, version_in(named_parts.tag)


def retired_ingress_nginx(container: Container, *_: object) -> Iterator[Verdict]:
    """Find ingress-nginx of the Kubernetes project, which gets no fixes since March 2026."""
    repository = _named_version(container)[0]
    if "ingress-nginx" in repository.split("/")[:-1] or repository.startswith("kubernetes-ingress-controller/nginx"):
        yield Verdict(container.image.at, container.image.stated, expected="a controller that is maintained")


def snippets_allowed(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find ingress-nginx that takes pieces of configuration from whoever may write an Ingress (CVE-2021-25742)."""
    repository, version = _named_version(container)
    if version is None or not _is_ingress_nginx(repository):
        return
    refused = space(workload.namespace) in remembered(estate, "known_flaws.snippets", _refusing_snippets)
    if within(version, _SNIPPETS_UNSWITCHABLE) or (within(version, _SNIPPETS_ON) and not refused):
        yield Verdict(container.image.at, container.image.stated, "CVE-2021-25742", f"{_SNIPPETS}: false, since 0.49.1")


def _is_ingress_nginx(repository: str) -> bool:
    last = repository.rpartition("/")[2]
    if last == "nginx-controller" or "ingress-nginx" in repository:
        return not last.startswith(("kube-webhook", "custom-error", "opentelemetry"))
    return "nginx" in last and "ingress-controller" in last


def _refusing_snippets(estate: Estate) -> frozenset[str]:
    return frozenset(
        space(each.namespace)
        for each in of_kind(estate, "ConfigMap")
        if truth(mapping(each.body.get("data")).get(_SNIPPETS)) is False
    )


def snippet_annotations(ingress: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - every logic gets both
    """Find pieces of nginx's configuration in annotations of an Ingress."""
    for name, value in ingress.annotations.items():
        if name.startswith(_NGINX_ANNOTATIONS) and _SNIPPET.search(name):
            yield Verdict((*ingress.at, "metadata", "annotations", name), value[:80], name, "no snippet")


def broken_out_annotations(ingress: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find annotations that end a directive of nginx's configuration and begin another."""
    for word in _PASSED_ON:
        name = _NGINX_ANNOTATIONS + word
        value = ingress.annotations.get(name, "")
        pattern = _BREAKS_OUT if word.endswith("-cn") else _BREAKS_OUT_OF_URL
        if pattern.search(value.rstrip("\n")):
            yield Verdict((*ingress.at, "metadata", "annotations", name), value[:80], name, "no quotes, braces or lines")


def sub_path_on_old_kubelet(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find subPath mounts in clusters whose kubelets can be led astray by a symbolic link (CVE-2021-25741)."""
    old = remembered(estate, "known_flaws.kubelets", _kubelets_led_astray)
    if not old:
        return
    for mount in container.mounts:
        if mount.sub_path is not None and mount.sub_path.stated:
            detail = f"CVE-2021-25741 {mount.target.stated}"
            yield Verdict(mount.sub_path.at, f"with a kubelet {old}", detail, "a kubelet without it, or no subPath")


def _kubelets_led_astray(estate: Estate) -> str:
    """Give the version of a node whose kubelet is affected, "" where there is none."""
    for node in of_kind(estate, "Node"):
        version = version_in(_node_says(node, "kubeletVersion"))
        if version is not None and within(version, _SYMLINK_EXCHANGE):
            return _node_says(node, "kubeletVersion")
    return ""


def _node_says(node: Resource, key: str) -> str:
    return written(_node_info(node).get(key))


def _node_info(node: Resource) -> Mapping[str, object]:
    return mapping(mapping(node.body.get("status")).get("nodeInfo"))


def _node_at(node: Resource, key: str) -> Place:
    return (*node.at, "status", "nodeInfo", key)


def outdated_kubelet(node: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find nodes of a version of Kubernetes that gets no fixes."""
    said = _node_says(node, "kubeletVersion")
    version = version_in(said)
    if version is not None and version < _OLDEST_SERVED:
        yield Verdict(_node_at(node, "kubeletVersion"), said, expected="1.34 or newer")


def leaking_containerd(node: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find nodes whose containerd gives images files of the host (CVE-2022-23648)."""
    said = _node_says(node, "containerRuntimeVersion")
    version = version_in(said) if said.startswith("containerd://") else None
    if version is not None and within(version, _CONTAINERD_LEAKING):
        yield Verdict(_node_at(node, "containerRuntimeVersion"), said, "CVE-2022-23648", "1.4.13, 1.5.10, 1.6.1 or newer")


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


def unchecked_api(service: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find aggregated APIs whose server is not asked for a certificate."""
    at = (*service.at, "spec", "insecureSkipTLSVerify")
    if truth(spec_of(service).get("insecureSkipTLSVerify")) is True:
        yield Verdict(at, "true", expected="a caBundle")


def metadata_reachable(provider: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find nodes from which a scanner reached the cloud's metadata service."""
    if truth(mapping(provider.body.get("data")).get("providerMetaDataAPIAccess")) is True:
        yield Verdict((*provider.at, "data", "providerMetaDataAPIAccess"), "true", expected="false")


def ordinary_system(node: Resource, estate: Estate) -> Iterator[Verdict]:  # noqa: ARG001 - as above
    """Find nodes whose operating system was not made for running containers."""
    image = _node_says(node, "osImage")
    if image and not image.startswith(_OPTIMISED):
        yield Verdict(_node_at(node, "osImage"), image, expected="a system made for containers")


def no_isolating_node(estate: Estate) -> Iterator[Verdict]:
    """Find clusters of which no node gives each pod a machine of its own (Fargate, virtual nodes): each of the nodes."""
    nodes = list(of_kind(estate, "Node"))
    if any(node.name.startswith(("fargate", "virtual-node", "virtual-kubelet")) for node in nodes):
        return
    for node in nodes:
        yield Verdict(node.at, node.name, document=node.document, subject=node.key, expected="a node that isolates pods")


class _Image(NamedTuple):
    """What a scanner found in an image."""

    critical: int
    high: int
    remote: bool


_MOST_CRITICAL, _MOST_HIGH = 5, 10


def _scanned(estate: Estate) -> Mapping[str, _Image]:
    found = {}
    for report in of_kind(estate, "ImageVulnerabilities"):
        flaws = list(mappings(report.body.get("data")))
        severities = [written(flaw.get("severity")).lower() for flaw in flaws]
        remote = any(truth(mapping(flaw.get("categories")).get("isRce")) is True for flaw in flaws)
        found[report.name] = _Image(severities.count("critical"), severities.count("high"), remote)
    return found


def _scans(pod: Workload, estate: Estate) -> Iterator[tuple[_Image, Place, Fact[str]]]:
    """Give what is known of the images of a pod, with where its status names each."""
    scanned = remembered(estate, "known_flaws.images", _scanned)
    listed = mapping(pod.body.get("spec")).get("containers")
    for number, _ in enumerate(listed if isinstance(listed, list) else ()):
        container = next((each for each in pod.containers if each.at == (*pod.spec_at, "containers", number)), None)
        if container is not None and scanned and container.image.stated in scanned:
            at = (*pod.at, "status", "containerStatuses", number, "imageID")
            yield scanned[container.image.stated], at, container.image


def is_anything(value: object) -> bool:
    """Say whether something is said."""
    return is_said(value)
