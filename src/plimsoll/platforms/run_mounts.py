"""What the options of `docker run` mount: `--volume`, `--mount`, `--tmpfs`, `--use-api-socket`; and devices."""

import csv
from collections.abc import Iterator, Mapping

from plimsoll.documents.scalars import is_template
from plimsoll.model.fact import Fact, Place, default, unknown
from plimsoll.model.workload import Mount
from plimsoll.platforms.docker_words import NOT_KNOWN, PROPAGATIONS, short_mount, tmpfs_mount
from plimsoll.platforms.inspect_mounts import behind_volume
from plimsoll.platforms.run_options import Options, truth_of

API_SOCKET = "/var/run/docker.sock"

_KINDS = {
    "bind": "bind",
    "volume": "volume",
    "tmpfs": "tmpfs",
    "npipe": "bind",
    "image": "image",
    "cluster": "csi",
    "ramfs": "tmpfs",
    "devpts": "other",
    "glob": "bind",
}
"""The types of Docker, then those that only Podman has."""


def mounts_of(options: Options) -> tuple[Mount, ...]:
    """Give everything that is mounted. What other containers mount (`--volumes-from`) is a fault: it is not seen."""
    for other in options.all("volumes-from"):
        options.note(other.at, f"--volumes-from {other.value.stated[:80]}: what that container mounts is not said here")
    return (*_volumes(options), *_long(options), *_temporary(options), *_api_socket(options))


def devices_of(options: Options) -> tuple[Fact[str], ...]:
    """Give the paths of devices on the host, the rules for all of a kind, and names of others' (CDI)."""
    paths = [fact._replace(stated=device_path(fact.stated)) for fact in options.values("device")]
    return (*paths, *options.values("device-cgroup-rule"))


def device_path(device: str) -> str:
    """Give the path on the host of `/dev/a[:/dev/b[:rwm]]`; a name of CDI (`vendor.com/class=name`) is kept whole."""
    return device.partition(":")[0] if device.startswith("/") else device


def _volumes(options: Options) -> Iterator[Mount]:
    for given in options.all("volume"):
        mount = short_mount(given.value.stated, given.at)
        if mount is not None:
            yield mount
        elif given.value.is_known:
            options.note(given.at, f"--volume: {given.value.stated[:80]!r} is no mount")
        else:
            yield _unseen(given.at, given.value.reason)


def _unseen(at: Place, reason: str) -> Mount:
    return Mount(
        kind="other",
        source=unknown("", at, reason),
        target=unknown("", at, reason),
        read_only=unknown(neutral=False, at=at, reason=reason),
        propagation=unknown("rprivate", at, reason),
        at=at,
        volume_at=at,
    )


def _temporary(options: Options) -> Iterator[Mount]:
    for given in options.all("tmpfs"):
        mount = tmpfs_mount(given.value.stated, given.at)
        if mount is None:
            options.note(given.at, "--tmpfs: it is no place for a tmpfs")
        else:
            yield mount


def _api_socket(options: Options) -> Iterator[Mount]:
    """Give the engine's socket (Docker 28): as good as `-v /var/run/docker.sock:/var/run/docker.sock`."""
    wanted = options.flag("use-api-socket")
    if wanted.is_known and wanted.stated:
        yield Mount(
            kind="bind",
            source=Fact(API_SOCKET, wanted.at),
            target=Fact(API_SOCKET, wanted.at),
            read_only=default(value=False, at=wanted.at),
            propagation=default("rprivate", wanted.at),
            at=wanted.at,
            volume_at=wanted.at,
        )


def _long(options: Options) -> Iterator[Mount]:
    for given in options.all("mount"):
        fields = fields_of(given.value.stated)
        if fields is None or (not fields and given.value.is_known):
            options.note(given.at, f"--mount: {given.value.stated[:80]!r} is no mount")
        elif not fields or "${" in "".join(fields):
            yield _unseen(given.at, given.value.reason or NOT_KNOWN)
        else:
            yield _of_fields(fields, given.at, options)


def fields_of(text: str) -> dict[str, str] | None:
    """Give the fields of `a=b,c,"d=e,f"`, names in small letters; None for what is no row of CSV."""
    try:
        row = next(csv.reader([text], strict=True), [])
    except csv.Error:
        return None
    fields: dict[str, str] = {}
    for part in row:
        name, _, value = part.partition("=")
        name = name.strip().lower()
        if name in {"volume-opt", "volume-label"}:
            name, _, value = value.partition("=")
            name = f"opt {name}"
        fields[name] = value
    return fields


def _of_fields(fields: Mapping[str, str], at: Place, options: Options) -> Mount:
    kind = _KINDS.get(fields.get("type", "volume").lower(), "other")
    source, target = _first(fields, "source", "src"), _first(fields, "target", "destination", "dst")
    if not target:
        options.note(at, "--mount: it names no target")
    said = {name.removeprefix("opt "): value for name, value in fields.items()}
    behind = behind_volume(said) if kind == "volume" else ""
    kind, source = ("bind", behind) if behind else (kind, source)
    return Mount(
        kind=kind,
        source=_known(source, at) if source else default("", at),
        target=_known(target, at) if target else unknown("", at, "no target is named"),
        read_only=_read_only(fields, at, options),
        propagation=_propagation(fields, at, kind),
        at=at,
        volume_at=at,
        options={_OPTIONS[name]: value for name, value in fields.items() if name in _OPTIONS},
    )


_OPTIONS = {"tmpfs-size": "size", "tmpfs-mode": "mode", "volume-nocopy": "nocopy", "volume-subpath": "subpath"}


def _first(fields: Mapping[str, str], *names: str) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")


def _known(text: str, at: Place) -> Fact[str]:
    return unknown(text, at, NOT_KNOWN) if is_template(text) else Fact(text, at)


def _read_only(fields: Mapping[str, str], at: Place, options: Options) -> Fact[bool]:
    for name in ("readonly", "ro"):
        if name in fields:
            found = truth_of(fields[name] or "true")
            if found is not None:
                return Fact(found, at)
            reason = f"--mount: {name} is neither true nor false"
            if not is_template(fields[name]):
                options.note(at, reason)
            return unknown(neutral=False, at=at, reason=reason)
    return default(value=False, at=at)


def _propagation(fields: Mapping[str, str], at: Place, kind: str) -> Fact[str]:
    said = fields.get("bind-propagation", "")
    if is_template(said):
        return unknown("rprivate", at, NOT_KNOWN)
    if said in PROPAGATIONS:
        return Fact(said, at)
    return default("rprivate" if kind == "bind" else "private", at)
