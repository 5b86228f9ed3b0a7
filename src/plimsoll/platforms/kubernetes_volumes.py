"""Volumes of pods, and what containers mount of them (Kubernetes API reference, Volume v1 core)."""

from collections.abc import Mapping
from typing import NamedTuple

from plimsoll.documents.scalars import is_null, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.fact import Fact, Place, default, unknown
from plimsoll.model.workload import Mount, Volume
from plimsoll.platforms.kubernetes_facts import NOT_UNDERSTOOD, Body, Facts

_KINDS: Mapping[str, tuple[str, str]] = {
    "hostPath": ("bind", "path"),
    "emptyDir": ("empty", "medium"),
    "configMap": ("config", "name"),
    "secret": ("secret", "secretName"),
    "projected": ("projected", ""),
    "downwardAPI": ("projected", ""),
    "serviceAccountToken": ("projected", ""),
    "persistentVolumeClaim": ("claim", "claimName"),
    "ephemeral": ("claim", ""),
    "csi": ("csi", "driver"),
    "image": ("image", "reference"),
    "local": ("bind", "path"),
    "nfs": ("volume", "server"),
}
"""Kind of a mount, and the key that says its source, by the key of the volume."""

_READ_ONLY = frozenset({"config", "secret", "projected", "image"})
_PROPAGATIONS = {"None": "private", "HostToContainer": "rslave", "Bidirectional": "rshared"}


class PodVolume(NamedTuple):
    """A volume of a pod: as the model has it, and the body that says more."""

    volume: Volume
    key: str
    body: Body


def pod_volumes(facts: Facts, spec: Body, spec_at: Place) -> list[PodVolume]:
    """Read all volumes of a pod."""
    return [_volume(facts, body, at) for body, at in facts.mappings(spec, "volumes", spec_at)]


def claimed_volumes(facts: Facts, body: Body, at: Place) -> list[PodVolume]:
    """Read the volumes that a StatefulSet claims for each of its pods."""
    return [_claimed(claim, place) for claim, place in facts.mappings(body, "volumeClaimTemplates", at)]


def _claimed(claim: Body, at: Place) -> PodVolume:
    name = written(mapping(claim.get("metadata")).get("name"))
    volume = Volume(name=name, kind="claim", source=Fact(name, at), at=at)
    return PodVolume(volume, "volumeClaimTemplates", claim)


def _volume(facts: Facts, body: Body, at: Place) -> PodVolume:
    name = written(body.get("name"))
    key = next((key for key in body if key != "name"), "")
    kind, says = _KINDS.get(key, ("volume", ""))
    # A volume that says nothing is an empty directory (API reference, Volume).
    kind = kind if key else "empty"
    inner = facts.mapping(body, key, at) if key else {}
    source = facts.text(inner, says, (*at, key), "") if says else default("", at)
    if key == "emptyDir" and source.is_known and source.stated == "Memory":
        kind = "tmpfs"
    return PodVolume(Volume(name=name, kind=kind, source=source, at=at), key, inner)


def mounts_of(facts: Facts, body: Body, at: Place, volumes: Mapping[str, PodVolume]) -> tuple[Mount, ...]:
    """Read what a container mounts, block devices included."""
    mounts = [_mount(facts, entry, place, volumes) for entry, place in facts.mappings(body, "volumeMounts", at)]
    mounts += (_device(facts, entry, place, volumes) for entry, place in facts.mappings(body, "volumeDevices", at))
    return tuple(mounts)


def _mount(facts: Facts, entry: Body, at: Place, volumes: Mapping[str, PodVolume]) -> Mount:
    found = volumes.get(written(entry.get("name")))
    return Mount(
        kind=found.volume.kind if found else "other",
        source=found.volume.source if found else _no_such(entry, at),
        target=facts.text(entry, "mountPath", at, ""),
        read_only=_read_only(facts, entry, at, found),
        propagation=facts.word(entry, "mountPropagation", at, _PROPAGATIONS, "private"),
        at=at,
        volume_at=found.volume.at if found else at,
        sub_path=facts.text_if_said(entry, "subPath", at) or facts.text_if_said(entry, "subPathExpr", at),
        options=_options(found) if found else _NO_OPTIONS,
    )


def _device(facts: Facts, entry: Body, at: Place, volumes: Mapping[str, PodVolume]) -> Mount:
    found = volumes.get(written(entry.get("name")))
    return Mount(
        kind="device",
        source=found.volume.source if found else _no_such(entry, at),
        target=facts.text(entry, "devicePath", at, ""),
        read_only=default(value=False, at=at),
        propagation=default("private", at),
        at=at,
        volume_at=found.volume.at if found else at,
    )


def _no_such(entry: Body, at: Place) -> Fact[str]:
    name = written(entry.get("name"))
    return unknown("", (*at, "name"), f"the pod has no volume {name!r}" if name else NOT_UNDERSTOOD)


def _read_only(facts: Facts, entry: Body, at: Place, found: PodVolume | None) -> Fact[bool]:
    said = facts.flag(entry, "readOnly", at, otherwise=found is not None and found.volume.kind in _READ_ONLY)
    if said.is_declared or found is None or is_null(found.body.get("readOnly")):
        return said
    # A volume that is read-only as a whole is so in every mount.
    whole = facts.flag(found.body, "readOnly", (*found.volume.at, found.key), otherwise=False)
    return whole if whole.stated or not whole.is_known else said


_NO_OPTIONS: Mapping[str, str] = {}
_OPTIONS = ("type", "medium", "sizeLimit", "defaultMode")


def _options(found: PodVolume) -> Mapping[str, str]:
    options = {key: written(found.body[key]) for key in _OPTIONS if not is_null(found.body.get(key))}
    return options or _NO_OPTIONS
