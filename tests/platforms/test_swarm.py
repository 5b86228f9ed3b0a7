"""Swarm: stack files, of which it heeds fewer keys than Compose does, and what engines say of services."""

import json
from typing import Any

import pytest

from plimsoll.documents.document import read_documents
from plimsoll.model.fact import Fact, default
from plimsoll.model.platform import Read
from plimsoll.pipeline.estate import Alone, recognise
from plimsoll.platforms.swarm import SWARM

AT = ("services", "app")


def read(text: str, path: str = "stack.yml") -> Read:
    return SWARM.read(next(read_documents(path, text.encode())), 0, Alone())


def platform_of(text: str, path: str) -> str:
    found = recognise(next(read_documents(path, text.encode())))
    return found.name if found else ""


DEPLOYED = "services: {app: {image: i, deploy: {replicas: 2}}}"


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        (f"{DEPLOYED}\nnetworks: {{n: {{driver: overlay}}}}", "compose.yml", "swarm"),
        (f"{DEPLOYED}\nsecrets: {{s: {{external: true}}}}", "compose.yml", "swarm"),
        (f"{DEPLOYED}\nconfigs: {{c: {{external: {{name: x}}}}}}", "compose.yml", "swarm"),
        ("services: {app: {image: i}}", "my-stack.yaml", "swarm"),
        ("services: {app: {image: i, deploy: {placement: {}}}}\nnetworks: {n: {driver: overlay}}", "a.yml", "swarm"),
        (DEPLOYED, "compose.yml", "compose"),
        ("services: {app: {image: i}}\nnetworks: {n: {driver: overlay}}", "compose.yml", "compose"),
        ("services: {app: {image: i, deploy: {resources: {}}}}\nsecrets: {s: {external: true}}", "a.yml", "compose"),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: a}", "stack.yml", "kubernetes"),
        ('[{"ID": "x", "Spec": {"TaskTemplate": {"ContainerSpec": {"Image": "i"}}}}]', "a.json", "swarm"),
        ('[{"Name": "n", "Id": "x", "Scope": "swarm", "Driver": "overlay", "IPAM": {}}]', "a.json", "swarm"),
        ('[{"Name": "n", "Id": "x", "Scope": "local", "Driver": "bridge", "IPAM": {}}]', "a.json", "inspect"),
        ("[]", "a.json", ""),
    ],
)
def test_what_is_swarm(text: str, path: str, expected: str) -> None:
    assert platform_of(text, path) == expected


def test_keys_that_swarm_ignores_have_their_defaults_and_are_named_in_one_gap() -> None:
    found = read(
        """services:
  app:
    image: i
    privileged: true
    pid: host
    network_mode: host
    userns_mode: host
    devices: [/dev/kvm]
    security_opt: [seccomp=unconfined]
    cgroup_parent: m
    restart: always
    mem_limit: 1g
    build: .
    container_name: c
    depends_on: [db]
    cap_add: [SYS_ADMIN]
  db:
    image: i
    ipc: host
"""
    )
    workload, _ = found.workloads
    container = workload.containers[0]
    assert workload.key == "SwarmService//app"
    assert container.privileged == default(value=False, at=(*AT, "privileged"))
    assert container.seccomp == default("runtime/default", (*AT, "security_opt"))
    assert container.devices == ()
    assert [workload.host_pid.value, workload.host_network.value, workload.host_users.value] == [False] * 3
    assert (workload.cgroup_parent.value, workload.network.value, workload.restart.value) == ("", "default", "always")
    assert container.memory_limit == default(0.0, (*AT, "deploy", "resources", "limits", "memory"))
    assert [each.value for each in container.capabilities_added.value] == ["SYS_ADMIN"]
    (gap,) = found.gaps
    assert (gap.what, gap.count) == ("ignored-by-swarm", 9)
    assert "app.privileged (line 4)" in gap.question
    assert "db.ipc (line 19)" in gap.question
    assert "container_name" not in gap.question
    assert not found.faults


def test_what_swarm_heeds() -> None:
    found = read(
        """services:
  app:
    image: i
    read_only: true
    user: "1000"
    ports: ["127.0.0.1:80:80"]
    secrets: [pw]
    deploy:
      replicas: 3
      labels: {a: b}
      restart_policy: {condition: on-failure, max_attempts: 5}
      resources: {limits: {cpus: "0.5", memory: 50M, pids: 10}, reservations: {memory: 20M, cpus: "0.25"}}
networks: {back: {driver: overlay, driver_opts: {encrypted: ""}}}
"""
    )
    (workload,) = found.workloads
    container = workload.containers[0]
    assert (container.read_only_root.value, container.user.value, workload.replicas.value) == (True, "1000", 3)
    assert (container.cpu_limit.value, container.memory_limit.value, container.pids_limit.value) == (0.5, 50 << 20, 10)
    assert (container.cpu_request.value, container.memory_request.value) == (0.25, 20 << 20)
    assert workload.restart == Fact("on-failure:5", (*AT, "deploy", "restart_policy", "condition"))
    assert [(each.name, each.value) for each in workload.labels] == [("a", "b")]
    assert container.ports[0].address == default("", (*AT, "ports", 0))
    assert [(each.kind, each.target.value) for each in container.mounts] == [("secret", "/run/secrets/pw")]
    assert [each.key for each in found.resources] == ["SwarmNetwork//back"]
    assert (found.gaps, found.faults) == ((), ())


SERVICE: dict[str, Any] = {
    "ID": "abc",
    "Spec": {
        "Name": "shop_web",
        "Labels": {"com.docker.stack.namespace": "shop"},
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": "nginx:1.25@sha256:" + "a" * 64,
                "Args": ["nginx", "-g"],
                "Env": ["PASSWORD=x", "EMPTY"],
                "User": "1000:1000",
                "Privileges": {
                    "NoNewPrivileges": True,
                    "Seccomp": {"Mode": "unconfined"},
                    "AppArmor": {"Mode": "disabled"},
                    "SELinuxContext": {"Disable": False, "Type": "t", "Level": "l"},
                },
                "Mounts": [
                    {"Type": "bind", "Source": "/", "Target": "/host", "BindOptions": {"Propagation": "rshared"}},
                    {"Type": "volume", "Source": "v", "Target": "/v", "ReadOnly": True},
                ],
                "Secrets": [{"File": {"Name": "pw", "UID": "0"}, "SecretID": "s", "SecretName": "shop_pw"}],
                "Configs": [{"File": {"Name": "/etc/c"}, "ConfigID": "c", "ConfigName": "shop_c"}],
                "ReadOnly": True,
                "CapabilityAdd": ["CAP_NET_ADMIN"],
                "CapabilityDrop": ["ALL"],
                "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}],
                "Sysctls": {"net.core.somaxconn": "1"},
                "Healthcheck": {"Test": ["CMD", "true"]},
            },
            "Resources": {
                "Limits": {"NanoCPUs": 500000000, "MemoryBytes": 52428800, "Pids": 10},
                "Reservations": {"NanoCPUs": 250000000, "MemoryBytes": 20971520},
            },
            "RestartPolicy": {"Condition": "on-failure", "MaxAttempts": 5},
            "Networks": [{"Target": "n1"}],
        },
        "Mode": {"Replicated": {"Replicas": 3}},
        "EndpointSpec": {"Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080}]},
    },
}
NETWORK = {"Name": "shop_back", "Id": "n1", "Scope": "swarm", "Driver": "overlay", "Options": {"encrypted": ""}}
INNER = (0, "Spec", "TaskTemplate", "ContainerSpec")


def inspected(*objects: object) -> Read:
    text = json.dumps(objects)
    assert platform_of(text, "") == "swarm"
    return read(text, "")


def test_services_as_an_engine_inspects_them() -> None:
    found = inspected(SERVICE, NETWORK)
    (workload,) = found.workloads
    container = workload.containers[0]
    assert (workload.key, workload.effective) == ("SwarmService/shop/shop_web", True)
    assert (workload.restart.value, workload.replicas.value, workload.network.value) == ("on-failure:5", 3, "shop_back")
    assert container.user == Fact("1000", (*INNER, "User"))
    assert container.no_new_privileges == Fact(True, (*INNER, "Privileges", "NoNewPrivileges"))  # noqa: FBT003 - a value
    assert (container.seccomp.value, container.apparmor.value) == ("unconfined", "unconfined")
    assert container.selinux.value == "type:t,level:l"
    assert [each.value for each in container.capabilities_added.value] == ["NET_ADMIN"]
    assert (container.cpu_limit.value, container.memory_limit.value, container.pids_limit.value) == (0.5, 50 << 20, 10)
    assert (container.cpu_request.value, container.memory_request.value) == (0.25, 20 << 20)
    assert (container.read_only_root.value, container.liveness.value) == (True, True)
    assert [word.value for word in container.words] == ["nginx", "-g"]
    assert [(each.name, each.value.value) for each in container.variables] == [("PASSWORD", "x"), ("EMPTY", "")]
    assert [(each.kind, each.source.value, each.target.value, each.read_only.value) for each in container.mounts] == [
        ("bind", "/", "/host", False),
        ("volume", "v", "/v", True),
        ("secret", "shop_pw", "/run/secrets/pw", True),
        ("config", "shop_c", "/etc/c", True),
    ]
    assert container.mounts[0].propagation.value == "rshared"
    (port,) = container.ports
    assert (port.container.value, port.published and port.published.value) == (80, (8080, 8080))
    assert [(each.name, each.value) for each in container.ulimits] == [("nofile", "1:2")]
    assert [(each.kind, each.name, each.body) for each in found.resources] == [("SwarmNetwork", "shop_back", NETWORK)]
    assert not found.faults


def test_defaults_of_a_service_that_says_nothing() -> None:
    bare = {"ID": "x", "Spec": {"Name": "a", "TaskTemplate": {"ContainerSpec": {"Image": "i"}}}}
    (workload,) = inspected(bare).workloads
    container = workload.containers[0]
    assert not container.user.is_known
    assert not container.liveness.is_known
    assert (container.seccomp.value, container.apparmor.value) == ("runtime/default", "runtime/default")
    assert container.no_new_privileges == default(value=False, at=(*INNER, "Privileges", "NoNewPrivileges"))
    assert (container.memory_limit.value, container.pids_limit.value) == (0.0, 0)
    assert (workload.replicas.value, workload.network.value) == (1, "default")


def test_a_directory_of_the_host_behind_a_volume_of_a_service_is_a_bind() -> None:
    options = {"DriverConfig": {"Name": "local", "Options": {"type": "none", "o": "bind", "device": "/etc"}}}
    mount = {"Type": "volume", "Source": "v", "Target": "/v", "VolumeOptions": options}
    (workload,) = inspected({"Spec": {"TaskTemplate": {"ContainerSpec": {"Mounts": [mount]}}}}).workloads
    assert [(each.kind, each.source.value) for each in workload.containers[0].mounts] == [("bind", "/etc")]


def test_what_is_wrong_with_a_service_is_a_fault() -> None:
    found = inspected(
        {"Spec": {"TaskTemplate": {"ContainerSpec": {"ReadOnly": "maybe", "Mounts": [1], "Env": {"A": []}}}}}
    )
    where = "[0].Spec.TaskTemplate.ContainerSpec"
    assert set(found.faults) == {
        f"{where}.ReadOnly (line 1): it should be true or false",
        f"{where}.Mounts[0] (line 1): it should be an object",
        f"{where}.Env.A (line 1): it should be a text",
    }


@pytest.mark.parametrize(
    ("said", "restart"),
    [
        ("restart: 'no'", "always"),
        ("restart: unless-stopped", "always"),
        ("restart: on-failure:3", "on-failure:3"),
        ("deploy: {restart_policy: {condition: none}}", "no"),
        ("deploy: {restart_policy: {max_attempts: 3}}", "always"),
        ("{restart: on-failure:3, deploy: {restart_policy: {condition: on-failure}}}", "on-failure"),
    ],
)
def test_a_stack_restarts_without_end_unless_something_else_is_said(said: str, restart: str) -> None:
    body = said if said.startswith("{") else f"{{{said}}}"
    (workload,) = read(f"services: {{app: {body}}}").workloads
    assert workload.restart.value == restart
