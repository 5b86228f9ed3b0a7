"""The networks of a service of Compose or Swarm."""

from collections.abc import Mapping

from plimsoll.documents.scalars import truth, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.fact import Fact, default
from plimsoll.platforms.compose_facts import Told, turned

Networks = Mapping[str, object]
"""The `networks:` of a file, by name."""


def networks_of(service: Told) -> tuple[Fact[str], ...]:
    """Give the networks that a service joins: those it names, else the project's own, unless it has a mode."""
    value, at = service.values.get("networks"), (*service.at, "networks")
    if isinstance(value, dict):
        service.faults.spend(len(value))
        return tuple(Fact(name, (*at, name)) for name in value)
    named = service.texts("networks")
    if named.stated or service.says("network_mode") or service.says("net"):
        return named.stated
    return (default("default", at),)


def network_of(service: Told) -> Fact[str]:
    """Give the mode, or the first network: `service:NAME` is the network of another service's container."""
    for key in ("network_mode", "net"):
        if service.says(key):
            mode = service.text(key)
            return mode._replace(stated=mode.stated.replace("service:", "container:", 1))
    names = networks_of(service)
    return names[0] if names else default("default", (*service.at, "network_mode"))


def host_network_of(service: Told, networks: Networks, network: Fact[str]) -> Fact[bool]:
    """Say whether it shares the host's network: by its mode, or by joining the network that is the host's."""
    if service.says("network_mode") or service.says("net"):
        return turned(network, network.stated == "host")
    for joined in networks_of(service):
        if _is_hosts(joined.stated, networks):
            return Fact(stated=True, at=joined.at)
    return default(value=False, at=(*service.at, "network_mode"))


def _is_hosts(name: str, networks: Networks) -> bool:
    """Say whether a network is the engine's network `host`, as external networks may be."""
    body = mapping(networks.get(name))
    external = body.get("external")
    if isinstance(external, dict):
        return written(external.get("name")) == "host"
    return truth(external) is True and written(body.get("name") or name) == "host"
