"""The ports of a service of Compose or Swarm."""

from collections.abc import Iterator

from plimsoll.documents.scalars import written
from plimsoll.model.fact import Fact, default
from plimsoll.model.workload import Port
from plimsoll.platforms.compose_facts import Told
from plimsoll.platforms.docker_words import PROTOCOLS, host_address, port_range, short_port


def ports_of(service: Told) -> tuple[Port, ...]:
    """Give published ports, then those that are only exposed."""
    return (*_published(service), *_exposed(service))


def _published(service: Told) -> Iterator[Port]:
    for value, at in service.items("ports"):
        if isinstance(value, dict):
            yield _long(Told(value, at, service.faults))
            continue
        port = short_port(written(value), at)
        if port is None:
            service.faults.add(at, f"{written(value)[:80]!r} is no port")
        else:
            yield port


def _long(entry: Told) -> Port:
    """Read `target`, `published`, `host_ip`, `protocol`, `mode` (Compose specification, ports, long syntax)."""
    protocol = entry.text("protocol", "tcp")
    address = entry.text("host_ip")
    if protocol.is_known and protocol.stated.lower() not in PROTOCOLS:
        entry.faults.add(protocol.at, f"{protocol.stated[:80]!r} is no protocol")
    return Port(
        container=entry.whole("target"),
        protocol=protocol.stated.lower() if protocol.stated.lower() in PROTOCOLS else "tcp",
        published=entry.fact("published", (0, 0), _as_range, "a port, or a range of ports"),
        address=address._replace(stated=host_address(address.stated)),
        at=entry.at,
        name=entry.text("name").stated,
    )


def _as_range(value: object) -> tuple[int, int] | None:
    return port_range(written(value))


def _exposed(service: Told) -> Iterator[Port]:
    for value, at in service.items("expose"):
        port = short_port(written(value), at)
        if port is None or port.address.is_declared:
            service.faults.add(at, f"{written(value)[:80]!r} is no port")
        else:
            yield Port(container=port.container, protocol=port.protocol, published=None, address=default("", at), at=at)


def without_address(port: Port) -> Port:
    """Give a port as Swarm has it, which publishes on every node's interfaces whatever address is said."""
    address: Fact[str] = default("", port.at)
    return Port(
        container=port.container,
        protocol=port.protocol,
        published=port.published,
        address=address,
        at=port.at,
        name=port.name,
    )
