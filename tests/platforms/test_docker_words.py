"""The words of Docker's family, against the grammar that Docker documents."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.model.fact import Fact, Standing, default, unknown
from plimsoll.platforms.docker_words import (
    ALL_INTERFACES,
    capability,
    host_address,
    security_options,
    short_mount,
    short_port,
    size,
    tmpfs_mount,
    user_and_group,
)

AT = ("services", "app", "x")
UNPRIVILEGED = default(value=False, at=())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("512m", 512 << 20),
        ("512M", 512 << 20),
        ("1g", 1 << 30),
        ("1.5gb", 3 << 29),
        ("2gib", 2 << 30),
        ("2GiB", 2 << 30),
        ("2 GB", 2 << 30),
        ("10b", 10),
        ("1k", 1024),
        ("1024", 1024),
        ("0", 0),
        ("1t", 1 << 40),
        ("", None),
        ("g", None),
        ("-1", None),
        ("1x", None),
        ("1 2", None),
        ("1bb", None),
        ("9" * 30, None),
    ],
)
def test_sizes(text: str, expected: float | None) -> None:
    assert size(text) == expected


def test_capabilities_lose_their_prefix() -> None:
    assert [capability(text) for text in ("NET_ADMIN", "cap_sys_admin", "CAP_CHOWN", " all ")] == [
        "NET_ADMIN",
        "SYS_ADMIN",
        "CHOWN",
        "ALL",
    ]


@pytest.mark.parametrize(
    ("text", "user", "group"),
    [
        ("1000", "1000", None),
        ("1000:1000", "1000", "1000"),
        ("app:staff", "app", "staff"),
        ("root", "root", "0"),
        ("0:0", "0", "0"),
        (":100", "0", "100"),
        ("", None, None),
        ("${UID}", None, None),
    ],
)
def test_users_and_groups(text: str, user: str | None, group: str | None) -> None:
    found = user_and_group(text, AT)
    assert [fact.value if fact.is_known else None for fact in found] == [user, group]
    assert all(fact.at == AT for fact in found)


def options(*texts: str) -> Any:  # noqa: ANN401 - the attributes are what is looked at
    return security_options([Fact(text, (*AT, number)) for number, text in enumerate(texts)], AT, UNPRIVILEGED)


def test_without_options_the_defaults_of_docker_hold() -> None:
    found = options()
    assert found.no_new_privileges == default(value=False, at=AT)
    assert found.seccomp == default("runtime/default", AT)
    assert found.apparmor == default("runtime/default", AT)
    assert found.selinux == default("", AT)
    assert found.proc_mount == default("default", AT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no-new-privileges", True),
        ("no-new-privileges:true", True),
        ("no-new-privileges=true", True),
        ("no-new-privileges=1", True),
        ("no-new-privileges:false", False),
        ("no-new-privileges=0", False),
    ],
)
def test_no_new_privileges(text: str, *, expected: bool) -> None:
    assert options(text).no_new_privileges == Fact(expected, (*AT, 0))


@pytest.mark.parametrize(
    ("attribute", "text", "expected"),
    [
        ("seccomp", "seccomp=unconfined", "unconfined"),
        ("seccomp", "seccomp:unconfined", "unconfined"),
        ("seccomp", "seccomp=builtin", "runtime/default"),
        ("seccomp", "seccomp=./p.json", "localhost/./p.json"),
        ("seccomp", 'seccomp={"defaultAction":"SCMP_ACT_ALLOW"}', "localhost/profile"),
        ("apparmor", "apparmor=unconfined", "unconfined"),
        ("apparmor", "apparmor:unconfined", "unconfined"),
        ("apparmor", "apparmor=docker-default", "runtime/default"),
        ("apparmor", "apparmor=mine", "localhost/mine"),
        ("selinux", "label=disable", "disabled"),
        ("selinux", "label:disable", "disabled"),
        ("selinux", "disable", "disabled"),
        ("selinux", "label:type:svirt_t", "type:svirt_t"),
        ("selinux", "label=type:svirt_t", "type:svirt_t"),
        ("proc_mount", "systempaths=unconfined", "unmasked"),
    ],
)
def test_security_options(attribute: str, text: str, expected: str) -> None:
    assert getattr(options(text), attribute) == Fact(expected, (*AT, 0))


def test_labels_are_put_in_one_order_and_the_last_of_a_name_holds() -> None:
    found = options("label=level:s0", "label=user:u", "label=type:t", "seccomp=unconfined", "seccomp=builtin")
    assert found.selinux.value == "type:t,user:u,level:s0"
    assert found.seccomp == Fact("runtime/default", (*AT, 4))


def test_options_that_no_engine_knows_are_named() -> None:
    found = options("colour=blue", "seccomp", "writable-cgroups=true", "no-new-privileges=maybe")
    assert [fact.stated for fact in found.strange] == ["colour=blue", "seccomp", "maybe"]
    assert not found.no_new_privileges.is_known


def test_an_unknown_option_may_be_any_of_them() -> None:
    found = security_options([unknown("${OPTION}", AT, "not set")], AT, UNPRIVILEGED)
    facts: list[Fact[Any]] = [found.no_new_privileges, found.seccomp, found.apparmor, found.selinux, found.proc_mount]
    assert [fact.standing for fact in facts] == [Standing.UNKNOWN] * 5
    named = security_options([unknown("seccomp=${PROFILE}", AT, "not set")], AT, UNPRIVILEGED)
    assert not named.seccomp.is_known
    assert named.apparmor.value == "runtime/default"


def test_privileged_turns_seccomp_off_unless_a_profile_is_named() -> None:
    privileged = Fact(stated=True, at=())
    assert security_options([], AT, privileged).seccomp == default("unconfined", AT)
    assert security_options([Fact("seccomp=p", AT)], AT, privileged).seccomp.value == "localhost/p"
    assert not security_options([], AT, unknown(neutral=False, at=(), reason="not set")).seccomp.is_known


@pytest.mark.parametrize(
    ("text", "kind", "source", "target"),
    [
        ("/var/lib", "volume", "", "/var/lib"),
        ("data:/var/lib", "volume", "data", "/var/lib"),
        ("v:/data", "volume", "v", "/data"),
        ("v:/data:ro", "volume", "v", "/data"),
        ("./a:/b", "bind", "./a", "/b"),
        ("../a:/b", "bind", "../a", "/b"),
        (".:/code", "bind", ".", "/code"),
        ("~/a:/b", "bind", "~/a", "/b"),
        ("/:/host:ro", "bind", "/", "/host"),
        ("/var/run/docker.sock:/var/run/docker.sock", "bind", "/var/run/docker.sock", "/var/run/docker.sock"),
        (r"C:\x:c:\y", "bind", r"C:\x", r"c:\y"),
        (r"C:\x:c:\y:ro", "bind", r"C:\x", r"c:\y"),
        ("C:/x:/y", "bind", "C:/x", "/y"),
        (
            r"\\.\pipe\docker_engine:\\.\pipe\docker_engine",
            "bind",
            r"\\.\pipe\docker_engine",
            r"\\.\pipe\docker_engine",
        ),
    ],
)
def test_short_mounts(text: str, kind: str, source: str, target: str) -> None:
    mount = short_mount(text, AT)
    assert mount is not None
    assert (mount.kind, mount.source.value, mount.target.value) == (kind, source, target)
    assert mount.read_only.value is text.endswith(":ro")


def test_options_of_short_mounts() -> None:
    mount = short_mount("./a:/b:ro,rshared,z", AT)
    assert mount is not None
    assert mount.read_only == Fact(stated=True, at=AT)
    assert mount.propagation == Fact("rshared", AT)
    assert dict(mount.options) == {"z": ""}
    plain = short_mount("./a:/b:rw", AT)
    assert plain is not None
    assert plain.read_only == Fact(stated=False, at=AT)
    assert plain.propagation == default("rprivate", AT)


def test_mounts_with_variables_are_unknown_in_that_part_only() -> None:
    mount = short_mount("${HOME}/.ssh:/root/.ssh:ro", AT)
    assert mount is not None
    assert mount.kind == "bind"
    assert not mount.source.is_known
    assert mount.target.value == "/root/.ssh"
    assert mount.read_only.value is True


@pytest.mark.parametrize("text", ["", ":", "a:", ":/b", "a:/b:ro:x", "./a::ro"])
def test_what_is_no_mount(text: str) -> None:
    assert short_mount(text, AT) is None


def test_temporary_file_systems() -> None:
    mount = tmpfs_mount("/run:size=64m,mode=1777,noexec,ro", AT)
    assert mount is not None
    assert (mount.kind, mount.target.value, mount.read_only.value) == ("tmpfs", "/run", True)
    assert mount.options == {"size": "64m", "mode": "1777", "noexec": "", "ro": ""}
    assert tmpfs_mount("", AT) is None


@pytest.mark.parametrize(
    ("text", "address", "published", "container", "protocol"),
    [
        ("80", "", (0, 0), 80, "tcp"),
        ("3000-3005", "", (0, 0), 3000, "tcp"),
        ("8000:80", "", (8000, 8000), 80, "tcp"),
        ("9090-9091:8080-8081", "", (9090, 9091), 8080, "tcp"),
        ("8000-9000:80", "", (8000, 9000), 80, "tcp"),
        ("127.0.0.1:8001:8001", "127.0.0.1", (8001, 8001), 8001, "tcp"),
        ("127.0.0.1:5000-5010:5000-5010", "127.0.0.1", (5000, 5010), 5000, "tcp"),
        ("127.0.0.1::5000", "127.0.0.1", (0, 0), 5000, "tcp"),
        ("127.0.0.1:8000-8010:80-90/udp", "127.0.0.1", (8000, 8010), 80, "udp"),
        ("::1:6000:6000", "::1", (6000, 6000), 6000, "tcp"),
        ("[::1]:80:80", "::1", (80, 80), 80, "tcp"),
        ("[::]:80:80", "", (80, 80), 80, "tcp"),
        ("0.0.0.0::80", "", (0, 0), 80, "tcp"),
        ("6060:6060/UDP", "", (6060, 6060), 6060, "udp"),
        (":80", "", (0, 0), 80, "tcp"),
    ],
)
def test_short_ports(text: str, address: str, published: tuple[int, int], container: int, protocol: str) -> None:
    port = short_port(text, AT)
    assert port is not None
    assert port.published is not None
    found = (port.address.value, port.published.value, port.container.value, port.protocol)
    assert found == (address, published, container, protocol)


@pytest.mark.parametrize(
    "text", ["", "a", "80:", "70000", "1:2:3:4", "90-80", "80-81:90-95", "80/icmp", "80/", "8000:80:", "٣", "-1"]
)
def test_what_is_no_port(text: str) -> None:
    assert short_port(text, AT) is None


def test_ports_with_variables_are_unknown_in_that_part_only() -> None:
    port = short_port("${PORT}:80", AT)
    assert port is not None
    assert port.published is not None
    assert port.container.value == 80
    assert not port.published.is_known
    assert not port.address.is_known
    bound = short_port("127.0.0.1:${PORT}:80/udp", AT)
    assert bound is not None
    assert bound.address.value == "127.0.0.1"
    assert bound.protocol == "udp"


@pytest.mark.parametrize("text", [*sorted(ALL_INTERFACES), "[::]"])
def test_all_interfaces_are_one_address(text: str) -> None:
    assert host_address(text) == ""


def test_other_addresses_lose_their_brackets_only() -> None:
    assert [host_address(text) for text in ("10.0.0.1", "[fd00::1]")] == ["10.0.0.1", "fd00::1"]


@given(st.text(alphabet=st.sampled_from("0189:-/.[]{}$\\abC=,~ %é\n"), max_size=40))
def test_no_text_makes_them_raise(text: str) -> None:
    assert size(text) is None or size(text) is not None
    for read in (short_mount, short_port, tmpfs_mount):
        found = read(text, AT)
        assert found is None or found.at == AT
    assert len(user_and_group(text, AT)) == 2
    assert options(text).selinux.standing in Standing
