"""Components of Kubernetes: which containers run them, what their flags say, and where what is wrong stands."""

import json

import pytest

from plimsoll.checks.catalogue import row_files
from plimsoll.checks.judge import Judge
from plimsoll.checks.rows import read_rows
from plimsoll.checks.workload.component_flags import CONFIGURED, FLAGS, Kind
from plimsoll.checks.workload.components import (
    PREFIX,
    Component,
    component_of,
    components_of,
    etcd_files,
    flag_of,
    seconds,
)
from plimsoll.errors import UsageError
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.fact import UnknownFactError, dotted
from plimsoll.model.rule import Judgement, Rule
from plimsoll.pipeline.estate import estate_of

KUBELET_FILE = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"


def estate(container: str) -> Estate:
    """Read a Pod with one container, whose fields are given in flow style."""
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: pod}}\nspec: {{containers: [{{name: app, {container}}}]}}\n"
    return estate_of([("pod.yaml", pod.encode())])


def component(container: str) -> Component | None:
    return component_of(estate(container).workloads[0].containers[0])


def known(container: str) -> Component:
    found = component(container)
    assert found is not None
    return found


def rows(*names: str) -> list[Rule]:
    texts = row_files()
    found = [rule for name in texts if name.startswith("control_plane_") for rule in read_rows(texts[name], name)]
    return [rule for rule in found if rule.id in names] if names else found


def judgements(judged: Estate, *names: str) -> list[Judgement]:
    return list(Judge(rows(*names)).judge(judged))


@pytest.mark.parametrize(
    ("container", "name"),
    [
        ("command: [kube-apiserver]", "kube-apiserver"),
        ("command: [/usr/local/bin/kube-apiserver, --profiling=false]", "kube-apiserver"),
        ('command: ["etcd --data-dir=/a/kubelet"]', "etcd"),
        ("args: [kube-scheduler, --profiling=false]", "kube-scheduler"),
        ('command: [/bin/sh, -c, "exec /usr/bin/kube-scheduler --profiling=false 1>>/log 2>&1"]', "kube-scheduler"),
        ("command: [/hyperkube, apiserver, --profiling=false]", "kube-apiserver"),
        ("command: [/hyperkube, kubelet]", "kubelet"),
        ("image: registry.example.com/etcd-amd64:3.5, args: [--name=a]", "etcd"),
        ("image: registry.example.com/etcd:3.5", None),
        ("image: registry.example.com/etcd:3.5, command: [/bin/tool], args: [--name=a]", None),
        ("image: registry.example.com/netcd:3.5, args: [--name=a]", None),
        ("command: [etcdctl, snapshot]", None),
        ("args: [--path=/usr/bin/etcd]", None),
        ('command: [sh, -c, "cat /var/log/kube-apiserver.log"]', None),
        ("command: []", None),
    ],
)
def test_a_component_is_known_by_its_program(container: str, name: str | None) -> None:
    found = component(container)
    assert (found.name if found else None) == name


def test_flags_are_read_as_their_kinds_are() -> None:
    server = known(
        "command: [kube-apiserver, --anonymous-auth=false, --profiling, --audit-log-maxage, '30',"
        " --request-timeout=1h2m3s, '--authorization-mode=Node, RBAC', --secure-port=https,"
        " '--allow-privileged=true --token-auth-file=\"/a b\"']"
    )
    assert server.flag("anonymous-auth").value is False
    assert server.flag("profiling").value is True
    assert server.flag("audit-log-maxage").value == 30
    assert server.flag("request-timeout").value == 3723.0
    assert server.flag("secure-port").value == "https"
    assert server.flag("token-auth-file").value == "/a b"
    modes = server.flag("authorization-mode")
    assert isinstance(modes.value, tuple)
    assert [mode.value for mode in modes.value] == ["Node", "RBAC"]
    assert dotted(modes.at) == "spec.containers[0].command[6]"


def test_the_last_word_holds_and_lists_are_joined() -> None:
    server = known(
        "command: [kube-apiserver, --profiling=true, --profiling=false,"
        " --enable-admission-plugins=A, --enable-admission-plugins=B]"
    )
    assert (server.flag("profiling").value, server.flag("profiling").at[-1]) == (False, 2)
    plugins = server.flag("enable-admission-plugins").value
    assert isinstance(plugins, tuple)
    assert [(each.value, each.at[-1]) for each in plugins] == [("A", 3), ("B", 4)]


def test_a_value_ends_with_its_word_in_a_shell_only() -> None:
    in_shell = known('command: [sh, -c, "kube-apiserver --audit-log-path=/a 1>>/log --profiling=false"]')
    assert in_shell.flag("audit-log-path").value == "/a"
    assert in_shell.flag("profiling").value is False
    alone = known('command: [kube-apiserver, "--audit-log-path=/a b --profiling=false"]')
    assert alone.flag("audit-log-path").value == "/a b"
    assert alone.flag("profiling").value is False


def test_a_flag_without_value_before_another_flag_has_none() -> None:
    manager = known("command: [kube-controller-manager, --terminated-pod-gc-threshold, --profiling=false]")
    assert manager.flag("terminated-pod-gc-threshold").value == ""
    assert manager.flag("profiling").value is False


@pytest.mark.parametrize(
    ("container", "place"),
    [
        ("command: [kube-apiserver, --a=b]", "spec.containers[0].command[2]"),
        ("command: [kube-apiserver], args: [--a=b, --c=d]", "spec.containers[0].args[2]"),
        ("args: [kube-apiserver]", "spec.containers[0].args[1]"),
    ],
)
def test_an_absent_flag_would_stand_after_the_last_word(container: str, place: str) -> None:
    fact = known(container).flag("profiling")
    assert (fact.value, fact.is_declared, dotted(fact.at)) == (True, False, place)


def test_what_a_file_or_a_template_decides_is_not_known() -> None:
    by_file = known("command: [kubelet, --config=/etc/kubelet.yaml, --read-only-port=0]")
    assert by_file.flag("read-only-port").value == 0
    with pytest.raises(UnknownFactError, match="configuration file"):
        assert by_file.flag("anonymous-auth").value
    template = known("command: [etcd, '--auto-tls={{ .Values.auto }}']")
    with pytest.raises(UnknownFactError, match="template"):
        assert template.flag("auto-tls").value
    assert template.flag("peer-auto-tls").value is False


def test_etcd_is_told_by_variables_too_and_words_hold_over_them() -> None:
    told = known(
        "command: [etcd, --auto-tls=false], env: [{name: ETCD_AUTO_TLS, value: 'true'},"
        " {name: ETCD_CLIENT_CERT_AUTH, value: 'true'}]"
    )
    assert told.flag("auto-tls").value is False
    assert told.flag("client-cert-auth").value is True
    assert dotted(told.flag("client-cert-auth").at) == "spec.containers[0].env[1].value"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5m", 300.0), ("1s9m3h", 11341.0), ("1.5h", 5400.0), ("100ms", 0.1), ("0", 0.0), ("90", 90.0), ("5 m", None)],
)
def test_durations_are_read_as_go_reads_them(text: str, expected: float | None) -> None:
    assert seconds(text) == pytest.approx(expected)


def test_each_missing_flag_of_a_pair_is_a_failure_of_its_own() -> None:
    found = list(etcd_files(known("command: [etcd]"), estate("command: [etcd]").workloads[0], Estate()))
    assert [(each.detail, each.at[-1]) for each in found] == [("cert-file", 1), ("key-file", 2)]


def test_a_row_for_a_flag_that_is_not_there_is_refused() -> None:
    assert flag_of("rule", PREFIX + "etcd", "auto-tls")(known("command: [etcd, --auto-tls]")).value is True
    with pytest.raises(UsageError, match="no flag 'auto-tsl'"):
        flag_of("rule", PREFIX + "etcd", "auto-tsl")
    with pytest.raises(UsageError, match="kube-etcd has no flag"):
        flag_of("rule", PREFIX + "kube-etcd", "auto-tls")


def test_configuration_files_have_places_and_defaults_of_their_own() -> None:
    read = estate_of([("kubelet.yaml", (KUBELET_FILE + "authentication: {x509: {clientCAFile: /ca.crt}}\n").encode())])
    (kubelet,) = components_of(read.resources[0])
    assert kubelet.flag("client-ca-file").value == "/ca.crt"
    assert dotted(kubelet.flag("client-ca-file").at) == "authentication.x509.clientCAFile"
    assert kubelet.flag("anonymous-auth").value is False
    assert dotted(kubelet.flag("anonymous-auth").at) == "authentication.anonymous.enabled"
    assert kubelet.flag("read-only-port").value == 0


def test_configuration_files_inside_a_config_map_are_read() -> None:
    held = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "kubelet-config"},
        "data": {"kubelet": KUBELET_FILE + "readOnlyPort: 10255\n", "other": "KubeletConfiguration: [", "none": "text"},
    }
    read = estate_of([("map.json", json.dumps(held).encode())])
    (failed,) = [each for each in judgements(read, "kubelet-read-only-port") if each.state is CheckState.FAIL]
    assert dotted(failed.verdict.at) == "data.kubelet"
    assert failed.subject == "ConfigMap//kubelet-config"


def test_components_in_every_kind_of_workload_are_judged_by_their_rows_only() -> None:
    text = b"""
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: etcd, namespace: kube-system}
spec:
  template:
    spec:
      containers:
        - {name: etcd, image: registry.example.com/etcd:3.5, command: [etcd, --auto-tls=true]}
        - {name: app, image: registry.example.com/app:1.0, command: [app, --auto-tls=true]}
"""
    (failed,) = [
        each
        for each in judgements(estate_of([("set.yaml", text)]), "etcd-auto-tls", "apiserver-profiling")
        if each.state is CheckState.FAIL
    ]
    assert dotted(failed.verdict.at) == "spec.template.spec.containers[0].command[1]"
    assert (failed.subject, failed.container) == ("DaemonSet/kube-system/etcd", "etcd")


def test_a_hostile_command_is_judged_all_the_same() -> None:
    words = ["kube-apiserver", "--" * 50_000, "=" * 50_000, "--profiling=" + "9" * 50_000, "--a='" * 20_000]
    judged = judgements(estate(f"command: {json.dumps(words)}"))
    assert {each.rule.id for each in judged if each.state is CheckState.FAIL} >= {"apiserver-profiling"}


def test_every_flag_that_is_asked_for_is_told_about_and_the_other_way_round() -> None:
    asked = {rule.on[0].removeprefix(PREFIX) for rule in rows() if rule.on[0].startswith(PREFIX)}
    assert asked == set(FLAGS)
    for name, keys in CONFIGURED.values():
        assert set(keys) <= set(FLAGS[name])
    lists = {flag for flags in FLAGS.values() for flag, about in flags.items() if about.kind is Kind.LIST}
    assert {"authorization-mode", "tls-cipher-suites"} <= lists
