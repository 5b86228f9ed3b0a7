"""What a real engine reports of a container is what its command line says: docker run == docker inspect."""

import json
import shlex
import tarfile
from dataclasses import fields
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from plimsoll.model.fact import Fact
from plimsoll.model.limits import Limits
from plimsoll.model.platform import Read
from plimsoll.model.workload import Container, Mount, Pair, Port, Variable, Workload
from plimsoll.pipeline.estate import Alone
from plimsoll.platforms.inspect import INSPECT
from plimsoll.platforms.run import RUN
from plimsoll.platforms.run_document import run_document
from plimsoll.sources.engine_client import Endpoint, Engine
from plimsoll.sources.live import image_config, live_texts

pytestmark = pytest.mark.engine
IMAGE = "plimsoll-test/empty:1"

COMMANDS = [
    "",
    "--privileged",
    "--privileged=false -it",
    "--cap-add=SYS_ADMIN --cap-add NET_ADMIN --cap-drop CAP_MKNOD",
    "--cap-drop all",
    "-u 1000:1001",
    "--user=nobody",
    "--security-opt no-new-privileges",
    "--security-opt=no-new-privileges:true --security-opt seccomp=unconfined",
    "--security-opt apparmor=unconfined --security-opt label=disable",
    "--security-opt label=type:container_t --security-opt label=level:s0",
    "--security-opt systempaths=unconfined",
    "--privileged --security-opt label=disable",
    "--pid host",
    "--pid=host --ipc=host --uts=host --userns=host",
    "--ipc private",
    "--net host",
    "--network none",
    "--read-only --tmpfs /run --tmpfs /tmp:rw,noexec,size=64m",
    "-m 512m --memory-reservation 256m --cpus 1.5 -c 512 --pids-limit 100",
    "--cpu-quota 50000 --cpu-period 100000",
    "--pids-limit -1",
    "--restart always",
    "--restart=on-failure:5",
    "--restart unless-stopped",
    "-p 80:8080 -p 127.0.0.1:53:53/udp -p 9000 --expose 7000",
    "-P --expose 7000",
    "-v /etc:/host/etc:ro -v data:/data -v /srv:/srv:rw,rshared -v /anonymous",
    "--mount type=bind,source=/var/run,target=/host/run,readonly --mount type=volume,src=data,dst=/data",
    "--mount type=tmpfs,target=/scratch,tmpfs-size=1048576",
    "--mount type=volume,src=etcetera,dst=/data,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc",
    "--device /dev/null:/dev/x:rwm --device=/dev/zero --device-cgroup-rule 'c 1:3 rwm'",
    "--sysctl net.ipv4.ip_forward=1 --ulimit nofile=1024:2048 --ulimit core=0",
    "-e A=b -e PASSWORD=hunter2 --env C=",
    "-l a=b --label c",
    "--health-cmd 'true || false' --health-retries 3",
    "--no-healthcheck",
    "--entrypoint /bin/true",
    "--cgroup-parent /mine",
    "--network=made --hostname h --add-host a:127.0.0.1 --dns 127.0.0.1 --init --rm -w /srv --shm-size 1g",
    "--link-local-ip 169.254.1.1 --oom-score-adj 100 --log-driver none --stop-signal TERM --cidfile {folder}/cid",
]
WORDS = ["sh", "-c", "--privileged"]


@pytest.fixture(scope="session")
def image(docker: Any, tmp_path_factory: pytest.TempPathFactory) -> str:  # noqa: ANN401 - a fixture
    """An image that declares nothing, a network, and a volume that stands for a directory of the host."""
    folder = tmp_path_factory.mktemp("image")
    with tarfile.open(folder / "image.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("empty"), BytesIO())
    docker("import", str(folder / "image.tar"), IMAGE)
    docker("network", "create", "--driver", "bridge", "made")
    docker("volume", "create", "--opt", "type=none", "--opt", "o=bind", "--opt", "device=/etc", "behind")
    return IMAGE


@pytest.fixture
def engine(docker: Any) -> Engine:  # noqa: ANN401 - a fixture
    (host,) = json.loads(docker("context", "inspect", "--format", "[{{json .Endpoints.docker.Host}}]"))
    return Engine(Endpoint(address=host))


def only(read: Read) -> Workload:
    assert not read.faults
    (workload,) = read.workloads
    return workload


@pytest.mark.parametrize("options", COMMANDS)
def test_run_is_inspect(options: str, image: str, docker: Any, engine: Engine, tmp_path: Path) -> None:  # noqa: ANN401 - a fixture
    command = ["create", *shlex.split(options.format(folder=tmp_path)), image, *WORDS]
    said = only(RUN.read(run_document(["docker", *command]), 0, Alone()))
    name = docker(*command).strip()
    try:
        live = live_texts(engine, Limits())
    finally:
        docker("rm", "--force", "--volumes", name)
    assert not live.gaps
    (document,) = live.documents
    read = INSPECT.read(document, 0, Alone())
    reported = only(Read(workloads=read.workloads, faults=read.faults))
    assert reported.effective
    assert told(reported, said) == told(said, reported)
    assert unknown_beside(reported, said) == set()


def test_networks_volumes_and_images_are_reported_too(image: str, engine: Engine, docker: Any) -> None:  # noqa: ANN401 - a fixture
    name = docker("create", image, "true").strip()
    try:
        live = live_texts(engine, Limits())
    finally:
        docker("rm", name)
    (document,) = live.documents
    found = {(each.kind, each.name) for each in INSPECT.read(document, 0, Alone()).resources}
    assert {("Network", "made"), ("Network", "host"), ("Volume", "behind"), ("Image", image)} <= found
    assert set(live.images) == {image}
    assert image_config(engine, image) == live.images[image]
    assert image_config(engine, "plimsoll-test/absent:1") is None


def test_a_volume_may_stand_for_a_directory_of_the_host(image: str, docker: Any, engine: Engine) -> None:  # noqa: ANN401 - a fixture
    name = docker("create", "-v", "behind:/data:ro", image, "true").strip()
    try:
        live = live_texts(engine, Limits())
    finally:
        docker("rm", name)
    (workload,) = INSPECT.read(live.documents[0], 0, Alone()).workloads
    (mount,) = workload.containers[0].mounts
    assert (mount.kind, mount.source.value, mount.read_only.value) == ("bind", "/etc", True)


def test_a_running_container_is_reported(saved_image: Path, docker: Any, engine: Engine) -> None:  # noqa: ANN401 - a fixture
    assert saved_image.exists()
    options = ["--detach", "--name", "runs", "--network", "none", "--user", "1000:1000", "--read-only"]
    docker("run", *options, "plimsoll-test/app:1", "/bin/busybox", "sleep", "600")
    try:
        live = live_texts(engine, Limits())
    finally:
        docker("rm", "--force", "runs")
    (workload,) = INSPECT.read(live.documents[0], 0, Alone()).workloads
    (container,) = workload.containers
    assert workload.key == "Container//runs"
    assert (container.user.value, container.group.value, container.read_only_root.value) == ("1000", "1000", True)
    # The profile in force is told only of a container that was started; without AppArmor there is none.
    assert container.apparmor.value in {"unconfined", "runtime/default"}
    assert container.apparmor.at[-1] == "AppArmorProfile"


def told(workload: Workload, other: Workload) -> dict[str, object]:
    """All facts in plain values, leaving out those that the other one does not know, and what only an engine adds."""
    (container,), (beside,) = workload.containers, other.containers
    facts: dict[str, object] = {}
    for owner, against in ((workload, other), (container, beside)):
        for field in fields(owner):
            value, theirs = getattr(owner, field.name), getattr(against, field.name)
            if isinstance(value, Fact):
                known = plain(value) if value.is_known and theirs.is_known else None
                facts[field.name] = sorted(known) if field.name.startswith("capabilities") else known  # type: ignore[call-overload]
            elif field.name in LISTS:
                facts[field.name] = sorted(map(plain, value), key=repr)
    facts["ulimits"] = [each for each in facts["ulimits"] if each != ("nofile", "")]  # type: ignore[attr-defined]
    return facts


LISTS = {"mounts", "ports", "variables", "devices", "ulimits", "sysctls", "labels"}


def plain(value: object) -> object:
    """A fact, or what is made of facts, without its place."""
    if isinstance(value, Fact):
        return plain(value.stated)
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, Mount):
        source = "" if value.kind == "volume" and len(value.source.stated) == 64 else value.source.stated
        parts = (value.target, value.read_only, value.propagation)
        return value.kind, source, *map(plain, parts), value.options.get("size", "")
    if isinstance(value, Port):
        return plain(value.container), value.protocol, plain(value.published), plain(value.address)
    if isinstance(value, Variable | Pair):
        return value.name, plain(value.value)
    return value


def unknown_beside(reported: Workload, said: Workload) -> set[str]:
    """The facts that an engine does not know, although the command line does."""
    (container,), (beside,) = reported.containers, said.containers
    return {
        field.name
        for field in fields(Container)
        if isinstance(fact := getattr(container, field.name), Fact)
        and not fact.is_known
        and getattr(beside, field.name).is_known
    }
