"""What an inspected container mounts: the engine's list, and what was asked for where that list has nothing of it."""

from collections.abc import Iterator, Mapping

from plimsoll.documents.shapes import mapping, text
from plimsoll.model.workload import Mount
from plimsoll.platforms.docker_words import short_mount, tmpfs_mount
from plimsoll.platforms.inspect_section import Section

KINDS = {"bind": "bind", "volume": "volume", "tmpfs": "tmpfs", "image": "image", "cluster": "csi", "npipe": "bind"}


Behind = Mapping[str, str]
"""The directories of the host that named volumes stand for (driver options `o=bind`, `device=…`), by name."""


def mounts_of(whole: Section, host: Section, behind: Behind) -> tuple[Mount, ...]:
    """Give all mounts, each target once: the engine's list holds, then `Binds`, `Mounts` and `Tmpfs` of HostConfig."""
    asked = {_target(mount): mount for mount in _asked(host)}
    found: dict[str, Mount] = {}
    for mount in (*_listed(whole, behind, asked), *_bound(host), *asked.values(), *_temporary(host)):
        found.setdefault(_target(mount), mount)
    return tuple(found.values())


def behind_volume(options: object) -> str:
    """Give the directory that a volume with these driver options stands for; "" where it is one of the engine's."""
    said = mapping(options)
    return text(said.get("device")) if {"bind", "rbind"}.intersection(text(said.get("o")).split(",")) else ""


def _target(mount: Mount) -> str:
    return mount.target.stated.rstrip("/")


def _listed(whole: Section, behind: Behind, asked: Mapping[str, Mount]) -> Iterator[Mount]:
    for entry in whole.sections("Mounts"):
        kind, target = KINDS.get(text(entry.body.get("Type")) or "bind", "other"), entry.text("Destination")
        writable = entry.flag("RW", otherwise=True)
        named = kind == "volume" and entry.body.get("Name")
        source = entry.text("Name" if named else "Source")
        wish = asked.get(target.stated.rstrip("/"))
        options = _modes(text(entry.body.get("Mode")))
        if kind == "volume" and (directory := behind.get(source.stated) or _directory(wish)):
            kind, source = "bind", source._replace(stated=directory)
        yield Mount(
            kind=kind,
            source=source,
            target=target,
            read_only=writable._replace(stated=not writable.stated),
            propagation=entry.text("Propagation", "rprivate" if kind == "bind" else "private"),
            at=entry.at,
            volume_at=entry.at,
            options={**options, **wish.options} if wish else options,
        )


def _directory(wish: Mount | None) -> str:
    """Give the directory of the host that was asked for as a volume (`--mount volume-opt=…`); "" for none."""
    return wish.source.stated if wish and wish.kind == "bind" else ""


def _modes(mode: str) -> dict[str, str]:
    return dict.fromkeys(mode.split(","), "") if mode else {}


def _bound(host: Section) -> Iterator[Mount]:
    for at, value in host.items("Binds"):
        mount = short_mount(host.element(at, value).stated, at)
        if mount is not None:
            yield mount
        elif isinstance(value, str):
            host.faults.note(at, "is no mount")


def _asked(host: Section) -> Iterator[Mount]:
    for entry in host.sections("Mounts"):
        kind = KINDS.get(text(entry.body.get("Type")), "other")
        bind, tmpfs = entry.section("BindOptions"), entry.section("TmpfsOptions")
        driver = mapping(mapping(entry.body.get("VolumeOptions")).get("DriverConfig"))
        source = entry.text("Source")
        if kind == "volume" and (directory := behind_volume(driver.get("Options"))):
            kind, source = "bind", source._replace(stated=directory)
        yield Mount(
            kind=kind,
            source=source,
            target=entry.text("Target"),
            read_only=entry.flag("ReadOnly"),
            propagation=bind.text("Propagation", "rprivate" if kind == "bind" else "private"),
            at=entry.at,
            volume_at=entry.at,
            options={_TMPFS[key]: str(value) for key, value in tmpfs.body.items() if key in _TMPFS},
        )


_TMPFS = {"SizeBytes": "size", "Mode": "mode"}


def _temporary(host: Section) -> Iterator[Mount]:
    for target, at, options in host.entries("Tmpfs"):
        mount = tmpfs_mount(f"{target}:{text(options)}", at)
        if mount is None:
            host.faults.note(at, "is no place for a tmpfs")
        else:
            yield mount
