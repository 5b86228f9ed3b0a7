"""The matrix on a real engine: what was created is judged as what declared it.

Every case of the matrix is created by `docker create`, by Debian's docker-compose and as a service of a swarm; all of
them are read back at once, and the same rules must fail as on the command line, the Compose file and the stack.
"""

import json
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.acceptance.matrix.cases import cases

from plimsoll.checks.catalogue import rules
from plimsoll.checks.judge import Judge
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.limits import Limits
from plimsoll.pipeline.estate import Alone, Gathering, estate_of, platforms
from plimsoll.pipeline.images import with_images
from plimsoll.sources.engine_client import Endpoint, Engine
from plimsoll.sources.live import live_texts

pytestmark = pytest.mark.engine

Docker = Callable[..., str]
IMAGES = (
    "registry.example.com/app:1.0",
    "registry.example.com/app:latest",
    "registry.example.com/app:nightly",
    "ghcr.io/example/app:1.0",
    "registry.k8s.io/ingress-nginx/controller:v1.11.4",
    "k8s.gcr.io/pause:3.5",
    "ttl.sh/app:1h",
)
AT_ONCE = 20
"""Services that docker-compose makes at once: with 64, its threads may wait for each other for ever."""

LONGEST = 60
"""Seconds that one command of docker-compose may take."""

DIGEST = re.compile(r"@sha256:[0-9a-f]{64}")
BODY = re.compile(r"^services:\n  app:\n((?:    .*\n|\n)+)", re.MULTILINE)
BEYOND = {
    "compose": "networks: {mine: {}}\n",
    "swarm": 'networks: {mine: {driver_opts: {encrypted: ""}}, outside: {external: true, name: host}}\n',
}
READ_BACK_AS = {"run": "inspect", "compose": "inspect", "swarm": "swarm"}


class Reason(NamedTuple):
    """Why a case is not created, or (`name` is then a rule) why it says something else of what was created."""

    platform: str
    name: str
    reason: str


NOT_CREATED = (
    Reason("run", "the latest image, asked for again", "it would ask the registry"),
    Reason("compose", "the latest image, asked for again", "it would ask the registry"),
    Reason("run", "a sysctl of the host", "Docker's client refuses it"),
    Reason("compose", "all of /proc", "docker-compose 1.29 leaves systempaths to the engine, which does not know it"),
    Reason("compose", "the host's name", "docker-compose 1.29 has no uts"),
    Reason("compose", "the host's cgroups", "docker-compose 1.29 has no cgroup"),
)
DIFFERENCES = (
    Reason("run", "duplicate-env-var", "the engine keeps the last one"),
    Reason("swarm", "unneeded-port-open", "an engine tells every port by itself, so that nobody sees the range"),
    *(
        Reason(platform, "host-cgroup-namespace", "with cgroups of version 1 an engine's default is the host's")
        for platform in ("run", "compose")
    ),
)
"""What else rules may say of what is read back, by the id of the rule."""


class Made(NamedTuple):
    """One case on one platform: its text, and the name of what is created of it."""

    platform: str
    case: str
    text: str
    name: str


def made() -> Iterator[Made]:
    """Give everything that can be created. An image by its digest would have to be fetched, so digests are left out."""
    excused = {(each.platform, each.name) for each in NOT_CREATED}
    for number, case in enumerate(cases()):
        for platform in READ_BACK_AS:
            if platform in case.texts and (platform, case.name) not in excused:
                yield Made(platform, case.name, DIGEST.sub("", case.texts[platform]), f"case-{number}")


EVERY = tuple(made())
Failing = Mapping[str, frozenset[str]]
"""The rules that fail, by the key of the workload."""


@pytest.fixture(scope="module")
def read_back(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Failing]:
    """Create everything, judge what the engine says of it, and remove it again."""
    if shutil.which("docker-compose") is None:
        pytest.skip("needs the command docker-compose (Debian: docker-compose)")
    folder = tmp_path_factory.mktemp("matrix")
    (host,) = json.loads(docker("context", "inspect", "--format", "[{{json .Endpoints.docker.Host}}]"))
    try:
        prepare(docker, folder)
        for each in EVERY:
            if each.platform == "run":
                docker("create", "--name", each.name, *command(each), folder=folder)
        (folder / "compose.yml").write_text(together("compose"))
        services = [each.name for each in EVERY if each.platform == "compose"]
        for first in range(0, len(services), AT_ONCE):
            compose(host, folder, "up", "--no-start", *services[first : first + AT_ONCE])
        (folder / "swarm.yml").write_text('version: "3.9"\n' + together("swarm"))
        docker("stack", "deploy", "--resolve-image", "never", "--compose-file", "swarm.yml", "stack", folder=folder)
        yield failing(reported(Engine(Endpoint(address=host))))
    finally:
        tidy(docker, host, folder)


def prepare(docker: Docker, folder: Path) -> None:
    """Make the image, which says nothing, what is named by cases, and a swarm of one node that starts nothing."""
    (folder / "profiles").mkdir()
    (folder / "profiles" / "mine.json").write_text('{"defaultAction": "SCMP_ACT_ERRNO"}')
    with tarfile.open(folder / "image.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("empty"), BytesIO())
    docker("import", "--change", 'CMD ["app"]', "image.tar", IMAGES[0], folder=folder)
    for name in IMAGES[1:]:
        docker("tag", IMAGES[0], name)
    docker("create", "--name", "other", IMAGES[0])
    # The engine has a network namespace of its own, in which only bridges have an address.
    docker("network", "create", "--driver", "bridge", "mine")
    (gateway,) = json.loads(docker("network", "inspect", "--format", "{{json .IPAM.Config}}", "mine"))
    address = gateway["Gateway"]
    docker("swarm", "init", "--advertise-addr", address, "--listen-addr", f"{address}:2377", "--availability", "drain")


def command(each: Made) -> list[str]:
    """Give the words after `docker run`."""
    words: list[str] = json.loads(platforms()["run"].frame(each.text))
    assert words[:2] == ["docker", "run"]
    return words[2:]


def together(platform: str) -> str:
    """Put the services of all cases into one file."""
    services = []
    for each in EVERY:
        if each.platform == platform:
            body = BODY.search(platforms()[platform].frame(each.text).decode().lstrip("\n"))
            assert body is not None
            services.append(f"  {each.name}:\n{body[1]}")
    return "services:\n" + "".join(services) + BEYOND[platform]


def compose(host: str, folder: Path, *arguments: str) -> None:
    program = ["docker-compose", "--project-name", "matrix", "--file", "compose.yml", *arguments]
    environment = {**os.environ, "DOCKER_HOST": host}
    done = subprocess.run(
        program, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST
    )
    assert done.returncode == 0, done.stderr[-2000:]


def reported(engine: Engine) -> Estate:
    live = live_texts(engine, Limits())
    assert not live.gaps
    gathering = Gathering("engine:")
    for document in live.documents:
        gathering.read(platforms()[document.platform], document, Alone())
    estate = gathering.estate()
    assert not estate.gaps
    return with_images(estate, live.images)


def failing(estate: Estate) -> Failing:
    """Count for a service what fails of its networks: a stack need not name the one that it gets."""
    found: dict[str, set[str]] = {}
    for judgement in Judge(rules().values()).judge(estate):
        if judgement.state is CheckState.FAIL:
            found.setdefault(judgement.subject, set()).add(judgement.rule.id)
    networks = {each.name: found.get(each.key, set()) for each in estate.of_kind("SwarmNetwork")}
    return {
        workload.key: frozenset(
            found.get(workload.key, set()).union(*(networks.get(joined.stated, set()) for joined in workload.networks))
        )
        for workload in estate.workloads
    }


def tidy(docker: Docker, host: str, folder: Path) -> None:
    """Remove everything again, whatever of it there is."""
    if (folder / "compose.yml").exists():
        compose(host, folder, "down", "--volumes")
    swarm = json.loads(docker("info", "--format", "{{json .Swarm}}"))
    if swarm["LocalNodeState"] == "active":
        docker("swarm", "leave", "--force")
    names = {"other", *(each.name for each in EVERY if each.platform == "run")}
    there = names.intersection(docker("ps", "--all", "--format", "{{.Names}}").split())
    if there:
        docker("rm", "--force", "--volumes", *there)
    for kind in ("network", "image"):
        named = docker(kind, "ls", "--format", "{{.Name}}" if kind == "network" else "{{.Repository}}:{{.Tag}}").split()
        ours = {"mine", *IMAGES}.intersection(named)
        if ours:
            docker(kind, "rm", *ours)


KEYS = {"run": "Container//{}", "compose": "Container//matrix_{}_1", "swarm": "SwarmService/stack/stack_{}"}


@pytest.mark.parametrize("each", EVERY, ids=[f"{each.case}-{each.platform}" for each in EVERY])
def test_what_was_created_is_judged_as_what_declared_it(each: Made, read_back: Failing) -> None:
    there = READ_BACK_AS[each.platform]
    both = {rule.id for rule in rules().values() if {each.platform, there} <= set(rule.platforms)}
    estate = estate_of([("example", platforms()[each.platform].frame(each.text))], each.platform)
    named = {
        container.image.value: {"Cmd": ["app"]} for workload in estate.workloads for container in workload.containers
    }
    (declared,) = failing(with_images(estate, named)).values()
    found = read_back[KEYS[each.platform].format(each.name)]
    justified = {difference.name for difference in DIFFERENCES if difference.platform == each.platform}
    assert (declared ^ found) & both == justified & (declared ^ found)
