"""What containers see of their host, and how."""

from collections.abc import Iterator
from typing import NamedTuple

from plimsoll.checks.workload.host_paths import (
    CLOUD,
    CLUSTER,
    ENGINE,
    KUBECONFIG,
    ROOT,
    SOCKET,
    SSH,
    SYSTEM,
    after_variables,
    what_is_at,
)
from plimsoll.checks.workload.inputs import inputs
from plimsoll.documents.scalars import is_null, written
from plimsoll.documents.shapes import mapping, sequence, text
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Fact, Place
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Mount, Volume, Workload

Thing = Container | Workload | Resource


class _Path(NamedTuple):
    """A path of the host that something names: `source` is the path, `at` the entry that names it."""

    source: Fact[str]
    at: Place
    detail: str


def engine_sockets(thing: Thing, *_: object) -> Iterator[Verdict]:
    """Find sockets of container engines, which are the host."""
    yield from _verdicts(_named_paths(thing, all_volumes=True), SOCKET)


def host_root(thing: Thing, *_: object) -> Iterator[Verdict]:
    """Find the whole file system of the host."""
    yield from _verdicts(_named_paths(thing), ROOT)


def engine_storage(thing: Thing, *_: object) -> Iterator[Verdict]:
    """Find where an engine keeps images and containers."""
    yield from _verdicts(_named_paths(thing), ENGINE)


def cluster_files(thing: Thing, *_: object) -> Iterator[Verdict]:
    """Find what a node keeps of its cluster: the kubelet's files, manifests, keys, the network's plug-ins."""
    yield from _verdicts(_named_paths(thing), CLUSTER)


def ssh_keys(thing: Thing, *_: object) -> Iterator[Verdict]:
    """Find keys of SSH."""
    yield from _verdicts(_named_paths(thing), SSH)


def kubeconfigs(thing: Thing, *_: object) -> Iterator[Verdict]:
    """Find access to clusters."""
    yield from _verdicts(_named_paths(thing), KUBECONFIG)


def cloud_credentials(thing: Thing, *_: object) -> Iterator[Verdict]:
    """Find access to clouds and registries."""
    yield from _verdicts(_named_paths(thing), CLOUD)


def system_folders_writable(thing: Thing, *_: object) -> Iterator[Verdict]:
    """Find folders of the operating system that a container may write to."""
    yield from _verdicts(_system_paths(thing, writable=True), SYSTEM)


def system_folders_read_only(thing: Thing, *_: object) -> Iterator[Verdict]:
    """Find folders of the operating system that a container, or nobody yet, may only read."""
    yield from _verdicts(_system_paths(thing, writable=False), SYSTEM)


def any_host_path(thing: Thing, *_: object) -> Iterator[Verdict]:
    """Find every path of the host, and every mount of it."""
    for path in _named_paths(thing, all_volumes=True):
        yield Verdict(path.at, path.source.stated, path.detail, "no path of the host")


def writable_host_path(container: Container, *_: object) -> Iterator[Verdict]:
    """Find paths of the host that a container may write to."""
    for mount in container.mounts:
        if mount.kind == "bind" and not mount.read_only.value:
            yield Verdict(mount.read_only.at, mount.source.stated, mount.target.stated, "read-only")


def shared_propagation(container: Container, *_: object) -> Iterator[Verdict]:
    """Find mounts whose own mounts appear on the host."""
    for mount in container.mounts:
        if mount.propagation.value in {"shared", "rshared"}:
            yield Verdict(mount.propagation.at, mount.propagation.stated, mount.target.stated, "private or slave")


def executable_tmpfs(container: Container, *_: object) -> Iterator[Verdict]:
    """Find folders in memory from which programs may be started."""
    for mount in container.mounts:
        if mount.kind == "tmpfs" and "exec" in mount.options:
            yield Verdict(mount.at, "exec", mount.target.stated, "noexec")


def unbounded_tmpfs(container: Container, *_: object) -> Iterator[Verdict]:
    """Find folders in memory without a size."""
    for mount in container.mounts:
        if mount.kind == "tmpfs" and is_null(mount.options.get("size")) and is_null(mount.options.get("sizeLimit")):
            yield Verdict(mount.volume_at, mount.target.stated, mount.target.stated, "a size")


def credentials_of_provider(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find the files in which nodes of a cloud keep its credentials, where it is known which cloud that is."""
    paths = [path for provider in _providers(estate) for path in _PROVIDER_PATHS[provider]]
    if not paths:
        return
    for volume in workload.volumes:
        if volume.kind == "bind" and volume.source.is_known and volume.source.stated.rstrip("/") in paths:
            yield Verdict(volume.at, volume.source.stated, volume.name, "no credentials of a node")
            yield from _mounts_of(workload, volume)


_RESTRICTED = frozenset(
    {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
)
"""The kinds of volumes that the restricted profile knows (Pod Security Standards, Volume Types)."""


def unrestricted_volumes(workload: Workload, *_: object) -> Iterator[Verdict]:
    """Find volumes of kinds that lead out of the cluster's own storage; paths of nodes have a rule of their own."""
    for number, volume in enumerate(sequence(workload.spec.get("volumes"))):
        for key in mapping(volume):
            if key not in _RESTRICTED and key not in {"name", "hostPath"}:
                name = written(mapping(volume).get("name"))
                yield Verdict((*workload.spec_at, "volumes", number, key), key, name, "a claim, or a driver (CSI)")


_PROVIDER_PATHS = {
    "eks": ("/.aws", "/.aws/config", "/.aws/credentials"),
    "aks": ("/etc", "/etc/kubernetes", "/etc/kubernetes/azure.json", "/.azure", "/.azure/credentials"),
    "gke": (
        "/.config",
        "/.config/gcloud",
        "/gcloud",
        "/.config/gcloud/application_default_credentials.json",
        "/gcloud/application_default_credentials.json",
    ),
}
_PROVIDERS_OF_NODES = {"aws": "eks", "azure": "aks", "gce": "gke"}


def _providers(estate: Estate) -> tuple[str, ...]:
    """Give the clouds that nodes say they are of (`spec.providerID`), or that a user configured."""
    known = estate.memo.get("cloud-providers")
    if isinstance(known, tuple):
        return known
    named = {text(mapping(node.body.get("spec")).get("providerID")).partition(":")[0] for node in _nodes(estate)}
    found = {_PROVIDERS_OF_NODES[each] for each in named if each in _PROVIDERS_OF_NODES}
    found.update(each for each in inputs(estate).get("cloudProvider", ()) if each in _PROVIDER_PATHS)
    providers = tuple(sorted(found))
    estate.memo["cloud-providers"] = providers
    return providers


def _nodes(estate: Estate) -> tuple[Resource, ...]:
    known = estate.memo.get("nodes")
    if isinstance(known, tuple):
        return known
    nodes = estate.of_kind("Node")
    estate.memo["nodes"] = nodes
    return nodes


def _mounts_of(workload: Workload, volume: Volume) -> Iterator[Verdict]:
    for container in workload.containers:
        for mount in container.mounts:
            if mount.volume_at == volume.at:
                detail = f"{container.name}:{mount.target.stated}"
                yield Verdict(mount.at, volume.source.stated, detail, "no credentials of a node")


def sub_path(container: Container, _: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find mounts of a part of a volume where a node's kubelet follows links out of it (CVE-2021-25741)."""
    parts = [mount for mount in container.mounts if mount.sub_path is not None]
    if not parts:
        return
    nodes = _nodes(estate)
    if not nodes:
        reason = "no Node was read, so no kubelet's version is known"
        yield Verdict(parts[0].at, state=CheckState.NOT_APPLICABLE, reason=reason)
        return
    weak = next((version for version in map(_kubelet, nodes) if _follows_links(version)), "")
    if weak:
        yield from (_sub_path(mount, weak) for mount in parts)


def _sub_path(mount: Mount, version: str) -> Verdict:
    at = mount.sub_path.at if mount.sub_path else mount.at
    return Verdict(at, f"kubelet {version}", mount.target.stated, "a kubelet without the flaw")


def _kubelet(node: Resource) -> str:
    info = mapping(mapping(node.body.get("status")).get("nodeInfo"))
    return written(info.get("kubeletVersion"))


_MENDED = {19: 15, 20: 11, 21: 5, 22: 2}
"""The first patch release without the flaw, by minor version (Kubernetes' own advisory)."""


def _follows_links(version: str) -> bool:
    numbers = version.removeprefix("v").split("-")[0].split("+")[0].split(".")
    if len(numbers) < 3 or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in numbers[:3]):
        return False
    major, minor, patch = map(int, numbers[:3])
    if major != 1:
        return major < 1
    return minor < min(_MENDED) or (minor in _MENDED and patch < _MENDED[minor])


def _named_paths(thing: Thing, *, all_volumes: bool = False) -> Iterator[_Path]:
    """Give the paths of the host that a container mounts, that a pod offers, or that a volume stands for.

    Of a pod's volumes those that no container mounts, or (`all_volumes`) every one.
    """
    if isinstance(thing, Container):
        for mount in thing.mounts:
            if mount.kind == "bind":
                yield _Path(mount.source, mount.at, mount.target.stated)
    elif isinstance(thing, Workload):
        if thing.volumes:
            yield from _offered(thing, all_volumes=all_volumes)
    else:
        yield from _of_resource(thing)


def _offered(workload: Workload, *, all_volumes: bool) -> Iterator[_Path]:
    mounted = () if all_volumes else {mount.volume_at for each in workload.containers for mount in each.mounts}
    for volume in workload.volumes:
        if volume.kind == "bind" and volume.at not in mounted:
            yield _Path(volume.source, volume.at, volume.name)


def _of_resource(resource: Resource) -> Iterator[_Path]:
    """Give the path of a persistent volume, or of a named volume that is a bind mount in truth."""
    spec = mapping(resource.body.get("spec"))
    for key in ("hostPath", "local"):
        said = mapping(spec.get(key)).get("path")
        if not is_null(said):
            yield _Path(*_at((*resource.at, "spec", key, "path"), said), resource.name)
    options = mapping(resource.body.get("driver_opts"))
    if "bind" in written(options.get("o")).split(",") and not is_null(options.get("device")):
        yield _Path(*_at((*resource.at, "driver_opts", "device"), options["device"]), resource.name)


def _at(place: Place, said: object) -> tuple[Fact[str], Place]:
    return Fact(written(said), place), place


def _system_paths(thing: Thing, *, writable: bool) -> Iterator[_Path]:
    if isinstance(thing, Container):
        for mount in thing.mounts:
            if mount.kind == "bind" and mount.read_only.stated is not writable:
                yield _Path(mount.source, mount.at, mount.target.stated)
    elif isinstance(thing, Resource) is writable:
        yield from _named_paths(thing)


def _verdicts(paths: Iterator[_Path], sought: str) -> Iterator[Verdict]:
    for path in paths:
        source = path.source
        if source.is_known:
            if what_is_at(source.stated) == sought:
                yield Verdict(path.at, source.stated, path.detail)
        else:
            yield from _not_fully_known(path, sought)


def _not_fully_known(path: _Path, sought: str) -> Iterator[Verdict]:
    """Judge by what stands after a variable (`${HOME}/.ssh`), or by where it is mounted; else it is not measured."""
    tail = after_variables(path.source.stated)
    if tail:
        if what_is_at("/home/user" + tail) == sought or (sought == SOCKET and what_is_at(tail) == SOCKET):
            yield Verdict(path.at, path.source.stated, path.detail)
    elif sought == SOCKET and what_is_at(path.detail) == SOCKET:
        yield Verdict(path.at, path.source.stated, path.detail)
    else:
        yield Verdict(path.at, "", path.detail, state=CheckState.NOT_MEASURED, reason=path.source.reason)
