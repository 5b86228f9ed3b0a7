"""Tests of the rules on mounts."""

import pytest
from tests.checks.judging import estate, judged, places, rules_of, states, wrong

from plimsoll.checks.workload.host_paths import (
    CLOUD,
    CLUSTER,
    ENGINE,
    KUBECONFIG,
    OTHER,
    ROOT,
    SOCKET,
    SSH,
    SYSTEM,
    after_variables,
    what_is_at,
)
from plimsoll.model.check import CheckState

RULES = rules_of("mounts.toml")


@pytest.mark.parametrize("name", ["mounts.toml", "files.toml"])
def test_examples_hold(name: str) -> None:
    """Every bad example fails and every good one passes, on each platform."""
    assert wrong(name) == []


@pytest.mark.parametrize(
    ("path", "held"),
    [
        ("/", ROOT),
        ("//", ROOT),
        ("/srv/../", ROOT),
        ("C:\\", ROOT),
        ("/var/run/docker.sock", SOCKET),
        ("/run/docker.sock", SOCKET),
        ("/run/user/1000/podman/podman.sock", SOCKET),
        ("/run/k3s/containerd/containerd.sock", SOCKET),
        ("//./pipe/docker_engine", SOCKET),
        ("/root/.ssh", SSH),
        ("~/.ssh/id_ed25519", SSH),
        ("/etc/ssh", SSH),
        ("/root/.kube/config", KUBECONFIG),
        ("/etc/kubernetes/admin.conf", KUBECONFIG),
        ("~/.aws", CLOUD),
        ("/home/me/.config/gcloud", CLOUD),
        ("/var/lib/docker/containers", ENGINE),
        ("/var/lib/kubelet/pods", CLUSTER),
        ("/etc/cni/net.d", CLUSTER),
        ("/etc/", SYSTEM),
        ("/etc/shadow", SYSTEM),
        ("/var/run", SYSTEM),
        ("/proc/sys", SYSTEM),
        ("/lib/modules/6.1", SYSTEM),
        ("/dev/sda1", SYSTEM),
        ("/etc/localtime", OTHER),
        ("/etc/ssl/certs", OTHER),
        ("/usr/share/zoneinfo", OTHER),
        ("/var/lib/dockerd-data", OTHER),
        ("/srv/etc", OTHER),
        ("./config", OTHER),
        ("", OTHER),
    ],
)
def test_what_stands_at_a_path(path: str, held: str) -> None:
    """A path is known for what it holds, however it is written."""
    assert what_is_at(path) == held


def test_what_follows_a_variable() -> None:
    """Of a path that is not fully known, what follows the variable counts."""
    assert after_variables("${HOME}/.ssh") == "/.ssh"
    assert after_variables("${HOME}") == ""
    assert after_variables("${HOME}/") == ""
    assert after_variables("/srv/${NAME}-data") == ""


def test_a_socket_behind_a_variable_is_found_by_its_target() -> None:
    """Whoever mounts something at /var/run/docker.sock mounts a socket."""
    rule = RULES["docker-socket-mounted"]
    assert places(rule, estate("compose", "volumes: ['${SOCKET}:/var/run/docker.sock']")) == ["services.app.volumes[0]"]


def test_a_mount_behind_a_variable_is_not_measured() -> None:
    """What a variable holds may be anything; the mounts beside it are judged all the same."""
    rule = RULES["host-root-mounted"]
    found = judged(rule, estate("compose", "volumes: ['${DATA}:/data', '/:/host']"))
    assert [each.state for each in found if each.container] == [CheckState.NOT_MEASURED, CheckState.FAIL]


def test_a_folder_below_a_variable_is_no_root() -> None:
    """`${DATA}/app` is neither the root nor a folder of the system."""
    for name in ("host-root-mounted", "sensitive-host-mount", "docker-socket-mounted"):
        found = states(RULES[name], estate("compose", "volumes: ['${DATA}/app:/data']"))
        assert set(found) == {CheckState.PASS}


def test_a_named_volume_that_is_a_bind_mount_is_seen() -> None:
    """A volume of the driver `local` with `o: bind` is a path of the host."""
    text = """
services:
  app: {image: 'registry.example.com/app:1.0', volumes: ['data:/data']}
volumes:
  data:
    driver_opts: {type: none, o: bind, device: /etc}
"""
    assert "volumes.data.driver_opts.device" in places(RULES["sensitive-host-mount"], estate("compose", text))


PERSISTENT = """
apiVersion: v1
kind: PersistentVolume
metadata: {name: host}
spec:
  hostPath: {path: /var/lib/kubelet}
"""


def test_a_persistent_volume_is_seen() -> None:
    """A PersistentVolume with hostPath is a path of the node."""
    assert places(RULES["cluster-files-mounted"], estate("kubernetes", PERSISTENT)) == ["spec.hostPath.path"]


def test_volume_and_mount_are_both_named() -> None:
    """For a socket both the volume and what mounts it are found."""
    text = """
spec:
  initContainers:
    - name: init
      image: registry.example.com/app:1.0
      volumeMounts: [{name: s, mountPath: /s}]
  containers:
    - name: app
      image: registry.example.com/app:1.0
  volumes:
    - name: s
      hostPath: {path: /var/run/docker.sock}
    - name: unused
      hostPath: {path: /run/crio/crio.sock}
"""
    found = places(RULES["docker-socket-mounted"], estate("kubernetes", text))
    assert sorted(found) == ["spec.initContainers[0].volumeMounts[0]", "spec.volumes[0]", "spec.volumes[1]"]


NODE = """
apiVersion: v1
kind: Node
metadata: {{name: node}}
status: {{nodeInfo: {{kubeletVersion: {version}}}}}
"""
SUB_PATH = """
spec:
  containers:
    - name: app
      image: registry.example.com/app:1.0
      volumeMounts: [{name: d, mountPath: /d, subPath: app}]
  volumes: [{name: d, emptyDir: {}}]
"""


@pytest.mark.parametrize(
    ("version", "weak"),
    [
        ("v1.19.14", True),
        ("v1.9.0", True),
        ("v1.20.10-gke.1", True),
        ("v1.22.1", True),
        ("v1.19.15", False),
        ("v1.20.11", False),
        ("v1.21.5", False),
        ("v1.22.2", False),
        ("v1.23.0", False),
        ("v1.34.1+k3s1", False),
        ("unknown", False),
    ],
)
def test_kubelets_that_follow_links(version: str, weak: bool) -> None:  # noqa: FBT001 - a table
    """Only kubelets with the flaw fail."""
    found = places(RULES["sub-path-on-weak-kubelet"], estate("kubernetes", NODE.format(version=version), SUB_PATH))
    assert bool(found) is weak


def test_without_nodes_sub_paths_are_not_judged() -> None:
    """Where no node was read, no version is known, and the question does not apply."""
    assert states(RULES["sub-path-on-weak-kubelet"], estate("kubernetes", SUB_PATH)) == [CheckState.NOT_APPLICABLE]
