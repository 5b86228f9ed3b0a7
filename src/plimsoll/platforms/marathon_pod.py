"""A pod of Marathon, read into facts: containers that Mesos itself runs, in one network.

Source: Marathon's REST API, pod definition (1.4 and later). Mesos knows neither privileges, capabilities nor security
options here: these facts are its defaults. It does not run the health check of an image either.
"""

from dataclasses import replace

from plimsoll.documents.shapes import text
from plimsoll.model.fact import Fact, default, unknown
from plimsoll.model.workload import IMAGE_DECIDES, Container, Mount, Variable, Volume, Workload
from plimsoll.platforms.inspect_section import Section, worth
from plimsoll.platforms.marathon_parts import (
    attached,
    endpoints,
    host_by_default,
    labels_of,
    of_host_path,
    resources_of,
    seccomp_of,
    shares_ipc,
    variables_of,
    word,
    words_of,
)
from plimsoll.platforms.run_facts import container_of, workload_of
from plimsoll.platforms.run_options import Options


def read_pod(pod: Section, number: int, namespace: str, name: str) -> Workload:
    """Read one pod; `number` is that of its document."""
    network = attached(pod) or host_by_default((*pod.at, "networks"))
    volumes = {volume.name: volume for volume in _volumes(pod)}
    shared = tuple(variables_of(pod, "environment"))
    containers = tuple(_container(each, pod, volumes, shared) for each in pod.sections("containers"))
    options = Options(absent=lambda name: (*pod.at, _ABSENT.get(name, name)))
    first = container_of(options, name, pod.at, unknown("", pod.at, "it has no container"), ())
    work = workload_of(options, containers[0] if containers else first, platform="marathon", kind="App", number=number)
    return replace(
        work,
        name=name,
        namespace=namespace,
        at=pod.at,
        spec_at=pod.at,
        containers=containers,
        host_ipc=shares_ipc(pod.section("linuxInfo")),
        host_network=worth(network.network, network.network.stated == "host"),
        network=network.network,
        networks=network.names,
        replicas=_instances(pod.section("scaling")),
        volumes=tuple(volumes.values()),
        labels=labels_of(pod),
        body=pod.body,
        spec=pod.body,
    )


_ABSENT = {"network": "networks", "health-cmd": "healthCheck", "entrypoint": "exec", "pull": "image"}


def _container(entry: Section, pod: Section, volumes: dict[str, Volume], shared: tuple[Variable, ...]) -> Container:
    options = Options(absent=lambda name: (*entry.at, _ABSENT.get(name, name)))
    user = entry.text("user") if entry.body.get("user") else pod.text("user")
    if user.is_declared or not user.is_known:
        options.add("user", user)
    image = entry.section("image")
    name = text(entry.body.get("name"))
    made = container_of(options, name, entry.at, _image(image), ())
    sizes = resources_of(entry.section("resources"), entry.section("resourceLimits"), memory=0.0, cpus=0.0)
    forced = image.flag("forcePull")
    own = tuple(variables_of(entry, "environment"))
    names = {variable.name for variable in own}
    check = (*entry.at, "healthCheck")
    return replace(
        _with_command(made, entry.section("exec")),
        seccomp=seccomp_of(entry.section("linuxInfo")) or made.seccomp,
        memory_limit=sizes.memory_limit,
        memory_request=sizes.memory,
        cpu_limit=sizes.cpu_limit,
        cpu_request=sizes.cpu,
        pull_policy=worth(forced, "Always") if forced.stated or not forced.is_known else default("", forced.at),
        liveness=Fact(stated=True, at=check) if entry.body.get("healthCheck") else default(value=False, at=check),
        mounts=tuple(_mount(mount, volumes) for mount in entry.sections("volumeMounts")),
        ports=tuple(endpoints(entry)),
        variables=(*(each for each in shared if each.name not in names), *own),
        body=entry.body,
    )


def _image(image: Section) -> Fact[str]:
    found = image.text("id")
    if found.is_declared or not found.is_known:
        return found
    return unknown("", found.at, "no image is named: it runs in the file system of the agent")


def _with_command(made: Container, run: Section) -> Container:
    command = run.section("command")
    argv = words_of(command.body.get("argv"), (*command.at, "argv"))
    if (shell := command.body.get("shell")) is not None:
        at = (*command.at, "shell")
        words = (*(Fact(each, at) for each in ("/bin/sh", "-c")), word(shell, at))
        return replace(made, command=Fact(words, at), arguments=default((), at))
    if not argv:
        return replace(made, arguments=unknown((), command.at, IMAGE_DECIDES))
    if run.flag("overrideEntrypoint").stated:
        return replace(made, command=Fact(argv[:1], argv[0].at), arguments=Fact(argv[1:], argv[0].at))
    return replace(made, arguments=Fact(argv, argv[0].at))


def _volumes(pod: Section) -> list[Volume]:
    found = []
    for volume in pod.sections("volumes"):
        name = text(volume.body.get("name"))
        if volume.body.get("host") is not None:
            kind, source = of_host_path(volume.text("host"))
        elif volume.body.get("secret") is not None:
            kind, source = "secret", volume.text("secret")
        elif volume.body.get("persistent") is not None:
            kind, source = "volume", default("", (*volume.at, "persistent"))
        else:
            kind, source = "empty", default("", volume.at)
        found.append(Volume(name=name, kind=kind, source=source, at=volume.at))
    return found


def _mount(mount: Section, volumes: dict[str, Volume]) -> Mount:
    name = text(mount.body.get("name"))
    volume = volumes.get(name)
    if volume is None:
        mount.faults.note(mount.at, f"names a volume that the pod does not have: {name[:80]!r}")
    missing = unknown("", mount.at, "the pod has no such volume")
    return Mount(
        kind=volume.kind if volume else "other",
        source=volume.source if volume else missing,
        target=mount.text("mountPath"),
        read_only=mount.flag("readOnly"),
        propagation=default("rprivate" if volume and volume.kind == "bind" else "private", mount.at),
        at=mount.at,
        volume_at=volume.at if volume else mount.at,
    )


def _instances(scaling: Section) -> Fact[int]:
    """Read `scaling`: `{"kind": "fixed", "instances": 2}`, in old versions `{"fixed": {"instances": 2}}`."""
    inner = scaling.section("fixed") if "fixed" in scaling.body else scaling
    return inner.whole("instances", 1)
