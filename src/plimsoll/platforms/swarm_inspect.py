"""Services and overlay networks as an engine of a swarm inspects them (`docker service inspect`, Engine API)."""

from collections.abc import Iterator, Mapping

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.scalars import written
from plimsoll.documents.shapes import mapping, text
from plimsoll.model.estate import Document
from plimsoll.model.fact import Fact, Place, default, unknown
from plimsoll.model.platform import Read
from plimsoll.model.resource import Resource
from plimsoll.model.workload import IMAGE_DECIDES, Container, Mount, Pair, Port, Variable, Workload
from plimsoll.platforms.compose_facts import Faults, Told, turned
from plimsoll.platforms.docker_words import capability, user_and_group

_NANO = 1e9


def is_inspected(document: Document) -> bool:
    """Say whether an engine reported it: services, or networks that span a swarm."""
    objects = [each for each, _ in _objects(document) if not _is_hosts(each)]
    return bool(objects) and all(_is_service(each) or _is_network(each) for each in objects)


def _objects(document: Document) -> Iterator[tuple[Mapping[str, object], Place]]:
    root = document.root
    if isinstance(root, dict):
        yield root, ()
    elif isinstance(root, list):
        yield from ((mapping(each), (index,)) for index, each in enumerate(root))


def _is_service(body: Mapping[str, object]) -> bool:
    return "ContainerSpec" in mapping(mapping(body.get("Spec")).get("TaskTemplate"))


def _is_network(body: Mapping[str, object]) -> bool:
    return "Driver" in body and "Name" in body and (body.get("Scope") == "swarm" or body["Driver"] == "overlay")


def _is_hosts(body: Mapping[str, object]) -> bool:
    """Say whether it is the engine's own network `host`, which services name by its id."""
    return body.get("Driver") == "host" and "Name" in body


def read_inspected(document: Document, number: int) -> Read:
    """Read services and networks; total."""
    faults = Faults(document)
    try:
        return _read(document, number, faults)
    except DocumentError as error:
        return Read(faults=(*faults.words, f"{document.path or 'the document'}: {error}"))


def _read(document: Document, number: int, faults: Faults) -> Read:
    workloads, resources = [], []
    names = {text(body.get("Id")): text(body.get("Name")) for body, _ in _objects(document) if "Driver" in body}
    for body, at in _objects(document):
        told = Told(body, at, faults)
        if _is_service(body):
            workloads.append(_service(told, number, names))
        elif not _is_hosts(body):
            resources.append(_network(told, number))
    return Read(workloads=tuple(workloads), resources=tuple(resources), faults=tuple(faults.words))


def _network(told: Told, number: int) -> Resource:
    return Resource(
        platform="swarm",
        kind="SwarmNetwork",
        name=text(told.values.get("Name")),
        document=number,
        at=told.at,
        labels={name: text(value) for name, value in mapping(told.values.get("Labels")).items()},
        body=told.values,
    )


def _service(told: Told, number: int, names: Mapping[str, str]) -> Workload:
    spec = told.inner("Spec")
    task = spec.inner("TaskTemplate")
    inner = task.inner("ContainerSpec")
    networks = _networks(task if task.says("Networks") else spec, names)
    name = text(spec.values.get("Name")) or text(told.values.get("ID"))
    joined = networks[0] if networks else default("default", (*task.at, "Networks"))
    return Workload(
        platform="swarm",
        kind="SwarmService",
        name=name,
        document=number,
        at=told.at,
        spec_at=task.at,
        containers=(_container(name, spec, task, inner),),
        host_pid=default(value=False, at=inner.at),
        host_ipc=default(value=False, at=inner.at),
        host_network=turned(joined, joined.stated == "host"),
        host_uts=default(value=False, at=inner.at),
        host_users=default(value=False, at=inner.at),
        network=joined,
        cgroup_parent=default("", inner.at),
        restart=_restart(task.inner("RestartPolicy")),
        service_account=default("", inner.at),
        automount_token=default(value=False, at=inner.at),
        replicas=spec.inner("Mode").inner("Replicated").whole("Replicas", 1),
        namespace=text(mapping(spec.values.get("Labels")).get("com.docker.stack.namespace")),
        sysctls=_pairs(inner, "Sysctls"),
        networks=networks,
        labels=(*_pairs(inner, "Labels"), *_pairs(spec, "Labels")),
        body=told.values,
        spec=task.values,
        effective=True,
    )


def _networks(holder: Told, names: Mapping[str, str]) -> tuple[Fact[str], ...]:
    """Give the networks joined, by name where the same document has them: services name them by their ids."""
    joined = (entry.text("Target") for entry in _each(holder, "Networks"))
    return tuple(fact._replace(stated=names.get(fact.stated, fact.stated)) for fact in joined)


def _each(told: Told, key: str) -> Iterator[Told]:
    for value, at in told.items(key):
        if isinstance(value, dict):
            yield Told(value, at, told.faults)
        else:
            told.faults.add(at, "it should be an object")


def _container(name: str, spec: Told, task: Told, inner: Told) -> Container:
    limits = task.inner("Resources").inner("Limits")
    reserved = task.inner("Resources").inner("Reservations")
    said = inner.text("User")
    none = unknown("", said.at, IMAGE_DECIDES)
    user, group = user_and_group(said.stated, said.at) if said.is_declared else (none, none)
    rights = inner.inner("Privileges")
    return Container(
        name=name,
        at=inner.at,
        image=inner.text("Image"),
        user=user,
        group=group,
        run_as_non_root=default(value=False, at=inner.at),
        privileged=default(value=False, at=inner.at),
        capabilities_added=_capabilities(inner, "CapabilityAdd"),
        capabilities_dropped=_capabilities(inner, "CapabilityDrop"),
        no_new_privileges=rights.truth("NoNewPrivileges"),
        seccomp=_mode(rights, "Seccomp"),
        apparmor=_mode(rights, "AppArmor"),
        selinux=_selinux(rights),
        read_only_root=inner.truth("ReadOnly"),
        proc_mount=default("default", inner.at),
        memory_limit=limits.bytes("MemoryBytes"),
        memory_request=reserved.bytes("MemoryBytes"),
        cpu_limit=_cores(limits),
        cpu_request=_cores(reserved),
        pids_limit=limits.whole("Pids"),
        pull_policy=default("", inner.at),
        liveness=_health(inner),
        readiness=default(value=False, at=inner.at),
        command=_words(inner, "Command"),
        arguments=_words(inner, "Args"),
        mounts=(*map(_mount, _each(inner, "Mounts")), *_files(inner)),
        ports=tuple(map(_port, _each(spec.inner("EndpointSpec"), "Ports"))),
        variables=tuple(_variables(inner)),
        ulimits=tuple(_ulimits(inner)),
        body=inner.values,
    )


def _capabilities(inner: Told, key: str) -> Fact[tuple[Fact[str], ...]]:
    found = inner.texts(key)
    return found._replace(stated=tuple(each._replace(stated=capability(each.stated)) for each in found.stated))


_MODES = {"": "runtime/default", "default": "runtime/default", "disabled": "unconfined", "custom": "localhost/profile"}


def _mode(rights: Told, key: str) -> Fact[str]:
    said = rights.inner(key).text("Mode") if rights.says(key) else default("", (*rights.at, key))
    return said._replace(stated=_MODES.get(said.stated, said.stated))


def _selinux(rights: Told) -> Fact[str]:
    context = rights.inner("SELinuxContext")
    if context.truth("Disable").stated:
        return Fact("disabled", (*context.at, "Disable"))
    words = [f"{key.lower()}:{text(context.values.get(key))}" for key in ("Type", "User", "Role", "Level")]
    said = ",".join(word for word in words if not word.endswith(":"))
    return Fact(said, context.at) if said else default("", context.at)


def _cores(resources: Told) -> Fact[float]:
    found = resources.number("NanoCPUs")
    return found._replace(stated=found.stated / _NANO)


def _restart(policy: Told) -> Fact[str]:
    condition = policy.text("Condition", "any")
    attempts = policy.whole("MaxAttempts")
    word = {"any": "always", "none": "no"}.get(condition.stated, condition.stated)
    if word == "on-failure" and attempts.stated > 0:
        word = f"on-failure:{attempts.stated}"
    return condition._replace(stated=word)


def _health(inner: Told) -> Fact[bool]:
    test = inner.inner("Healthcheck").texts("Test")
    if not test.stated:
        return unknown(neutral=False, at=(*inner.at, "Healthcheck"), reason=IMAGE_DECIDES)
    return Fact(test.stated[0].stated != "NONE", test.at)


def _words(inner: Told, key: str) -> Fact[tuple[Fact[str], ...]]:
    found = inner.texts(key)
    return found if found.is_declared else unknown((), found.at, IMAGE_DECIDES)


_KINDS = {"bind": "bind", "volume": "volume", "tmpfs": "tmpfs", "npipe": "bind", "cluster": "csi", "image": "image"}


def _mount(entry: Told) -> Mount:
    kind = _KINDS.get(entry.text("Type", "volume").stated, "other")
    source = entry.text("Source")
    size = entry.inner("TmpfsOptions").values.get("SizeBytes")
    driver = entry.inner("VolumeOptions").inner("DriverConfig").inner("Options")
    if kind == "volume" and "bind" in text(driver.values.get("o")).split(","):
        kind, source = "bind", driver.text("device")
    return Mount(
        kind=kind,
        source=source,
        target=entry.text("Target"),
        read_only=entry.truth("ReadOnly"),
        propagation=entry.inner("BindOptions").text("Propagation", "rprivate" if kind == "bind" else "private"),
        at=entry.at,
        volume_at=entry.at,
        options={"size": written(size)} if size else {},
    )


def _files(inner: Told) -> Iterator[Mount]:
    """Give secrets and configs."""
    for key, kind, folder in (("Secrets", "secret", "/run/secrets/"), ("Configs", "config", "/")):
        for entry in _each(inner, key):
            target = entry.inner("File").text("Name")
            yield Mount(
                kind=kind,
                source=entry.text(f"{key[:-1]}Name"),
                target=target if target.stated.startswith("/") else target._replace(stated=folder + target.stated),
                read_only=default(value=True, at=entry.at),
                propagation=default("private", entry.at),
                at=entry.at,
                volume_at=entry.at,
            )


def _port(entry: Told) -> Port:
    published = entry.whole("PublishedPort")
    protocol = entry.text("Protocol", "tcp")
    return Port(
        container=entry.whole("TargetPort"),
        protocol=protocol.stated,
        published=turned(published, (published.stated, published.stated)),
        address=default("", entry.at),
        at=entry.at,
        name=entry.text("Name").stated,
    )


def _variables(inner: Told) -> Iterator[Variable]:
    for each in inner.named("Env"):
        yield Variable(name=each.name, value=each.value or Fact("", each.at), origin="literal", at=each.at)


def _ulimits(inner: Told) -> Iterator[Pair]:
    for limit in _each(inner, "Ulimits"):
        soft, hard = limit.whole("Soft").stated, limit.whole("Hard").stated
        value = str(soft) if soft == hard else f"{soft}:{hard}"
        yield Pair(name=limit.text("Name").stated, value=value, at=limit.at)


def _pairs(told: Told, key: str) -> tuple[Pair, ...]:
    return tuple(
        Pair(name=each.name, value=each.value.stated if each.value else "", at=each.at) for each in told.named(key)
    )
