"""Command lines of docker run and podman run: every way to write an option, and what it makes of a container."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.documents.document import read_documents
from plimsoll.model.fact import Fact, Standing
from plimsoll.model.platform import Read
from plimsoll.model.workload import Container, Workload
from plimsoll.pipeline.estate import Alone, estate_of, recognise
from plimsoll.platforms.run import RUN
from plimsoll.platforms.run_command import taken_apart
from plimsoll.platforms.run_document import run_document, script_document
from plimsoll.platforms.run_options import FLAGS, SHORT, VALUES


def read(*words: str) -> Read:
    return RUN.read(run_document(words), 0, Alone())


def framed(options: str) -> tuple[Workload, Container]:
    estate = estate_of([("x", RUN.frame(options))], "run")
    assert not estate.gaps, estate.gaps
    (workload,) = estate.workloads
    return workload, workload.containers[0]


def script(text: str) -> Read:
    return RUN.read(script_document("run.sh", text.encode()), 0, Alone())


@pytest.mark.parametrize(
    "words",
    [
        ["docker", "run", "--user", "5", "img"],
        ["docker", "run", "--user=5", "img"],
        ["docker", "run", "-u", "5", "img"],
        ["docker", "run", "-u5", "img"],
        ["docker", "run", "-u=5", "img"],
        ["docker", "run", "-itdu", "5", "img"],
        ["docker", "run", "-itu5", "img"],
        ["docker", "run", "--user", "1", "-u", "5", "img"],
        ["docker", "run", "-u", "5", "--", "img"],
        ["docker", "create", "-u", "5", "img"],
        ["docker", "container", "run", "-u", "5", "img"],
        ["docker", "-H", "tcp://x:1", "--tls", "--config=x", "-l", "debug", "run", "-u", "5", "img"],
        ["/usr/bin/docker", "run", "-u", "5", "img"],
        ["sudo", "-E", "docker", "run", "-u", "5", "img"],
        ["A=b", "podman", "--log-level", "debug", "run", "-u", "5", "img"],
        ["docker.exe", "run", "-u", "5", "img"],
    ],
)
def test_options_are_written_in_many_ways(words: list[str]) -> None:
    found = read(*words)
    assert not found.faults
    (workload,) = found.workloads
    (container,) = workload.containers
    assert container.user.value == "5"
    assert container.image == Fact("img", (len(words) - 1,))
    assert workload.key == "Container//img"


@pytest.mark.parametrize(
    ("options", "attribute", "value"),
    [
        ("", "privileged", False),
        ("--privileged", "privileged", True),
        ("--privileged=true", "privileged", True),
        ("--privileged=0", "privileged", False),
        ("--privileged --privileged=F", "privileged", False),
        ("", "seccomp", "runtime/default"),
        ("--privileged", "seccomp", "unconfined"),
        ("--privileged --security-opt seccomp=p.json", "seccomp", "localhost/p.json"),
        ("--security-opt seccomp:unconfined", "seccomp", "unconfined"),
        ("--security-opt seccomp=builtin", "seccomp", "runtime/default"),
        ("--security-opt apparmor=unconfined", "apparmor", "unconfined"),
        ("--security-opt apparmor=docker-default", "apparmor", "runtime/default"),
        ("--security-opt no-new-privileges", "no_new_privileges", True),
        ("--security-opt no-new-privileges=false", "no_new_privileges", False),
        ("--security-opt label=disable", "selinux", "disabled"),
        ("--security-opt label=disable --privileged", "selinux", ""),
        ("--security-opt label=disable --pid host", "selinux", ""),
        ("--security-opt label=role:r --security-opt label=user:u", "selinux", "user:u,role:r"),
        ("--security-opt systempaths=unconfined", "proc_mount", "unmasked"),
        ("--security-opt unmask=ALL --security-opt mask=/proc/x", "proc_mount", "unmasked"),
        ("--read-only", "read_only_root", True),
        ("--user 5:6", "user", "5"),
        ("--user 5:6", "group", "6"),
        ("--user :6", "user", "0"),
        ("-m 512m", "memory_limit", 536870912.0),
        ("--memory 1.5g", "memory_limit", 1610612736.0),
        ("--memory-reservation 1k", "memory_request", 1024.0),
        ("--cpus=.5", "cpu_limit", 0.5),
        ("--cpu-quota 50000", "cpu_limit", 0.5),
        ("--cpu-quota=50000 --cpu-period=25000", "cpu_limit", 2.0),
        ("--cpu-quota=-1", "cpu_limit", 0.0),
        ("-c 512", "cpu_request", 0.5),
        ("--pids-limit=100", "pids_limit", 100),
        ("--pids-limit -1", "pids_limit", 0),
        ("--pull=always", "pull_policy", "Always"),
        ("--pull missing", "pull_policy", "IfNotPresent"),
        ("", "pull_policy", ""),
        ("--health-cmd true", "liveness", True),
        ("--no-healthcheck", "liveness", False),
        ("--health-cmd true --no-healthcheck", "liveness", False),
        ("", "readiness", False),
    ],
)
def test_facts_of_the_container(options: str, attribute: str, value: object) -> None:
    assert getattr(framed(options)[1], attribute).value == value


@pytest.mark.parametrize(
    ("options", "attribute", "value"),
    [
        ("--pid host", "host_pid", True),
        ("--pid=container:x", "host_pid", False),
        ("--ipc=host", "host_ipc", True),
        ("--uts host", "host_uts", True),
        ("--userns=host", "host_users", True),
        ("--net=host", "host_network", True),
        ("", "host_network", False),
        ("", "network", "bridge"),
        ("--network default", "network", "bridge"),
        ("--network name=mine,alias=x --network other", "network", "mine"),
        ("--network mine:ip=10.0.0.1", "network", "mine"),
        ("--network container:x", "network", "container:x"),
        ("--cgroup-parent /x", "cgroup_parent", "/x"),
        ("", "restart", "no"),
        ("--restart on-failure:5", "restart", "on-failure:5"),
        ("--restart on-failure:0", "restart", "on-failure"),
    ],
)
def test_facts_of_the_workload(options: str, attribute: str, value: object) -> None:
    assert getattr(framed(options)[0], attribute).value == value


@pytest.mark.parametrize("attribute", ["user", "group", "liveness", "command", "arguments"])
def test_what_the_image_decides_is_unknown(attribute: str) -> None:
    assert not getattr(framed("")[1], attribute).is_known


def test_capabilities() -> None:
    _, container = framed("--cap-add=CAP_SYS_ADMIN --cap-add net_admin,CHOWN --cap-drop ALL")
    assert [each.value for each in container.capabilities_added.value] == ["SYS_ADMIN", "NET_ADMIN", "CHOWN"]
    assert [each.value for each in container.capabilities_dropped.value] == ["ALL"]


def test_mounts() -> None:
    _, container = framed(
        "-v /etc:/x:ro,rslave --volume named:/y -v /anonymous --tmpfs /run:rw,size=64m "
        "--mount type=bind,source=/var/run/docker.sock,dst=/z,ro --mount 'src=v,\"target=/a,b\"' "
        "--mount type=bind,src=/,target=/h,bind-propagation=rshared,readonly=false --use-api-socket "
        "--mount type=volume,dst=/v,volume-opt=o=bind,volume-opt=device=/root"
    )
    found = [
        (each.kind, each.source.value, each.target.value, each.read_only.value, each.propagation.value)
        for each in container.mounts
    ]
    assert found == [
        ("bind", "/etc", "/x", True, "rslave"),
        ("volume", "named", "/y", False, "private"),
        ("volume", "", "/anonymous", False, "private"),
        ("bind", "/var/run/docker.sock", "/z", True, "rprivate"),
        ("volume", "v", "/a,b", False, "private"),
        ("bind", "/", "/h", False, "rshared"),
        ("bind", "/root", "/v", False, "rprivate"),
        ("tmpfs", "", "/run", False, "private"),
        ("bind", "/var/run/docker.sock", "/var/run/docker.sock", False, "rprivate"),
    ]


def test_ports() -> None:
    _, container = framed("-p80:8080 -p 127.0.0.1:53:53/udp -p '[::1]:1:2' -p 9000 --expose 7000/tcp")
    found = [
        (port.container.value, port.protocol, port.published and port.published.value, port.address.value)
        for port in container.ports
    ]
    assert found == [
        (8080, "tcp", (80, 80), ""),
        (53, "udp", (53, 53), "127.0.0.1"),
        (2, "tcp", (1, 1), "::1"),
        (9000, "tcp", (0, 0), ""),
        (7000, "tcp", None, ""),
    ]
    (exposed,) = framed("-P --expose 7000")[1].ports
    assert exposed.published is not None
    assert exposed.published.value == (0, 0)


def test_variables_labels_devices_and_limits() -> None:
    workload, container = framed(
        "-e A=b=c -e PASSED --secret s,type=env,target=T -l x=y --annotation p=q --sysctl k=1 --ulimit nofile=1:2 "
        "--ulimit core=3:3 --device /dev/null:/dev/x:r --device vendor.com/gpu=0 --device-cgroup-rule 'a *:* rwm'"
    )
    assert [(each.name, each.origin, each.value.is_known) for each in container.variables] == [
        ("A", "literal", True),
        ("PASSED", "host", False),
        ("T", "secret", False),
    ]
    assert container.variables[0].value.value == "b=c"
    pairs = (*workload.labels, *workload.annotations, *workload.sysctls, *container.ulimits)
    assert [(each.name, each.value) for each in pairs] == [
        ("x", "y"),
        ("p", "q"),
        ("k", "1"),
        ("nofile", "1:2"),
        ("core", "3"),
    ]
    assert [each.value for each in container.devices] == ["/dev/null", "vendor.com/gpu=0", "a *:* rwm"]


def test_what_stands_after_the_image_belongs_to_the_command() -> None:
    _, container = framed("--entrypoint /e -- sh -c --privileged -u 5")
    assert not container.privileged.value
    assert [word.value for word in container.words] == ["/e", "sh", "-c", "--privileged", "-u", "5"]


def test_places_are_words_as_typed() -> None:
    document = run_document(["docker", "run", "-e", "A=b c", "--privileged", "img"])
    assert document.text == "docker run -e 'A=b c' --privileged img"
    (workload,) = RUN.read(document, 0, Alone()).workloads
    (container,) = workload.containers
    place = document.position(container.privileged.at)
    assert place is not None
    assert document.text[place.column - 1 :].startswith("--privileged")
    # A value of its own word stands at its option.
    assert container.variables[0].at == (2,)
    absent = document.position(container.memory_limit.at)
    assert container.memory_limit.at == ("--memory",)
    assert absent is not None
    assert (absent.line, absent.column, absent.is_there) == (1, 1, False)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--frobnicate", "--frobnicate is no option"),
        ("-Z", "-Z is no option"),
        ("--privileged=maybe", "'maybe' is neither true nor false"),
        ("-m lots", "'lots' is no size"),
        ("--cpus many", "'many' is no number"),
        ("--pids-limit 1.5", "'1.5' is no whole number"),
        ("-p 99999:1", "'99999:1' is no port"),
        ("-v a:b:c:d", "'a:b:c:d' is no mount"),
        ("--mount type=bind", "it names no target"),
        ("--mount 'a,\"b'", "is no mount"),
        ("--mount type=bind,dst=/x,ro=perhaps", "ro is neither true nor false"),
        ("--security-opt sandbox=full", "is none that engines know"),
        ("--pull sometimes", "'sometimes' is none of"),
        ("--env-file .env", "--env-file .env is not read"),
        ("--label-file l", "--label-file l is not read"),
        ("--env-host", "variables of the host"),
        ("--volumes-from db", "what that container mounts is not said here"),
        ("-e =x", "a variable has no name"),
        ("--expose x", "'x' is no port"),
    ],
)
def test_what_cannot_be_understood_is_told(options: str, said: str) -> None:
    (document,) = read_documents("x", RUN.frame(options))
    found = RUN.read(document, 0, Alone())
    assert len(found.workloads) == 1
    assert any(said in fault for fault in found.faults), found.faults


def test_a_command_without_an_image_is_told() -> None:
    found = read("docker", "run", "--rm")
    assert found.faults == ("line 1, column 1: names no image",)
    assert not found.workloads[0].containers[0].image.is_known
    assert read("docker", "run", "--name").faults[0] == "line 1, column 12: --name has no value"


@pytest.mark.parametrize(
    "words", [["docker", "ps"], ["ls"], [], ["docker"], ["docker", "compose", "run", "x"], ["run", "img"]]
)
def test_other_commands_are_told(words: list[str]) -> None:
    found = read(*words)
    assert not found.workloads
    assert found.faults == ("it is no docker run, docker create, podman run or podman create",)


def test_a_script_is_read_command_by_command() -> None:
    found = script(
        "#!/bin/sh\n"
        "docker pull nginx\n"
        "ID=$(docker run -d --privileged nginx:1)\n"
        "if ! sudo podman run \\\n"
        "    --name db -v \"$DATA\":/data -m ${MEMORY} 'postgres:16'; then exit 1; fi\n"
    )
    assert not found.faults
    first, second = found.workloads
    assert [each.document for each in found.workloads] == [1, 2]
    assert (first.name, second.name) == ("nginx", "db")
    place = found.documents[0].position(first.containers[0].privileged.at)
    assert place is not None
    assert (place.line, place.column) == (3, 20)
    (mount,) = second.containers[0].mounts
    assert not mount.source.is_known
    assert mount.target.value == "/data"
    assert not second.containers[0].memory_limit.is_known


@pytest.mark.parametrize("options", ["$OPTIONS", '"${args[@]}"', '"$@"', "$X --rm", "--$NAME"])
def test_options_that_only_a_shell_knows_make_everything_unknown(options: str) -> None:
    found = script(f"docker run --read-only {options} nginx")
    assert any("may hold any option" in fault for fault in found.faults)
    (container,) = found.workloads[0].containers
    assert container.read_only_root.value is True
    for fact in (container.privileged, container.memory_limit, container.seccomp, container.capabilities_dropped):
        assert not fact.is_known


@pytest.mark.parametrize("image", ["$IMAGE", '"$APP"', "registry/app:$TAG", "$(cat image)"])
def test_an_image_that_only_a_shell_knows_is_unknown(image: str) -> None:
    found = script(f"docker run --rm {image}")
    assert not found.faults
    (container,) = found.workloads[0].containers
    assert not container.image.is_known
    assert container.privileged.standing is Standing.DEFAULT


@pytest.mark.parametrize("option", ["--privileged=$P", "--user $U", "--security-opt $S", "--pid $P", "--cap-add=$C"])
def test_a_value_that_only_a_shell_knows_is_unknown(option: str) -> None:
    found = script(f"docker run {option} nginx")
    assert not found.faults
    (workload,) = found.workloads
    (container,) = workload.containers
    facts = {
        "--privileged=$P": container.privileged,
        "--user $U": container.user,
        "--security-opt $S": container.seccomp,
        "--pid $P": workload.host_pid,
        "--cap-add=$C": container.capabilities_added.stated[0] if container.capabilities_added.stated else None,
    }
    fact = facts[option]
    assert fact is not None
    assert not fact.is_known


def test_a_script_without_a_command_is_told() -> None:
    assert script("ls\n").faults == ("no docker run, docker create, podman run or podman create stands in it",)


def test_text_is_never_searched_unasked() -> None:
    (document,) = read_documents("README.md", b"docker run --privileged nginx")
    assert recognise(document) is None
    (framed_document,) = read_documents("x", RUN.frame("--rm"))
    assert recognise(framed_document) is RUN


def test_remedies_are_spelled_as_they_are_read() -> None:
    """Typing what a spelling writes gives the fact that was to be set."""
    wanted: dict[str, Any] = {
        "privileged": False,
        "user": "1000",
        "read_only_root": True,
        "memory_limit": 536870912.0,
        "memory_request": 1000.0,
        "cpu_limit": 1.5,
        "cpu_request": 0.5,
        "pids_limit": 100,
        "no_new_privileges": True,
        "seccomp": "runtime/default",
        "apparmor": "localhost/mine",
        "pull_policy": "Always",
        "host_pid": False,
        "host_network": False,
        "restart": "on-failure:5",
        "cgroup_parent": "",
    }
    for name, value in wanted.items():
        workload, container = framed(str(RUN.spelling[name].write(value)))
        owner = container if hasattr(container, name) else workload
        assert getattr(owner, name).value == value, name
    _, container = framed(str(RUN.spelling["capabilities_dropped"].write(["ALL", "CHOWN"])))
    assert [each.value for each in container.capabilities_dropped.value] == ["ALL", "CHOWN"]


def test_every_option_is_of_one_kind() -> None:
    assert not FLAGS & VALUES
    assert set(SHORT.values()) <= FLAGS | VALUES
    assert {"privileged", "read-only"} <= FLAGS
    for name in sorted(VALUES):
        command = taken_apart(["docker", "run", f"--{name}", "value", "img"])
        assert command is not None
        assert command.image.value == "img"


WORD = st.sampled_from([f"--{name}" for name in sorted(FLAGS | VALUES)]) | st.text(max_size=12)
ODD = st.sampled_from(
    ["a=b", "/x:/y:ro", "host", "80:80", "512m", "--", "-", "-p", "-vit", "=", "--=", "name=,x", "type=bind"]
)


@given(st.lists(WORD | ODD, max_size=12))
def test_no_words_make_it_raise(words: list[str]) -> None:
    found = read("docker", "run", *words)
    assert len(found.workloads) == 1


@given(st.text(alphabet="ab -='\"$(){}\\\n:/,`;|&<>#", max_size=60))
def test_no_script_makes_it_raise(text: str) -> None:
    assert len(script("docker run " + text).workloads) >= 0
    assert isinstance(RUN.frame(text), bytes)


@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    found = RUN.read(script_document("x", data), 0, Alone())
    assert found.workloads or found.faults


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=4)))
def test_no_document_makes_it_raise(root: object) -> None:
    for document in read_documents("x", json.dumps(["docker", "run", root]).encode()):
        RUN.recognises(document)
        assert isinstance(RUN.read(document, 0, Alone()), Read)
