"""Users, groups, and the accounts of Windows."""

import pytest
from tests.checks.isolation import failures, framed, rules_of, said_of, unmeasured, wrong_in

RULES = rules_of("identity.toml")
HOST_PROCESS = rules_of("privilege.toml")["windows-host-process"]
ROOT = ("root-user-container", "root-not-forbidden", "non-root-not-stated", "root-refused")
CONTAINER = "spec.containers[0].securityContext"
POD = "spec.securityContext"
WINDOWS = "spec:\n  os:\n    name: windows\n"


def context(*lines: str) -> str:
    return "securityContext:\n" + "\n".join(f"  {line}" for line in lines)


def both(pod: str, container: str) -> str:
    return (
        f"spec:\n  securityContext: {{{pod}}}\n  containers:\n    - name: app\n"
        f"      image: registry.example.com/app:1.0\n      securityContext: {{{container}}}"
    )


def test_examples_hold() -> None:
    assert wrong_in("identity.toml") == []


@pytest.mark.parametrize(
    ("pod", "container", "rule", "at"),
    [
        ("", "", "root-not-forbidden", f"{CONTAINER}.runAsNonRoot"),
        ("runAsNonRoot: false", "", "root-not-forbidden", f"{CONTAINER}.runAsNonRoot"),
        ("runAsNonRoot: true", "runAsNonRoot: false", "root-not-forbidden", f"{CONTAINER}.runAsNonRoot"),
        ("runAsUser: 0", "", "root-user-container", f"{POD}.runAsUser"),
        ("runAsUser: 1000", "runAsUser: 0", "root-user-container", f"{CONTAINER}.runAsUser"),
        ("runAsUser: 0", "runAsUser: 1000", "non-root-not-stated", f"{CONTAINER}.runAsNonRoot"),
        ("", "runAsUser: 1000", "non-root-not-stated", f"{CONTAINER}.runAsNonRoot"),
        ("runAsNonRoot: true", "runAsUser: 0", "root-refused", f"{CONTAINER}.runAsUser"),
    ],
)
def test_whoever_is_not_kept_from_root_fails_one_rule(pod: str, container: str, rule: str, at: str) -> None:
    found = {name: failures("kubernetes", both(pod, container), RULES[name]) for name in ROOT}
    assert {name: [where for where, _ in places] for name, places in found.items() if places} == {rule: [at]}


@pytest.mark.parametrize(
    "text", [both("runAsNonRoot: true", ""), both("runAsUser: 0", "runAsNonRoot: true, runAsUser: 7")]
)
def test_what_forbids_root_fails_none(text: str) -> None:
    assert [said_of(framed("kubernetes", text), RULES[name]) for name in ROOT] == [[], [], [], []]


def test_a_user_that_the_image_decides_is_not_measured() -> None:
    assert unmeasured("compose", "init: true", RULES["root-user-container"])
    assert failures("compose", "init: true", RULES["root-user-container"]) == []


def test_an_engine_knows_the_user() -> None:
    assert failures("inspect", '{"Config": {"User": ""}}', RULES["root-user-container"]) == [("[0].Config.User", "0")]


def test_a_group_without_a_user_is_roots() -> None:
    assert failures("compose", 'user: ":1000"', RULES["root-user-container"])


def test_a_template_is_not_measured() -> None:
    text = context("runAsUser: '{{ .Values.user }}'")
    for name in ("root-user-container", "non-root-not-stated", "low-user-id"):
        assert unmeasured("kubernetes", text, RULES[name]), name
    assert failures("kubernetes", text, RULES["root-not-forbidden"]) == []


@pytest.mark.parametrize(("user", "fails"), [("1", True), ("9999", True), ("10000", False), ("65534", False)])
def test_numbers_of_users_begin_at_ten_thousand(user: str, fails: bool) -> None:  # noqa: FBT001 - a case's outcome
    assert bool(failures("compose", f'user: "{user}:{user}"', RULES["low-user-id"])) is fails


def test_a_name_has_no_number() -> None:
    assert failures("compose", "user: nginx", RULES["low-user-id"]) == []
    assert unmeasured("compose", "user: nginx", RULES["low-user-id"]) == ["services.app.user"]


def test_mapped_users_may_have_any_number() -> None:
    text = "spec:\n  hostUsers: false\n  securityContext:\n    runAsUser: 0"
    assert said_of(framed("kubernetes", text), RULES["low-user-id"]) == []
    assert failures("kubernetes", text.replace("false", "true"), RULES["low-user-id"]) == [(f"{POD}.runAsUser", "0")]


@pytest.mark.parametrize(("group", "rule"), [("0", "root-group"), ("10000", "low-group-id"), ("10001", "")])
def test_groups(group: str, rule: str) -> None:
    names = ("root-group", "low-group-id", "group-not-set")
    found = [name for name in names if failures("kubernetes", context(f"runAsGroup: {group}"), RULES[name])]
    assert found == ([rule] if rule else [])


def test_a_group_that_is_not_said_belongs_in_the_container() -> None:
    found = failures("kubernetes", context("runAsUser: 1000"), RULES["group-not-set"])
    assert found == [(f"{CONTAINER}.runAsGroup", "")]


@pytest.mark.parametrize("value", ["", "-2000", "staff"])
def test_groups_of_volumes(value: str) -> None:
    text = f"spec:\n  securityContext:\n    fsGroup: {value}"
    assert failures("kubernetes", text, RULES["volume-group-not-set"]) == [(f"{POD}.fsGroup", value)]


def test_ephemeral_and_init_containers_count() -> None:
    text = (
        "spec:\n  containers: [{name: app, image: a:1, securityContext: {runAsNonRoot: true}}]\n"
        "  initContainers: [{name: first, image: a:1}]\n  ephemeralContainers: [{name: look, image: a:1}]"
    )
    found = failures("kubernetes", text, RULES["root-not-forbidden"])
    assert [at for at, _ in found] == [
        "spec.initContainers[0].securityContext.runAsNonRoot",
        "spec.ephemeralContainers[0].securityContext.runAsNonRoot",
    ]


@pytest.mark.parametrize("rule", ["windows-user-not-set", "windows-account-not-set"])
def test_only_windows_is_asked_about_its_accounts(rule: str) -> None:
    labelled = "spec:\n  nodeSelector:\n    kubernetes.io/os: Windows"
    assert failures("kubernetes", WINDOWS, RULES[rule])
    assert failures("kubernetes", labelled, RULES[rule])
    assert said_of(framed("kubernetes", "image: a:1"), RULES[rule]) == []


@pytest.mark.parametrize("name", ["ContainerAdministrator", "'NT AUTHORITY\\SYSTEM'", "nt authority\\system"])
def test_administrators_of_windows(name: str) -> None:
    text = WINDOWS + f"  securityContext:\n    windowsOptions:\n      runAsUserName: {name}"
    ((at, value),) = failures("kubernetes", text, RULES["windows-administrator"])
    assert (at, value) == (f"{POD}.windowsOptions.runAsUserName", name.strip("'"))


def test_a_host_process_is_told_wherever_it_is_said() -> None:
    text = both("windowsOptions: {hostProcess: true}", "windowsOptions: {hostProcess: true}")
    assert [at for at, _ in failures("kubernetes", text, HOST_PROCESS)] == [
        f"{POD}.windowsOptions.hostProcess",
        f"{CONTAINER}.windowsOptions.hostProcess",
    ]


@pytest.mark.parametrize("value", ["[]", "{}", "'x'", "[1, {a: b}]", "null", "~", "12345678901234567890123456789"])
@pytest.mark.parametrize(
    "key", ["runAsUser", "runAsGroup", "fsGroup", "supplementalGroups", "windowsOptions", "fsGroupChangePolicy"]
)
def test_values_of_any_kind_are_borne(key: str, value: str) -> None:
    estate = framed("kubernetes", f"spec:\n  securityContext:\n    {key}: {value}")
    states = {said.state.value for rule in RULES.values() for said in said_of(estate, rule)}
    assert states <= {"fail", "not measured"}
    assert len(estate.workloads) == 1
