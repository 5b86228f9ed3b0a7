"""What a service of Compose or Swarm mounts: volumes, tmpfs, secrets, configs and devices."""

from collections.abc import Iterator, Mapping

from plimsoll.documents.scalars import written
from plimsoll.documents.shapes import mapping
from plimsoll.model.fact import Fact, Place, default, unknown
from plimsoll.model.workload import Mount
from plimsoll.platforms.compose_facts import Told, doubt, turned
from plimsoll.platforms.docker_words import PROPAGATIONS, is_host_path, propagation, short_mount, tmpfs_mount

Volumes = Mapping[str, object]
"""The `volumes:` of a file, by name."""

_KINDS = {"bind": "bind", "volume": "volume", "tmpfs": "tmpfs", "npipe": "bind", "cluster": "csi", "image": "image"}


def mounts_of(service: Told, volumes: Volumes) -> tuple[Mount, ...]:
    """Give everything that a service mounts."""
    return (
        *(_behind_name(mount, volumes) for mount in _volumes(service)),
        *_temporary(service),
        *_socket(service),
        *_files(service, "secrets", "secret", "/run/secrets/"),
        *_files(service, "configs", "config", "/"),
    )


def _volumes(service: Told) -> Iterator[Mount]:
    for value, at in service.items("volumes"):
        if isinstance(value, dict):
            yield _long(Told(value, at, service.faults))
            continue
        mount = short_mount(written(value), at)
        if mount is None:
            service.faults.add(at, f"{written(value)[:80]!r} is no mount")
        else:
            yield mount


def _long(entry: Told) -> Mount:
    """Read `type`, `source`, `target` … (Compose specification, volumes, long syntax)."""
    kind = entry.text("type", "volume")
    source = entry.text("source") if "source" in entry.values else entry.text("src")
    bind = entry.inner("bind")
    read_only = entry.truth("read_only")
    word = bind.text("propagation", "rprivate" if kind.stated == "bind" else "private")
    if word.is_declared and word.stated not in PROPAGATIONS:
        entry.faults.add(word.at, f"{word.stated[:80]!r} is no propagation")
    return Mount(
        kind=_KINDS.get(kind.stated, "other"),
        source=source,
        target=_target(entry),
        read_only=read_only,
        propagation=word,
        at=entry.at,
        volume_at=entry.at,
        options=_options(entry),
    )


def _target(entry: Told) -> Fact[str]:
    for key in ("target", "destination", "dst"):
        if key in entry.values:
            return entry.text(key)
    entry.faults.add((*entry.at, "target"), "a mount needs a target")
    return unknown("", (*entry.at, "target"), "it is not said")


def _options(entry: Told) -> Mapping[str, str]:
    """Give what is said about the kind of mount: such as `size` or `nocopy`."""
    options = {}
    for kind in ("bind", "volume", "tmpfs"):
        for key, value in mapping(entry.values.get(kind)).items():
            if key != "propagation" and not isinstance(value, dict | list):
                options[key] = written(value)
    if options.get("selinux") in {"z", "Z"}:
        options[options["selinux"]] = ""
    return options


def _behind_name(mount: Mount, volumes: Volumes) -> Mount:
    """Give the directory of the host that stands behind a named volume (driver options `o: bind`, `device`)."""
    name = mount.source.stated
    if mount.kind != "volume" or not name or is_host_path(name):
        return mount
    at: Place = ("volumes", name)
    options = mapping(mapping(volumes.get(name)).get("driver_opts"))
    words = written(options.get("o")).split(",")
    device = options.get("device")
    if device is None or not {"bind", "rbind"}.intersection(words):
        return mount
    place = (*at, "driver_opts", "device")
    reason = doubt(device)
    return Mount(
        kind="bind",
        source=unknown(written(device), place, reason) if reason else Fact(written(device), place),
        target=mount.target,
        read_only=mount.read_only,
        propagation=propagation(words, (*at, "driver_opts", "o")),
        at=mount.at,
        volume_at=at,
        options=mount.options,
    )


def _temporary(service: Told) -> Iterator[Mount]:
    for value, at in service.items("tmpfs"):
        mount = tmpfs_mount(written(value), at)
        if mount is None:
            service.faults.add(at, "it is no place for a tmpfs")
        else:
            yield mount


ENGINE = "/var/run/docker.sock"


def _socket(service: Told) -> Iterator[Mount]:
    """Give the engine's socket, which Compose mounts where a service uses the engine's API."""
    uses = service.truth("use_api_socket")
    if not uses.is_known or uses.stated:
        yield Mount(
            kind="bind",
            source=turned(uses, ENGINE),
            target=turned(uses, ENGINE),
            read_only=default(value=False, at=uses.at),
            propagation=default("rprivate", uses.at),
            at=uses.at,
            volume_at=uses.at,
        )


def _files(service: Told, key: str, kind: str, folder: str) -> Iterator[Mount]:
    """Give secrets or configs, which are files in the container that it can only read."""
    for value, at in service.items(key):
        entry = Told(value, at, service.faults) if isinstance(value, dict) else None
        source = entry.text("source") if entry else service.one(value, at)
        target = entry.text("target", source.stated) if entry else source
        if not target.stated.startswith("/"):
            target = target._replace(stated=folder + target.stated)
        yield Mount(
            kind=kind,
            source=source,
            target=target,
            read_only=default(value=True, at=at),
            propagation=default("private", at),
            at=at,
            volume_at=at,
            options={key: written(value) for key, value in entry.values.items() if key in _FILE} if entry else {},
        )


_FILE = frozenset({"uid", "gid", "mode"})


def devices_of(service: Told) -> tuple[Fact[str], ...]:
    """Give the paths of devices on the host, the rules for all of a kind, and names of others' (CDI)."""
    found: list[Fact[str]] = []
    for value, at in service.items("devices"):
        if isinstance(value, dict):
            found.append(Told(value, at, service.faults).text("source"))
        else:
            fact = service.one(value, at)
            found.append(fact._replace(stated=_path(fact.stated)))
    return (*found, *service.texts("device_cgroup_rules").stated)


def _path(device: str) -> str:
    """Give the path on the host of `/dev/a[:/dev/b[:rwm]]`; a name of CDI (`vendor.com/class=name`) is kept whole."""
    return device.partition(":")[0] if device.startswith("/") else device
