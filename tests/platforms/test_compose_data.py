"""Published Compose files as they are, and anything at all: facts with places, faults with reasons, never an error."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.platforms.compose_folder import Folder, Reading

from plimsoll.documents.document import read_documents
from plimsoll.documents.errors import DocumentError
from plimsoll.model.fact import Fact
from plimsoll.model.platform import Platform
from plimsoll.pipeline.estate import Alone
from plimsoll.platforms.compose import COMPOSE
from plimsoll.platforms.compose_facts import Faults
from plimsoll.platforms.swarm import SWARM

DATA = Path(__file__).parent.parent / "data" / "platforms" / "compose"


def published(name: str, **others: str) -> Reading:
    path = next(each.name for each in DATA.iterdir() if each.name.startswith(name))
    return Folder({path: (DATA / path).read_text(), **others}).read(path)


@pytest.mark.parametrize(
    ("name", "services"),
    [
        ("dependency-track", ["traefik", "frontend", "apiserver", "postgres"]),
        ("docker-bench", ["docker-bench-security"]),
        ("falco", ["falco", "sidekick", "webui", "redis"]),
        ("nextcloud", ["nc", "redis", "db"]),
        ("traefik-golang", ["frontend", "backend"]),
        ("tracee", ["node-exporter", "prometheus", "grafana", "pyroscope"]),
    ],
)
def test_every_service_is_read_and_nothing_is_wrong(name: str, services: list[str]) -> None:
    reading = published(name)
    assert COMPOSE.recognises(reading.documents[0])
    assert [each.name for each in reading.read.workloads] == services
    assert (reading.read.faults, reading.read.gaps) == ((), ())


def test_falco() -> None:
    reading = published("falco")
    falco = reading.container("falco")
    assert [each.value for each in falco.capabilities_added.value] == ["SYS_ADMIN", "SYS_RESOURCE", "SYS_PTRACE"]
    assert [each.value for each in falco.capabilities_dropped.value] == ["ALL"]
    assert [(each.kind, each.source.value, each.read_only.value) for each in falco.mounts] == [
        ("bind", "/var/run/docker.sock", False),
        ("bind", "/proc", True),
        ("bind", "/etc", True),
        ("bind", "./config/http_output.yml", False),
    ]
    assert reading.place(falco.mounts[0].at, "falco")[1:] == (12, 9, True)
    (port,) = reading.container("webui").ports
    assert (port.address.value, port.published and port.published.value) == ("127.0.0.1", (2802, 2802))
    assert [word.value for word in reading.container("webui").words] == ["-r", "redis:6379", "-d"]


def test_dependency_track() -> None:
    reading = published("dependency-track")
    traefik = reading.container("traefik")
    assert traefik.selinux.value == "disabled"
    assert (traefik.mounts[0].source.value, traefik.mounts[0].target.value) == ("/var/run/docker.sock",) * 2
    assert reading.container("frontend").image.value == "ghcr.io/dependencytrack/frontend:5-snapshot"
    assert reading.container("frontend").liveness.value is False
    assert reading.container("apiserver").memory_limit.value == 1 << 30
    assert reading.workload("apiserver").replicas.value == 3
    assert reading.container("postgres").liveness.value is True
    assert reading.workload("postgres").restart.value == "unless-stopped"


def test_a_file_of_version_one() -> None:
    reading = published("docker-bench")
    workload = reading.workload("docker-bench-security")
    assert (workload.host_pid.value, workload.host_network.value, workload.network.value) == (True, True, "host")
    assert reading.place(workload.host_pid.at, workload.name)[1:] == (14, 5, True)
    assert not workload.containers[0].image.is_known
    assert [each.read_only.value for each in workload.containers[0].mounts] == [True] * 4


def test_tracee() -> None:
    reading = published("tracee")
    exporter = reading.container("node-exporter")
    assert reading.workload("node-exporter").host_network.value is True
    assert (exporter.mounts[2].source.value, exporter.mounts[2].propagation.value) == ("/", "rslave")
    assert "($|/)" in exporter.words[4].value
    assert [each.published for each in exporter.ports] == [None]


def test_nextcloud() -> None:
    reading = published("nextcloud")
    variables = [(each.name, each.value.value) for each in reading.container("nc").variables]
    assert ("MYSQL_PASSWORD", "nextcloud") in variables
    assert [each.value for each in reading.workload("nc").networks] == ["redisnet", "dbnet"]
    assert [word.value for word in reading.container("db").words] == [
        "--transaction-isolation=READ-COMMITTED",
        "--binlog-format=ROW",
    ]
    assert [each.key for each in reading.read.resources] == [
        "ComposeNetwork//dbnet",
        "ComposeNetwork//redisnet",
        "ComposeVolume//db_data",
        "ComposeVolume//nc_data",
    ]


def test_variables_of_a_file_that_is_there_or_not() -> None:
    (fault,) = published("phpmailer").read.faults
    assert fault == "services.web.env_file[0] (line 7): .env cannot be read: there is no file .env"
    reading = published("phpmailer", **{".env": "SMTP_PASSWORD=x"})
    assert [(each.name, each.value.value) for each in reading.container("web").variables] == [("SMTP_PASSWORD", "x")]


SCALARS = st.sampled_from(
    ["", "true", "host", "80:80", "a:/b:ro", "${X}", "$", "{{ x }}", "512m", "a=b", "-1", "[::1]:1:1", "none", "\x00"]
)
NATIVE = st.one_of(SCALARS, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False))
WORDS = """
image build privileged cap_add ports volumes tmpfs devices secrets configs environment env_file labels sysctls ulimits
deploy resources limits memory cpus pids replicas restart_policy condition max_attempts restart security_opt user
mem_limit cpu_quota pids_limit network_mode networks pid ipc healthcheck test disable command entrypoint extends service
file target source type published bind propagation volumes_from profiles expose scale logging driver driver_opts o
device external name soft hard path required use_api_socket x-a
"""
KEYS = st.sampled_from(WORDS.split())
VALUES = st.recursive(NATIVE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5))
ROOTS = st.dictionaries(
    st.sampled_from(["services", "networks", "volumes", "secrets", "configs", "include", "name", "version", "x-a"]),
    st.one_of(VALUES, st.dictionaries(st.sampled_from(["app", "db"]), VALUES, max_size=2)),
)


class Plain:
    """A document of values without a text."""

    def __init__(self, root: object) -> None:
        self.path = "compose.yaml"
        self.root = root

    def position(self, at: object) -> None:  # noqa: ARG002 - nothing stands anywhere
        return None


@pytest.mark.parametrize("platform", [COMPOSE, SWARM])
@given(root=st.one_of(ROOTS, VALUES), over=ROOTS)
def test_no_values_make_it_raise(platform: Platform, root: object, over: object) -> None:
    class Around(Alone):
        def overrides(self, document: object) -> Any:  # noqa: ANN401, ARG002 - as the contract has it
            return [Plain(over)]

    for around in (Alone(), Around()):
        document = Plain(root)
        assert platform.recognises(document) in {True, False}
        read = platform.read(document, 0, around)
        for workload in read.workloads:
            container = workload.containers[0]
            for fact in (container.privileged, container.user, container.memory_limit, workload.restart):
                assert isinstance(fact, Fact)
                assert fact.at[:1] == ("services",)
        assert all(isinstance(fault, str) for fault in read.faults)


@given(
    st.text(alphabet=st.sampled_from("services:apimg\n  -{}[]&*!$\"'#|>\t\r,<"), max_size=80), st.binary(max_size=20)
)
def test_no_bytes_make_it_raise(text: str, data: bytes) -> None:
    for whole in (text.encode() + data, b"services:\n app:\n  image: i\n  " + text.encode()):
        try:
            documents = list(read_documents("compose.yaml", whole))
        except DocumentError:
            continue
        for document in documents:
            for platform in (COMPOSE, SWARM):
                read = platform.read(document, 0, Alone())
                assert len({workload.name for workload in read.workloads}) == len(read.workloads)


def test_a_bomb_of_aliases_is_refused_with_a_reason() -> None:
    ports = ", ".join(["'80:80'"] * 1000)
    services = "".join(f"  s{n}: {{image: i, ports: *p}}\n" for n in range(500))
    (document,) = read_documents("compose.yaml", f"x-p: &p [{ports}]\nservices:\n{services}".encode())
    read = COMPOSE.read(document, 0, Alone())
    assert read.faults == ("compose.yaml: it holds more than 300000 values",)


def test_faults_are_told_once_and_not_without_end() -> None:
    faults = Faults(Plain({}))
    for number in range(3000):
        faults.add(("a", number // 2), "it is wrong")
    assert (len(faults.words), faults.words[-1]) == (1001, "there are more than 1000 faults; the others are not named")
