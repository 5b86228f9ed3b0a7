"""A container as an engine inspects it, read into facts."""

from typing import Final, NamedTuple

from plimsoll.documents.shapes import mapping, text
from plimsoll.model.fact import Fact, Place, default, unknown
from plimsoll.model.workload import Container, Mount, Pair, Variable, Workload
from plimsoll.platforms.docker_words import SecurityOptions, capability, labels_of_its_own, security_options
from plimsoll.platforms.inspect_mounts import Behind, mounts_of
from plimsoll.platforms.inspect_ports import ports_of
from plimsoll.platforms.inspect_section import Section, worth

NAME_LENGTH = 12
"""Signs of an id that engines show."""

_PERIOD = 100_000.0
"""Microseconds of a CPU period where none is said (kernel, cpu.cfs_period_us)."""


class _Parts(NamedTuple):
    """A container, how it is run, and what runs in it."""

    whole: Section
    host: Section
    config: Section


def read_container(whole: Section, number: int, behind: Behind) -> Workload:
    """Read one container; `number` is that of its document, `behind` what is known of volumes."""
    parts = _Parts(whole, whole.section("HostConfig"), whole.section("Config"))
    _, host, config = parts
    security = _security(whole, host)
    name = text(whole.body.get("Name")).removeprefix("/") or text(whole.body.get("Id"))[:NAME_LENGTH]
    network = _network(host)
    return Workload(
        platform="inspect",
        kind="Container",
        name=name,
        document=number,
        at=whole.at,
        spec_at=host.at,
        containers=(_container(name, parts, security, mounts_of(whole, host, behind)),),
        host_pid=_is_host(host, "PidMode"),
        host_ipc=_is_host(host, "IpcMode"),
        host_network=worth(network, network.stated == "host"),
        host_uts=_is_host(host, "UTSMode"),
        host_users=_is_host(host, "UsernsMode"),
        network=network,
        cgroup_parent=host.text("CgroupParent"),
        restart=_restart(host.section("RestartPolicy")),
        service_account=default("", host.at),
        automount_token=default(value=False, at=host.at),
        replicas=default(1, whole.at),
        sysctls=_pairs(host, "Sysctls"),
        networks=_networks(whole.section("NetworkSettings")),
        labels=_pairs(config, "Labels"),
        annotations=_pairs(host, "Annotations"),
        body=whole.body,
        spec=host.body,
        effective=True,
    )


def _container(name: str, parts: _Parts, security: SecurityOptions, mounts: tuple[Mount, ...]) -> Container:
    whole, host, config = parts
    user, group = _user_and_group(config)
    privileged = host.flag("Privileged")
    return Container(
        name=name,
        at=whole.at,
        image=_image(whole, config),
        user=user,
        group=group,
        run_as_non_root=default(value=False, at=config.at),
        privileged=privileged,
        capabilities_added=_capabilities(host, "CapAdd"),
        capabilities_dropped=_capabilities(host, "CapDrop"),
        no_new_privileges=security.no_new_privileges,
        seccomp=security.seccomp,
        apparmor=_apparmor(whole, security.apparmor, privileged),
        selinux=labels_of_its_own(security.selinux, (privileged, _is_host(host, "PidMode"), _is_host(host, "IpcMode"))),
        read_only_root=host.flag("ReadonlyRootfs"),
        proc_mount=_proc_mount(host),
        memory_limit=_at_least_nothing(host.number("Memory")),
        memory_request=_at_least_nothing(host.number("MemoryReservation")),
        cpu_limit=_cpus(host),
        cpu_request=_shares(host),
        pids_limit=_pids(host),
        pull_policy=default("", config.at),
        liveness=_health(config.section("Healthcheck")),
        readiness=default(value=False, at=config.at),
        command=config.list_of_texts("Entrypoint"),
        arguments=config.list_of_texts("Cmd"),
        mounts=mounts,
        ports=ports_of(host, config),
        variables=_variables(config),
        devices=_devices(host),
        ulimits=_ulimits(host),
        body=whole.body,
    )


def _security(whole: Section, host: Section) -> SecurityOptions:
    options = host.texts("SecurityOpt")
    found = security_options(options, (*host.at, "SecurityOpt"), host.flag("Privileged"))
    for option in found.strange:
        whole.faults.note(option.at, "is no security option that engines know")
    return found


def _is_host(host: Section, key: str) -> Fact[bool]:
    value = host.body.get(key)
    at = (*host.at, key)
    if value is None or value == "":
        return default(value=False, at=at)
    return Fact(value == "host", at) if isinstance(value, str) else worth(host.text(key), value=False)


def _network(host: Section) -> Fact[str]:
    found = host.text("NetworkMode", "bridge")
    return found._replace(stated="bridge") if found.stated == "default" else found


def _networks(settings: Section) -> tuple[Fact[str], ...]:
    return tuple([Fact(name, at) for name, at, _ in settings.entries("Networks") if name not in {"host", "none"}])


def _restart(policy: Section) -> Fact[str]:
    name = policy.text("Name", "no")
    times = policy.body.get("MaximumRetryCount")
    if name.stated == "on-failure" and isinstance(times, int) and times > 0:
        return name._replace(stated=f"on-failure:{times}")
    return name


def _image(whole: Section, config: Section) -> Fact[str]:
    """Give the name that the container was made with (Podman also has it beside the configuration)."""
    return config.text("Image") if config.body.get("Image") else whole.text("ImageName")


def _user_and_group(config: Section) -> tuple[Fact[str], Fact[str]]:
    """Give user and group. Nothing is root here: an engine has put in what the image says."""
    said = config.text("User", "0")
    user, _, group = said.stated.partition(":")
    known = said._replace(stated=user) if user else default("0", said.at)
    if group:
        return known, said._replace(stated=group)
    if known.stated in {"0", "root"}:
        return known, default("0", said.at)
    return known, unknown("", said.at, "the image's /etc/passwd decides, and it was not read")


def _capabilities(host: Section, key: str) -> Fact[tuple[Fact[str], ...]]:
    found = host.list_of_texts(key)
    return found._replace(stated=tuple([each._replace(stated=capability(each.stated)) for each in found.stated]))


_PROFILES: Final = {
    "": "unconfined",
    "unconfined": "unconfined",
    "docker-default": "runtime/default",
}


def _apparmor(whole: Section, asked: Fact[str], privileged: Fact[bool]) -> Fact[str]:
    """Give the profile in force; of a container that was never started, the one that it will get.

    A privileged container has none, which nobody asked for: that is said once, by privileged.
    """
    value = whole.body.get("AppArmorProfile")
    if not value and mapping(whole.body.get("State")).get("Status") == "created":
        return asked
    found = whole.text("AppArmorProfile")
    if privileged.stated and not asked.is_declared and found.stated in {"", "unconfined"}:
        return asked
    name = found.stated
    if name.startswith("containers-default"):  # Podman's, with its version
        return found._replace(stated="runtime/default")
    return found._replace(stated=_PROFILES.get(name) or f"localhost/{name}")


def _proc_mount(host: Section) -> Fact[str]:
    """Say whether /proc is masked: an empty list masks nothing (`systempaths=unconfined`), null is the engine's."""
    at = (*host.at, "MaskedPaths")
    paths = host.body.get("MaskedPaths")
    if paths == []:
        return Fact("unmasked", at)
    return Fact("default", at) if isinstance(paths, list) else default("default", at)


def _at_least_nothing(found: Fact[float]) -> Fact[float]:
    return found if found.stated > 0 or not found.is_known else default(0.0, found.at)


def _cpus(host: Section) -> Fact[float]:
    nano = host.number("NanoCpus")
    if not nano.is_known or nano.stated > 0:
        return nano._replace(stated=nano.stated / 1e9)
    quota = host.number("CpuQuota")
    if not quota.is_known or quota.stated > 0:
        return quota._replace(stated=quota.stated / (host.number("CpuPeriod").stated or _PERIOD))
    return default(0.0, nano.at)


def _shares(host: Section) -> Fact[float]:
    found = _at_least_nothing(host.number("CpuShares"))
    return found._replace(stated=found.stated / 1024)


def _pids(host: Section) -> Fact[int]:
    found = host.whole("PidsLimit")
    return found if found.stated > 0 or not found.is_known else default(0, found.at)


def _health(check: Section) -> Fact[bool]:
    test = check.texts("Test")
    at: Place = (*check.at, "Test") if check.body else check.at
    return Fact(test[0].stated not in {"", "NONE"}, at) if test else default(value=False, at=at)


def _variables(config: Section) -> tuple[Variable, ...]:
    found = []
    for at, entry in config.items("Env"):
        name, _, value = config.element(at, entry).stated.partition("=")
        if name:
            found.append(Variable(name=name, value=Fact(value, at), origin="literal", at=at))
    return tuple(found)


def _devices(host: Section) -> tuple[Fact[str], ...]:
    """Give the paths of devices on the host, the rules for all of a kind, and names of others' (CDI)."""
    paths = [device.text("PathOnHost") for device in host.sections("Devices")]
    named = [
        each
        for request in host.sections("DeviceRequests")
        if request.body.get("Driver") == "cdi"
        for each in request.texts("DeviceIDs")
    ]
    return (*paths, *host.texts("DeviceCgroupRules"), *named)


def _ulimits(host: Section) -> tuple[Pair, ...]:
    found = []
    for limit in host.sections("Ulimits"):
        soft, hard = limit.whole("Soft").stated, limit.whole("Hard").stated
        name = limit.text("Name").stated.lower().removeprefix("rlimit_")
        found.append(Pair(name=name, value=str(soft) if soft == hard else f"{soft}:{hard}", at=limit.at))
    return tuple(found)


def _pairs(inside: Section, key: str) -> tuple[Pair, ...]:
    return tuple([Pair(name=name, value=text(value), at=at) for name, at, value in inside.entries(key)])
