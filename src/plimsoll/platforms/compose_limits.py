"""Limits and reservations of a service: Compose's own keys, or those of `deploy`, which Swarm alone heeds."""

from plimsoll.model.fact import Fact, default
from plimsoll.platforms.compose_facts import Told

_PERIOD = 100_000.0
"""Microseconds of a CPU period where none is said (kernel, cpu.cfs_period_us)."""


def memory_limit(service: Told, *, swarm: bool) -> Fact[float]:
    """Give the bytes a container may have."""
    if _own(service, "mem_limit", "limits", "memory", swarm=swarm):
        return service.bytes("mem_limit")
    return _deploy(service, "limits").bytes("memory")


def memory_request(service: Told, *, swarm: bool) -> Fact[float]:
    """Give the bytes reserved for a container."""
    if _own(service, "mem_reservation", "reservations", "memory", swarm=swarm):
        return service.bytes("mem_reservation")
    return _deploy(service, "reservations").bytes("memory")


def cpu_limit(service: Told, *, swarm: bool) -> Fact[float]:
    """Give the cores a container may have, from `cpus` or from quota and period."""
    if service.says("cpu_quota") and not service.says("cpus") and not swarm:
        quota, period = service.number("cpu_quota"), service.number("cpu_period")
        if not quota.is_known or not period.is_known:
            return quota if not quota.is_known else period
        return quota._replace(stated=max(quota.stated, 0.0) / (period.stated or _PERIOD))
    if _own(service, "cpus", "limits", "cpus", swarm=swarm):
        return service.number("cpus")
    return _deploy(service, "limits").number("cpus")


def cpu_request(service: Told, *, swarm: bool) -> Fact[float]:
    """Give the cores that a container's shares stand for, or that are reserved."""
    if _own(service, "cpu_shares", "reservations", "cpus", swarm=swarm):
        shares = service.number("cpu_shares")
        return shares._replace(stated=shares.stated / 1024)
    return _deploy(service, "reservations").number("cpus")


def pids_limit(service: Told, *, swarm: bool) -> Fact[int]:
    """Give how many processes a container may have; 0 and less mean no limit."""
    own = _own(service, "pids_limit", "limits", "pids", swarm=swarm)
    found = service.whole("pids_limit") if own else _deploy(service, "limits").whole("pids")
    return found if found.stated >= 0 or not found.is_known else default(0, found.at)


def _own(service: Told, key: str, part: str, inner: str, *, swarm: bool) -> bool:
    """Say whether Compose's own key holds, or is where the limit would stand."""
    if swarm:
        return False
    return service.says(key) or not _deploy(service, part).says(inner)


def _deploy(service: Told, part: str) -> Told:
    return service.inner("deploy").inner("resources").inner(part)
