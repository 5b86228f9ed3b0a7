"""What engines say of what they run: `docker inspect` and `podman inspect`.

Source: Docker Engine API 1.41 to 1.50 (ContainerInspect, NetworkInspect, VolumeInspect, ImageInspect), which Podman
follows. One object, or an array of them; objects of all four kinds may stand in one array.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from plimsoll.documents.shapes import mapping, text
from plimsoll.model.estate import Document
from plimsoll.model.fact import Place
from plimsoll.model.platform import Platform, Read, Spelling, Surroundings
from plimsoll.model.resource import Resource
from plimsoll.platforms.inspect_container import read_container
from plimsoll.platforms.inspect_mounts import behind_volume
from plimsoll.platforms.inspect_section import Faults, Section

if TYPE_CHECKING:
    from plimsoll.model.workload import Workload

NAME = "inspect"


def kind_of(value: object) -> str:
    """Say what an inspected object is: `Container`, `Image`, `Network`, `Volume`; "" for anything else."""
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("HostConfig"), dict) and isinstance(value.get("Config"), dict):
        return "Container"
    for kind, keys in _SIGNS.items():
        if keys <= value.keys():
            return kind
    return ""


_SIGNS = {
    "Image": {"Id", "RootFS", "Architecture"},
    "Network": {"Name", "Driver", "IPAM", "Scope"},
    "Volume": {"Name", "Driver", "Mountpoint"},
}
"""The keys that only objects of a kind have together."""


def _recognises(document: Document) -> bool:
    return any(kind_of(value) for _, value in _objects(document.root))


def _objects(root: object) -> Iterator[tuple[Place, object]]:
    if isinstance(root, list):
        yield from (((index,), value) for index, value in enumerate(root))
    else:
        yield (), root


def _read(document: Document, number: int, _: Surroundings) -> Read:
    faults = Faults(document)
    workloads: list[Workload] = []
    resources: list[Resource] = []
    behind = dict(_behind(document.root))
    for at, value in _objects(document.root):
        kind = kind_of(value)
        if kind == "Container":
            workloads.append(read_container(Section(value, at, faults), number, behind))
        elif kind:
            resources.append(_resource(kind, mapping(value), at, number))
        else:
            faults.note(at, "is no container, image, network or volume as docker inspect shows them")
    return Read(workloads=tuple(workloads), resources=tuple(resources), faults=faults.told)


def _behind(root: object) -> Iterator[tuple[str, str]]:
    """Give the directories of the host behind volumes that stand in the same document."""
    for _, value in _objects(root):
        body = mapping(value)
        if "Mountpoint" in body and (directory := behind_volume(body.get("Options"))):
            yield text(body.get("Name")), directory


def _resource(kind: str, body: Mapping[str, object], at: Place, number: int) -> Resource:
    tags = body.get("RepoTags")
    first_tag = text(tags[0]) if isinstance(tags, list) and tags else ""
    labels = body.get("Labels") or mapping(body.get("Config")).get("Labels")
    return Resource(
        platform=NAME,
        kind=kind,
        name=text(body.get("Name")) or first_tag or text(body.get("Id")),
        document=number,
        at=at,
        labels={name: text(value) for name, value in mapping(labels).items()},
        body=body,
    )


_MINIMAL: Mapping[str, object] = {
    "Id": "5ea7" * 16,
    "Name": "/app",
    "AppArmorProfile": "docker-default",
    "State": {"Status": "running"},
    "HostConfig": {"NetworkMode": "default", "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}},
    "Config": {"Image": "registry.example.com/app:1.0", "User": "", "Cmd": ["app"], "Labels": {}},
    "Mounts": [],
    "NetworkSettings": {"Networks": {"bridge": {}}},
}


def _frame(piece: str) -> bytes:
    """Merge an object into a minimal container; anything that is no object, or whole, is left as it is."""
    from plimsoll.documents.errors import DocumentError
    from plimsoll.documents.json import read_json

    data = piece.encode()
    try:
        found = read_json(data or b"{}")
    except DocumentError:
        return data
    if not isinstance(found, dict) or "Id" in found or kind_of(found):
        return data
    return json.dumps([merged(_MINIMAL, found)], indent=1).encode()


def merged(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Lay one object over another; objects in both are merged, everything else is replaced."""
    result = dict(under)
    waiting = [(result, over)]
    while waiting:
        into, news = waiting.pop()
        for key, value in news.items():
            below = into.get(key)
            if isinstance(below, dict) and isinstance(value, dict):
                into[key] = copy = dict(below)
                waiting.append((copy, value))
            else:
                into[key] = value
    return result


def _to(*path: str, write: Callable[[object], object] = lambda value: value, append: bool = False) -> Spelling:
    return Spelling(path=path, write=write, append=append)


def _host(*path: str, otherwise: str = "") -> Spelling:
    return Spelling(path=path, write=lambda value: "host" if value is True else otherwise, at="workload")


def _value(*path: str, write: Callable[[object], object] = str) -> Spelling:
    return Spelling(path=path, write=write, at="workload")


def _option(name: str, built_in: str) -> Callable[[object], object]:
    return lambda value: f"{name}={profile_name(value, built_in)}"


def profile_name(value: object, built_in: str) -> str:
    """Give a profile's name as engines take it; `built_in` is what they call their own."""
    return built_in if value == "runtime/default" else str(value).removeprefix("localhost/")


def _restart(value: object) -> object:
    name, _, times = str(value).partition(":")
    return {"Name": name, "MaximumRetryCount": int(times) if times.isdigit() else 0}


INSPECT = Platform(
    name=NAME,
    title="Containers of an engine (docker inspect, podman inspect)",
    recognises=_recognises,
    read=_read,
    frame=_frame,
    precedence=40,
    hints=(b"HostConfig",),
    spelling={
        "privileged": _to("HostConfig", "Privileged"),
        "user": _to("Config", "User", write=str),
        "capabilities_added": _to("HostConfig", "CapAdd"),
        "capabilities_dropped": _to("HostConfig", "CapDrop"),
        "no_new_privileges": _to("HostConfig", "SecurityOpt", write=lambda _: "no-new-privileges", append=True),
        "seccomp": _to("HostConfig", "SecurityOpt", write=_option("seccomp", "builtin"), append=True),
        "apparmor": _to("HostConfig", "SecurityOpt", write=_option("apparmor", "docker-default"), append=True),
        "read_only_root": _to("HostConfig", "ReadonlyRootfs"),
        "memory_limit": _to("HostConfig", "Memory", write=lambda value: int(float(str(value)))),
        "memory_request": _to("HostConfig", "MemoryReservation", write=lambda value: int(float(str(value)))),
        "cpu_limit": _to("HostConfig", "NanoCpus", write=lambda value: int(float(str(value)) * 1e9)),
        "cpu_request": _to("HostConfig", "CpuShares", write=lambda value: int(float(str(value)) * 1024)),
        "pids_limit": _to("HostConfig", "PidsLimit"),
        "host_pid": _host("HostConfig", "PidMode"),
        "host_ipc": _host("HostConfig", "IpcMode", otherwise="private"),
        "host_uts": _host("HostConfig", "UTSMode"),
        "host_users": _host("HostConfig", "UsernsMode"),
        "host_network": _host("HostConfig", "NetworkMode", otherwise="bridge"),
        "network": _value("HostConfig", "NetworkMode"),
        "cgroup_parent": _value("HostConfig", "CgroupParent"),
        "restart": _value("HostConfig", "RestartPolicy", write=_restart),
    },
)
