"""Namespaces that a container shares with its host or with other containers (namespaces(7))."""

from collections.abc import Iterator
from typing import NamedTuple

from plimsoll.checks.workload.contexts import is_windows, shown
from plimsoll.documents.scalars import is_template, written
from plimsoll.documents.shapes import mapping, mappings, sequence
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Workload

_COMPOSE = {"pid": "pid", "ipc": "ipc", "cgroup": "cgroup"}
_INSPECT = {"PidMode": "pid", "IpcMode": "ipc", "CgroupnsMode": "cgroup"}
_OPTIONS = {"pid": "pid", "ipc": "ipc", "cgroupns": "cgroup"}
_JOINED = ("container:", "service:")


class Mode(NamedTuple):
    """What is said about one namespace of a workload: `pid`, `ipc` or `cgroup`."""

    namespace: str
    value: str
    at: Place


def joined(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Fail a container that is put into namespaces of another one, and a pod whose containers share one for PIDs."""
    if workload.platform == "kubernetes":
        yield from _shared_in_pod(workload)
        return
    modes = [*_modes(workload, estate), Mode("network", workload.network.stated, workload.network.at)]
    for mode in modes:
        if mode.value.startswith(_JOINED):
            yield Verdict(mode.at, shown(mode.value), mode.namespace, "a namespace of its own")
    # Unknown is only told once the others were looked at.
    _ = workload.network.value


def _shared_in_pod(workload: Workload) -> Iterator[Verdict]:
    if written(workload.spec.get("shareProcessNamespace")).lower() == "true" and len(workload.containers) > 1:
        yield Verdict((*workload.spec_at, "shareProcessNamespace"), "true", "pid", "false")


def host_cgroup(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Fail a container that sees the host's cgroups."""
    for mode in _modes(workload, estate):
        if mode.namespace == "cgroup" and mode.value == "host":
            yield Verdict(mode.at, "host", expected="private")


def hosts_file_written(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a pod that brings names for addresses of its own."""
    aliases = list(mappings(workload.spec.get("hostAliases")))
    if aliases:
        addresses = ", ".join(written(each.get("ip")) for each in aliases)
        yield Verdict((*workload.spec_at, "hostAliases"), shown(addresses), expected="names of the cluster's DNS")


def host_users_of_pod(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail a pod whose users are those of the host."""
    if not is_windows(workload) and workload.host_users.value:
        yield Verdict(workload.host_users.at, expected="false")


def _modes(workload: Workload, estate: Estate) -> Iterator[Mode]:
    """Give what a configuration says about namespaces for which workloads have no fact of more than yes and no."""
    if workload.platform == "run":
        yield from _of_command(workload, estate)
    elif workload.platform == "marathon":
        yield from _of_app(workload)
    else:
        names = _INSPECT if workload.platform == "inspect" else _COMPOSE
        for key, namespace in names.items():
            yield Mode(namespace, written(workload.spec.get(key)), (*workload.spec_at, key))


def _of_app(workload: Workload) -> Iterator[Mode]:
    at: Place = (*workload.at, "container", "docker", "parameters")
    docker = mapping(mapping(workload.body.get("container")).get("docker"))
    for number, parameter in enumerate(mappings(docker.get("parameters"))):
        namespace = _OPTIONS.get(written(parameter.get("key")))
        if namespace is not None:
            yield Mode(namespace, written(parameter.get("value")), (*at, number))


def _of_command(workload: Workload, estate: Estate) -> Iterator[Mode]:
    """Look for the options among the words before the image."""
    image_at = workload.containers[0].image.at if workload.containers else ()
    end = image_at[0] if image_at and isinstance(image_at[0], int) else 0
    words = [written(word) for word in sequence(estate.documents[workload.document].root)[:end]]
    for number, word in enumerate(words):
        name, equals, value = word.removeprefix("--").partition("=")
        namespace = _OPTIONS.get(name) if word.startswith("--") else None
        if namespace is None:
            continue
        if not equals:
            value = words[number + 1] if number + 1 < len(words) else ""
        if not is_template(value):
            yield Mode(namespace, value, (number,))
