"""What images decide for workloads that do not say it: the user, and whether health is checked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from plimsoll.documents.shapes import mapping, sequence, text
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Fact, Standing, default
from plimsoll.model.workload import IMAGE_DECIDES, Container, Workload

T = TypeVar("T")

Configurations = Mapping[str, Mapping[str, object]]
"""The `config` of image configurations (image spec, config.md), by the name that workloads use."""


def undecided(estate: Estate) -> tuple[str, ...]:
    """Give the names of the images that would tell something which the workloads leave to them."""
    names = (
        container.image.stated
        for workload in estate.workloads
        for container in workload.containers
        if container.image.is_known and any(map(_is_left, (container.user, container.group, container.liveness)))
    )
    return tuple(dict.fromkeys(name for name in names if name))


def with_images(estate: Estate, configurations: Configurations) -> Estate:
    """Fill in what images say. What a workload says itself stays; what is unknown for another reason, too."""
    if not configurations:
        return estate
    workloads = tuple(_with_images(workload, configurations) for workload in estate.workloads)
    return replace(estate, workloads=workloads, images=configurations, memo={})


def _with_images(workload: Workload, configurations: Configurations) -> Workload:
    containers = tuple(_decided(container, configurations) for container in workload.containers)
    return workload if containers == workload.containers else replace(workload, containers=containers)


def _decided(container: Container, configurations: Configurations) -> Container:
    configuration = configurations.get(container.image.stated) if container.image.is_known else None
    if configuration is None:
        return container
    user, colon, group = text(configuration.get("User")).partition(":")
    return replace(
        container,
        user=_filled(container.user, user or "0"),
        group=_filled(container.group, group if colon and group else "0"),
        liveness=_filled(container.liveness, _is_checked(configuration)),
    )


def _is_checked(configuration: Mapping[str, object]) -> bool:
    """Say whether an image has a health check; `NONE` is how one of its base is switched off."""
    test = sequence(mapping(configuration.get("Healthcheck")).get("Test"))
    return bool(test) and test[0] != "NONE"


def _filled(fact: Fact[T], value: T) -> Fact[T]:
    return default(value, fact.at) if _is_left(fact) else fact


def _is_left(fact: Fact[object]) -> bool:
    return fact.standing is Standing.UNKNOWN and fact.reason == IMAGE_DECIDES
