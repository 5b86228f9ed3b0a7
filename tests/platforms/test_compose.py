"""Compose: which documents are of it, and every fact of a service."""

import json
from typing import Any

import pytest
from tests.platforms.compose_folder import FILE, Folder, app, service

from plimsoll.documents.document import read_documents
from plimsoll.model.fact import Fact, Standing, default
from plimsoll.pipeline.estate import Alone, estate_of
from plimsoll.platforms.compose import COMPOSE
from plimsoll.platforms.swarm import SWARM

AT = ("services", "app")


def recognised(text: str, path: str = "any.yml") -> bool:
    return any(COMPOSE.recognises(document) for document in read_documents(path, text.encode()))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("services: {app: {image: i}}", "any.yml"),
        ("services: {app: {build: .}}", "any.yml"),
        ('{"services": {"app": {"image": "i"}}}', "any.json"),
        ("services: {app: {ports: ['80:80']}}", "docker-compose.override.yml"),
        ("include: [other.yml]", "compose.yaml"),
        ("app: {image: i}", "docker-compose.yml"),
        ("app: {image: i}", "fig.yml"),
        ("services: [a, b]", "compose.yaml"),
        ("no mapping at all", "docker-compose.yaml"),
    ],
)
def test_what_is_compose(text: str, path: str) -> None:
    assert recognised(text, path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("apiVersion: v1\nkind: Pod\nservices: {app: {image: i}}", "any.yml"),
        ("services: {_defaults: {autowire: true}, App\\: {resource: ../src}}", "services.yaml"),
        ("services: [postgres]", ".gitlab-ci.yml"),
        ("jobs: {a: {}}\nservices: {app: {image: i}}", "any.yml"),
        ("app: {image: i}", "any.yml"),
        ("issuer: http://a\nweb: {http: a}", "docker-compose-config.yaml"),
        ("- name: run compose", "compose.yml"),
        ("no mapping at all", "any.yml"),
    ],
)
def test_what_is_not_compose(text: str, path: str) -> None:
    assert not recognised(text, path)


def test_what_is_not_said_is_the_default_and_what_the_image_says_is_unknown() -> None:
    reading = service("")
    workload, container = reading.workload(), reading.container()
    assert workload.key == "ComposeService//app"
    assert workload.host_pid == default(value=False, at=(*AT, "pid"))
    assert workload.host_ipc == default(value=False, at=(*AT, "ipc"))
    assert workload.host_network == default(value=False, at=(*AT, "network_mode"))
    assert workload.host_uts == default(value=False, at=(*AT, "uts"))
    assert workload.host_users == default(value=False, at=(*AT, "userns_mode"))
    assert workload.restart == default("no", (*AT, "restart"))
    assert workload.network == default("default", (*AT, "networks"))
    assert workload.replicas == default(1, (*AT, "deploy", "replicas"))
    assert container.image == Fact("i", (*AT, "image"))
    assert container.privileged == default(value=False, at=(*AT, "privileged"))
    assert container.capabilities_added == default((), (*AT, "cap_add"))
    assert container.no_new_privileges == default(value=False, at=(*AT, "security_opt"))
    assert container.seccomp == default("runtime/default", (*AT, "security_opt"))
    assert container.read_only_root == default(value=False, at=(*AT, "read_only"))
    assert container.memory_limit == default(0.0, (*AT, "mem_limit"))
    assert container.cpu_limit == default(0.0, (*AT, "cpus"))
    assert container.pids_limit == default(0, (*AT, "pids_limit"))
    unknown: list[Fact[Any]] = [container.user, container.group, container.liveness, container.command]
    assert {fact.standing for fact in unknown} == {Standing.UNKNOWN}
    assert container.readiness.value is False
    assert reading.place(container.privileged.at) == (FILE, 2, 3, False)


@pytest.mark.parametrize(
    ("body", "attribute", "expected"),
    [
        ("privileged: true", "privileged", True),
        ('privileged: "yes"', "privileged", True),
        ("read_only: true", "read_only_root", True),
        ("user: '1000:2000'", "user", "1000"),
        ("user: '1000:2000'", "group", "2000"),
        ("user: 0", "group", "0"),
        ("security_opt: ['no-new-privileges:true']", "no_new_privileges", True),
        ("security_opt: [seccomp:unconfined]", "seccomp", "unconfined"),
        ("security_opt: [apparmor=unconfined]", "apparmor", "unconfined"),
        ("security_opt: [label=disable]", "selinux", "disabled"),
        ("security_opt: [systempaths=unconfined]", "proc_mount", "unmasked"),
        ("privileged: true", "seccomp", "unconfined"),
        ("mem_limit: 512m", "memory_limit", 512 << 20),
        ("mem_limit: 1073741824", "memory_limit", 1 << 30),
        ("mem_limit: -1", "memory_limit", 0),
        ("mem_reservation: 64m", "memory_request", 64 << 20),
        ("deploy: {resources: {limits: {memory: 50M}}}", "memory_limit", 50 << 20),
        ("deploy: {resources: {reservations: {memory: 20M}}}", "memory_request", 20 << 20),
        ("cpus: 1.5", "cpu_limit", 1.5),
        ("cpus: '0.25'", "cpu_limit", 0.25),
        ("deploy: {resources: {limits: {cpus: '0.5'}}}", "cpu_limit", 0.5),
        ("cpu_quota: 50000", "cpu_limit", 0.5),
        ("cpu_quota: 50000\ncpu_period: 25000", "cpu_limit", 2),
        ("cpu_shares: 512", "cpu_request", 0.5),
        ("pids_limit: 100", "pids_limit", 100),
        ("pids_limit: -1", "pids_limit", 0),
        ("deploy: {resources: {limits: {pids: 20}}}", "pids_limit", 20),
        ("pull_policy: always", "pull_policy", "Always"),
        ("pull_policy: missing", "pull_policy", "IfNotPresent"),
        ("healthcheck: {test: [CMD, 'true']}", "liveness", True),
        ("healthcheck: {test: curl localhost}", "liveness", True),
        ("healthcheck: {disable: true}", "liveness", False),
        ("healthcheck: {test: [NONE]}", "liveness", False),
    ],
)
def test_facts_of_a_container(body: str, attribute: str, expected: object) -> None:
    fact = getattr(app(body), attribute)
    assert fact.value == expected


@pytest.mark.parametrize(
    ("body", "attribute", "expected"),
    [
        ("pid: host", "host_pid", True),
        ("pid: service:other", "host_pid", False),
        ("ipc: host", "host_ipc", True),
        ("ipc: shareable", "host_ipc", False),
        ("uts: host", "host_uts", True),
        ("userns_mode: host", "host_users", True),
        ("network_mode: host", "host_network", True),
        ("net: host", "host_network", True),
        ("network_mode: host", "network", "host"),
        ("network_mode: none", "network", "none"),
        ("network_mode: service:db", "network", "container:db"),
        ("networks: [back, front]", "network", "back"),
        ("networks: {back: {ipv4_address: 10.0.0.1}}", "network", "back"),
        ("cgroup_parent: m", "cgroup_parent", "m"),
        ("restart: no", "restart", "no"),
        ("restart: on-failure:5", "restart", "on-failure:5"),
        ("deploy: {restart_policy: {condition: on-failure, max_attempts: 3}}", "restart", "on-failure:3"),
        ("deploy: {restart_policy: {condition: any}}", "restart", "always"),
        ("deploy: {replicas: 6}", "replicas", 6),
        ("scale: 2", "replicas", 2),
    ],
)
def test_facts_of_a_workload(body: str, attribute: str, expected: object) -> None:
    assert getattr(service(body).workload(), attribute).value == expected


def test_capabilities_lose_their_prefix_and_keep_their_places() -> None:
    container = app("cap_add:\n  - CAP_NET_ADMIN\n  - sys_time\ncap_drop: [all]")
    assert container.capabilities_added.value == (
        Fact("NET_ADMIN", (*AT, "cap_add", 0)),
        Fact("SYS_TIME", (*AT, "cap_add", 1)),
    )
    assert container.capabilities_dropped.value == (Fact("ALL", (*AT, "cap_drop", 0)),)


def test_mounts_of_all_forms() -> None:
    body = """
volumes:
  - ./a:/a:ro
  - data:/data
  - type: bind
    source: /var/run/docker.sock
    target: /s
    read_only: true
    bind: {propagation: rshared, selinux: Z}
  - {type: tmpfs, target: /t, tmpfs: {size: 1000}}
tmpfs: /run:size=1m
secrets: [pw, {source: key, target: /etc/key, mode: 0400}]
configs: [{source: c, target: /c}]
use_api_socket: true
"""
    mounts = app(body).mounts
    found = [(each.kind, each.source.stated, each.target.value, each.read_only.value) for each in mounts]
    assert found == [
        ("bind", "./a", "/a", True),
        ("volume", "data", "/data", False),
        ("bind", "/var/run/docker.sock", "/s", True),
        ("tmpfs", "", "/t", False),
        ("tmpfs", "", "/run", False),
        ("bind", "/var/run/docker.sock", "/var/run/docker.sock", False),
        ("secret", "pw", "/run/secrets/pw", True),
        ("secret", "key", "/etc/key", True),
        ("config", "c", "/c", True),
    ]
    assert mounts[2].propagation == Fact("rshared", (*AT, "volumes", 2, "bind", "propagation"))
    assert mounts[2].options == {"selinux": "Z", "Z": ""}
    assert mounts[3].options == {"size": "1000"}


def test_a_directory_of_the_host_behind_a_named_volume_is_a_bind() -> None:
    text = """
services: {app: {image: i, volumes: ["etc:/etc"]}}
volumes: {etc: {driver: local, driver_opts: {type: none, o: "bind,rshared", device: /etc}}}
"""
    (mount,) = Folder({FILE: text}).read().container().mounts
    assert (mount.kind, mount.source.value, mount.propagation.value) == ("bind", "/etc", "rshared")
    assert mount.source.at == ("volumes", "etc", "driver_opts", "device")
    assert (mount.at, mount.volume_at) == ((*AT, "volumes", 0), ("volumes", "etc"))


def test_mounts_are_borrowed_from_other_services() -> None:
    text = """
services:
  app: {image: i, volumes_from: ["db:ro", "container:x"]}
  db: {image: i, volumes: ["/:/host"]}
"""
    taken, other = Folder({FILE: text}).read().container().mounts
    assert (taken.source.value, taken.read_only.value, taken.at) == ("/", True, (*AT, "volumes_from", 0))
    assert not other.source.is_known


def test_ports_of_all_forms() -> None:
    body = """
ports:
  - "127.0.0.1:8080:80"
  - 53
  - {target: 443, published: "8443-8445", host_ip: 0.0.0.0, protocol: tcp}
  - {target: 5353, protocol: udp}
expose: ["3000", 4000]
"""
    ports = app(body).ports
    found = [
        (port.address.value, port.published.value if port.published else None, port.container.value, port.protocol)
        for port in ports
    ]
    assert found == [
        ("127.0.0.1", (8080, 8080), 80, "tcp"),
        ("", (0, 0), 53, "tcp"),
        ("", (8443, 8445), 443, "tcp"),
        ("", (0, 0), 5353, "udp"),
        ("", None, 3000, "tcp"),
        ("", None, 4000, "tcp"),
    ]
    assert ports[2].published == Fact((8443, 8445), (*AT, "ports", 2, "published"))


@pytest.mark.parametrize("body", ["environment: {A: '1', B: x=y}", "environment: ['A=1', B=x=y]"])
def test_variables_of_both_forms(body: str) -> None:
    found = [(each.name, each.value.value, each.origin) for each in app(body).variables]
    assert found == [("A", "1", "literal"), ("B", "x=y", "literal")]


def test_variables_that_are_passed_on() -> None:
    folder = Folder({FILE: "services: {app: {image: i, environment: [A, B]}}"}, environment={"A": "1"})
    one, other = folder.read().container().variables
    assert (one.origin, one.value.value) == ("host", "1")
    assert (other.origin, other.value.is_known) == ("host", False)


def test_variables_of_files() -> None:
    body = "env_file: [a.env, {path: b.env, required: false}]\nenvironment: {B: mine}"
    reading = service(body, **{"a.env": "# a remark\nA=1\nB=2\nexport C='$x'\n"})
    found = [(each.name, each.value.value, each.origin, each.at[2:]) for each in reading.container().variables]
    assert found == [
        ("A", "1", "file", ("env_file", 0)),
        ("C", "$x", "file", ("env_file", 0)),
        ("B", "mine", "literal", ("environment", "B")),
    ]
    assert not reading.read.faults


def test_a_file_of_variables_that_is_not_there_is_a_fault_with_its_line() -> None:
    assert service("env_file: a.env").read.faults == (
        "services.app.env_file (line 4): a.env cannot be read: there is no file a.env",
    )


def test_words_of_commands() -> None:
    container = app("entrypoint: [sh, -c]\ncommand: echo 'a b' c")
    assert [word.value for word in container.words] == ["sh", "-c", "echo", "a b", "c"]
    assert [word.value for word in app("command: it's").words] == ["it's"]


def test_pairs_of_both_forms() -> None:
    workload = service(
        "sysctls: [net.core.somaxconn=1024]\nlabels: {a: b}\nulimits: {nproc: 10, nofile: {soft: 1, hard: 2}}"
    )
    assert [(each.name, each.value) for each in workload.workload().sysctls] == [("net.core.somaxconn", "1024")]
    assert [(each.name, each.value) for each in workload.workload().labels] == [("a", "b")]
    assert [(each.name, each.value) for each in workload.container().ulimits] == [("nproc", "10"), ("nofile", "1:2")]


def test_devices_are_named_by_their_paths_on_the_host() -> None:
    container = app("devices: ['/dev/fuse:/dev/fuse:rwm', {source: /dev/kvm}, vendor.com/gpu=all]")
    assert [each.value for each in container.devices] == ["/dev/fuse", "/dev/kvm", "vendor.com/gpu=all"]


def test_joining_the_network_that_is_the_hosts() -> None:
    text = "services: {app: {image: i, networks: [out]}}\nnetworks: {out: {external: true, name: host}}"
    assert Folder({FILE: text}).read().workload().host_network == Fact(stated=True, at=(*AT, "networks", 0))


def test_resources() -> None:
    text = """
services: {app: {image: i}}
networks: {back: {internal: true, labels: {a: b}}, front: }
volumes: {data: {}}
secrets: {pw: {file: ./pw}}
configs: {c: {external: true}}
"""
    resources = Folder({f"sub/{FILE}": text}).read(f"sub/{FILE}").read.resources
    assert [each.key for each in resources] == [
        "ComposeNetwork/sub/back",
        "ComposeNetwork/sub/front",
        "ComposeVolume/sub/data",
        "ComposeSecret/sub/pw",
        "ComposeConfig/sub/c",
    ]
    assert (resources[0].at, resources[0].labels, resources[3].body) == (
        ("networks", "back"),
        {"a": "b"},
        {"file": "./pw"},
    )


def test_the_project_is_named_by_itself_or_by_its_folder() -> None:
    assert Folder({FILE: "name: mine\nservices: {app: {image: i}}"}).read().workload().namespace == "mine"
    folder = Folder({"a/b/compose.yaml": "services: {app: {image: i}}"})
    assert folder.read("a/b/compose.yaml").workload().key == "ComposeService/a/b/app"


def test_version_one_has_its_services_at_the_top() -> None:
    reading = Folder({"docker-compose.yml": "app:\n  image: i\n  net: host\ndb:\n  image: j\n"}).read(
        "docker-compose.yml"
    )
    assert [each.name for each in reading.read.workloads] == ["app", "db"]
    assert reading.workload().host_network.value is True
    assert reading.place(reading.workload().host_network.at) == ("docker-compose.yml", 3, 3, True)


def test_profiles_that_are_off_are_a_gap() -> None:
    text = "services: {app: {image: i}, debug: {image: i, profiles: [dev]}}"
    reading = Folder({FILE: text}).read().read
    assert [each.name for each in reading.workloads] == ["app"]
    (gap,) = reading.gaps
    assert (gap.what, gap.count) == ("profile-off", 1)
    assert "debug" in gap.question
    for on in ("dev", "*"):
        found = Folder({FILE: text}, profiles=frozenset({on})).read().read
        assert (len(found.workloads), found.gaps) == (2, ())


def test_variables_make_facts_unknown_with_a_reason() -> None:
    container = app("privileged: ${PRIVILEGED}\nuser: $USER_ID\ncap_add: ['${CAPABILITY}']\nmem_limit: ${MEMORY:-64m}")
    assert container.privileged.reason == (
        "the variable PRIVILEGED is not set (Compose takes an unset one for an empty text)"
    )
    assert not container.user.is_known
    assert not container.seccomp.is_known
    assert not container.capabilities_added.value[0].is_known
    assert container.memory_limit.value == 64 << 20


def test_variables_come_from_the_file_beside_it_and_from_the_user() -> None:
    text = "services: {app: {image: 'i:${TAG}', privileged: '${P}'}}"
    folder = Folder({f"a/{FILE}": text, "a/.env": "TAG=1\nP=true", ".env": "TAG=other"}, environment={"P": "false"})
    container = folder.read(f"a/{FILE}").container()
    assert (container.image.value, container.privileged.value) == ("i:1", False)


def test_the_environment_of_the_process_is_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAG", "secret")
    assert not app("privileged: $TAG").privileged.is_known


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("privileged: maybe", "services.app.privileged (line 4): it should be true or false"),
        ("privileged: [true]", "services.app.privileged (line 4): it should be true or false"),
        ("mem_limit: much", "services.app.mem_limit (line 4): it should be a size such as 512m"),
        ("ports: ['a:b']", "services.app.ports[0] (line 4): 'a:b' is no port"),
        ("volumes: ['a:']", "services.app.volumes[0] (line 4): 'a:' is no mount"),
        ("volumes: [{type: bind, source: a}]", "services.app.volumes[0].target (line 4): a mount needs a target"),
        ("cap_add: {a: b}", "services.app.cap_add (line 4): it should be a list"),
        ("deploy: x", "services.app.deploy (line 4): it should be a mapping"),
        ("security_opt: [a=b]", "services.app.security_opt[0] (line 4): 'a=b' is no security option"),
        ("volumes_from: [none]", "services.app.volumes_from[0] (line 4): there is no service 'none'"),
        ("command: {a: b}", "services.app.command (line 4): it should be a text or a list"),
    ],
)
def test_what_is_wrong_is_a_fault_with_its_line(body: str, words: str) -> None:
    assert service(body).read.faults == (words,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("services: [a]", "services (line 1): it should be a mapping"),
        ("services: {app: x}", "services.app (line 1): a service should be a mapping"),
        ("services: {app: {ports: []}}", "services.app (line 1): the service 'app' has neither image nor build"),
        ("services: {}\nnetworks: [a]", "networks (line 2): it should be a mapping"),
        ("services: {}\nvolumes: {a: b}", "volumes.a (line 2): it should be a mapping"),
        ("text", "compose.yaml: it should be a mapping with services"),
    ],
)
def test_what_is_wrong_with_a_file(text: str, words: str) -> None:
    assert Folder({FILE: text}).read().read.faults == (words,)


def test_a_service_of_the_wrong_kind_leaves_the_others_readable() -> None:
    reading = Folder({FILE: "services: {app: {image: i}, bad: 1}"}).read().read
    assert [each.name for each in reading.workloads] == ["app"]
    assert len(reading.faults) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_with_anchors_merge_keys_and_flow_style(end: str) -> None:
    text = end.join(
        [
            "x-base: &base",
            "  privileged: true",
            "services:",
            "  app:",
            "    <<: *base",
            "    image: i",
            "    cap_add: [A, B]",
            "",
        ]
    )
    reading = Folder({FILE: "\ufeff" + text}).read()
    assert reading.place(reading.container().privileged.at) == (FILE, 2, 3, True)
    assert reading.place((*AT, "cap_add", 1)) == (FILE, 7, 18, True)


def test_json_is_read_alike() -> None:
    body = {"image": "i", "privileged": True, "mem_limit": 1024, "environment": {"A": 1, "B": None}, "ports": [80]}
    container = Folder({FILE: json.dumps({"services": {"app": body}})}).read().container()
    assert container.privileged.value is True
    assert container.memory_limit.value == 1024
    assert [(each.name, each.value.stated) for each in container.variables] == [("A", "1"), ("B", "")]
    assert container.ports[0].container.value == 80


@pytest.mark.parametrize("platform", [COMPOSE, SWARM])
def test_examples_are_framed(platform: Any) -> None:  # noqa: ANN401 - a platform
    for text in ("read_only: true", "image: other", "services: {app: {image: i, read_only: true}}", ""):
        (workload,) = estate_of([("example", platform.frame(text))], platform.name).workloads
        assert workload.name == "app"
        assert workload.platform == platform.name
        assert workload.containers[0].image.is_known


SPELT = {
    "apparmor": "localhost/mine",
    "capabilities_added": ("CHOWN",),
    "capabilities_dropped": ("ALL",),
    "cgroup_parent": "m",
    "cpu_limit": 0.5,
    "cpu_request": 0.5,
    "host_ipc": True,
    "host_network": True,
    "host_pid": True,
    "host_users": True,
    "host_uts": True,
    "image": "other",
    "liveness": False,
    "memory_limit": float(256 << 20),
    "memory_request": float(64 << 20),
    "network": "none",
    "no_new_privileges": True,
    "pids_limit": 100,
    "privileged": True,
    "pull_policy": "Always",
    "read_only_root": True,
    "replicas": 3,
    "restart": "on-failure:5",
    "seccomp": "unconfined",
    "selinux": "type:t",
    "user": "1000",
}


@pytest.mark.parametrize("platform", [COMPOSE, SWARM])
def test_what_is_spelt_is_read_back(platform: Any) -> None:  # noqa: ANN401 - a platform
    for fact, spelling in platform.spelling.items():
        value = spelling.write(SPELT[fact])
        for step in reversed(spelling.path):
            value = {step: [value] if spelling.append and step == spelling.path[-1] else value}
        body = {"image": "i"} | value
        document = next(read_documents(FILE, json.dumps({"services": {"app": body}}).encode()))
        read = platform.read(document, 0, Alone())
        (workload,) = read.workloads
        owner = workload if hasattr(workload, fact) else workload.containers[0]
        found = getattr(owner, fact).value
        plain = tuple(each.value for each in found) if isinstance(found, tuple) else found
        assert (fact, plain, read.gaps, read.faults) == (fact, SPELT[fact], (), ())


@pytest.mark.parametrize("fact", ["host_pid", "host_ipc", "host_network", "host_uts", "host_users"])
def test_a_namespace_of_ones_own_is_no_key(fact: str) -> None:
    is_hosts = False
    assert COMPOSE.spelling[fact].write(is_hosts) is None
