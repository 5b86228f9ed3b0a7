"""Whether anybody notices that a container no longer works."""

from collections.abc import Iterator

from plimsoll.documents.scalars import written
from plimsoll.documents.shapes import mapping, mappings, sequence
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, ContainerRole, Workload

_FINISHING = frozenset({"Job", "CronJob"})


def liveness(container: Container, workload: Workload, *_: object) -> Iterator[Verdict]:
    """Find containers that run on and on, and whose health nothing checks."""
    if container.role is ContainerRole.MAIN and workload.kind not in _FINISHING and not container.liveness.value:
        yield Verdict(container.liveness.at, "none", expected="a health check")


def readiness(container: Container, workload: Workload, *_: object) -> Iterator[Verdict]:
    """Find containers that run on and on, and get requests before they can answer."""
    if container.role is ContainerRole.MAIN and workload.kind not in _FINISHING and not container.readiness.value:
        yield Verdict(container.readiness.at, "none", expected="a readiness probe")


def liveness_of_jobs(container: Container, workload: Workload, *_: object) -> Iterator[Verdict]:
    """Find jobs that may hang unnoticed: without a probe, and without a deadline."""
    if container.role is ContainerRole.MAIN and workload.kind in _FINISHING and not container.liveness.value:
        yield Verdict(container.liveness.at, "none", expected="a liveness probe, or activeDeadlineSeconds")


def readiness_of_jobs(container: Container, workload: Workload, *_: object) -> Iterator[Verdict]:
    """Find jobs without a readiness probe, which they seldom need."""
    if container.role is ContainerRole.MAIN and workload.kind in _FINISHING and not container.readiness.value:
        yield Verdict(container.readiness.at, "none", expected="a readiness probe")


def no_logs(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find containers of which nothing is logged."""
    for at in _drivers_of_none(container, workload, estate):
        yield Verdict(at, "none", expected="a logging driver that keeps what is written")


def _drivers_of_none(container: Container, workload: Workload, estate: Estate) -> Iterator[Place]:
    """Give where a document says that the driver is `none`: no fact of a container holds it."""
    body = container.body
    if written(mapping(body.get("logging")).get("driver")) == "none":
        yield (*container.at, "logging", "driver")
    if written(mapping(mapping(body.get("HostConfig")).get("LogConfig")).get("Type")) == "none":
        yield (*container.at, "HostConfig", "LogConfig", "Type")
    if written(mapping(workload.spec.get("LogDriver")).get("Name")) == "none":  # a service of a swarm, inspected
        yield (*workload.spec_at, "LogDriver", "Name")
    docker = mapping(mapping(workload.body.get("container")).get("docker"))
    for number, option in enumerate(mappings(docker.get("parameters"))):
        if written(option.get("key")) == "log-driver" and written(option.get("value")) == "none":
            yield (*workload.at, "container", "docker", "parameters", number)
    if workload.platform == "run":
        yield from _options_of_none(estate.documents[workload.document].root)


def _options_of_none(words: object) -> Iterator[Place]:
    typed = sequence(words)
    for number, word in enumerate(typed):
        if word == "--log-driver=none" or (word == "none" and number and typed[number - 1] == "--log-driver"):
            yield (number,)
