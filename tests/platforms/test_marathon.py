"""Apps, pods and groups of Marathon, against its REST API."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.documents.document import TextDocument, read_documents
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Standing
from plimsoll.model.workload import Container, Workload
from plimsoll.pipeline.estate import Alone, estate_of, recognise
from plimsoll.platforms.marathon import MARATHON

GROUP = Path(__file__).parents[1] / "data" / "platforms" / "marathon" / "group.json"
MIB = float(1 << 20)


@pytest.fixture(scope="module")
def group() -> Estate:
    estate = estate_of([("group.json", GROUP.read_bytes())])
    assert not estate.gaps
    return estate


def named(estate: Estate, key: str) -> Workload:
    (workload,) = (each for each in estate.workloads if each.key == key)
    return workload


def framed(piece: object) -> tuple[Workload, Container]:
    estate = estate_of([("x", MARATHON.frame(json.dumps(piece)))])
    assert not estate.gaps, estate.gaps
    (workload,) = estate.workloads
    return workload, workload.containers[0]


def test_groups_are_walked(group: Estate) -> None:
    assert {each.key for each in group.workloads} == {
        "App/tools/agent",
        "App/tools/docker/registry",
        "App/tools/pod",
    }


def test_an_app(group: Estate) -> None:
    app = named(group, "App/tools/agent")
    (container,) = app.containers
    docker = ("apps", 0, "container", "docker")
    assert container.privileged.value is True
    assert container.privileged.at == (*docker, "privileged")
    assert (app.host_network.value, app.network.at) == (True, (*docker, "network"))
    assert (app.host_pid.value, app.host_pid.at) == (True, (*docker, "parameters", 1))
    assert [each.value for each in container.capabilities_added.value] == ["SYS_PTRACE"]
    assert container.no_new_privileges.value is True
    assert (container.user.value, container.pull_policy.value, app.replicas.value) == ("root", "Always", 5)
    assert (container.memory_limit.value, container.cpu_limit.value) == (512 * MIB, 0.25)
    assert container.liveness.value
    assert container.readiness.value
    assert [word.value for word in container.words] == ["run", "--verbose"]
    assert [(each.name, each.value) for each in app.labels] == [("owner", "ops")]


def test_what_an_app_mounts(group: Estate) -> None:
    (container,) = named(group, "App/tools/agent").containers
    found = [(each.kind, each.source.value, each.target.value, each.read_only.value) for each in container.mounts]
    assert found == [
        ("bind", "/var/run/docker.sock", "/var/run/docker.sock", False),
        ("bind", "/proc", "/host/proc", True),
        ("volume", "", "state", False),
        ("volume", "data", "/data", False),
        ("bind", "/etc", "/host/etc", True),
    ]
    assert container.mounts[0].at == ("apps", 0, "container", "volumes", 0)


def test_the_variables_of_an_app(group: Estate) -> None:
    (container,) = named(group, "App/tools/agent").containers
    found = [(each.name, each.origin, each.value.stated, each.value.is_known) for each in container.variables]
    assert found == [
        ("MODE", "literal", "full", True),
        ("PORT", "literal", "8080", True),
        ("API_KEY", "secret", "", False),
    ]


def test_an_app_behind_a_bridge(group: Estate) -> None:
    app = named(group, "App/tools/docker/registry")
    (container,) = app.containers
    assert (app.network.value, app.host_network.value) == ("bridge", False)
    assert [word.value for word in container.words] == ["/bin/sh", "-c", "exec registry serve ${CONFIG}"]
    ports = [(port.container.value, port.protocol, port.published and port.published.value) for port in container.ports]
    assert ports == [(5000, "udp", (5000, 5000)), (5000, "tcp", (5000, 5000)), (6000, "tcp", (0, 0))]
    # Limits of their own outweigh what is asked for, and what Marathon gives to whoever asks for nothing.
    assert (container.memory_limit.value, container.cpu_limit.value) == (0.0, 2.0)
    assert container.memory_request.value == 128 * MIB
    assert container.memory_request.standing is Standing.DEFAULT


def test_a_pod(group: Estate) -> None:
    pod = named(group, "App/tools/pod")
    web, side = pod.containers
    assert (pod.network.value, pod.host_network.value, pod.replicas.value) == ("mesh", False, 2)
    assert (web.user.value, side.user.value) == ("nobody", "root")
    assert (web.seccomp.value, side.seccomp.value) == ("unconfined", "runtime/default")
    assert [(each.name, each.value.value) for each in web.variables] == [("A", "1"), ("B", "2")]
    assert [word.value for word in side.words] == ["/bin/sh", "-c", "sleep 100"]
    (mount,) = web.mounts
    assert (mount.kind, mount.source.value, mount.read_only.value) == ("bind", "/etc", True)
    assert mount.volume_at == ("pods", 0, "volumes", 0)
    assert side.mounts[0].kind == "empty"
    assert [port.published and port.published.value for port in web.ports] == [(0, 0)]
    assert (web.pull_policy.value, web.memory_limit.value) == ("Always", 32 * MIB)
    # Mesos does not run the health check of an image.
    assert (web.liveness.value, side.liveness.value) == (True, False)


def test_positions_are_those_of_the_file(group: Estate) -> None:
    app = named(group, "App/tools/agent")
    place = group.documents[0].position(app.containers[0].privileged.at)
    assert place is not None
    line = GROUP.read_text().splitlines()[place.line - 1]
    assert line[place.column - 1 :].startswith('"privileged": true')


@pytest.mark.parametrize(
    ("piece", "attribute", "value"),
    [
        ({}, "host_network", False),
        ({"networks": []}, "host_network", True),
        ({"networks": [{"mode": "host"}]}, "host_network", True),
        ({"networks": [{"mode": "container"}]}, "network", "default"),
        ({"networks": [{"mode": "container", "name": "a"}]}, "network", "a"),
        ({"container": {"docker": {"network": "NONE"}}}, "network", "none"),
        ({"container": {"docker": {"network": "USER"}}, "ipAddress": {"networkName": "n"}}, "network", "n"),
        ({"container": {"linuxInfo": {"ipcInfo": {"mode": "SHARE_PARENT"}}}}, "host_ipc", True),
        ({}, "host_ipc", False),
        ({}, "restart", "no"),
        ({"instances": 0}, "replicas", 0),
    ],
)
def test_facts_of_the_workload(piece: object, attribute: str, value: object) -> None:
    assert getattr(framed(piece)[0], attribute).value == value


def parameters(*pairs: str) -> object:
    listed = [dict(zip(("key", "value"), pair.split("=", 1), strict=True)) for pair in pairs]
    return {"container": {"docker": {"parameters": listed}}}


@pytest.mark.parametrize(
    ("piece", "attribute", "value"),
    [
        ({}, "privileged", False),
        (parameters("privileged=true"), "privileged", True),
        (parameters("read-only=true"), "read_only_root", True),
        (parameters("user=5:6"), "group", "6"),
        (parameters("memory=1g"), "memory_limit", 1024 * MIB),
        (parameters("security-opt=seccomp=unconfined"), "seccomp", "unconfined"),
        (parameters("health-cmd=true"), "liveness", True),
        ({"container": {"linuxInfo": {"seccomp": {"profileName": "p"}}}}, "seccomp", "localhost/p"),
        ({"container": {"docker": {"privileged": True}}}, "seccomp", "unconfined"),
        ({"mem": 0}, "memory_limit", 0.0),
        ({}, "pull_policy", ""),
    ],
)
def test_facts_of_the_container(piece: object, attribute: str, value: object) -> None:
    assert getattr(framed(piece)[1], attribute).value == value


@pytest.mark.parametrize(
    ("piece", "attribute"),
    [
        ({"container": {"docker": {"privileged": "{{privileged}}"}}}, "privileged"),
        ({"container": {"docker": {"image": "${IMAGE}"}}}, "image"),
        ({"mem": "{{mem}}"}, "memory_limit"),
        ({"user": "{{user}}"}, "user"),
        ({}, "user"),
        ({}, "liveness"),
    ],
)
def test_what_is_not_known_is_unknown(piece: object, attribute: str) -> None:
    assert not getattr(framed(piece)[1], attribute).is_known


def test_ports_of_an_app_in_the_network_of_the_host() -> None:
    piece = {"networks": [{"mode": "host"}], "requirePorts": True, "portDefinitions": [{"port": 80}], "ports": [81]}
    found = [(port.container.value, port.published and port.published.value) for port in framed(piece)[1].ports]
    assert found == [(80, (80, 80)), (81, (81, 81))]


@pytest.mark.parametrize(
    "text", ['[{"id": "/a", "cmd": "x", "mem": 1}]', '{"apps": [{"id": "/a", "cmd": "x", "mem": 1}]}']
)
def test_arrays_and_answers_of_the_api_are_read(text: str) -> None:
    estate = estate_of([("x", text.encode())])
    assert [each.key for each in estate.workloads] == ["App//a"]
    # There is no image, so nothing of an image is known.
    assert not estate.workloads[0].containers[0].image.is_known


@pytest.mark.parametrize(
    ("piece", "said"),
    [
        ({"container": {"docker": {"privileged": "maybe"}}}, "privileged is neither true nor false"),
        (parameters("frobnicate=1"), "'frobnicate' is no option of docker run"),
        (parameters("memory=lots"), "is no size"),
        ({"container": {"docker": {"network": "MAGIC"}}}, "is none of BRIDGE"),
        ({"networks": [{"mode": "magic"}]}, "is none of host"),
        ({"container": {"volumes": [{"hostPath": "/a", "containerPath": "/b", "mode": "RX"}]}}, "is neither RO nor RW"),
        ({"env": {"A": []}}, "env.A is no text"),
        ({"mem": "lots"}, "mem is no number"),
        ({"container": {"volumes": {}}}, "container.volumes is no list"),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_line(piece: object, said: str) -> None:
    (document,) = read_documents("x", MARATHON.frame(json.dumps(piece)))
    faults = MARATHON.read(document, 0, Alone()).faults
    assert any(said in fault and fault.startswith("line ") for fault in faults), faults


def test_a_volume_that_a_pod_does_not_have_is_told() -> None:
    pod = {"id": "/p", "containers": [{"name": "a", "exec": {}, "volumeMounts": [{"name": "x", "mountPath": "/x"}]}]}
    (gap,) = estate_of([("x", json.dumps(pod).encode())]).gaps
    assert "names a volume that the pod does not have: 'x'" in gap.reason


@pytest.mark.parametrize(
    "other",
    [
        "{}",
        "[]",
        '{"id": "x"}',
        '{"apps": [{"name": "a", "script": "b.js"}]}',
        '{"apiVersion": "v1", "id": "x", "cmd": "a"}',
    ],
)
def test_other_documents_are_not_recognised(other: str) -> None:
    (document,) = read_documents("x", other.encode())
    assert recognise(document) is not MARATHON


def test_deep_and_many_groups_are_bounded() -> None:
    deep: dict[str, object] = {"id": "leaf", "apps": [{"id": "a", "cmd": "x", "mem": 1}]}
    for level in range(20_000):
        deep = {"id": f"g{level}", "groups": [deep]}
    document = TextDocument(path="x", data=b"{}", root=deep)
    assert isinstance(MARATHON.recognises(document), bool)
    assert MARATHON.read(document, 0, Alone()).faults == (
        "line 1: the document holds more than 10000 groups; the rest is not read",
    )


def test_remedies_are_spelled_as_they_are_read() -> None:
    wanted: dict[str, Any] = {
        "privileged": False,
        "user": "1000",
        "read_only_root": True,
        "memory_limit": 512 * MIB,
        "cpu_limit": 0.5,
        "pids_limit": 100,
        "no_new_privileges": True,
        "seccomp": "runtime/default",
        "host_pid": False,
        "host_network": False,
        "pull_policy": "Always",
        "replicas": 3,
    }
    for name, value in wanted.items():
        spelling = MARATHON.spelling[name]
        written = spelling.write(value)
        piece: object = [written] if spelling.append else written
        for key in reversed(spelling.path):
            piece = {key: piece}
        workload, container = framed(piece)
        owner = container if hasattr(container, name) else workload
        assert getattr(owner, name).value == value, name


_KEYS = """
id apps groups pods containers container docker image network networks mode privileged parameters key value volumes env
portMappings hostPort containerPort protocol mem cpus user cmd args healthChecks resourceLimits linuxInfo seccomp labels
resources exec command shell argv volumeMounts name secret external persistent scaling instances
"""
KEYS = st.sampled_from(_KEYS.split())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@given(st.dictionaries(KEYS, VALUES, max_size=8), VALUES)
def test_no_document_makes_it_raise(app: dict[str, object], other: object) -> None:
    root = [{**app, "id": "/a"}, {"id": "/b", "container": {"docker": other, "volumes": other}}, other]
    document = TextDocument(path="x", data=json.dumps(root).encode(), root=root)
    found = MARATHON.read(document, 0, Alone())
    assert found.workloads
    MARATHON.recognises(document)


@given(st.text(max_size=60))
def test_no_example_makes_the_frame_raise(text: str) -> None:
    assert isinstance(MARATHON.frame(text), bytes)
