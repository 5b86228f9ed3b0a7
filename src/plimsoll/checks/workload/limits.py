"""What containers may use up: memory, CPU, processes, files, restarts."""

import math
from collections.abc import Iterator

from plimsoll.checks.workload.inputs import inputs
from plimsoll.documents.quantities import quantity
from plimsoll.documents.scalars import whole
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Fact
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, ContainerRole, Pair, Workload

_MIB = 1024 * 1024
_LEAST_USEFUL = 4 * _MIB
"""Bytes with which no process starts: who asks for less took `m` for megabytes, and it means thousandths."""

_MOST_MEMORY, _MOST_CPU = 2.0**50, 256.0
"""Bytes and CPUs that no host has: who asks for more left out the `m`."""

_RANGE_MEMORY = 100 * _MIB, 6e9
_RANGE_CPU = 0.1, 2.0
_MOST_RESTARTS = 5
_SANDBOX_CPU, _SANDBOX_MEMORY = 2.0, 2048.0 * _MIB


def no_cpu_limit(container: Container, workload: Workload, *_: object) -> Iterator[Verdict]:
    """Find containers without a limit of CPU; a share of it (`cpu_shares`) bounds Docker's under load, too."""
    if container.role is not ContainerRole.MAIN or container.cpu_limit.value > 0:
        return
    if workload.platform == "kubernetes" or container.cpu_request.value <= 0:
        yield Verdict(container.cpu_limit.at, "none", expected="a limit")


def meaningless_memory(container: Container, *_: object) -> Iterator[Verdict]:
    """Find amounts of memory in which nothing can run, or that no host has."""
    yield from _amiss("limit", container.memory_limit, _LEAST_USEFUL, _MOST_MEMORY)
    yield from _amiss("request", container.memory_request, _LEAST_USEFUL, _MOST_MEMORY)


def meaningless_cpu(container: Container, *_: object) -> Iterator[Verdict]:
    """Find amounts of CPU that no host has."""
    yield from _amiss("limit", container.cpu_limit, 0.0, _MOST_CPU)
    yield from _amiss("request", container.cpu_request, 0.0, _MOST_CPU)


def _amiss(what: str, fact: Fact[float], least: float, most: float) -> Iterator[Verdict]:
    if fact.value and not least <= fact.value <= most:
        yield Verdict(fact.at, _amount(fact.stated), what, f"{_amount(least)} to {_amount(most)}")


def out_of_range(container: Container, *_: object) -> Iterator[Verdict]:
    """Find limits that are unusually small or large."""
    if container.role is not ContainerRole.MAIN:
        return
    asked = (
        ("memory", container.memory_limit, _RANGE_MEMORY, " bytes"),
        ("cpu", container.cpu_limit, _RANGE_CPU, " CPUs"),
    )
    for what, fact, (least, most), unit in asked:
        if fact.value and not least <= fact.value <= most:
            yield Verdict(fact.at, _amount(fact.stated) + unit, what, f"{_amount(least)} to {_amount(most)}{unit}")


def beyond_own_bounds(container: Container, _: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find limits and requests beyond the bounds that a user configured."""
    facts = (container.memory_limit, container.memory_request, container.cpu_limit, container.cpu_request)
    for what, fact in zip(("memory_limit", "memory_request", "cpu_limit", "cpu_request"), facts, strict=True):
        least = max(_configured(estate, f"{what}_min"), default=0.0)
        most = min(_configured(estate, f"{what}_max"), default=math.inf)
        if (least > 0 or most < math.inf) and fact.value and not least <= fact.value <= most:
            bound = f"at least {_amount(least)}" if fact.value < least else f"{_amount(most)} at most"
            yield Verdict(fact.at, _amount(fact.stated), what, bound)


def _configured(estate: Estate, key: str) -> list[float]:
    amounts = map(quantity, inputs(estate).get(key, ()))
    return [amount for amount in amounts if amount is not None]


def unbounded_init(container: Container, *_: object) -> Iterator[Verdict]:
    """Find init containers without limits or requests: the largest of them counts as much as the pod itself."""
    if container.role is not ContainerRole.INIT:
        return
    for what, fact in (
        ("memory limit", container.memory_limit),
        ("memory request", container.memory_request),
        ("CPU limit", container.cpu_limit),
        ("CPU request", container.cpu_request),
    ):
        if not fact.value:
            yield Verdict(fact.at, "none", what, "an amount")


def sandbox_cpu(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find sandboxes of agents that may use more CPU than such a one needs, or than a user configured."""
    if _is_sandbox(workload):
        most = min(_configured(estate, "sandbox_cpu_limit_max"), default=_SANDBOX_CPU)
        yield from _over(container.cpu_limit, most, " CPUs")


def sandbox_memory(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find sandboxes of agents that may use more memory than such a one needs, or than a user configured."""
    if _is_sandbox(workload):
        most = min(_configured(estate, "sandbox_memory_limit_max"), default=_SANDBOX_MEMORY)
        yield from _over(container.memory_limit, most, " bytes")


def loose_ulimits(container: Container, *_: object) -> Iterator[Verdict]:
    """Find ulimits that are raised to no limit, or beyond what any software needs."""
    for limit in container.ulimits:
        if _is_loose(limit):
            yield Verdict(limit.at, f"{limit.name}={limit.value}", limit.name, "a limit that bounds something")


_MOST = {"nofile": 1_048_576, "nproc": 65_536, "core": 0, "memlock": 2**36, "msgqueue": 2**30, "sigpending": 1_000_000}


def _is_loose(limit: Pair) -> bool:
    hard = limit.value.rpartition(":")[2].strip()
    if hard in {"-1", "unlimited", "infinity"}:
        return limit.name in _MOST
    number = whole(hard)
    return number is not None and number > _MOST.get(limit.name, 2**62)


def unbounded_restarts(workload: Workload, *_: object) -> Iterator[Verdict]:
    """Find restarts without an end (CIS Docker 5.15: on failure, five times at most)."""
    policy, times = workload.restart.value.partition(":")[::2]
    count = whole(times) if times else None
    if policy != "no" and not (policy == "on-failure" and count is not None and 0 < count <= _MOST_RESTARTS):
        yield Verdict(workload.restart.at, workload.restart.stated, expected="on-failure, 5 times at most")


def _is_sandbox(workload: Workload) -> bool:
    return workload.kind in {"Sandbox", "SandboxTemplate"}


def _over(fact: Fact[float], most: float, unit: str) -> Iterator[Verdict]:
    if fact.value > most:
        yield Verdict(fact.at, _amount(fact.stated) + unit, expected=f"{_amount(most)}{unit} at most")


def _amount(number: float) -> str:
    return f"{number:g}" if number != int(min(number, 2**60)) else str(int(number))
