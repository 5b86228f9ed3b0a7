"""What Kubernetes objects say wrongly, and what templates leave open."""

from dataclasses import fields

import pytest
from tests.platforms.kubernetes_reading import faults, file, read

from plimsoll.model.fact import Fact
from plimsoll.model.workload import Container, Workload
from plimsoll.platforms.kubernetes import KUBERNETES
from plimsoll.platforms.kubernetes_facts import TEMPLATE

WRONG = {
    "securityContext: {privileged: yes please}": "securityContext.privileged should be true or false, not 'yes please'",
    "securityContext: {runAsUser: root}": "securityContext.runAsUser should be a whole number, not 'root'",
    "securityContext: runAsUser:0": "securityContext should be a mapping, not 'runAsUser:0'",
    "securityContext: {capabilities: {add: ALL}}": "securityContext.capabilities.add should be a list, not 'ALL'",
    "resources: {limits: {memory: 1 GB}}": "limits.memory should be a quantity such as 64Mi, not '1 GB'",
    "imagePullPolicy: always": "imagePullPolicy should be one of Always, IfNotPresent, Never, not 'always'",
    "image: [a]": "image should be a text, not a list",
    "args: --flag": "args should be a list, not '--flag'",
    "ports: [80]": "ports[0] should be a mapping, not '80'",
    "env: {A: b}": "env should be a list, not a mapping",
}


@pytest.mark.parametrize("text", WRONG)
def test_values_of_the_wrong_kind_are_told_with_their_line(text: str) -> None:
    (fault,) = faults(text)
    assert fault.startswith("line ")
    assert fault.endswith(WRONG[text])


def test_a_fact_of_the_wrong_kind_is_not_known() -> None:
    (pod,) = read(KUBERNETES.frame("securityContext: {privileged: yes please, runAsUser: root}")).workloads
    (found,) = pod.containers
    assert not found.privileged.is_known
    assert not found.user.is_known


def test_a_word_that_kubernetes_does_not_know_is_none_of_the_right_ones() -> None:
    found = file("proc-mount.yaml")
    assert found.faults == (
        "line 15: spec.containers[0].securityContext.procMount should be one of Default, Unmasked, not 'Other'",
    )
    assert found.workloads[0].containers[0].proc_mount.value == "Other"


def unknown_facts(thing: Container | Workload) -> set[str]:
    values = {field.name: getattr(thing, field.name) for field in fields(thing)}
    return {name for name, value in values.items() if isinstance(value, Fact) and value.reason == TEMPLATE}


def test_nothing_below_what_a_template_makes_is_known() -> None:
    (pod,) = read("""
apiVersion: v1
kind: Pod
spec:
  hostPID: {{ .Values.hostPID }}
  containers:
  - name: app
    image: {{ .Values.image }}
    securityContext: {{- toYaml .Values.securityContext | nindent 6 }}
    resources:
      {{- toYaml .Values.resources | nindent 6 }}
""").workloads
    (found,) = pod.containers
    assert unknown_facts(pod) == {"host_pid"}
    assert unknown_facts(found) == {
        *("image", "user", "group", "run_as_non_root", "privileged", "capabilities_added", "capabilities_dropped"),
        *("no_new_privileges", "seccomp", "apparmor", "selinux", "read_only_root", "proc_mount"),
        *("memory_limit", "memory_request", "cpu_limit", "cpu_request"),
    }


def test_a_template_that_adds_to_a_mapping_may_say_what_it_does_not() -> None:
    found = read("""
apiVersion: v1
kind: Pod
spec:
  {{- include "pod.spec" . | nindent 2 }}
  hostIPC: true
  containers:
  - name: app
    image: i
    securityContext:
      privileged: false
      {{- include "context" . | nindent 6 }}
""")
    (pod,) = found.workloads
    (only,) = pod.containers
    assert found.faults == ()
    assert pod.host_ipc.value is True
    assert only.privileged.value is False
    assert not pod.host_pid.is_known
    assert not pod.service_account.is_known
    assert not only.read_only_root.is_known
    assert only.liveness.is_known


def test_containers_that_a_template_makes_are_told() -> None:
    found = read("""
apiVersion: v1
kind: Pod
spec:
  containers:
  - {name: app, image: i}
  {{- toYaml .Values.more | nindent 2 }}
""")
    assert found.faults == ("line 7: spec.containers[1] is made by a template, and what stands in it is not known",)
    assert len(found.workloads[0].containers) == 1
