"""The ports of an inspected container: those that are published, and those that are only exposed."""

from collections.abc import Iterator

from plimsoll.documents.scalars import written
from plimsoll.documents.shapes import text
from plimsoll.model.fact import Fact, Place, default
from plimsoll.model.workload import Port
from plimsoll.platforms.docker_words import host_address, port_range
from plimsoll.platforms.inspect_section import Section, worth


def ports_of(host: Section, config: Section) -> tuple[Port, ...]:
    """Give the ports of a container. `PublishAllPorts` gives the exposed ones a port of the engine's choice."""
    bound = tuple(_bound(host))
    taken = {(port.container.stated, port.protocol) for port in bound}
    all_of_them = host.flag("PublishAllPorts")
    published = worth(all_of_them, (0, 0)) if all_of_them.stated else None
    exposed = []
    for name, at, _ in config.entries("ExposedPorts"):
        number, protocol = _port(name, at, config)
        if number is not None and (number, protocol) not in taken:
            exposed.append(_exposed(number, protocol, at, published))
    return (*bound, *exposed)


def _exposed(number: int, protocol: str, at: Place, published: Fact[tuple[int, int]] | None) -> Port:
    return Port(container=Fact(number, at), protocol=protocol, published=published, address=default("", at), at=at)


def _port(name: str, at: Place, inside: Section) -> tuple[int | None, str]:
    number, _, protocol = name.partition("/")
    found = port_range(number)
    if found is None:
        inside.faults.note(at, "is no port")
    return found[0] if found else None, protocol.lower() or "tcp"


def _bound(host: Section) -> Iterator[Port]:
    for name, at, bindings in host.entries("PortBindings"):
        number, protocol = _port(name, at, host)
        if number is None:
            continue
        for index, binding in enumerate(bindings if isinstance(bindings, list) and bindings else [{}]):
            yield _binding(number, protocol, Section(binding, (*at, index), host.faults))


def _binding(number: int, protocol: str, binding: Section) -> Port:
    said = written(binding.body.get("HostPort"))
    place = (*binding.at, "HostPort")
    ports = port_range(said) if said else (0, 0)
    if ports is None:
        binding.faults.note(place, "is no port")
    address = binding.text("HostIp")
    return Port(
        container=Fact(number, binding.at),
        protocol=protocol,
        published=Fact(ports or (0, 0), place) if said else default((0, 0), place),
        address=address._replace(stated=host_address(text(address.stated))),
        at=binding.at,
    )
