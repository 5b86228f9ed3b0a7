"""Containers as engines inspect them: recorded documents, and every field on its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.documents.document import TextDocument, read_documents
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Fact, Standing, UnknownFactError
from plimsoll.model.platform import Read
from plimsoll.model.workload import Container, Workload
from plimsoll.pipeline.estate import Alone, estate_of, recognise
from plimsoll.platforms.inspect import INSPECT, merged
from plimsoll.platforms.inspect_section import MOST_FAULTS

RECORDED = Path(__file__).parents[1] / "data" / "platforms" / "inspect" / "recorded.json"


@pytest.fixture(scope="module")
def recorded() -> Estate:
    estate = estate_of([("recorded.json", RECORDED.read_bytes())])
    assert not estate.gaps
    return estate


def container_of(estate: Estate, name: str) -> tuple[Workload, Container]:
    (workload,) = (each for each in estate.workloads if each.name == name)
    (container,) = workload.containers
    return workload, container


def framed(piece: object) -> tuple[Workload, Container]:
    estate = estate_of([("x", INSPECT.frame(json.dumps(piece)))])
    assert not estate.gaps
    (workload,) = estate.workloads
    return workload, workload.containers[0]


def faults_of(piece: object) -> tuple[str, ...]:
    return read(INSPECT.frame(json.dumps(piece))).faults


def read(data: bytes) -> Read:
    (document,) = read_documents("x", data)
    return INSPECT.read(document, 0, Alone())


def test_all_kinds_of_objects_are_read(recorded: Estate) -> None:
    assert [each.name for each in recorded.workloads] == ["priv", "devices", "etcmount", "caps", "hostnet", "web"]
    assert {each.key for each in recorded.workloads} >= {"Container//web", "Container//priv"}
    assert all(each.effective and each.platform == "inspect" for each in recorded.workloads)
    assert [each.kind for each in recorded.resources] == ["Network", "Volume", "Image"]


def test_a_hardened_container(recorded: Estate) -> None:
    workload, web = container_of(recorded, "web")
    at = workload.at
    assert web.capabilities_dropped == Fact(
        (Fact("ALL", (*at, "HostConfig", "CapDrop", 0)),), (*at, "HostConfig", "CapDrop")
    )
    assert web.no_new_privileges == Fact(stated=True, at=(*at, "HostConfig", "SecurityOpt", 0))
    assert (web.pids_limit.value, web.cpu_limit.value, web.memory_limit.value) == (50, 0.5, 67108864.0)
    assert workload.restart.value == "on-failure:5"
    assert workload.network.value == "shop-front"
    assert web.liveness.value is True
    assert [(each.kind, each.source.value, each.target.value) for each in web.mounts] == [
        ("volume", "shop-data", "/data"),
        ("tmpfs", "", "/tmp"),  # noqa: S108 - a place in the container
    ]
    (port,) = web.ports
    assert port.published is not None
    assert (port.container.value, port.published.value, port.address.value) == (8000, (8000, 8000), "127.0.0.1")


def test_places_are_those_of_the_keys(recorded: Estate) -> None:
    workload, privileged = container_of(recorded, "priv")
    document = recorded.documents[0]
    lines = RECORDED.read_text().splitlines()
    place = document.position(privileged.privileged.at)
    assert privileged.privileged.at == (*workload.at, "HostConfig", "Privileged")
    assert place is not None
    assert place.is_there
    assert lines[place.line - 1][place.column - 1 :].startswith('"Privileged": true')


def test_what_a_privileged_container_implies(recorded: Estate) -> None:
    _, container = container_of(recorded, "priv")
    assert container.privileged.value
    assert container.seccomp.value == "unconfined"
    assert container.seccomp.standing is Standing.DEFAULT
    # The engine has put label=disable there itself.
    assert container.body["HostConfig"]["SecurityOpt"] == ["label=disable"]  # type: ignore[index]
    assert container.selinux.value == ""


def test_an_unconfined_container_with_capabilities(recorded: Estate) -> None:
    _, container = container_of(recorded, "caps")
    assert [each.value for each in container.capabilities_added.value] == ["SYS_ADMIN"]
    assert container.seccomp.value == "unconfined"
    assert container.seccomp.is_declared


def test_namespaces_devices_ports_and_mounts(recorded: Estate) -> None:
    workload, container = container_of(recorded, "devices")
    assert [each.value for each in container.devices] == ["/dev/null"]
    assert workload.host_ipc.value
    assert [port.address.value for port in container.ports] == [""]
    assert container_of(recorded, "hostnet")[0].host_network.value
    (mount,) = container_of(recorded, "etcmount")[1].mounts
    assert (mount.kind, mount.source.value, mount.target.value, mount.read_only.value) == (
        "bind",
        "/etc",
        "/host-etc",
        False,
    )


@pytest.mark.parametrize(
    ("piece", "attribute", "value"),
    [
        ({}, "user", "0"),
        ({"Config": {"User": "nobody"}}, "user", "nobody"),
        ({"Config": {"User": ":5"}}, "user", "0"),
        ({"Config": {"User": "7:5"}}, "group", "5"),
        ({}, "group", "0"),
        ({}, "apparmor", "runtime/default"),
        ({"AppArmorProfile": ""}, "apparmor", "unconfined"),
        ({"AppArmorProfile": "unconfined"}, "apparmor", "unconfined"),
        ({"AppArmorProfile": "mine"}, "apparmor", "localhost/mine"),
        ({"AppArmorProfile": "containers-default-0.57.4"}, "apparmor", "runtime/default"),
        ({"AppArmorProfile": "", "State": {"Status": "created"}}, "apparmor", "runtime/default"),
        (
            {"AppArmorProfile": "", "State": {"Status": "created"}, "HostConfig": {"SecurityOpt": ["apparmor=mine"]}},
            "apparmor",
            "localhost/mine",
        ),
        ({"HostConfig": {"SecurityOpt": ["label=disable"]}}, "selinux", "disabled"),
        ({"HostConfig": {"SecurityOpt": ["label=disable"], "PidMode": "host"}}, "selinux", ""),
        ({"HostConfig": {"SecurityOpt": ['seccomp={"defaultAction": 0}']}}, "seccomp", "localhost/profile"),
        ({}, "proc_mount", "default"),
        ({"HostConfig": {"MaskedPaths": []}}, "proc_mount", "unmasked"),
        ({"HostConfig": {"MaskedPaths": ["/proc/kcore"]}}, "proc_mount", "default"),
        ({"HostConfig": {"ReadonlyRootfs": True}}, "read_only_root", True),
        ({"HostConfig": {"Memory": 4194304}}, "memory_limit", 4194304.0),
        ({"HostConfig": {"Memory": -1}}, "memory_limit", 0.0),
        ({"HostConfig": {"MemoryReservation": 1024}}, "memory_request", 1024.0),
        ({"HostConfig": {"NanoCpus": 1500000000}}, "cpu_limit", 1.5),
        ({"HostConfig": {"CpuQuota": 50000}}, "cpu_limit", 0.5),
        ({"HostConfig": {"CpuQuota": 50000, "CpuPeriod": 25000}}, "cpu_limit", 2.0),
        ({"HostConfig": {"CpuShares": 512}}, "cpu_request", 0.5),
        ({"HostConfig": {"PidsLimit": None}}, "pids_limit", 0),
        ({"HostConfig": {"PidsLimit": -1}}, "pids_limit", 0),
        ({"HostConfig": {"PidsLimit": 7}}, "pids_limit", 7),
        ({}, "liveness", False),
        ({"Config": {"Healthcheck": {"Test": ["NONE"]}}}, "liveness", False),
        ({"Config": {"Healthcheck": {"Test": ["CMD-SHELL", "true"]}}}, "liveness", True),
        ({"Config": {"Image": ""}, "ImageName": "docker.io/library/nginx:1"}, "image", "docker.io/library/nginx:1"),
        ({}, "readiness", False),
        ({}, "pull_policy", ""),
    ],
)  # fmt: skip
def test_facts_of_the_container(piece: object, attribute: str, value: object) -> None:
    assert getattr(framed(piece)[1], attribute).value == value


@pytest.mark.parametrize(
    ("piece", "attribute", "value"),
    [
        ({}, "network", "bridge"),
        ({"HostConfig": {"NetworkMode": "none"}}, "network", "none"),
        ({"HostConfig": {"NetworkMode": "container:abc"}}, "network", "container:abc"),
        ({"HostConfig": {"NetworkMode": "host"}}, "host_network", True),
        ({"HostConfig": {"PidMode": "container:abc"}}, "host_pid", False),
        ({"HostConfig": {"PidMode": "host"}}, "host_pid", True),
        ({"HostConfig": {"IpcMode": "shareable"}}, "host_ipc", False),
        ({"HostConfig": {"UTSMode": "host"}}, "host_uts", True),
        ({"HostConfig": {"UsernsMode": "host"}}, "host_users", True),
        ({"HostConfig": {"CgroupParent": "/mine"}}, "cgroup_parent", "/mine"),
        ({"HostConfig": {"RestartPolicy": {"Name": ""}}}, "restart", "no"),
        ({"HostConfig": {"RestartPolicy": {"Name": "always"}}}, "restart", "always"),
        ({}, "replicas", 1),
        ({}, "service_account", ""),
    ],
)
def test_facts_of_the_workload(piece: object, attribute: str, value: object) -> None:
    assert getattr(framed(piece)[0], attribute).value == value


def test_a_group_that_the_image_decides_is_unknown() -> None:
    _, container = framed({"Config": {"User": "nobody"}})
    with pytest.raises(UnknownFactError, match="passwd"):
        _ = container.group.value


def test_mounts_are_given_once_for_each_target() -> None:
    piece = {
        "Mounts": [{"Type": "bind", "Source": "/a", "Destination": "/x/", "RW": False, "Propagation": "rshared"}],
        "HostConfig": {
            "Binds": ["/a:/x:ro", "/b:/y", "named:/z"],
            "Mounts": [{"Type": "tmpfs", "Target": "/w", "TmpfsOptions": {"SizeBytes": 5}}],
            "Tmpfs": {"/v": "size=1m"},
        },
    }
    found = [
        (each.kind, each.source.value, each.target.value, each.read_only.value, each.propagation.value)
        for each in framed(piece)[1].mounts
    ]
    assert found == [
        ("bind", "/a", "/x/", True, "rshared"),
        ("bind", "/b", "/y", False, "rprivate"),
        ("volume", "named", "/z", False, "private"),
        ("tmpfs", "", "/w", False, "private"),
        ("tmpfs", "", "/v", False, "private"),
    ]


def test_a_volume_that_stands_for_a_directory_is_a_bind() -> None:
    volume = {"Name": "all", "Driver": "local", "Mountpoint": "/v", "Options": {"o": "rbind,ro", "device": "/"}}
    container = json.loads(INSPECT.frame(json.dumps({"HostConfig": {}})))[0]
    container["Mounts"] = [{"Type": "volume", "Name": "all", "Source": "/v", "Destination": "/x", "RW": True}]
    (workload,) = read(json.dumps([container, volume]).encode()).workloads
    (mount,) = workload.containers[0].mounts
    assert (mount.kind, mount.source.value) == ("bind", "/")


def test_ports() -> None:
    piece = {
        "HostConfig": {
            "PublishAllPorts": True,
            "PortBindings": {
                "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8000-8010"}, {"HostIp": "::1", "HostPort": ""}],  # noqa: S104 - an example
                "53/udp": None,
            },
        },
        "Config": {"ExposedPorts": {"80/tcp": {}, "9000/sctp": {}}},
    }
    found = [
        (port.container.value, port.protocol, port.published and port.published.value, port.address.value)
        for port in framed(piece)[1].ports
    ]
    assert found == [
        (80, "tcp", (8000, 8010), ""),
        (80, "tcp", (0, 0), "::1"),
        (53, "udp", (0, 0), ""),
        (9000, "sctp", (0, 0), ""),
    ]


def test_words_variables_labels_sysctls_and_limits() -> None:
    piece = {
        "Config": {"Entrypoint": "/old", "Cmd": ["a", "b"], "Env": ["A=b=c", "ALONE"], "Labels": {"k": "v"}},
        "HostConfig": {
            "Sysctls": {"net.ipv4.ip_forward": "1"},
            "Ulimits": [{"Name": "RLIMIT_NOFILE", "Soft": 1, "Hard": 2}, {"Name": "core", "Soft": 0, "Hard": 0}],
            "DeviceRequests": [{"Driver": "cdi", "DeviceIDs": ["vendor.com/gpu=0"]}, {"Driver": "nvidia"}],
            "Annotations": {"x": "y"},
        },
    }
    workload, container = framed(piece)
    assert [word.value for word in container.words] == ["/old", "a", "b"]
    assert [(each.name, each.value.value) for each in container.variables] == [("A", "b=c"), ("ALONE", "")]
    assert [(each.name, each.value) for each in container.ulimits] == [("nofile", "1:2"), ("core", "0")]
    assert [(each.name, each.value) for each in (*workload.sysctls, *workload.labels, *workload.annotations)] == [
        ("net.ipv4.ip_forward", "1"),
        ("k", "v"),
        ("x", "y"),
    ]
    assert [each.value for each in container.devices] == ["vendor.com/gpu=0"]


@pytest.mark.parametrize(
    ("piece", "said"),
    [
        ({"HostConfig": {"Privileged": "maybe"}}, "HostConfig.Privileged is neither true nor false"),
        ({"HostConfig": {"CapAdd": {"a": 1}}}, "HostConfig.CapAdd is no list"),
        ({"HostConfig": {"CapAdd": [5]}}, "HostConfig.CapAdd[0] is no text"),
        ({"HostConfig": {"Memory": "lots"}}, "HostConfig.Memory is no number"),
        ({"HostConfig": {"PortBindings": {"x": []}}}, "HostConfig.PortBindings.x is no port"),
        ({"HostConfig": {"SecurityOpt": ["sandbox=full"]}}, "is no security option that engines know"),
        ({"Config": {"Env": [[]]}}, "Config.Env[0] is no text"),
        ({"HostConfig": {"Binds": ["a:b:c:d:e"]}}, "HostConfig.Binds[0] is no mount"),
        ({"HostConfig": {"Tmpfs": []}}, "HostConfig.Tmpfs is no object"),
        ({"NetworkSettings": 1}, "NetworkSettings is no object"),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_line(piece: object, said: str) -> None:
    faults = faults_of(piece)
    assert any(said in fault and fault.startswith("line ") for fault in faults), faults


def test_a_value_of_the_wrong_kind_is_unknown() -> None:
    (workload,) = read(INSPECT.frame('{"HostConfig": {"Privileged": "maybe", "CapAdd": [5]}}')).workloads
    (container,) = workload.containers
    assert not container.privileged.is_known
    assert not container.seccomp.is_known
    assert not container.capabilities_added.value[0].is_known


def test_many_faults_are_counted() -> None:
    faults = faults_of({"Config": {"Env": [1] * (MOST_FAULTS + 30)}})
    assert len(faults) == MOST_FAULTS + 1
    assert faults[-1].startswith("30 more")


def test_other_objects_in_the_array_are_named() -> None:
    data = json.loads(INSPECT.frame("{}"))
    read_of = read(json.dumps([*data, {"Spec": {}}, 5]).encode())
    assert len(read_of.workloads) == 1
    assert [fault.partition("is no")[0] for fault in read_of.faults] == ["line 1: [1] ", "line 1: [2] "]


@pytest.mark.parametrize(
    "other", ["{}", "[]", "5", '{"Config": {}, "Id": "x"}', '{"kind": "Pod", "apiVersion": "v1"}', "services: {}"]
)
def test_other_documents_are_not_recognised(other: str) -> None:
    for document in read_documents("x", other.encode()):
        assert recognise(document) is not INSPECT
        assert not INSPECT.recognises(document)


def test_what_podman_inspects_is_read() -> None:
    piece = {
        "ImageName": "docker.io/library/nginx:1",
        "AppArmorProfile": "",
        "HostConfig": {
            "CapDrop": ["CAP_MKNOD"],
            "Binds": ["/etc:/x:rw,rprivate,rbind"],
            "NetworkMode": "slirp4netns",
            "PidMode": "private",
            "PidsLimit": 2048,
            "RestartPolicy": {"Name": "", "MaximumRetryCount": 0},
            "Ulimits": [{"Name": "RLIMIT_NPROC", "Soft": 4194304, "Hard": 4194304}],
        },
        "Config": {"Entrypoint": "", "Image": "docker.io/library/nginx:1"},
    }
    workload, container = framed(piece)
    assert [each.value for each in container.capabilities_dropped.value] == ["MKNOD"]
    assert (container.pids_limit.value, workload.host_pid.value, workload.restart.value) == (2048, False, "no")
    assert container.command.value == ()
    assert [(each.name, each.value) for each in container.ulimits] == [("nproc", "4194304")]


def test_merging_keeps_what_is_beside() -> None:
    under: dict[str, object] = {"a": {"b": 1, "c": {"d": 2}}, "e": [1]}
    assert merged(under, {"a": {"c": {"f": 3}}, "e": [2]}) == {"a": {"b": 1, "c": {"d": 2, "f": 3}}, "e": [2]}
    assert under == {"a": {"b": 1, "c": {"d": 2}}, "e": [1]}


def test_remedies_are_spelled_as_they_are_read() -> None:
    """Setting what a spelling writes gives the fact that was to be set."""
    wanted: dict[str, Any] = {
        "privileged": False,
        "user": "1000",
        "read_only_root": True,
        "memory_limit": 536870912.0,
        "cpu_limit": 1.5,
        "pids_limit": 100,
        "no_new_privileges": True,
        "seccomp": "runtime/default",
    }
    for name, value in wanted.items():
        spelling = INSPECT.spelling[name]
        written = spelling.write(value)
        piece: object = [written] if spelling.append else written
        for key in reversed(spelling.path):
            piece = {key: piece}
        assert getattr(framed(piece)[1], name).value == value


_KEYS = """
HostConfig Config Mounts NetworkSettings State AppArmorProfile Privileged CapAdd SecurityOpt Binds Tmpfs Env Labels Name
PortBindings Ulimits Devices RestartPolicy Healthcheck Test ExposedPorts 80/tcp HostPort Image User Destination Type
"""
KEYS = st.sampled_from(_KEYS.split())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(KEYS, VALUES, max_size=6), st.dictionaries(KEYS, VALUES, max_size=6))
def test_no_object_makes_it_raise(host: dict[str, object], config: dict[str, object]) -> None:
    root = [{"HostConfig": host, "Config": config, **config}]
    document = TextDocument(path="x", data=json.dumps(root).encode(), root=root)
    found = INSPECT.read(document, 0, Alone())
    assert len(found.workloads) + len(found.faults) >= 1
    INSPECT.recognises(document)


@given(st.text(max_size=60))
def test_no_example_makes_the_frame_raise(text: str) -> None:
    assert isinstance(INSPECT.frame(text), bytes)
