"""Kubernetes objects: which documents are theirs, what they are, what runs in them."""

import lzma
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.platforms.kubernetes_reading import documents, faults, file, read, workload

from plimsoll.documents.document import read_documents
from plimsoll.documents.errors import DocumentError
from plimsoll.model.estate import Position
from plimsoll.model.resource import Binding, Resource, Role
from plimsoll.model.workload import ContainerRole
from plimsoll.pipeline.estate import Alone, estate_of
from plimsoll.platforms.kubernetes import KUBERNETES

SPEC = "containers: [{name: c, image: i}]"
KINDS = {
    ("v1", "Pod"): f"spec: {{{SPEC}}}",
    ("v1", "PodTemplate"): f"template: {{spec: {{{SPEC}}}}}",
    **dict.fromkeys(
        (
            ("apps/v1", "Deployment"),
            ("extensions/v1beta1", "Deployment"),
            ("apps/v1", "ReplicaSet"),
            ("v1", "ReplicationController"),
            ("apps/v1", "StatefulSet"),
            ("apps/v1", "DaemonSet"),
            ("batch/v1", "Job"),
            ("apps.openshift.io/v1", "DeploymentConfig"),
            ("argoproj.io/v1alpha1", "Rollout"),
            ("serving.knative.dev/v1", "Service"),
            ("example.com/v7", "Whatever"),
        ),
        f"spec: {{template: {{spec: {{{SPEC}}}}}}}",
    ),
    ("batch/v1", "CronJob"): f"spec: {{jobTemplate: {{spec: {{template: {{spec: {{{SPEC}}}}}}}}}}}",
    ("extensions.agents.x-k8s.io/v1beta1", "SandboxTemplate"): f"spec: {{podTemplate: {{spec: {{{SPEC}}}}}}}",
    ("agents.x-k8s.io/v1alpha1", "Sandbox"): f"spec: {{podTemplate: {{spec: {{{SPEC}}}}}}}",
    ("keda.sh/v1alpha1", "ScaledJob"): f"spec: {{jobTargetRef: {{template: {{spec: {{{SPEC}}}}}}}}}",
    ("serving.knative.dev/v1", "Revision"): f"spec: {{{SPEC}}}",
}


@pytest.mark.parametrize(("api", "kind"), KINDS, ids=lambda each: each.replace("/", "-"))
def test_every_kind_that_runs_containers_is_a_workload(api: str, kind: str) -> None:
    found = workload(f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: n, namespace: s}}\n{KINDS[api, kind]}\n")
    assert found.key == f"{kind}/s/n"
    (container,) = found.containers
    body: object = found.body
    for step in container.at:
        body = body[step] if isinstance(body, dict | list) else None  # type: ignore[index]
    assert body == {"name": "c", "image": "i"}
    assert container.at[:-2] == found.spec_at
    assert "containers" in found.spec


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Service\nspec: {selector: {a: b}}",
        "apiVersion: example.com/v1\nkind: Job\nspec: {tasks: []}",
        "kind: Config\nmetadata: {name: x}",
        "apiVersion: apps/v1beta1\nkind: Scale\nspec: {template: {spec: {containers: 3}}}",
    ],
)
def test_everything_else_is_a_resource(text: str) -> None:
    found = read(text)
    assert (found.workloads, found.faults) == ((), ())
    (resource,) = found.resources
    assert type(resource) is Resource
    assert resource.kind in text


@pytest.mark.parametrize(
    "text",
    ["services: {a: {image: b}}", "kind: Pod", "kind: [3]\napiVersion: v1", "[]", "[1]", "text", '[{"Id": "x"}]'],
)
def test_documents_of_others_are_not_recognised(text: str) -> None:
    assert not any(KUBERNETES.recognises(document) for document in documents(text))


LIST = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: a}
  spec: {containers: [{name: c, image: i}]}
- kind: ServiceList
  apiVersion: v1
  items:
  - metadata: {name: b}
  - metadata: {name: c}
- apiVersion: v1
  kind: Namespace
  metadata: {name: d}
"""


def test_lists_are_taken_apart_also_in_lists() -> None:
    found = read(LIST)
    assert found.faults == ()
    assert [(each.key, each.at) for each in found.workloads] == [("Pod//a", ("items", 0))]
    assert [(each.key, each.at) for each in found.resources] == [
        ("Service//b", ("items", 1, "items", 0)),
        ("Service//c", ("items", 1, "items", 1)),
        ("Namespace//d", ("items", 2)),
    ]
    assert found.workloads[0].containers[0].at == ("items", 0, "spec", "containers", 0)


def test_an_array_of_objects_is_read() -> None:
    found = read('[{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}, {"no": "object"}, 3]')
    assert [each.key for each in found.resources] == ["Namespace//a"]
    assert found.faults == (
        "line 1: [1] has no kind, so that nothing is known of it",
        "line 1: [2] should be an object, not '3'",
    )


def test_lists_in_lists_without_end_are_bounded() -> None:
    deep = b'{"apiVersion":"v1","kind":"List","items":[' * 60
    found = read(deep + b'{"apiVersion":"v1","kind":"Pod"}' + b"]}" * 60)
    assert len(found.workloads) == 1
    with pytest.raises(DocumentError, match="deeper"):
        read(deep * 20 + b"]}" * 1200)


def test_roles_are_read_with_the_places_of_what_they_allow() -> None:
    role, binding = (KUBERNETES.read(each, 7, Alone()).resources[0] for each in documents_of("roles.yaml"))
    assert isinstance(role, Role)
    (permission,) = role.permissions
    assert permission.at == ("rules", 0)
    assert permission.verbs == ("bind", "watch", "list")
    assert permission.resources == ("pods", "roles")
    assert permission.groups == ("rbac.authorization.k8s.io",)
    assert (permission.names, permission.urls) == ((), ())
    assert isinstance(binding, Binding)
    assert (binding.role_kind, binding.role_name, binding.role_at) == ("ClusterRole", "test", ("roleRef",))
    assert [(each.kind, each.name, each.namespace, each.at) for each in binding.holders] == [
        ("Group", "manager", "", ("subjects", 0)),
        ("Group", "dev", "", ("subjects", 1)),
    ]
    assert (role.document, binding.key) == (7, "ClusterRoleBinding//read-secrets-global")


def documents_of(name: str) -> list:  # type: ignore[type-arg]  # of TextDocument
    from tests.platforms.kubernetes_reading import FOLDER

    return documents((FOLDER / name).read_bytes())


def test_what_a_template_allows_is_told_as_unknown() -> None:
    text = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules:\n- verbs: ["{{ .v }}"]\n'
    found = read(text)
    assert found.faults == ("line 5: rules[0].verbs[0] is made by a template, and what it allows is not known",)
    assert isinstance(found.resources[0], Role)


def test_a_cron_job_of_kubescape() -> None:
    found = file("cronjob.yaml")
    (job,) = found.workloads
    assert (found.faults, job.key, job.restart.value) == ((), "CronJob//hello", "on-failure")
    main, init = job.containers
    assert (main.role, init.role) == (ContainerRole.MAIN, ContainerRole.INIT)
    (mount,) = init.mounts
    assert (mount.kind, mount.source.value, mount.target.value) == ("bind", "/var", "/test-pd")
    assert mount.read_only == (False, (*init.at, "volumeMounts", 0, "readOnly"), "declared", "")
    assert mount.volume_at == (*job.spec_at, "volumes", 0)
    assert [volume.source.value for volume in job.volumes] == ["/var"]


def test_a_deployment_of_kubescape() -> None:
    (found,) = file("deployment.yaml").workloads
    mysql, php = found.containers
    assert found.host_network.value
    assert found.network.value == "host"
    assert (mysql.user.value, mysql.group.value) == ("2000", "3000")
    assert mysql.user.at == (*found.spec_at, "securityContext", "runAsUser")
    assert (mysql.proc_mount.value, php.proc_mount.value) == ("default", "unmasked")
    assert php.mounts[0].kind == "claim"
    assert php.mounts[0].sub_path == ("html", (*php.at, "volumeMounts", 0, "subPath"), "declared", "")
    assert found.pod_labels == {"app": "goproxy"}
    assert [(pair.name, pair.at) for pair in found.labels] == [("app", ("metadata", "labels", "app"))]


def test_an_ephemeral_container_inherits_nothing_from_its_neighbours() -> None:
    (found,) = file("ephemeral.yaml").workloads
    app, debugger = found.containers
    assert debugger.role is ContainerRole.EPHEMERAL
    assert (app.run_as_non_root.value, debugger.run_as_non_root.value) == (True, False)
    assert not debugger.user.is_known


def test_documents_of_a_node_are_resources_of_their_kind() -> None:
    (found,) = file("kubelet.json").resources
    assert (found.kind, found.api, found.name) == ("KubeletInfo", "hostdata.kubescape.cloud/v1beta0", "")
    assert "data" in found.body


def test_a_sandbox_of_agents() -> None:
    (found,) = file("sandbox.yaml").workloads
    assert (found.kind, found.spec_at) == ("SandboxTemplate", ("spec", "podTemplate", "spec"))
    assert len(found.containers) == 2


def test_a_spec_that_is_a_list_by_mistake_is_told_and_judged() -> None:
    found = file("spec-is-a-list.yaml")
    assert found.faults == ("line 5: spec should be a mapping, not a list",)
    (container,) = found.workloads[0].containers
    assert (container.image.value, container.at) == ("alpine", ("spec", 1))


def test_a_pod_spec_in_the_wrong_place_is_judged() -> None:
    found = read("apiVersion: apps/v1\nkind: StatefulSet\nspec:\n  containers:\n  - {name: c, image: i}\n")
    assert [each.at for each in found.workloads[0].containers] == [("spec", "containers", 0)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("spec: {containers: null}", "line 3: spec.containers is missing"),
        ("spec: {containers: {a: b}}", "line 3: spec.containers should be a list, not a mapping"),
        ("spec: {containers: [x]}", "line 3: spec.containers[0] should be a mapping, not 'x'"),
        ("spec: 3", "line 3: spec should be a mapping, not '3'"),
    ],
)
def test_a_workload_without_readable_containers_is_told(text: str, fault: str) -> None:
    assert read(f"apiVersion: v1\nkind: Pod\n{text}\n").faults[0].startswith(fault)


def test_many_faults_are_bounded() -> None:
    found = faults("spec:\n  containers: [" + "x," * 5000 + "]\n")
    assert len(found) == 1001
    assert found[-1] == "4000 more values are not understood"


ARCHIVE = Path(__file__).parents[1] / "data" / "configs" / "manifests.tar.xz"


def test_every_manifest_of_the_labelled_tools_is_read() -> None:
    texts = list(manifests())
    estate = estate_of(texts)
    read_from = {document.path for document in estate.documents}
    kinds = {thing.kind for thing in estate.things}
    assert {path for path, _ in texts} - read_from == set()
    assert {"SandboxTemplate", "KubeletInfo", "ControlPlaneInfo", "ClusterDescribe", "PodSecurityPolicy"} <= kinds
    assert not [workload for workload in estate.workloads if not workload.containers and not estate.gaps]


def manifests() -> list[tuple[str, bytes]]:
    """Give the files of the archive that hold objects: no folder's `data.json`, which has options of a rule."""
    found: list[tuple[str, bytes]] = []
    with tarfile.open(fileobj=lzma.open(ARCHIVE)) as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is not None and not member.name.endswith("/data.json"):
                data = stream.read()
                if b"apiVersion" in data:
                    found.append((member.name, data))
    return found


def test_a_position_leads_to_the_fact() -> None:
    lines = (
        "apiVersion: v1",
        "kind: Pod",
        "spec:",
        "  containers:",
        "  - name: é",
        "    securityContext: {privileged: true}",
    )
    text = "\r\n".join(lines)
    (document,) = documents(text)
    (pod,) = KUBERNETES.read(document, 0, Alone()).workloads
    (container,) = pod.containers
    assert container.privileged.value
    assert document.position(container.privileged.at) == Position(6, 23)


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    try:
        found = list(read_documents("x", b"apiVersion: v1\nkind: Pod\n" + data))
    except DocumentError:
        return
    for document in found:
        KUBERNETES.read(document, 0, Alone())


KEYS = st.sampled_from(
    [
        *("apiVersion", "kind", "metadata", "name", "namespace", "labels", "annotations", "spec", "template"),
        *("containers", "initContainers", "image", "env", "envFrom", "value", "valueFrom", "secretKeyRef"),
        *("securityContext", "privileged", "capabilities", "add", "drop", "seccompProfile", "type", "seLinuxOptions"),
        *("appArmorProfile", "runAsUser", "resources", "limits", "requests", "memory", "cpu", "ports", "hostPort"),
        *("containerPort", "volumeMounts", "volumes", "hostPath", "path", "emptyDir", "medium", "livenessProbe"),
        *("command", "args", "rules", "verbs", "subjects", "roleRef", "items", "sysctls", "volumeDevices"),
        *("volumeClaimTemplates", "restartPolicy", "{{x}}"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(["{{ x }}", "true", "1Gi", "~"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=30,
)


class Given:
    """A document without a text."""

    path = ""

    def __init__(self, root: object) -> None:
        self.root = root

    def position(self, at: tuple[str | int, ...]) -> Position | None:
        return None if at else Position(1, 1)


@given(VALUES, st.sampled_from(["Pod", "Deployment", "CronJob", "Role", "RoleBinding", "List", "StatefulSet", "X"]))
def test_no_values_make_it_fail(value: object, kind: str) -> None:
    spec = {"template": {"spec": value}, "containers": value, "volumes": value}
    for inner in (value, spec):
        root = {"apiVersion": "v1", "kind": kind, "metadata": value, "spec": inner, "items": value, "rules": value}
        found = KUBERNETES.read(Given(root), 0, Alone())
        assert found.workloads or found.resources or found.faults or kind == "List"


def test_settings_that_come_with_what_is_judged_are_said() -> None:
    """Lists of kubescape may allow things, so nobody should take the rest for judged by Plimsoll alone."""
    data = b'{"postureControlInputs": {"imageRepositoryAllowList": ["quay.io"]}}'
    (gap,) = estate_of([("data.json", data)]).gaps
    assert (gap.what, "data.json" in gap.reason) == ("settings-in-target", True)
