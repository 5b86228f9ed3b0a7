"""What apps and pods of Marathon have in common: networks, ports, volumes, variables, labels."""

from collections.abc import Iterator
from typing import NamedTuple

from plimsoll.documents.scalars import is_template, written
from plimsoll.documents.shapes import sequence, text
from plimsoll.model.fact import Fact, Place, default, unknown
from plimsoll.model.workload import Mount, Pair, Port, Variable
from plimsoll.platforms.docker_words import NOT_KNOWN
from plimsoll.platforms.inspect_section import Section, worth

MIB = float(1 << 20)


class Attached(NamedTuple):
    """How something is attached to networks: the first of them, and all that are named."""

    network: Fact[str]
    names: tuple[Fact[str], ...] = ()


def attached(owner: Section) -> Attached | None:
    """Read `networks` (Marathon 1.5 and later); None where it says nothing."""
    found = [_network(network) for network in owner.sections("networks")]
    if not found:
        return None
    names = tuple(fact for fact in found if fact.stated not in {"host", "none"})
    return Attached(network=found[0], names=names)


def _network(network: Section) -> Fact[str]:
    mode = network.text("mode", "container")
    name = network.text("name", "default")
    if not mode.is_known or mode.stated == "host":
        return mode
    if mode.stated == "container/bridge":
        return mode._replace(stated="bridge")
    if mode.stated != "container":
        network.faults.note(mode.at, "is none of host, container, container/bridge")
    return name if name.is_declared else worth(mode, "default")


def host_by_default(at: Place) -> Attached:
    """Give the network of what names none: the agent's own (Marathon, networking, host mode)."""
    return Attached(network=default("host", at))


def mapped_ports(owner: Section, key: str, *, is_bridged: bool) -> Iterator[Port]:
    """Read port mappings. A host's port that is not said is one of the agent's choice, but only behind a bridge."""
    for entry in owner.sections(key):
        said = entry.body.get("hostPort") is not None
        host = entry.whole("hostPort")
        published = worth(host, (host.stated, host.stated)) if said or is_bridged else None
        yield from _ports(entry, entry.whole("containerPort"), published)


def endpoints(owner: Section) -> Iterator[Port]:
    """Read the endpoints of a pod's container; without `hostPort` one is not published."""
    for endpoint in owner.sections("endpoints"):
        host = endpoint.whole("hostPort")
        published = None if endpoint.body.get("hostPort") is None else worth(host, (host.stated, host.stated))
        inside = endpoint.whole("containerPort") if endpoint.body.get("containerPort") is not None else host
        yield from _ports(endpoint, inside, published)


def host_ports(app: Section) -> Iterator[Port]:
    """Read the ports that an app without port mappings asks for on the agent itself."""
    required = app.flag("requirePorts").stated
    for definition in app.sections("portDefinitions"):
        port = definition.whole("port")
        number = port.stated if required else 0
        yield from _ports(definition, port, worth(port, (number, number)))
    for at, value in app.items("ports"):
        port = app.whole_at(at, value)
        number = port.stated if required else 0
        published = worth(port, (number, number))
        yield Port(container=port, protocol="tcp", published=published, address=default("", at), at=at)


def _ports(entry: Section, inside: Fact[int], published: Fact[tuple[int, int]] | None) -> Iterator[Port]:
    """Give one port for each protocol; both may stand in one text (`udp,tcp`), or in a list."""
    said = entry.body.get("protocol")
    protocols = said if isinstance(said, list) else written(said).split(",")
    for protocol in protocols or ["tcp"]:
        yield Port(
            container=inside,
            protocol=written(protocol).strip().lower() or "tcp",
            published=published,
            address=default("", entry.at),
            at=entry.at,
            name=text(entry.body.get("name")),
        )


def mounts_of(container: Section) -> Iterator[Mount]:
    """Read `container.volumes` of an app: paths of the agent, persistent and external volumes, secrets."""
    for volume in container.sections("volumes"):
        kind, source = _source(volume)
        yield Mount(
            kind=kind,
            source=source,
            target=volume.text("containerPath"),
            read_only=_read_only(volume),
            propagation=default("rprivate" if kind == "bind" else "private", volume.at),
            at=volume.at,
            volume_at=volume.at,
        )


def _source(volume: Section) -> tuple[str, Fact[str]]:
    if volume.body.get("external") is not None:
        return "volume", volume.section("external").text("name")
    if volume.body.get("secret") is not None:
        return "secret", volume.text("secret")
    if volume.body.get("persistent") is not None:
        return "volume", default("", (*volume.at, "persistent"))
    return of_host_path(volume.text("hostPath"))


def of_host_path(path: Fact[str]) -> tuple[str, Fact[str]]:
    """Say what a path of the agent is: one that is not absolute lies in the sandbox of the task."""
    absolute = not path.is_known or path.stated.startswith("/")
    return ("bind" if absolute else "empty"), path


def _read_only(volume: Section) -> Fact[bool]:
    mode = volume.text("mode", "RW")
    if mode.stated.upper() not in {"RO", "RW"} and mode.is_known:
        volume.faults.note(mode.at, "is neither RO nor RW")
    return worth(mode, mode.stated.upper() == "RO")


def variables_of(owner: Section, key: str) -> Iterator[Variable]:
    """Read variables: texts, and secrets by name (`{"secret": NAME}`)."""
    for name, at, value in owner.entries(key):
        if isinstance(value, dict):
            secret = unknown("", at, "it is a secret of the cluster")
            yield Variable(name=name, value=secret, origin="secret", at=at)
        elif isinstance(value, list):
            owner.faults.note(at, "is no text")
        elif is_template(value):
            yield Variable(name=name, value=unknown(written(value), at, NOT_KNOWN), origin="literal", at=at)
        else:
            yield Variable(name=name, value=Fact(written(value), at), origin="literal", at=at)


def labels_of(owner: Section) -> tuple[Pair, ...]:
    """Read labels."""
    return tuple(Pair(name=name, value=written(value), at=at) for name, at, value in owner.entries("labels"))


class Resources(NamedTuple):
    """What is asked for: bytes and cores, first the limits, then what is set aside."""

    memory_limit: Fact[float]
    memory: Fact[float]
    cpu_limit: Fact[float]
    cpu: Fact[float]


def resources_of(owner: Section, limits: Section, *, memory: float, cpus: float) -> Resources:
    """Read `mem` (MiB) and `cpus`, which are limits as well unless `resourceLimits` says otherwise."""
    mem, cpu = owner.number("mem", memory), owner.number("cpus", cpus)
    mem = mem._replace(stated=max(mem.stated, 0.0) * MIB)
    cpu = cpu._replace(stated=max(cpu.stated, 0.0))
    return Resources(
        memory_limit=_limit(limits, "mem", mem, MIB),
        memory=mem,
        cpu_limit=_limit(limits, "cpus", cpu, 1.0),
        cpu=cpu,
    )


def _limit(limits: Section, key: str, otherwise: Fact[float], unit: float) -> Fact[float]:
    value = limits.body.get(key)
    if value is None:
        return otherwise
    if value == "unlimited":
        return Fact(0.0, (*limits.at, key))
    found = limits.number(key)
    return found._replace(stated=max(found.stated, 0.0) * unit)


def seccomp_of(linux: Section) -> Fact[str] | None:
    """Read `linuxInfo.seccomp`; None where it says nothing."""
    seccomp = linux.section("seccomp")
    if not seccomp.body:
        return None
    off, name = seccomp.flag("unconfined"), seccomp.text("profileName")
    if off.stated or not off.is_known:
        return worth(off, "unconfined")
    return name._replace(stated=f"localhost/{name.stated}") if name.is_declared else worth(off, "runtime/default")


def shares_ipc(linux: Section) -> Fact[bool]:
    """Read `linuxInfo.ipcInfo.mode`: what shares with its parent shares with the agent."""
    mode = linux.section("ipcInfo").text("mode", "PRIVATE")
    return worth(mode, mode.stated == "SHARE_PARENT")


def words_of(values: object, at: Place) -> tuple[Fact[str], ...]:
    """Give the words of a command. `${…}` is for the shell that runs it; only templates make a word unknown."""
    found = []
    for index, value in enumerate(sequence(values)):
        found.append(word(value, (*at, index)))
    return tuple(found)


def word(value: object, at: Place) -> Fact[str]:
    """Give a word of a command."""
    said = written(value)
    return unknown(said, at, NOT_KNOWN) if "{{" in said else Fact(said, at)
