"""Examples made into whole manifests, and facts as Kubernetes writes them."""

import pytest
from tests.platforms.kubernetes_reading import workload

from plimsoll.checks.rows import read_rows
from plimsoll.documents.yaml import read_yaml
from plimsoll.pipeline.examples import wrong_examples
from plimsoll.platforms.kubernetes import KUBERNETES

FRAMED = {
    "image: nginx": ("nginx", "app", "apps"),
    "name: web": ("registry.example.com/app:1.0", "app", "apps"),
    "hostPID: true\n": ("registry.example.com/app:1.0", "app", "apps"),
    "spec:\n    hostPID: true": ("registry.example.com/app:1.0", "app", "apps"),
    "spec: {hostPID: true}": ("registry.example.com/app:1.0", "app", "apps"),
    "spec:\n  # why\n\n  containers: [{name: c, image: i}]": ("i", "app", "apps"),
    "metadata:\n  name: n": ("registry.example.com/app:1.0", "n", "apps"),
    "metadata: {namespace: ''}\nspec: {hostIPC: true}": ("registry.example.com/app:1.0", "app", ""),
    "spec:\nmetadata: null": ("registry.example.com/app:1.0", "app", "apps"),
    "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: i}]}": ("i", "", ""),
}


@pytest.mark.parametrize("text", FRAMED)
def test_examples_are_framed(text: str) -> None:
    found = workload(text)
    assert (found.containers[0].image.value, found.name, found.namespace) == FRAMED[text]


def test_several_documents_and_what_is_no_yaml_are_left_as_they_are() -> None:
    for text in ("a: 1\n---\nb: 2\n", "a: [\n"):
        assert KUBERNETES.frame(text) == text.encode()


SPELLED = {
    "privileged": (False, "securityContext: {privileged: false}"),
    "no_new_privileges": (True, "securityContext: {allowPrivilegeEscalation: false}"),
    "capabilities_dropped": (["ALL"], "securityContext: {capabilities: {drop: [ALL]}}"),
    "read_only_root": (True, "securityContext: {readOnlyRootFilesystem: true}"),
    "run_as_non_root": (True, "securityContext: {runAsNonRoot: true}"),
    "user": ("1000", "securityContext: {runAsUser: 1000}"),
    "group": ("1000", "securityContext: {runAsGroup: 1000}"),
    "seccomp": ("runtime/default", "securityContext: {seccompProfile: {type: RuntimeDefault}}"),
    "apparmor": ("runtime/default", "securityContext: {appArmorProfile: {type: RuntimeDefault}}"),
    "proc_mount": ("default", "securityContext: {procMount: Default}"),
    "memory_limit": (256 * 1024**2, "resources: {limits: {memory: 256Mi}}"),
    "memory_request": (1000, "resources: {requests: {memory: '1000'}}"),
    "cpu_limit": (0.5, "resources: {limits: {cpu: 500m}}"),
    "cpu_request": (2, "resources: {requests: {cpu: '2'}}"),
    "pull_policy": ("Always", "imagePullPolicy: Always"),
    "image": ("i:1", "image: i:1"),
    "automount_token": (False, "automountServiceAccountToken: false"),
    "host_pid": (False, "hostPID: false"),
    "host_ipc": (False, "hostIPC: false"),
    "host_network": (False, "hostNetwork: false"),
    "host_users": (False, "hostUsers: false"),
    "restart": ("on-failure", "restartPolicy: OnFailure"),
    "service_account": ("mine", "serviceAccountName: mine"),
    "capabilities_added": (["CHOWN"], "securityContext: {capabilities: {add: [CHOWN]}}"),
}


def test_every_fact_that_can_be_set_is_spelled_here() -> None:
    assert set(SPELLED) == set(KUBERNETES.spelling)


@pytest.mark.parametrize("name", SPELLED)
def test_what_a_remedy_writes_is_read_as_what_it_sets(name: str) -> None:
    value, text = SPELLED[name]
    spelling = KUBERNETES.spelling[name]
    written: object = read_yaml(text.encode())
    for step in spelling.path:
        assert isinstance(written, dict)
        written = written[step]
    made = spelling.write(value)
    assert (made if isinstance(made, list) else str(made).replace("True", "true").replace("False", "false")) == written
    framed = text if spelling.at == "container" else f"spec: {{{text}}}"
    pod = workload(framed)
    fact = getattr(pod.containers[0] if spelling.at == "container" else pod, name)
    assert fact.is_declared
    read_back = [each.value for each in fact.value] if isinstance(value, list) else fact.value
    assert read_back == value


def test_a_rule_of_one_fact_is_judged_on_framed_examples() -> None:
    row = """
[[rule]]
id = "x"
title = "x"
severity = "high"
likelihood = "exposure"
on = "container"
platforms = ["kubernetes"]
fact = "privileged"
expect = { is = false }
why = "x"
threats = ["escape"]
fix = { text = "x", set = { privileged = false } }
bad = { kubernetes = "securityContext: {privileged: true}" }
good = { kubernetes = "securityContext: {privileged: false}" }
"""
    assert list(wrong_examples(read_rows(row.encode(), "row"))) == []
