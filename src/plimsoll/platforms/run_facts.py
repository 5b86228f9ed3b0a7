"""Facts of the options of `docker run`, wherever they stand: on a command line, or as parameters of an app."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from plimsoll.documents.scalars import number, whole
from plimsoll.model.fact import Fact, Place, default, unknown
from plimsoll.model.workload import IMAGE_DECIDES, Container, Pair, Port, Variable, Workload
from plimsoll.platforms.docker_words import (
    SecurityOptions,
    capability,
    labels_of_its_own,
    security_options,
    short_port,
    size,
    user_and_group,
)
from plimsoll.platforms.run_mounts import devices_of, fields_of, mounts_of
from plimsoll.platforms.run_options import Given, Options

T = TypeVar("T")
_PERIOD = 100_000.0
"""Microseconds of a CPU period where none is said (kernel, cpu.cfs_period_us)."""

_PULLS = {"always": "Always", "missing": "IfNotPresent", "never": "Never", "newer": "Always"}


def container_of(options: Options, name: str, at: Place, image: Fact[str], words: Sequence[Fact[str]]) -> Container:
    """Give the container that options make of an image; `words` are those of its command."""
    security = _security(options)
    user, group = _user_and_group(options)
    privileged = options.flag("privileged")
    return Container(
        name=name,
        at=at,
        image=image,
        user=user,
        group=group,
        run_as_non_root=default(value=False, at=options.place("user")),
        privileged=privileged,
        capabilities_added=_capabilities(options, "cap-add"),
        capabilities_dropped=_capabilities(options, "cap-drop"),
        no_new_privileges=security.no_new_privileges,
        seccomp=security.seccomp,
        apparmor=security.apparmor,
        selinux=labels_of_its_own(security.selinux, (privileged, _is_host(options, "pid"), _is_host(options, "ipc"))),
        read_only_root=options.flag("read-only"),
        proc_mount=security.proc_mount,
        memory_limit=_size(options, "memory"),
        memory_request=_size(options, "memory-reservation"),
        cpu_limit=_cpus(options),
        cpu_request=_shares(options),
        pids_limit=_pids(options),
        pull_policy=_pull(options),
        liveness=_health(options),
        readiness=default(value=False, at=options.place("health-cmd")),
        command=_entry_point(options),
        arguments=Fact(tuple(words), words[0].at) if words else unknown((), at, IMAGE_DECIDES),
        mounts=mounts_of(options),
        ports=(*_published(options), *_exposed(options)),
        variables=tuple(_variables(options)),
        devices=devices_of(options),
        ulimits=tuple(_ulimits(options)),
    )


def workload_of(options: Options, container: Container, *, platform: str, kind: str, number: int) -> Workload:
    """Give the workload around a container."""
    network = _network(options)
    _not_read(options)
    return Workload(
        platform=platform,
        kind=kind,
        name=container.name,
        document=number,
        at=container.at,
        spec_at=container.at,
        containers=(container,),
        host_pid=_is_host(options, "pid"),
        host_ipc=_is_host(options, "ipc"),
        host_network=_is_host(options, "network"),
        host_uts=_is_host(options, "uts"),
        host_users=_is_host(options, "userns"),
        network=network,
        cgroup_parent=_text(options, "cgroup-parent", ""),
        restart=_restart(options),
        service_account=default("", container.at),
        automount_token=default(value=False, at=container.at),
        replicas=default(1, container.at),
        sysctls=tuple(_pairs(options, "sysctl")),
        networks=_networks(options, network),
        labels=tuple(_pairs(options, "label")),
        annotations=tuple(_pairs(options, "annotation")),
    )


def _not_read(options: Options) -> None:
    for name in ("env-file", "label-file"):
        for given in options.all(name):
            options.note(given.at, f"--{name} {given.value.stated[:80]} is not read")
    if options.flag("env-host").stated:
        options.note(options.place("env-host"), "--env-host: the variables of the host are not seen")


def _text(options: Options, name: str, otherwise: str) -> Fact[str]:
    given = options.last(name)
    return options.nothing(otherwise, name) if given is None else given.value


def _security(options: Options) -> SecurityOptions:
    said = tuple(options.values("security-opt"))
    unmasked = [each for each in said if each.stated.startswith("unmask=")]  # Podman's
    known = [each for each in said if not each.stated.startswith(("unmask=", "mask=", "proc-opts="))]
    found = security_options(known, options.absent("security-opt"), options.flag("privileged"))
    for strange in found.strange:
        options.note(strange.at, f"--security-opt: {strange.stated[:80]!r} is none that engines know")
    if options.hidden:
        found = _hidden(found, options.hidden)
    if unmasked:
        return _with_proc(found, unmasked[-1]._replace(stated="unmasked"))
    return found


def _hidden(found: SecurityOptions, reason: str) -> SecurityOptions:
    """Make unknown what options that are not seen may say."""
    return SecurityOptions(
        no_new_privileges=_doubted(found.no_new_privileges, reason),
        seccomp=_doubted(found.seccomp, reason),
        apparmor=_doubted(found.apparmor, reason),
        selinux=_doubted(found.selinux, reason),
        proc_mount=_doubted(found.proc_mount, reason),
    )


def _doubted(fact: Fact[T], reason: str) -> Fact[T]:
    return fact if fact.is_declared else unknown(fact.stated, fact.at, reason)


def _with_proc(found: SecurityOptions, proc: Fact[str]) -> SecurityOptions:
    from dataclasses import replace

    return replace(found, proc_mount=proc)


def _user_and_group(options: Options) -> tuple[Fact[str], Fact[str]]:
    given = options.last("user")
    at = given.at if given else options.absent("user")
    if given is not None and not given.value.is_known:
        return given.value, given.value
    return user_and_group(given.value.stated if given else "", at)


def _capabilities(options: Options, name: str) -> Fact[tuple[Fact[str], ...]]:
    given = options.all(name)
    if not given:
        return options.nothing((), name)
    found = tuple(
        each.value._replace(stated=capability(part)) for each in given for part in each.value.stated.split(",") if part
    )
    return Fact(found, given[0].at)


def _size(options: Options, name: str) -> Fact[float]:
    given = options.last(name)
    if given is None:
        return options.nothing(0.0, name)
    return options.read(given, size, 0.0, "is no size such as 512m")


def _number(options: Options, name: str) -> Fact[float]:
    given = options.last(name)
    if given is None:
        return options.nothing(0.0, name)
    return options.read(given, number, 0.0, "is no number")


def _cpus(options: Options) -> Fact[float]:
    cpus = _number(options, "cpus")
    if cpus.is_declared or not options.all("cpu-quota"):
        return cpus if cpus.stated > 0 else cpus._replace(stated=0.0)
    quota, period = _number(options, "cpu-quota"), _number(options, "cpu-period").stated
    return quota._replace(stated=max(quota.stated, 0.0) / (period if period > 0 else _PERIOD))


def _shares(options: Options) -> Fact[float]:
    shares = _number(options, "cpu-shares")
    return shares._replace(stated=max(shares.stated, 0.0) / 1024)


def _pids(options: Options) -> Fact[int]:
    given = options.last("pids-limit")
    if given is None:
        return options.nothing(0, "pids-limit")
    found = options.read(given, whole, 0, "is no whole number")
    return found._replace(stated=max(found.stated, 0))


def _pull(options: Options) -> Fact[str]:
    given = options.last("pull")
    if given is None:
        return options.nothing("", "pull")
    return options.read(given, _PULLS.get, "", "is none of always, missing, never")


def _health(options: Options) -> Fact[bool]:
    disabled = options.flag("no-healthcheck")
    if not disabled.is_known or disabled.stated:
        return disabled._replace(stated=False)
    command = options.last("health-cmd")
    if command is None:
        return unknown(neutral=False, at=options.absent("health-cmd"), reason=IMAGE_DECIDES)
    if not command.value.is_known:
        return unknown(neutral=False, at=command.at, reason=command.value.reason)
    return Fact(command.value.stated not in {"", "none"}, command.at)


def _entry_point(options: Options) -> Fact[tuple[Fact[str], ...]]:
    given = options.last("entrypoint")
    if given is None:
        return unknown((), options.absent("entrypoint"), IMAGE_DECIDES)
    return Fact((given.value,) if given.value.stated else (), given.at)


def _is_host(options: Options, name: str) -> Fact[bool]:
    given = options.last(name)
    if given is None:
        return options.nothing(value=False, name=name)
    if not given.value.is_known:
        return unknown(neutral=False, at=given.at, reason=given.value.reason)
    return Fact(given.value.stated == "host", given.at)


def _network(options: Options) -> Fact[str]:
    """Give the network's mode: that of the first use, as Docker's client has it."""
    given = options.all("network")
    if not given:
        return options.nothing("bridge", "network")
    name = _network_name(given[0])
    return name._replace(stated="bridge") if name.stated == "default" else name


def _network_name(given: Given) -> Fact[str]:
    """Give the name in `NAME` or `name=NAME,alias=…`; Podman's options after a colon are left out."""
    text = given.value.stated
    if text.startswith("name=") or ",name=" in text:
        text = (fields_of(text) or {}).get("name", "")
    elif not text.startswith(("container:", "ns:", "pod:")):
        text = text.partition(":")[0]
    return given.value._replace(stated=text)


def _networks(options: Options, first: Fact[str]) -> tuple[Fact[str], ...]:
    names = [_network_name(given) for given in options.all("network")[1:]]
    return tuple(name for name in (first, *names) if name.stated not in {"host", "none"} and ":" not in name.stated)


def _restart(options: Options) -> Fact[str]:
    found = _text(options, "restart", "no")
    text = found.stated.removesuffix(":0")
    return found._replace(stated="no" if text in {"", "never"} else text)


def _published(options: Options) -> Iterator[Port]:
    for given in options.all("publish"):
        port = short_port(given.value.stated, given.at)
        if port is None:
            options.note(given.at, f"--publish: {given.value.stated[:80]!r} is no port")
        else:
            yield port


def _exposed(options: Options) -> Iterator[Port]:
    all_of_them = options.flag("publish-all")
    published = Fact((0, 0), all_of_them.at) if all_of_them.stated else None
    for given in options.all("expose"):
        port = short_port(given.value.stated, given.at)
        if port is None:
            options.note(given.at, f"--expose: {given.value.stated[:80]!r} is no port")
        else:
            yield Port(
                container=port.container,
                protocol=port.protocol,
                published=published,
                address=default("", given.at),
                at=given.at,
            )


def _variables(options: Options) -> Iterator[Variable]:
    for given in options.all("env"):
        name, said, value = given.value.stated.partition("=")
        if not name:
            options.note(given.at, "--env: a variable has no name")
        elif said:
            yield Variable(name=name, value=given.value._replace(stated=value), origin="literal", at=given.at)
        else:
            passed = unknown("", given.at, "the environment of whoever starts it decides")
            yield Variable(name=name, value=passed, origin="host", at=given.at)
    yield from _secret_variables(options)


def _secret_variables(options: Options) -> Iterator[Variable]:
    """Give Podman's secrets that come as variables: `--secret NAME,type=env,target=VARIABLE`."""
    for given in options.all("secret"):
        fields = fields_of(given.value.stated) or {}
        if fields.get("type") == "env":
            name = fields.get("target") or next(iter(fields))
            reason = "it is a secret of the engine"
            yield Variable(name=name, value=unknown("", given.at, reason), origin="secret", at=given.at)


def _pairs(options: Options, name: str) -> Iterator[Pair]:
    for given in options.all(name):
        key, _, value = given.value.stated.partition("=")
        yield Pair(name=key, value=value, at=given.at)


def _ulimits(options: Options) -> Iterator[Pair]:
    for pair in _pairs(options, "ulimit"):
        soft, both, hard = pair.value.partition(":")
        yield Pair(name=pair.name, value=f"{soft}:{hard}" if both and soft != hard else soft, at=pair.at)
