"""Seccomp, AppArmor, SELinux, no-new-privileges, /proc, and security contexts as a whole."""

import json

import pytest
from tests.checks.isolation import ROWS, failures, framed, rules_of, said_of, unmeasured, wrong_in

RULES = rules_of("confinement.toml")
PRIVILEGE = rules_of("privilege.toml")
NO_NEW_PRIVILEGES = PRIVILEGE["no-new-privileges-off"]
SECCOMP = ("seccomp-off", "seccomp-not-set", "seccomp-custom")
CONTAINER = "spec.containers[0].securityContext"
POD = "spec.securityContext"
WINDOWS = "spec:\n  os:\n    name: windows"

# Pod Security Standards (Kubernetes 1.34): the controls of both levels. Volumes, host paths and host ports are others'.
STANDARDS = {
    *("baseline/hostProcess", "baseline/hostNetwork", "baseline/hostPID", "baseline/hostIPC", "baseline/privileged"),
    *("baseline/capabilities", "baseline/hostProbes", "baseline/appArmorProfile", "baseline/seLinuxOptions"),
    *("baseline/procMount", "baseline/seccompProfile", "baseline/sysctls", "restricted/allowPrivilegeEscalation"),
    *("restricted/runAsNonRoot", "restricted/runAsUser", "restricted/seccompProfile", "restricted/capabilities"),
}


def options(platform: str, *values: str) -> str:
    if platform == "compose":
        return f"security_opt: {json.dumps(values)}"
    if platform == "run":
        return " ".join(f"--security-opt {value}" for value in values)
    parameters = [{"key": "security-opt", "value": value} for value in values]
    return json.dumps({"container": {"docker": {"parameters": parameters}}})


def pod(field: str, value: str) -> str:
    return f"spec:\n  securityContext:\n    {field}: {value}"


def container(field: str, value: str) -> str:
    return f"securityContext:\n  {field}: {value}"


@pytest.mark.parametrize("file", ["confinement.toml", "privilege.toml"])
def test_examples_hold(file: str) -> None:
    assert wrong_in(file) == []


def test_every_field_of_the_standards_is_named() -> None:
    files = ("privilege", "capabilities", "identity", "confinement", "namespaces", "kernel")
    named = {each for file in files for rule in rules_of(f"{file}.toml").values() for each in rule.references}
    assert {each.removeprefix("pss:") for each in named if each.startswith("pss:")} == STANDARDS


def test_remedies_name_facts_that_there_are() -> None:
    from plimsoll.model.workload import Container, Workload

    facts = {*Container.__dataclass_fields__, *Workload.__dataclass_fields__}
    files = sorted(ROWS.glob("*.toml"))
    mine = [
        file for file in files if file.stem in {"privilege", "capabilities", "identity", "confinement", "namespaces"}
    ]
    named = {name for file in mine for rule in rules_of(file.name).values() for name in rule.remedy.set}
    assert named
    assert named <= facts


@pytest.mark.parametrize(
    ("text", "rule", "at"),
    [
        ("image: a:1", "seccomp-not-set", f"{CONTAINER}.seccompProfile"),
        (container("seccompProfile", "{}"), "seccomp-not-set", f"{CONTAINER}.seccompProfile"),
        (container("seccompProfile", "{type: LocalPort}"), "seccomp-not-set", f"{CONTAINER}.seccompProfile.type"),
        (container("seccompProfile", "{type: Unconfined}"), "seccomp-off", f"{CONTAINER}.seccompProfile.type"),
        (pod("seccompProfile", "{type: Unconfined}"), "seccomp-off", f"{POD}.seccompProfile.type"),
        (pod("seccompProfile", "{type: Localhost}"), "seccomp-custom", f"{POD}.seccompProfile.type"),
    ],
)
def test_seccomp_of_pods_fails_one_rule(text: str, rule: str, at: str) -> None:
    found = {name: [where for where, _ in failures("kubernetes", text, RULES[name])] for name in SECCOMP}
    assert {name: places for name, places in found.items() if places} == {rule: [at]}


@pytest.mark.parametrize("text", [pod("seccompProfile", "{type: RuntimeDefault}"), WINDOWS])
def test_pods_with_seccomp_and_windows_fail_none(text: str) -> None:
    assert [said_of(framed("kubernetes", text), RULES[name]) for name in SECCOMP] == [[], [], []]


@pytest.mark.parametrize("platform", ["compose", "run", "marathon"])
@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("seccomp=unconfined", "seccomp-off"),
        ("seccomp=app.json", "seccomp-custom"),
        ("apparmor=unconfined", "apparmor-off"),
        ("apparmor=app", "apparmor-custom"),
        ("label=disable", "selinux-off"),
        ("label=type:spc_t", "selinux-custom"),
        ("label=user:system_u", "selinux-custom"),
        ("systempaths=unconfined", "proc-unmasked"),
        ("seccomp=builtin", ""),
        ("apparmor=docker-default", ""),
        ("label=level:s0:c1,c2", ""),
    ],
)
def test_options_of_engines(platform: str, value: str, rule: str) -> None:
    names = [name for name, each in RULES.items() if platform in each.platforms]
    found = [name for name in names if failures(platform, options(platform, value), RULES[name])]
    assert found == ([rule] if rule else [])


def test_privileged_switches_seccomp_off_by_itself() -> None:
    assert failures("compose", "privileged: true", RULES["seccomp-off"]) == []
    assert failures("compose", "privileged: true", PRIVILEGE["privileged-container"]) == [
        ("services.app.privileged", "true")
    ]


def test_an_unknown_option_is_not_measured() -> None:
    text = 'security_opt: ["${OPTION}"]'
    for name in ("seccomp-off", "apparmor-off", "selinux-off", "proc-unmasked"):
        assert unmeasured("compose", text, RULES[name]) == ["services.app.security_opt[0]"], name
    assert unmeasured("compose", text, NO_NEW_PRIVILEGES) == ["services.app.security_opt[0]"]


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("securityContext:\n  allowPrivilegeEscalation: true", True),
        ("image: a:1", True),
        (pod("allowPrivilegeEscalation", "false"), True),
        ("securityContext:\n  allowPrivilegeEscalation: false", False),
        (WINDOWS, False),
    ],
)
def test_escalation_is_a_matter_of_the_container(text: str, fails: bool) -> None:  # noqa: FBT001 - a case's outcome
    expected = [f"{CONTAINER}.allowPrivilegeEscalation"] if fails else []
    assert [at for at, _ in failures("kubernetes", text, NO_NEW_PRIVILEGES)] == expected


@pytest.mark.parametrize("kind", ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"])
def test_the_types_for_containers_pass(kind: str) -> None:
    assert failures("kubernetes", pod("seLinuxOptions", f"{{type: {kind}}}"), RULES["selinux-custom"]) == []


def test_selinux_options_that_the_standard_forbids_are_named() -> None:
    found = failures("kubernetes", pod("seLinuxOptions", "{type: spc_t, role: r, level: s0}"), RULES["selinux-custom"])
    assert found == [(f"{POD}.seLinuxOptions", "type:spc_t, role:r")]


@pytest.mark.parametrize(
    ("text", "fails"),
    [
        ("image: a:1", True),
        (pod("seccompProfile", "{type: Unconfined}"), True),
        (container("seLinuxOptions", "{}"), True),
        (container("capabilities", "{drop: [KILL], add: [all]}"), True),
        (container("appArmorProfile", "{type: Unconfined}"), True),
        ("metadata:\n  annotations:\n    container.apparmor.security.beta.kubernetes.io/other: runtime/default", True),
        (container("capabilities", "{drop: [KILL]}"), False),
        (pod("seLinuxOptions", "{level: s0}"), False),
        (container("appArmorProfile", "{type: Localhost, localhostProfile: a}"), False),
        (WINDOWS, False),
    ],
)
def test_one_of_four_hardens_a_container(text: str, fails: bool) -> None:  # noqa: FBT001 - a case's outcome
    assert bool(failures("kubernetes", text, RULES["nothing-hardens-container"])) is fails


CONTROL_PLANE = """
apiVersion: hostdata.kubescape.cloud/v1beta0
kind: ControlPlaneInfo
metadata: {name: node}
data:
  APIServerInfo:
    cmdLine: kube-apiserver --feature-gates=ProcMountType=true
"""


def test_the_choice_of_proc_matters_where_the_api_server_gives_it() -> None:
    alone = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec: {containers: [{name: app, image: a:1}]}\n"
    rule = RULES["proc-mount-not-set"]
    assert said_of(framed("kubernetes", alone), rule) == []
    assert failures("kubernetes", alone + "---" + CONTROL_PLANE, rule) == [(f"{CONTAINER}.procMount", "")]


def test_an_unknown_kind_of_proc_is_no_default() -> None:
    found = failures("kubernetes", container("procMount", "Other"), RULES["proc-unmasked"])
    assert found == [(f"{CONTAINER}.procMount", "Other")]


@pytest.mark.parametrize("value", ["[]", "{}", "'x'", "7", "[{a: b}]", "null"])
@pytest.mark.parametrize(
    "key", ["seccompProfile", "appArmorProfile", "seLinuxOptions", "procMount", "allowPrivilegeEscalation"]
)
def test_values_of_any_kind_are_borne(key: str, value: str) -> None:
    estate = framed("kubernetes", container(key, value))
    states = {said.state.value for rule in RULES.values() for said in said_of(estate, rule)}
    assert states <= {"fail", "not measured"}
    assert len(estate.workloads) == 1
