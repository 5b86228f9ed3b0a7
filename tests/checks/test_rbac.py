"""Tests of the rules on what roles allow, and on whom bindings give them."""

import pytest
from tests.checks.judging import estate, judged, places, rules_of, wrong

from plimsoll.checks.workload.rbac import Ability
from plimsoll.checks.workload.rights import gives
from plimsoll.model.check import CheckState
from plimsoll.model.resource import Binding, Permission

RULES = rules_of("rbac.toml")


def _role(rule: str, name: str = "shop", kind: str = "ClusterRole", labels: str = "") -> str:
    head = f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: '{name}'{labels}}}\n"
    return f"{head}rules:\n- {rule}\n"


def _binding(role: str, *subjects: str, kind: str = "ClusterRoleBinding", name: str = "shop") -> str:
    head = f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: '{name}'}}\n"
    reference = f"roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {role}}}\n"
    return head + reference + "subjects:\n" + "".join(f"- {{{subject}}}\n" for subject in subjects)


def _join(*texts: str) -> str:
    return "---\n".join(texts)


SECRETS = '{apiGroups: [""], resources: [pods, secrets], verbs: [watch, create]}'


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes."""
    assert wrong("rbac.toml") == []


def test_every_word_that_allows_it_is_a_place() -> None:
    found = places(RULES["role-reads-secrets"], estate("kubernetes", _role(SECRETS)))
    assert found == ["rules[0].resources[1]", "rules[0].verbs[0]", "rules[0].apiGroups[0]"]


def test_places_of_one_permission_are_one_failure() -> None:
    found = judged(RULES["role-reads-secrets"], estate("kubernetes", _role(SECRETS)))
    assert {each.verdict.detail for each in found} == {"watch on secrets"}


def test_holders_are_named_where_the_binding_was_read() -> None:
    of = estate(
        "kubernetes", _join(_role(SECRETS), _binding("shop", "kind: User, name: jane", "kind: Group, name: dev"))
    )
    found = [
        each.verdict.value for each in judged(RULES["role-reads-secrets"], of) if each.subject.startswith("Cluster")
    ]
    assert "User jane holds the ClusterRole shop" in found
    assert "Group dev holds the ClusterRole shop" in found


def test_a_role_of_another_namespace_is_another_role() -> None:
    role = _role(SECRETS, kind="Role", labels=", namespace: other")
    binding = _binding("shop", "kind: User, name: jane", kind="RoleBinding").replace(
        "kind: ClusterRole,", "kind: Role,"
    )
    assert places(RULES["binding-to-missing-role"], estate("kubernetes", _join(role, binding))) == ["roleRef.name"]


@pytest.mark.parametrize(
    "role",
    [
        _role("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}", "system:controller:job"),
        _role("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}", "admin"),
        _role(
            "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}",
            labels=", labels: {kubernetes.io/bootstrapping: rbac-defaults}",
        ),
    ],
)
def test_roles_of_every_cluster_are_left_alone(role: str) -> None:
    of = estate("kubernetes", role)
    assert [rule for rule in RULES if places(RULES[rule], of)] == []


@pytest.mark.parametrize(
    ("groups", "resources", "verbs", "allowed"),
    [
        ("", ("pods/exec",), ("create",), True),
        ("*", ("*",), ("*",), True),
        ("", ("pods/*",), ("get",), True),
        ("", ("*/exec",), ("get",), True),
        ("", ("*/*",), ("get",), True),
        ("", ("pods",), ("create",), False),
        ("", ("services/*",), ("get",), False),
        ("", ("*/log",), ("get",), False),
        ("", ("pods/exec",), ("list",), False),
        ("apps", ("pods/exec",), ("create",), False),
        ("", ("pods/",), ("create",), False),
    ],
)
def test_what_a_permission_covers(
    groups: str,
    resources: tuple[str, ...],
    verbs: tuple[str, ...],
    allowed: bool,  # noqa: FBT001 - a table
) -> None:
    ability = Ability(frozenset({"create", "get"}), frozenset({"pods/exec"}))
    permission = Permission(at=(), verbs=verbs, groups=(groups,), resources=resources)
    assert ability.allowed(permission) is allowed


def test_names_narrow_what_is_harmless_under_a_name() -> None:
    named = "{apiGroups: [''], resources: [configmaps], verbs: [update], resourceNames: [%s]}"
    rule = RULES["role-changes-config-maps"]
    assert places(rule, estate("kubernetes", _role(named % "leader"))) == []
    assert places(rule, estate("kubernetes", _role(named % "coredns"))) != []


def test_cluster_admin_is_told_once_for_each_binding() -> None:
    of = estate("kubernetes", _binding("cluster-admin", "kind: User, name: jane"))
    failing = [rule for rule in RULES if places(RULES[rule], of)]
    assert "cluster-admin-bound" in failing
    assert "admin-role-bound" not in failing
    assert "role-amounts-to-admin" not in failing


def test_the_binding_of_every_cluster_is_left_alone() -> None:
    of = estate("kubernetes", _binding("cluster-admin", "kind: Group, name: 'system:masters'", name="cluster-admin"))
    assert [rule for rule in RULES if places(RULES[rule], of)] == []


@pytest.mark.parametrize(
    "text", ["rules: text", "rules: [text]", "rules: [{verbs: text}]", "rules: [{resources: {a: b}}]"]
)
def test_strange_rules_break_nothing(text: str) -> None:
    head = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: odd}\n"
    of = estate("kubernetes", head + text)
    assert [each.state for rule in RULES.values() for each in judged(rule, of) if each.state is CheckState.FAIL] == []


def test_a_role_is_looked_at_once_for_all_of_its_bindings() -> None:
    bindings = [_binding("shop", "kind: User, name: jane", name=f"b{index}") for index in range(20)]
    of = estate("kubernetes", _join(_role("{apiGroups: [''], resources: [pods], verbs: [list]}"), *bindings))
    asked: list[Permission] = []

    def test(permission: Permission) -> bool:
        asked.append(permission)
        return True

    assert all(gives(each, of, test) for each in of.resources if isinstance(each, Binding))
    assert len(asked) == 1
