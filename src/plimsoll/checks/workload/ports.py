"""What containers publish on their host."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from ipaddress import ip_address

from plimsoll.checks.workload.images import name_of
from plimsoll.checks.workload.selectors import space
from plimsoll.documents.scalars import whole, written
from plimsoll.documents.shapes import mapping, mappings
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, Port, Workload

_PRIVILEGED = 1024
_WIDE = 100
"""Ports of one range that no single program needs all of."""

_SSH = frozenset({22, 2222})
_ENGINE_API = frozenset({2375, 2376, 2377, 10250, 6443, 2379, 2380})
_DATABASES = frozenset(
    {1433, 1521, 3306, 5432, 5984, 6379, 7474, 7687, 8086, 8529, 9042, 9200, 9300, 11211, 27017, 27018, 28015}
    | {33060, 26257, 6432, 5439, 8123, 9092, 2181, 5672, 4222, 1883, 6333, 19530}
)
_ADMINISTRATION = frozenset(
    {15672, 8001, 9001, 9090, 9093, 9443, 10000, 5601, 8161, 8500, 4646, 5050, 8888, 8265, 11434, 5005, 9229}
    | {5900, 5901, 3389, 4848, 7077, 50070, 8088, 61616, 1099, 2019, 4040, 8089, 15671, 9991}
)


def all_interfaces(container: Container, *_: object) -> Iterator[Verdict]:
    """Find ports that are published on every interface of the host."""
    for port in _published(container):
        if not port.address.is_known:
            yield _not_measured(port, port.address.reason)
        elif not port.address.stated or _is_unspecified(port.address.stated):
            yield Verdict(port.at, _shown(port), _detail(port), "an address of the host")


def privileged_ports(container: Container, *_: object) -> Iterator[Verdict]:
    """Find ports of the host below 1024."""
    for port in _published(container):
        if port.published is None or not port.published.is_known:
            yield _not_measured(port, port.published.reason if port.published else "")
        elif 0 < port.published.stated[0] < _PRIVILEGED:
            yield Verdict(port.at, _shown(port), _detail(port), f"at least {_PRIVILEGED}")


def databases(container: Container, *_: object) -> Iterator[Verdict]:
    """Find databases, caches and queues that the network reaches."""
    yield from _open_to_others(container, _DATABASES)


def administration(container: Container, *_: object) -> Iterator[Verdict]:
    """Find surfaces of administration and debuggers that the network reaches."""
    yield from _open_to_others(container, _ADMINISTRATION)


def ssh(container: Container, *_: object) -> Iterator[Verdict]:
    """Find SSH servers that the network reaches."""
    yield from _open_to_others(container, _SSH, on_host=True)


def engine_apis(container: Container, *_: object) -> Iterator[Verdict]:
    """Find control ports of engines and clusters that the network reaches."""
    yield from _open_to_others(container, _ENGINE_API, on_host=True)


def host_ports(container: Container, *_: object) -> Iterator[Verdict]:
    """Find ports of a pod that take one of the node."""
    for port in container.ports:
        if port.published is not None:
            yield Verdict(port.published.at, _shown(port), _detail(port), "no port of the host")


def low_inside(container: Container, *_: object) -> Iterator[Verdict]:
    """Find programs that listen below 1024 in their container, for which they need more than a plain user has."""
    for port in container.ports:
        if 0 < port.container.value < _PRIVILEGED:
            yield Verdict(port.container.at, str(port.container.stated), _detail(port), f"at least {_PRIVILEGED}")


def unneeded(container: Container, *_: object) -> Iterator[Verdict]:
    """Ask a person whether published ports are needed; nobody needs all of a wide range."""
    for port in _published(container):
        first, last = port.published.stated if port.published else (0, 0)
        if last - first >= _WIDE:
            yield Verdict(port.at, _shown(port), _detail(port), "only needed ports")
        else:
            yield _not_measured(port, "needs a person: is this port needed?")


def sshd(container: Container, *_: object) -> Iterator[Verdict]:
    """Find SSH servers in containers: by the image, the command, or port 22."""
    image = container.image
    if image.is_known and _is_sshd(name_of(image.stated)):
        yield Verdict(image.at, image.stated, "image", "no SSH server")
    for word in container.words:
        if word.is_known and any(_is_sshd(part.rpartition("/")[2]) for part in word.stated[:_LONGEST].split()):
            yield Verdict(word.at, "sshd", "command", "no SSH server")
    for port in container.ports:
        if port.container.is_known and port.container.stated == 22 and port.protocol == "tcp":
            yield Verdict(port.at, "port 22", "port", "no SSH server")


_LONGEST = 4096
_SERVERS = frozenset({"sshd", "openssh-server", "dropbear", "docker-sshd", "docker-openssh-server", "sftp"})


def _is_sshd(name: str) -> bool:
    return name in _SERVERS


def ssh_services(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Find pods that a Service makes reachable by SSH."""
    services = _ssh_services(estate)
    if not services or not workload.pod_labels:
        return
    for label in workload.pod_labels.items():
        for service, selector in services.get((space(workload.namespace), *label), ()):
            if selector.items() <= workload.pod_labels.items():
                at = (*workload.spec_at[:-1], "metadata", "labels")
                yield Verdict(at, f"Service {service}", service, "no Service for port 22")


Selectors = Mapping[tuple[str, str, str], list[tuple[str, Mapping[str, str]]]]


def _ssh_services(estate: Estate) -> Selectors:
    """Give the services for SSH by namespace and the first pair of their selectors, which a pod must have, too."""
    known = estate.memo.get("ssh-services")
    if isinstance(known, dict):
        return known
    found: dict[tuple[str, str, str], list[tuple[str, Mapping[str, str]]]] = {}
    for service in estate.of_kind("Service"):
        spec = mapping(service.body.get("spec"))
        selector = {key: written(value) for key, value in mapping(spec.get("selector")).items()}
        if selector and _has_ssh(service, spec):
            first = min(selector.items())
            found.setdefault((space(service.namespace), *first), []).append((service.name, selector))
    estate.memo["ssh-services"] = found
    return found


def _has_ssh(service: Resource, spec: Mapping[str, object]) -> bool:
    if service.platform != "kubernetes":
        return False
    ports = mappings(spec.get("ports"))
    return any(whole(port.get(key)) in _SSH for port in ports for key in ("port", "targetPort"))


def _published(container: Container) -> Iterator[Port]:
    return (port for port in container.ports if port.published is not None)


def _open_to_others(container: Container, ports: frozenset[int], *, on_host: bool = False) -> Iterator[Verdict]:
    for port in _published(container):
        if port.address.is_known and _is_loopback(port.address.stated):
            continue
        if ports.intersection(_range_inside(port)) or (on_host and _publishes(port, ports)):
            yield Verdict(port.at, _shown(port), _detail(port), "not published, or on 127.0.0.1 only")


def _range_inside(port: Port) -> Iterable[int]:
    """Give the ports of the container: of a range that is the same on both sides all of them."""
    first = port.container.stated if port.container.is_known else 0
    outside = port.published.stated if port.published is not None and port.published.is_known else (0, 0)
    return range(first, outside[1] + 1) if outside[0] == first != outside[1] else (first,)


def _publishes(port: Port, ports: frozenset[int]) -> bool:
    if port.published is None or not port.published.is_known:
        return False
    first, last = port.published.stated
    return first == last and first in ports


@lru_cache(maxsize=1024)
def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost"


@lru_cache(maxsize=1024)
def _is_unspecified(address: str) -> bool:
    try:
        return ip_address(address.strip("[]")).is_unspecified
    except ValueError:
        return address == "*"


def _shown(port: Port) -> str:
    """Give a port as `ADDRESS:HOST->CONTAINER/PROTOCOL`, as engines list it."""
    address = (port.address.stated if port.address.is_known else "?") or "*"
    return f"{address}:{_host(port)}->{_inside(port)}/{port.protocol}"


def _host(port: Port) -> str:
    if port.published is None or not port.published.is_known:
        return "?"
    first, last = port.published.stated
    return str(first or "any") if first == last else f"{first}-{last}"


def _inside(port: Port) -> str:
    return str(port.container.stated) if port.container.is_known else "?"


def _detail(port: Port) -> str:
    return f"{_inside(port)}/{port.protocol}"


def _not_measured(port: Port, reason: str) -> Verdict:
    return Verdict(port.at, _shown(port), _detail(port), state=CheckState.NOT_MEASURED, reason=reason)
