"""Mounts that a service takes from another one (`volumes_from`)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from plimsoll.documents.bounds import too_large
from plimsoll.model.fact import Fact, Place, default, unknown
from plimsoll.model.workload import Mount, Workload
from plimsoll.platforms.compose_facts import Faults, Told

MOST_BORROWED = 100_000
"""Mounts that all services of a file may take from others."""


def with_borrowed(workloads: Sequence[Workload], faults: Faults) -> Iterator[Workload]:
    """Give workloads with the mounts that they take from others beside their own. Raises DocumentError over a bound.

    Those of a container outside of the file are not known, and what the other takes itself is not followed.
    """
    by_name = {workload.name: workload for workload in workloads}
    left = MOST_BORROWED
    for workload in workloads:
        if "volumes_from" not in workload.body:
            yield workload
            continue
        mounts = tuple(_borrowed(Told(workload.body, workload.at, faults), by_name))
        left -= len(mounts)
        if left < 0:
            raise too_large(MOST_BORROWED)
        container = workload.containers[0]
        yield replace(workload, containers=(replace(container, mounts=(*container.mounts, *mounts)),))


def _borrowed(service: Told, by_name: Mapping[str, Workload]) -> Iterator[Mount]:
    for value, at in service.items("volumes_from"):
        said = service.one(value, at)
        name, _, mode = said.stated.partition(":")
        if name == "container" or not said.is_known:
            yield _not_known(at, said.reason or "it is mounted by a container that is not in the file")
        elif name in by_name:
            yield from (_taken(mount, mode, at) for mount in by_name[name].containers[0].mounts)
        else:
            service.faults.add(at, f"there is no service {name[:80]!r}")


def _taken(mount: Mount, mode: str, at: Place) -> Mount:
    read_only = Fact(stated=True, at=at) if mode == "ro" else mount.read_only._replace(at=at)
    return replace(mount, at=at, read_only=read_only)


def _not_known(at: Place, reason: str) -> Mount:
    nothing = unknown("", at, reason)
    return Mount(
        kind="other",
        source=nothing,
        target=nothing,
        read_only=default(value=False, at=at),
        propagation=default("private", at),
        at=at,
        volume_at=at,
    )
