"""The facts of Kubernetes containers: what is in force, and where it stands or would stand."""

import pytest
from tests.platforms.kubernetes_reading import container, file, workload

from plimsoll.documents.quantities import quantity
from plimsoll.model.fact import Standing
from plimsoll.model.workload import IMAGE_DECIDES

AT = ("spec", "containers", 0)
CONTEXT = (*AT, "securityContext")
YES, NO = True, False


def declared(value: object, *at: str | int) -> tuple[object, ...]:
    return (value, at, Standing.DECLARED, "")


def default(value: object, *at: str | int) -> tuple[object, ...]:
    return (value, at, Standing.DEFAULT, "")


def test_a_container_that_says_nothing_has_the_defaults_of_kubernetes() -> None:
    found = container("image: nginx")
    assert found.privileged == default(NO, *CONTEXT, "privileged")
    assert found.no_new_privileges == default(NO, *CONTEXT, "allowPrivilegeEscalation")
    assert found.read_only_root == default(NO, *CONTEXT, "readOnlyRootFilesystem")
    assert found.run_as_non_root == default(NO, *CONTEXT, "runAsNonRoot")
    assert found.capabilities_added == default((), *CONTEXT, "capabilities", "add")
    assert found.capabilities_dropped == default((), *CONTEXT, "capabilities", "drop")
    assert found.seccomp == default("unconfined", *CONTEXT, "seccompProfile")
    assert found.apparmor == default("runtime/default", *CONTEXT, "appArmorProfile")
    assert found.selinux == default("", *CONTEXT, "seLinuxOptions")
    assert found.proc_mount == default("default", *CONTEXT, "procMount")
    assert found.memory_limit == default(0.0, *AT, "resources", "limits", "memory")
    assert found.cpu_request == default(0.0, *AT, "resources", "requests", "cpu")
    assert found.pull_policy == default("", *AT, "imagePullPolicy")
    assert found.liveness == default(NO, *AT, "livenessProbe")
    assert found.readiness == default(NO, *AT, "readinessProbe")
    assert found.user == ("", (*CONTEXT, "runAsUser"), Standing.UNKNOWN, IMAGE_DECIDES)
    assert found.group == ("", (*CONTEXT, "runAsGroup"), Standing.UNKNOWN, IMAGE_DECIDES)
    assert not found.pids_limit.is_known
    assert not found.command.is_known
    assert found.words == ()


def test_a_pod_that_says_nothing_has_the_defaults_of_kubernetes() -> None:
    found = workload("image: nginx")
    assert (found.key, found.spec_at) == ("Pod/apps/app", ("spec",))
    for fact, key in ((found.host_pid, "hostPID"), (found.host_ipc, "hostIPC"), (found.host_network, "hostNetwork")):
        assert fact == default(NO, "spec", key)
    assert found.host_users == default(YES, "spec", "hostUsers")
    assert found.automount_token == default(YES, "spec", "automountServiceAccountToken")
    assert found.service_account == default("default", "spec", "serviceAccountName")
    assert found.restart == default("always", "spec", "restartPolicy")
    assert found.replicas == default(1, "spec", "replicas")
    assert found.network.value == "default"


def test_what_a_container_says_holds_over_what_its_pod_says() -> None:
    first, second = workload("""
spec:
  securityContext:
    runAsUser: 1000
    runAsGroup: 2000
    runAsNonRoot: true
    seccompProfile: {type: RuntimeDefault}
    appArmorProfile: {type: Unconfined}
    seLinuxOptions: {type: spc_t, level: s0}
  containers:
  - {name: inherits, image: i}
  - name: says
    image: i
    securityContext:
      runAsUser: 0
      runAsGroup: 0
      runAsNonRoot: false
      seccompProfile: {type: Localhost, localhostProfile: my.json}
      appArmorProfile: {type: RuntimeDefault}
      seLinuxOptions: {user: u, role: r}
""").containers
    pod, own = ("spec", "securityContext"), ("spec", "containers", 1, "securityContext")
    assert first.user == declared("1000", *pod, "runAsUser")
    assert first.group == declared("2000", *pod, "runAsGroup")
    assert first.run_as_non_root == declared(YES, *pod, "runAsNonRoot")
    assert first.seccomp == declared("runtime/default", *pod, "seccompProfile", "type")
    assert first.apparmor == declared("unconfined", *pod, "appArmorProfile", "type")
    assert first.selinux == declared("type:spc_t,level:s0", *pod, "seLinuxOptions")
    assert second.user == declared("0", *own, "runAsUser")
    assert second.group == declared("0", *own, "runAsGroup")
    assert second.run_as_non_root == declared(NO, *own, "runAsNonRoot")
    assert second.seccomp == declared("localhost/my.json", *own, "seccompProfile", "type")
    assert second.apparmor == declared("runtime/default", *own, "appArmorProfile", "type")
    assert second.selinux == declared("user:u,role:r", *own, "seLinuxOptions")


def test_annotations_of_old_versions_count() -> None:
    (found,) = workload("""
metadata:
  annotations:
    seccomp.security.alpha.kubernetes.io/pod: docker/default
    container.apparmor.security.beta.kubernetes.io/app: localhost/mine
""").containers
    at = ("metadata", "annotations")
    assert found.seccomp == declared("runtime/default", *at, "seccomp.security.alpha.kubernetes.io/pod")
    assert found.apparmor.value == "localhost/mine"


def test_annotations_of_apparmor_are_for_one_container_each() -> None:
    (pod,) = file("apparmor.yaml").workloads
    assert [each.apparmor.is_declared for each in pod.containers] == [True, True]
    assert [each.ports[0].container.value for each in pod.containers] == [80, 81]


def test_a_profile_of_the_container_holds_over_the_annotation_of_the_pod() -> None:
    (found,) = workload("""
metadata:
  annotations: {seccomp.security.alpha.kubernetes.io/pod: unconfined}
spec:
  containers:
  - {name: app, image: i, securityContext: {seccompProfile: {type: RuntimeDefault}}}
""").containers
    assert found.seccomp.value == "runtime/default"


def test_capabilities_are_names_without_their_prefix_each_with_its_place() -> None:
    found = container("securityContext: {capabilities: {add: [CAP_SYS_ADMIN, net_admin], drop: [all]}}")
    at = (*CONTEXT, "capabilities", "add")
    assert found.capabilities_added.value == (declared("SYS_ADMIN", *at, 0), declared("NET_ADMIN", *at, 1))
    assert [each.value for each in found.capabilities_dropped.value] == ["ALL"]
    assert found.capabilities_added.is_declared


QUANTITIES = {
    "128Mi": 128 * 1024**2,
    "1Gi": 1024**3,
    "1.5Gi": 1.5 * 1024**3,
    "100M": 100e6,
    "1k": 1000,
    "1Ki": 1024,
    "500m": 0.5,
    "250000u": 0.25,
    "2": 2,
    "0.1": 0.1,
    ".5": 0.5,
    "1e3": 1000,
    "12E6": 12e6,
    "1E": 1e18,
    "2Ei": 2 * 1024**6,
    "0": 0,
    2: 2,
    0.5: 0.5,
}


@pytest.mark.parametrize("text", QUANTITIES)
def test_quantities(text: object) -> None:
    assert quantity(text) == pytest.approx(QUANTITIES[text])


@pytest.mark.parametrize("text", ["", "Gi", "1 Gi", "1gi", "1K", "-1", "1e999", "1GiB", "one", "1" * 60, True, None])
def test_what_is_no_quantity(text: object) -> None:
    assert quantity(text) is None


def test_resources() -> None:
    found = container("resources: {limits: {cpu: 500m, memory: 64Mi}, requests: {cpu: '0.25', memory: 32M}}")
    assert found.memory_limit == declared(64 * 1024**2, *AT, "resources", "limits", "memory")
    assert (found.cpu_limit.value, found.cpu_request.value, found.memory_request.value) == (0.5, 0.25, 32e6)


def test_mounts_and_the_volumes_that_they_are_of() -> None:
    pod = workload("""
spec:
  volumes:
  - {name: host, hostPath: {path: /var/run/docker.sock, type: Socket}}
  - {name: scratch, emptyDir: {}}
  - {name: memory, emptyDir: {medium: Memory, sizeLimit: 1Mi}}
  - {name: secret, secret: {secretName: s}}
  - {name: claim, persistentVolumeClaim: {claimName: c, readOnly: true}}
  - {name: unused, configMap: {name: m}}
  - {name: bare}
  containers:
  - name: app
    image: i
    volumeMounts:
    - {name: host, mountPath: /sock, mountPropagation: Bidirectional}
    - {name: scratch, mountPath: /a}
    - {name: memory, mountPath: /b, subPath: x}
    - {name: secret, mountPath: /c}
    - {name: claim, mountPath: /d}
    - {name: nowhere, mountPath: /e}
    volumeDevices:
    - {name: claim, devicePath: /dev/x}
""")
    assert [(volume.name, volume.kind) for volume in pod.volumes] == [
        ("host", "bind"),
        ("scratch", "empty"),
        ("memory", "tmpfs"),
        ("secret", "secret"),
        ("claim", "claim"),
        ("unused", "config"),
        ("bare", "empty"),
    ]
    host, scratch, memory, secret, claim, nowhere, device = pod.containers[0].mounts
    assert host.source == declared("/var/run/docker.sock", "spec", "volumes", 0, "hostPath", "path")
    assert host.propagation == declared("rshared", *host.at, "mountPropagation")
    assert (host.at, host.volume_at) == ((*AT, "volumeMounts", 0), ("spec", "volumes", 0))
    assert host.options == {"type": "Socket"}
    assert scratch.read_only == default(NO, *AT, "volumeMounts", 1, "readOnly")
    assert scratch.propagation.value == "private"
    assert memory.options == {"medium": "Memory", "sizeLimit": "1Mi"}
    assert memory.sub_path is not None
    assert secret.read_only == default(YES, *AT, "volumeMounts", 3, "readOnly")
    assert claim.read_only == declared(YES, "spec", "volumes", 4, "persistentVolumeClaim", "readOnly")
    assert (nowhere.kind, nowhere.source.is_known) == ("other", False)
    assert (device.kind, device.target.value, device.volume_at) == ("device", "/dev/x", ("spec", "volumes", 4))


def test_a_stateful_set_claims_volumes_for_its_pods() -> None:
    found = workload("""
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: n}
spec:
  volumeClaimTemplates:
  - metadata: {name: data}
  template:
    spec: {containers: [{name: c, image: i, volumeMounts: [{name: data, mountPath: /d}]}]}
""")
    (mount,) = found.containers[0].mounts
    assert (mount.kind, mount.source.value) == ("claim", "data")
    assert mount.volume_at == ("spec", "volumeClaimTemplates", 0)


def test_ports() -> None:
    plain, published, bound, none = container("""
ports:
- containerPort: 80
- {containerPort: 53, hostPort: 5353, protocol: UDP, name: dns}
- {containerPort: 1, hostPort: 2, hostIP: 127.0.0.1}
- {containerPort: 1, hostPort: 0}
""").ports
    assert (plain.published, plain.protocol, plain.container.value) == (None, "tcp", 80)
    assert published.published == declared((5353, 5353), *AT, "ports", 1, "hostPort")
    assert (published.protocol, published.name, published.address.value) == ("udp", "dns", "")
    assert bound.address == declared("127.0.0.1", *AT, "ports", 2, "hostIP")
    assert none.published is None


def test_variables_and_where_their_values_are_from() -> None:
    found = container("""
env:
- {name: PLAIN, value: "1"}
- {name: SHELL, value: "${HOME}"}
- {name: NONE}
- {name: SECRET, valueFrom: {secretKeyRef: {name: s, key: k}}}
- {name: CONFIG, valueFrom: {configMapKeyRef: {name: m, key: k}}}
- {name: FIELD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
- {name: FILE, valueFrom: {fileKeyRef: {path: p}}}
envFrom:
- {prefix: A_, secretRef: {name: s}}
- {configMapRef: {name: m}}
""").variables
    assert [(each.name, each.origin) for each in found] == [
        *(("PLAIN", "literal"), ("SHELL", "literal"), ("NONE", "literal"), ("SECRET", "secret")),
        *(("CONFIG", "config"), ("FIELD", "field"), ("FILE", "file"), ("A_*", "secret"), ("*", "config")),
    ]
    plain, shell, none, secret, *_ = found
    assert plain.value == declared("1", *AT, "env", 0, "value")
    assert shell.value.value == "${HOME}"
    assert none.value.value == ""
    assert not secret.value.is_known
    assert "s/k" in secret.value.reason
    assert found[-2].at == (*AT, "envFrom", 0)


def test_commands_arguments_probes_and_the_image() -> None:
    found = container("""
image: registry.example.com/app@sha256:aa
imagePullPolicy: Always
command: [sh, -c]
args: ["echo ${HOME}", 3]
livenessProbe: {exec: {command: [x]}}
readinessProbe: null
""")
    assert [word.value for word in found.words] == ["sh", "-c", "echo ${HOME}", "3"]
    assert found.words[2].at == (*AT, "args", 0)
    assert found.liveness == declared(YES, *AT, "livenessProbe")
    assert found.readiness.value is False
    assert found.pull_policy.value == "Always"
    assert found.image.at == (*AT, "image")


def test_init_containers_that_go_on_running_are_sidecars() -> None:
    found = workload("""
spec:
  initContainers:
  - {name: once, image: i}
  - {name: sidecar, image: i, restartPolicy: Always}
  containers: [{name: app, image: i}]
""")
    assert [(each.name, each.role.value) for each in found.containers] == [
        ("app", "main"),
        ("once", "init"),
        ("sidecar", "main"),
    ]


def test_what_a_pod_says_about_itself() -> None:
    found = workload("""
metadata:
  labels: {a: b}
  annotations: {c: d}
spec:
  hostPID: true
  hostUsers: false
  restartPolicy: Never
  serviceAccount: old
  automountServiceAccountToken: "no"
  securityContext: {sysctls: [{name: net.core.somaxconn, value: "1024"}]}
""")
    assert found.host_pid == declared(YES, "spec", "hostPID")
    assert found.host_users.value is False
    assert found.restart.value == "no"
    assert found.service_account == declared("old", "spec", "serviceAccount")
    assert found.automount_token.value is False
    assert [(each.name, each.value, each.at) for each in found.sysctls] == [
        ("net.core.somaxconn", "1024", ("spec", "securityContext", "sysctls", 0))
    ]
    assert [(each.name, each.value) for each in (*found.labels, *found.annotations)] == [("a", "b"), ("c", "d")]
    assert found.pod_labels == {"a": "b"}


def test_annotations_of_the_template_belong_to_what_makes_pods() -> None:
    found = workload("""
apiVersion: apps/v1
kind: Deployment
metadata: {name: n, annotations: {a: "1"}}
spec:
  replicas: 3
  template:
    metadata: {labels: {l: m}, annotations: {b: "2"}}
    spec: {containers: [{name: c, image: i}]}
""")
    assert [(each.name, each.at) for each in found.annotations] == [
        ("a", ("metadata", "annotations", "a")),
        ("b", ("spec", "template", "metadata", "annotations", "b")),
    ]
    assert (found.labels, found.pod_labels) == ((), {"l": "m"})
    assert found.replicas == declared(3, "spec", "replicas")
