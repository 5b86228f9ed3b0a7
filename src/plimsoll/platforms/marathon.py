"""Marathon: apps, pods, and groups of them, as its REST API takes and gives them."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from plimsoll.documents.shapes import mapping, sequence, text
from plimsoll.model.estate import Document
from plimsoll.model.fact import Place
from plimsoll.model.platform import Platform, Read, Spelling, Surroundings
from plimsoll.platforms.inspect import merged, profile_name
from plimsoll.platforms.inspect_section import Faults, Section
from plimsoll.platforms.marathon_app import read_app
from plimsoll.platforms.marathon_pod import read_pod

if TYPE_CHECKING:
    from plimsoll.model.workload import Workload

NAME = "marathon"
MOST_GROUPS = 10_000
"""Groups of one document, at any depth."""

TOO_MANY: Mapping[str, object] = {"groups": MOST_GROUPS}
"""What stands for the groups that are too many to be read."""

_LISTS = ("apps", "pods", "groups")
_FOREIGN = ("apiVersion", "kind", "services", "HostConfig")


def _is_app(value: Mapping[str, object]) -> bool:
    """Say whether an object is an app: it has an id, a command or a container, and something only Marathon has."""
    if not isinstance(value.get("id"), str) or any(key in value for key in _FOREIGN):
        return False
    container = value.get("container")
    if isinstance(container, dict):
        return bool({"docker", "appc", "volumes", "portMappings", "linuxInfo"} & container.keys())
    return bool({"cmd", "args"} & value.keys()) and bool({"instances", "cpus", "mem"} & value.keys())


def _is_pod(value: Mapping[str, object]) -> bool:
    if not isinstance(value.get("id"), str) or any(key in value for key in _FOREIGN):
        return False
    containers = [each for each in sequence(value.get("containers")) if isinstance(each, dict)]
    return any({"resources", "exec", "endpoints", "volumeMounts"} & each.keys() for each in containers)


def _recognises(document: Document) -> bool:
    return any(_is_app(value) or _is_pod(value) for value, _, _ in _things(document.root))


Thing = tuple[Mapping[str, object], Place, str]
"""An object, its place, and the group in which it stands."""


def _things(root: object) -> Iterator[Thing]:
    """Give all apps and pods, and whatever else stands where they should; groups without recursion."""
    waiting: list[tuple[object, Place, str]] = [(root, (), "")]
    seen = 0
    while waiting:
        value, at, group = waiting.pop()
        if isinstance(value, list):
            waiting += reversed([(each, (*at, index), group) for index, each in enumerate(value)])
            continue
        body = mapping(value)
        if "app" in body and isinstance(body["app"], dict):
            waiting.append((body["app"], (*at, "app"), group))
            continue
        lists = [key for key in _LISTS if isinstance(body.get(key), list)]
        if not lists or _is_app(body) or _is_pod(body):
            yield body, at, group
            continue
        seen += 1
        if seen > MOST_GROUPS:
            yield TOO_MANY, at, group
            return
        inner = _joined(group, text(body.get("id")))
        waiting += reversed([(body[key], (*at, key), inner) for key in lists])


def _joined(group: str, name: str) -> str:
    """Give the whole id of something in a group; an id that begins with a slash is whole already."""
    return name.strip("/") if name.startswith("/") or not group else f"{group}/{name.strip('/')}"


def _read(document: Document, number: int, _: Surroundings) -> Read:
    faults = Faults(document)
    workloads: list[Workload] = []
    for body, at, group in _things(document.root):
        if body is TOO_MANY:
            faults.note((), f"holds more than {MOST_GROUPS} groups; the rest is not read")
            continue
        whole = _joined(group, text(body.get("id")))
        namespace, _slash, name = whole.rpartition("/")
        if _is_pod(body):
            workloads.append(read_pod(Section(body, at, faults, is_written=True), number, namespace, name))
        elif _is_app(body) or {"cmd", "args", "container"} & body.keys():
            workloads.append(read_app(Section(body, at, faults, is_written=True), number, namespace, name))
        else:
            faults.note(at, "is neither an app, a pod nor a group of them")
    return Read(workloads=tuple(workloads), faults=faults.told)


_MINIMAL: Mapping[str, object] = {
    "id": "/app",
    "instances": 1,
    "cpus": 0.5,
    "mem": 256,
    "container": {"type": "DOCKER", "docker": {"image": "registry.example.com/app:1.0"}},
}
_BRIDGED = {"networks": [{"mode": "container/bridge"}]}


def _frame(piece: str) -> bytes:
    """Merge an object into a minimal app behind a bridge; what is no object, or has an id, is left as it is."""
    from plimsoll.documents.errors import DocumentError
    from plimsoll.documents.json import read_json

    data = piece.encode()
    try:
        found = read_json(data or b"{}")
    except DocumentError:
        return data
    if not isinstance(found, dict) or "id" in found:
        return data
    whole = merged(_MINIMAL, found)
    if "networks" not in whole and "network" not in mapping(mapping(whole.get("container")).get("docker")):
        whole |= _BRIDGED
    return json.dumps(whole, indent=1).encode()


def _to(*path: str, write: Callable[[object], object] = lambda value: value, at: str = "container") -> Spelling:
    return Spelling(path=path, write=write, at=at)


def _parameter(key: str, write: Callable[[object], str] = str, *, at: str = "container") -> Spelling:
    return Spelling(
        path=("container", "docker", "parameters"),
        write=lambda value: {"key": key, "value": write(value)},
        at=at,
        append=True,
    )


def _joined_values(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _small(value: object) -> str:
    return str(value).lower()


MARATHON = Platform(
    name=NAME,
    title="Marathon apps and pods",
    recognises=_recognises,
    read=_read,
    frame=_frame,
    precedence=20,
    hints=(b'"id"', b'"apps"'),
    spelling={
        "image": _to("container", "docker", "image", write=str),
        "privileged": _to("container", "docker", "privileged"),
        "user": _to("user", write=str),
        "capabilities_added": _parameter("cap-add", _joined_values),
        "capabilities_dropped": _parameter("cap-drop", _joined_values),
        "no_new_privileges": _parameter("security-opt", lambda value: f"no-new-privileges={_small(value)}"),
        "seccomp": _parameter("security-opt", lambda value: f"seccomp={profile_name(value, 'builtin')}"),
        "apparmor": _parameter("security-opt", lambda value: f"apparmor={profile_name(value, 'docker-default')}"),
        "read_only_root": _parameter("read-only", _small),
        "memory_limit": _to("mem", write=lambda value: float(str(value)) / (1 << 20)),
        "cpu_limit": _to("cpus"),
        "pids_limit": _parameter("pids-limit"),
        "pull_policy": _to("container", "docker", "forcePullImage", write=lambda value: value == "Always"),
        "replicas": _to("instances", at="workload"),
        "host_pid": _parameter("pid", lambda value: "host" if value is True else "", at="workload"),
        "host_ipc": _parameter("ipc", lambda value: "host" if value is True else "private", at="workload"),
        "host_uts": _parameter("uts", lambda value: "host" if value is True else "", at="workload"),
        "host_users": _parameter("userns", lambda value: "host" if value is True else "", at="workload"),
        "host_network": _to(
            "networks", write=lambda value: [{"mode": "host" if value is True else "container/bridge"}], at="workload"
        ),
        "cgroup_parent": _parameter("cgroup-parent", at="workload"),
        "restart": _parameter("restart", at="workload"),
    },
)
