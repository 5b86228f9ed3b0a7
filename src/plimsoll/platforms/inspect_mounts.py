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
    found: dict[str, Mount] = {}
    asked = dict(_asked_behind(host))
    for mount in (*_listed(whole, behind, asked), *_bound(host), *_asked(host), *_temporary(host)):
        found.setdefault(mount.target.stated.rstrip("/"), mount)
    return tuple(found.values())


def behind_volume(options: object) -> str:
    """Give the directory that a volume with these driver options stands for; "" where it is one of the engine's."""
    said = mapping(options)
    return text(said.get("device")) if {"bind", "rbind"}.intersection(text(said.get("o")).split(",")) else ""


def _asked_behind(host: Section) -> Iterator[tuple[str, str]]:
    """Give the directories behind volumes that were asked for with the container (`--mount volume-opt=…`)."""
    asked = host.body.get("Mounts")
    for entry in asked if isinstance(asked, list) else ():
        body = mapping(entry)
        driver = mapping(mapping(body.get("VolumeOptions")).get("DriverConfig"))
        if directory := behind_volume(driver.get("Options")):
            yield text(body.get("Target")).rstrip("/"), directory


def _listed(whole: Section, behind: Behind, asked: Behind) -> Iterator[Mount]:
    for entry in whole.sections("Mounts"):
        kind = KINDS.get(text(entry.body.get("Type")) or "bind", "other")
        writable = entry.flag("RW", otherwise=True)
        named = kind == "volume" and entry.body.get("Name")
        source = entry.text("Name" if named else "Source")
        if kind == "volume" and (behind or asked):
            directory = behind.get(source.stated) or asked.get(text(entry.body.get("Destination")).rstrip("/"))
            kind, source = ("bind", source._replace(stated=directory)) if directory else (kind, source)
        yield Mount(
            kind=kind,
            source=source,
            target=entry.text("Destination"),
            read_only=writable._replace(stated=not writable.stated),
            propagation=entry.text("Propagation", "rprivate" if kind == "bind" else "private"),
            at=entry.at,
            volume_at=entry.at,
            options=_modes(text(entry.body.get("Mode"))),
        )


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
        yield Mount(
            kind=kind,
            source=entry.text("Source"),
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
