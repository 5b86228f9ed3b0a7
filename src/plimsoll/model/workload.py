"""Workloads: how containers are run, in the same words for every platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from plimsoll.model.fact import Fact, Place
from plimsoll.model.reference import ImageReference, image_reference

IMAGE_DECIDES = "the image decides, and it was not read"
"""The reason why a fact is unknown that the image's configuration would tell."""


class ContainerRole(StrEnum):
    """What a container is for."""

    MAIN = "main"
    INIT = "init"
    EPHEMERAL = "ephemeral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """Something of the outside that a container sees.

    `kind` is `bind` (a path of the host), `volume`, `tmpfs`, `empty`, `config`, `secret`, `projected`, `claim`,
    `device`, `image`, `csi` or `other`. `source` is the path or the name, `target` the path in the container.
    `at` is the entry in the container, `volume_at` the entry that says what is mounted (the same where there is only
    one). `propagation` is `private`, `slave`, `shared` or their recursive forms (`rshared`).
    """

    kind: str
    source: Fact[str]
    target: Fact[str]
    read_only: Fact[bool]
    propagation: Fact[str]
    at: Place
    volume_at: Place
    sub_path: Fact[str] | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A volume that a workload offers its containers, mounted or not; `kind` and `source` as in Mount."""

    name: str
    kind: str
    source: Fact[str]
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port of a container. `published` are the first and last port of the host, (0, 0) where the engine chooses.

    `published` is None where it is only exposed; `address` is that of the host, "" for all interfaces.
    """

    container: Fact[int]
    protocol: str
    published: Fact[tuple[int, int]] | None
    address: Fact[str]
    at: Place
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """An environment variable. `origin`: `literal`, `secret`, `config`, `field`, `file`, `host` (passed through)."""

    name: str
    value: Fact[str]
    origin: str
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A name with its value: a sysctl, an ulimit, a label, an annotation. `at` is where it stands."""

    name: str
    value: str
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container. Every fact is what is in force, whether it is said here or inherited from what is around.

    Sizes are in bytes, CPUs in cores; 0 means no limit. `user` and `group` are a name or a number without the other,
    "" never: what an image decides is unknown until it was read. `capabilities_*` are without `CAP_`, in capitals.
    `seccomp` and `apparmor` are `runtime/default`, `unconfined`, or `localhost/NAME` for a profile of one's own;
    `selinux` is `` (the engine's), `disabled`, or the options as `type:…,user:…,role:…,level:…`.
    `proc_mount` is `default` or `unmasked`. `pull_policy` is `Always`, `IfNotPresent`, `Never` or "".
    `liveness` and `readiness` say whether there is such a check (Docker's HEALTHCHECK is the first).
    """

    name: str
    at: Place
    image: Fact[str]
    user: Fact[str]
    group: Fact[str]
    run_as_non_root: Fact[bool]
    privileged: Fact[bool]
    capabilities_added: Fact[tuple[Fact[str], ...]]
    capabilities_dropped: Fact[tuple[Fact[str], ...]]
    no_new_privileges: Fact[bool]
    seccomp: Fact[str]
    apparmor: Fact[str]
    selinux: Fact[str]
    read_only_root: Fact[bool]
    proc_mount: Fact[str]
    memory_limit: Fact[float]
    memory_request: Fact[float]
    cpu_limit: Fact[float]
    cpu_request: Fact[float]
    pids_limit: Fact[int]
    pull_policy: Fact[str]
    liveness: Fact[bool]
    readiness: Fact[bool]
    command: Fact[tuple[Fact[str], ...]]
    arguments: Fact[tuple[Fact[str], ...]]
    role: ContainerRole = ContainerRole.MAIN
    mounts: tuple[Mount, ...] = ()
    ports: tuple[Port, ...] = ()
    variables: tuple[Variable, ...] = ()
    devices: tuple[Fact[str], ...] = ()
    ulimits: tuple[Pair, ...] = ()
    body: Mapping[str, object] = field(default_factory=dict)

    @property
    def reference(self) -> ImageReference | None:
        """The image's name taken apart; None for what is no name. Raises UnknownFactError."""
        return image_reference(self.image.value)

    @property
    def words(self) -> tuple[Fact[str], ...]:
        """Command and arguments, as far as the configuration says them."""
        return (*self.command.stated, *self.arguments.stated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What is started together: a container of an engine, a service, a pod and everything that makes pods.

    `document` is the number of the document in the estate, `at` where the object begins there, `spec_at` where the
    facts about all of its containers stand (the pod's spec). `kind` is `Deployment`, `Pod` … `ComposeService`,
    `SwarmService`, `App`, `Container`. `body` and `spec` are the object and its spec as read, for rules of one
    platform only. `effective` says that an engine reported it, `declared` otherwise.
    `restart` is `no`, `always`, `on-failure`, `unless-stopped`, with `:N` for at most N times.
    `network` is `default`, `none`, `host`, `bridge`, `container:NAME` or a name of its own.
    """

    platform: str
    kind: str
    name: str
    document: int
    at: Place
    spec_at: Place
    containers: tuple[Container, ...]
    host_pid: Fact[bool]
    host_ipc: Fact[bool]
    host_network: Fact[bool]
    host_uts: Fact[bool]
    host_users: Fact[bool]
    network: Fact[str]
    cgroup_parent: Fact[str]
    restart: Fact[str]
    service_account: Fact[str]
    automount_token: Fact[bool]
    replicas: Fact[int]
    namespace: str = ""
    sysctls: tuple[Pair, ...] = ()
    networks: tuple[Fact[str], ...] = ()
    volumes: tuple[Volume, ...] = ()
    labels: tuple[Pair, ...] = ()
    annotations: tuple[Pair, ...] = ()
    pod_labels: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)
    spec: Mapping[str, object] = field(default_factory=dict)
    effective: bool = False

    @property
    def key(self) -> str:
        """`Kind/namespace/name`, as finding ids have it."""
        return f"{self.kind}/{self.namespace}/{self.name}"
