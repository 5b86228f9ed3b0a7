"""A service of Compose or Swarm, read into facts; both write services alike, Swarm heeds fewer of their keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plimsoll.documents.scalars import written
from plimsoll.model.fact import Fact, Place, default, unknown
from plimsoll.model.workload import IMAGE_DECIDES, Container, Pair, Variable, Workload
from plimsoll.platforms.compose_commands import health_of, words_of
from plimsoll.platforms.compose_facts import Named, Told, turned
from plimsoll.platforms.compose_limits import cpu_limit, cpu_request, memory_limit, memory_request, pids_limit
from plimsoll.platforms.compose_mounts import Volumes, devices_of, mounts_of
from plimsoll.platforms.compose_networks import Networks, host_network_of, network_of, networks_of
from plimsoll.platforms.compose_ports import ports_of, without_address
from plimsoll.platforms.docker_words import capability, labels_of_its_own, security_options, user_and_group

_WEIGHT = 10
"""Entries that a service weighs, however little it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a service stands in: its platform and file, and what is declared beside it.

    `variables` are those of `env_file`, by service; `passed` the values that `environment` may pass on by name alone.
    """

    platform: str
    kind: str
    document: int
    namespace: str
    networks: Networks
    volumes: Volumes
    variables: Mapping[str, Sequence[Variable]]
    passed: Mapping[str, str]

    @property
    def is_swarm(self) -> bool:
        """Whether Swarm runs it."""
        return self.platform == "swarm"


def read_service(name: str, service: Told, project: Project) -> Workload:
    """Read a service. Raises DocumentError where the project is too large."""
    service.faults.spend(_WEIGHT)
    network = network_of(service)
    return Workload(
        platform=project.platform,
        kind=project.kind,
        name=name,
        document=project.document,
        at=service.at,
        spec_at=service.at,
        namespace=project.namespace,
        containers=(_container(name, service, project),),
        host_pid=_is_host(service, "pid"),
        host_ipc=_is_host(service, "ipc"),
        host_network=host_network_of(service, project.networks, network),
        host_uts=_is_host(service, "uts"),
        host_users=_is_host(service, "userns_mode"),
        network=network,
        cgroup_parent=service.text("cgroup_parent"),
        restart=_restart(service, swarm=project.is_swarm),
        service_account=default("", service.at),
        automount_token=default(value=False, at=service.at),
        replicas=_replicas(service),
        sysctls=_pairs(service, "sysctls"),
        networks=networks_of(service),
        labels=(*_pairs(service, "labels"), *_pairs(service.inner("deploy"), "labels")),
        annotations=_pairs(service, "annotations"),
        body=service.values,
        spec=service.values,
    )


def _container(name: str, service: Told, project: Project) -> Container:
    privileged = service.truth("privileged")
    at: Place = (*service.at, "security_opt")
    security = security_options(service.texts("security_opt").stated, at, privileged)
    for option in security.strange:
        service.faults.add(option.at, f"{option.stated[:80]!r} is no security option")
    user, group = _user(service)
    ports = ports_of(service)
    return Container(
        name=name,
        at=service.at,
        image=_image(name, service),
        user=user,
        group=group,
        run_as_non_root=default(value=False, at=service.at),
        privileged=privileged,
        capabilities_added=_capabilities(service, "cap_add"),
        capabilities_dropped=_capabilities(service, "cap_drop"),
        no_new_privileges=security.no_new_privileges,
        seccomp=security.seccomp,
        apparmor=security.apparmor,
        selinux=labels_of_its_own(security.selinux, (privileged, _is_host(service, "pid"), _is_host(service, "ipc"))),
        read_only_root=service.truth("read_only"),
        proc_mount=security.proc_mount,
        memory_limit=memory_limit(service, swarm=project.is_swarm),
        memory_request=memory_request(service, swarm=project.is_swarm),
        cpu_limit=cpu_limit(service, swarm=project.is_swarm),
        cpu_request=cpu_request(service, swarm=project.is_swarm),
        pids_limit=pids_limit(service, swarm=project.is_swarm),
        pull_policy=_pull_policy(service),
        liveness=health_of(service),
        readiness=default(value=False, at=(*service.at, "healthcheck")),
        command=words_of(service, "entrypoint"),
        arguments=words_of(service, "command"),
        mounts=mounts_of(service, project.volumes),
        ports=tuple(map(without_address, ports)) if project.is_swarm else ports,
        variables=_variables(service, project.variables.get(name, ()), project.passed),
        devices=devices_of(service),
        ulimits=_ulimits(service),
        body=service.values,
    )


def _image(name: str, service: Told) -> Fact[str]:
    """Give the image; one that is only built has the name that Compose gives it, which is not known."""
    image = service.text("image")
    if image.is_declared or not image.is_known:
        return image
    if service.says("build"):
        return unknown("", image.at, "the image is built from source, and has no name of its own")
    service.faults.add(service.at, f"the service {name!r} has neither image nor build")
    return unknown("", image.at, "neither image nor build is said")


def _user(service: Told) -> tuple[Fact[str], Fact[str]]:
    said = service.text("user")
    if not said.is_known:
        return said, said
    if not said.is_declared:
        return unknown("", said.at, IMAGE_DECIDES), unknown("", said.at, IMAGE_DECIDES)
    return user_and_group(said.stated, said.at)


def _capabilities(service: Told, key: str) -> Fact[tuple[Fact[str], ...]]:
    found = service.texts(key)
    return found._replace(stated=tuple(each._replace(stated=capability(each.stated)) for each in found.stated))


def _is_host(service: Told, key: str) -> Fact[bool]:
    mode = service.text(key)
    return turned(mode, mode.stated == "host")


def _restart(service: Told, *, swarm: bool) -> Fact[str]:
    """Give the policy of `deploy`, where there is one, else `restart` (so do Compose 1.29, 2 and Swarm)."""
    policy = service.inner("deploy").inner("restart_policy")
    condition = policy.text("condition", "any")
    if not policy.values:
        return _own_restart(service, condition if swarm else default("no", (*service.at, "restart")))
    attempts = policy.whole("max_attempts")
    word = {"any": "always", "none": "no"}.get(condition.stated, condition.stated)
    if word == "on-failure" and attempts.is_known and attempts.stated > 0:
        word = f"on-failure:{attempts.stated}"
    return condition._replace(stated=word)


def _own_restart(service: Told, otherwise: Fact[str]) -> Fact[str]:
    """Give `restart`, else a swarm's default, which is `any`, or Compose's, which is `no`.

    `docker stack deploy` names it among what it ignores, and takes it nonetheless, but for `no` (docker/cli,
    convertRestartPolicy).
    """
    said = service.text("restart", "no")
    word = {"false": "no", "": "no"}.get(said.stated, said.stated)
    if otherwise.stated == "no" or not said.is_known:
        return said._replace(stated=word)
    if word == "no":
        return otherwise._replace(stated="always")
    return said._replace(stated="always" if word == "unless-stopped" else word)


def _replicas(service: Told) -> Fact[int]:
    return service.whole("scale", 1) if service.says("scale") else service.inner("deploy").whole("replicas", 1)


_PULL_POLICIES = {"always": "Always", "missing": "IfNotPresent", "if_not_present": "IfNotPresent", "never": "Never"}


def _pull_policy(service: Told) -> Fact[str]:
    said = service.text("pull_policy")
    return said._replace(stated=_PULL_POLICIES.get(said.stated, said.stated))


def _variables(service: Told, of_files: Sequence[Variable], passed: Mapping[str, str]) -> tuple[Variable, ...]:
    """Give the variables of a service; what `environment` says holds over its files."""
    own = [_variable(each, passed) for each in service.named("environment")]
    names = {each.name for each in own}
    return (*(each for each in of_files if each.name not in names), *own)


def _variable(said: Named, passed: Mapping[str, str]) -> Variable:
    if said.value is not None:
        return Variable(name=said.name, value=said.value, origin="literal", at=said.at)
    reason = "it is passed on from whoever starts the service"
    value = Fact(passed[said.name], said.at) if said.name in passed else unknown("", said.at, reason)
    return Variable(name=said.name, value=value, origin="host", at=said.at)


def _pairs(told: Told, key: str) -> tuple[Pair, ...]:
    return tuple(
        Pair(name=each.name, value=each.value.stated if each.value else "", at=each.at) for each in told.named(key)
    )


def _ulimits(service: Told) -> tuple[Pair, ...]:
    """Give limits as `soft:hard`, or one number where both are equal."""
    limits = service.inner("ulimits")
    service.faults.spend(len(limits.values))
    found = []
    for name, value in limits.values.items():
        at = (*limits.at, name)
        if isinstance(value, dict):
            soft, hard = written(value.get("soft")), written(value.get("hard"))
            found.append(Pair(name=name, value=soft if soft == hard else f"{soft}:{hard}", at=at))
        else:
            found.append(Pair(name=name, value=written(value), at=at))
    return tuple(found)
