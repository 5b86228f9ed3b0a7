"""An app of Marathon, read into facts.

Source: Marathon's REST API, app definition (1.4 with `container.docker.network`, 1.5 and later with `networks`). Docker
takes `parameters` as options of `docker run`, so these are read as such.
"""

from dataclasses import replace

from plimsoll.documents.shapes import text
from plimsoll.model.fact import Fact, Standing, default, unknown
from plimsoll.model.workload import IMAGE_DECIDES, Container, Port, Workload
from plimsoll.platforms.inspect_section import Section, worth
from plimsoll.platforms.marathon_parts import (
    Attached,
    attached,
    host_by_default,
    host_ports,
    labels_of,
    mapped_ports,
    mounts_of,
    resources_of,
    seccomp_of,
    shares_ipc,
    variables_of,
    word,
    words_of,
)
from plimsoll.platforms.run_facts import container_of, workload_of
from plimsoll.platforms.run_options import ALIASES, FLAGS, VALUES, Options

DEFAULT_MEMORY, DEFAULT_CPUS = 128.0, 1.0
"""MiB and cores of an app that asks for none."""


def read_app(app: Section, number: int, namespace: str, name: str) -> Workload:
    """Read one app; `number` is that of its document."""
    container = app.section("container")
    docker = container.section("docker")
    network = _attached(app, docker)
    options = _options(app, docker, network)
    made = _container(app, container, docker, options, name)
    work = workload_of(options, made, platform="marathon", kind="App", number=number)
    for at, what in options.faults:
        app.faults.note(at, what)
    linux = container.section("linuxInfo")
    mode = network.network if network.network.is_declared else work.network
    return replace(
        work,
        namespace=namespace,
        spec_at=container.at,
        host_ipc=shares_ipc(linux) if linux.body.get("ipcInfo") else work.host_ipc,
        host_network=worth(mode, mode.stated == "host"),
        network=mode,
        networks=network.names or work.networks,
        replicas=app.whole("instances", 1),
        labels=(*labels_of(app), *work.labels),
        body=app.body,
        spec=container.body,
    )


def _container(app: Section, container: Section, docker: Section, options: Options, name: str) -> Container:
    arguments = words_of(app.body.get("args"), (*app.at, "args"))
    made = container_of(options, name, app.at, _image(container, docker), arguments)
    sizes = resources_of(app, app.section("resourceLimits"), memory=DEFAULT_MEMORY, cpus=DEFAULT_CPUS)
    command = (*app.at, "cmd")
    shell = tuple(Fact(each, command) for each in ("/bin/sh", "-c"))
    said = app.body.get("cmd")
    return replace(
        made,
        seccomp=seccomp_of(container.section("linuxInfo")) or made.seccomp,
        memory_limit=made.memory_limit if made.memory_limit.is_declared else sizes.memory_limit,
        memory_request=sizes.memory,
        cpu_limit=made.cpu_limit if made.cpu_limit.is_declared else sizes.cpu_limit,
        cpu_request=sizes.cpu,
        pull_policy=_pull(docker),
        liveness=_liveness(app, made),
        readiness=_readiness(app),
        command=Fact((*shell, word(said, command)), command) if said else made.command,
        arguments=made.arguments if arguments else default((), (*app.at, "args")) if said else made.arguments,
        mounts=(*mounts_of(container), *made.mounts),
        ports=(*_ports(app, container, docker, options), *made.ports),
        variables=(*variables_of(app, "env"), *made.variables),
        body=app.body,
    )


def _image(container: Section, docker: Section) -> Fact[str]:
    """Give the image; an app without one is a command in the agent's own file system."""
    image = docker.text("image")
    if not image.is_declared and image.is_known:
        other = container.section("appc").text("image")
        reason = "no image is named: it runs in the file system of the agent"
        return other if other.is_declared else unknown("", image.at, reason)
    return image


def _attached(app: Section, docker: Section) -> Attached:
    """Give the networks: `networks`, what came before it, else the host's."""
    found = attached(app)
    if found is not None:
        return found
    old = docker.text("network")
    if not old.is_declared:
        return Attached(network=old) if not old.is_known else host_by_default((*app.at, "networks"))
    mode = old.stated.upper()
    if mode == "USER":
        name = app.section("ipAddress").text("networkName", "default")
        network = name if name.is_declared else worth(old, "default")
        return Attached(network=network, names=(network,))
    if mode not in {"BRIDGE", "HOST", "NONE"}:
        docker.faults.note(old.at, "is none of BRIDGE, HOST, NONE, USER")
    network = old._replace(stated=mode.lower())
    return Attached(network=network, names=(network,) if mode == "BRIDGE" else ())


def _options(app: Section, docker: Section, network: Attached) -> Options:
    """Put what the app says, then its parameters, into options of `docker run`."""
    places = {
        "privileged": (*docker.at, "privileged"),
        "user": (*app.at, "user"),
        "network": (*app.at, "networks"),
        "health-cmd": (*app.at, "healthChecks"),
    }
    parameters = (*docker.at, "parameters")
    options = Options(absent=lambda name: places.get(name, parameters))
    privileged, user = docker.flag("privileged"), app.text("user")
    if privileged.is_declared or not privileged.is_known:
        options.add("privileged", worth(privileged, "true" if privileged.stated else "false"))
    if user.is_declared or not user.is_known:
        options.add("user", user)
    said = [_parameter(parameter, options) for parameter in docker.sections("parameters")]
    if network.network.is_declared or "network" not in said:
        options.given["network"] = []
        options.add("network", network.network)
    return options


def _parameter(parameter: Section, options: Options) -> str:
    key = text(parameter.body.get("key")).lstrip("-")
    name = ALIASES.get(key, key)
    value = parameter.text("value")
    if name in FLAGS:
        value = value if value.stated else value._replace(stated="true")
    elif name not in VALUES:
        options.note(parameter.at, f"{key[:80]!r} is no option of docker run that is known here")
        return ""
    options.add(name, value._replace(at=parameter.at, standing=Standing.DECLARED) if value.is_known else value)
    return name


def _ports(app: Section, container: Section, docker: Section, options: Options) -> tuple[Port, ...]:
    network = options.all("network")[0].value.stated
    found = tuple(
        port
        for owner in (container, docker)
        for port in mapped_ports(owner, "portMappings", is_bridged=network == "bridge")
    )
    return found or tuple(host_ports(app))


def _pull(docker: Section) -> Fact[str]:
    forced = docker.flag("forcePullImage")
    return worth(forced, "Always") if forced.stated or not forced.is_known else default("", forced.at)


def _liveness(app: Section, made: Container) -> Fact[bool]:
    at = (*app.at, "healthChecks")
    if any(True for _ in app.sections("healthChecks")):
        return Fact(stated=True, at=at)
    if made.liveness.is_known:
        return made.liveness
    return unknown(neutral=False, at=at, reason=IMAGE_DECIDES)


def _readiness(app: Section) -> Fact[bool]:
    at = (*app.at, "readinessChecks")
    has_any = any(True for _ in app.sections("readinessChecks"))
    return Fact(stated=True, at=at) if has_any else default(value=False, at=at)
