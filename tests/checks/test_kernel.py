"""Devices, sysctls and cgroups; and namespaces that are shared with the host or with others."""

import json

import pytest
from tests.checks.isolation import failures, framed, rules_of, said_of, unmeasured, wrong_in

RULES = rules_of("kernel.toml")
NAMESPACES = rules_of("namespaces.toml")
DEVICES = ("host-device", "host-disk-device", "device-rule")
SYSCTLS = ("host-sysctl", "sysctl-opens-network", "unsafe-sysctl")


@pytest.mark.parametrize("file", ["kernel.toml", "namespaces.toml"])
def test_examples_hold(file: str) -> None:
    assert wrong_in(file) == []


@pytest.mark.parametrize(
    ("device", "rule"),
    [
        *[(each, "host-disk-device") for each in ("/dev", "/dev/", "/dev/sda", "/dev/sda1", "/dev/nvme0n1p2")],
        *[(each, "host-disk-device") for each in ("/dev/mem", "/dev/dm-0", "/dev/mapper/root", "/dev/disk/by-id/a")],
        *[(each, "host-disk-device") for each in ("/dev/vdb", "/dev/xvda1", "/dev/mmcblk0p1", "/dev/loop7")],
        *[(each, "host-device") for each in ("/dev/kvm", "/dev/net/tun", "/dev/snd", "/dev/dri", "/dev/ttyUSB0")],
        *[(each, "host-device") for each in ("/dev/video0", "vendor.com/gpu=0", "/dev/memory", "/opt/dev/sda")],
    ],
)
def test_a_device_fails_one_rule(device: str, rule: str) -> None:
    text = f"devices: ['{device}']" if "=" in device else f"devices: ['{device}:/dev/x:r']"
    assert [name for name in DEVICES if failures("compose", text, RULES[name])] == [rule]


def test_rules_for_devices_are_no_paths() -> None:
    text = "device_cgroup_rules: ['a *:* rwm', 'c 1:3 mr']\ndevices: ['/dev/snd']"
    found = {name: [value for _, value in failures("compose", text, RULES[name])] for name in DEVICES}
    assert found == {"host-device": ["/dev/snd"], "host-disk-device": [], "device-rule": ["a *:* rwm", "c 1:3 mr"]}


def test_a_device_that_is_not_known_hides_no_other() -> None:
    text = "devices: ['${DEVICE}', '/dev/sda']"
    assert failures("compose", text, RULES["host-disk-device"]) == [("services.app.devices[1]", "/dev/sda")]
    assert unmeasured("compose", text, RULES["host-disk-device"]) == ["services.app.devices[0]"]


# Pod Security Standards, baseline, "Sysctls".
SAFE = (
    *("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"),
    *("net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports"),
    *("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"),
    *("net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        *[(name, "1", "") for name in SAFE],
        ("net/ipv4/tcp_syncookies", "1", ""),
        ("kernel.core_pattern", "|/bin/sh", "host-sysctl"),
        ("vm.max_map_count", "262144", "host-sysctl"),
        ("vm/overcommit_memory", "1", "host-sysctl"),
        ("fs.file-max", "1000000", "host-sysctl"),
        ("kernel.msgmax", "65536", "unsafe-sysctl"),
        ("fs.mqueue.msg_max", "10", "unsafe-sysctl"),
        ("net.core.somaxconn", "1024", "unsafe-sysctl"),
        ("net.ipv4.ip_forward", "1", "sysctl-opens-network"),
        ("net.ipv4.ip_forward", "0", "unsafe-sysctl"),
        ("net.ipv4.conf.all.rp_filter", "0", "sysctl-opens-network"),
    ],
)
@pytest.mark.parametrize("platform", ["compose", "kubernetes", "run", "inspect", "marathon"])
def test_a_sysctl_fails_at_most_one_rule(platform: str, name: str, value: str, rule: str) -> None:
    texts = {
        "compose": f"sysctls: {{{name}: '{value}'}}",
        "kubernetes": f"spec:\n  securityContext:\n    sysctls: [{{name: {name}, value: '{value}'}}]",
        "run": f"--sysctl '{name}={value}'",
        "inspect": json.dumps({"HostConfig": {"Sysctls": {name: value}}}),
        "marathon": json.dumps(
            {"container": {"docker": {"parameters": [{"key": "sysctl", "value": f"{name}={value}"}]}}}
        ),
    }
    found = [each for each in SYSCTLS if failures(platform, texts[platform], RULES[each])]
    assert found == ([rule] if rule else [])


def test_each_sysctl_fails_where_it_stands() -> None:
    text = (
        "spec:\n  securityContext:\n    sysctls:\n      - {name: net.ipv4.tcp_syncookies, value: '1'}\n"
        "      - {name: net.core.somaxconn, value: '9'}"
    )
    found = failures("kubernetes", text, RULES["unsafe-sysctl"])
    assert found == [("spec.securityContext.sysctls[1]", "net.core.somaxconn=9")]


@pytest.mark.parametrize(
    ("platform", "text", "expected"),
    [
        ("compose", "pid: service:db", ("services.app.pid", "service:db")),
        ("compose", "ipc: container:db", ("services.app.ipc", "container:db")),
        ("inspect", '{"HostConfig": {"PidMode": "container:0a"}}', ("[0].HostConfig.PidMode", "container:0a")),
        ("run", "--ipc container:db", ("[2]", "container:db")),
        ("run", "--pid=container:db", ("[2]", "container:db")),
    ],
)
def test_namespaces_of_others(platform: str, text: str, expected: tuple[str, str]) -> None:
    assert failures(platform, text, NAMESPACES["joined-namespace"]) == [expected]


def test_words_of_the_command_are_no_options() -> None:
    text = "docker run --init --network inner registry.example.com/app:1.0 app --pid container:db --cgroupns=host"
    assert said_of(framed("run", text), NAMESPACES["joined-namespace"]) == []
    assert said_of(framed("run", text), NAMESPACES["host-cgroup-namespace"]) == []


def test_a_pod_of_one_container_shares_with_nobody() -> None:
    assert said_of(framed("kubernetes", "spec:\n  shareProcessNamespace: true"), NAMESPACES["joined-namespace"]) == []


def test_an_unknown_network_is_not_measured_after_what_is_known() -> None:
    text = "network_mode: '${MODE}'\npid: container:db"
    assert failures("compose", text, NAMESPACES["joined-namespace"]) == [("services.app.pid", "container:db")]
    assert unmeasured("compose", text, NAMESPACES["joined-namespace"]) == ["services.app.network_mode"]


@pytest.mark.parametrize("key", ["livenessProbe", "readinessProbe", "startupProbe"])
@pytest.mark.parametrize("handler", ["httpGet", "tcpSocket"])
def test_probes_of_other_hosts(key: str, handler: str) -> None:
    text = f"{key}:\n  {handler}: {{host: metadata.internal, port: 80}}"
    found = failures("kubernetes", text, NAMESPACES["probe-of-other-host"])
    assert found == [(f"spec.containers[0].{key}.{handler}.host", "metadata.internal")]


def test_localhost_is_another_host_for_pods_with_a_network_of_their_own() -> None:
    text = "livenessProbe:\n  httpGet: {host: 127.0.0.1, port: 80}"
    assert failures("kubernetes", text, NAMESPACES["probe-of-other-host"])


@pytest.mark.parametrize("fact", ["hostPID", "hostIPC", "hostNetwork"])
def test_a_template_is_not_measured(fact: str) -> None:
    rule = {"hostPID": "host-pid", "hostIPC": "host-ipc", "hostNetwork": "host-network"}[fact]
    text = f"spec:\n  {fact}: '{{{{ .Values.host }}}}'"
    assert unmeasured("kubernetes", text, NAMESPACES[rule]) == [f"spec.{fact}"]
