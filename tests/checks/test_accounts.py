"""Tests of the rules on service accounts and their tokens."""

import pytest
from tests.checks.judging import estate, places, rules_of, wrong

RULES = rules_of("accounts.toml")


def _pod(spec: str = "", namespace: str = "shop") -> str:
    containers = "containers: [{name: app, image: app}]"
    inner = f"{{{spec}, {containers}}}" if spec else f"{{{containers}}}"
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: {namespace}}}\nspec: {inner}\n"


def _account(said: str = "", name: str = "web", namespace: str = "shop") -> str:
    head = f"---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
    return f"{head}automountServiceAccountToken: {said}\n" if said else head


def _binding(role: str, subject: str) -> str:
    head = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\n"
    return f"{head}roleRef: {{kind: ClusterRole, name: {role}}}\nsubjects: [{subject}]\n"


def _failing(*texts: str) -> list[str]:
    of = estate("kubernetes", "".join(texts))
    return [rule for rule in RULES if places(RULES[rule], of)]


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes."""
    assert wrong("accounts.toml") == []


@pytest.mark.parametrize(
    ("spec", "account", "failing"),
    [
        ("serviceAccountName: web", "", ["account-token-automounted"]),
        ("serviceAccountName: web", "true", ["account-token-automounted"]),
        ("serviceAccountName: web", "false", []),
        ("serviceAccountName: web, automountServiceAccountToken: true", "false", ["account-token-mounted"]),
        ("serviceAccountName: web, automountServiceAccountToken: false", "true", []),
    ],
)
def test_the_pod_has_the_last_word(spec: str, account: str, failing: list[str]) -> None:
    assert _failing(_pod(spec), _account(account)) == failing


def test_an_account_of_another_namespace_is_another_account() -> None:
    failing = _failing(_pod("serviceAccountName: web"), _account("false", namespace="other"))
    assert failing == ["account-token-automounted", "account-missing"]


WEB = "{kind: ServiceAccount, name: web, namespace: shop}"
ADMIN, RIGHTS = "account-with-admin-rights-mounted", "account-with-rights-mounted"
TAKEOVER = "account-with-takeover-rights-mounted"


@pytest.mark.parametrize(
    ("role", "subject", "failing"),
    [
        ("cluster-admin", WEB, {ADMIN, RIGHTS}),
        ("edit", WEB, {TAKEOVER, RIGHTS}),
        ("view", WEB, {RIGHTS}),
        ("cluster-admin", "{kind: Group, name: 'system:serviceaccounts:shop'}", {ADMIN, RIGHTS}),
        ("cluster-admin", "{kind: Group, name: 'system:serviceaccounts:other'}", set()),
        ("cluster-admin", "{kind: Group, name: 'system:authenticated'}", {ADMIN, RIGHTS}),
        ("cluster-admin", "{kind: ServiceAccount, name: web, namespace: other}", set()),
        ("cluster-admin", "{kind: User, name: web}", set()),
    ],
)
def test_what_a_token_is_worth(role: str, subject: str, failing: set[str]) -> None:
    found = _failing(_pod("serviceAccountName: web"), _account(), _binding(role, subject))
    assert set(found) & {ADMIN, TAKEOVER, RIGHTS} == failing


def test_a_token_that_is_not_mounted_is_worth_nothing() -> None:
    spec = "serviceAccountName: web, automountServiceAccountToken: false"
    assert _failing(_pod(spec), _account(), _binding("cluster-admin", WEB)) == []


def test_an_export_lists_the_default_account_too() -> None:
    namespace = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    item = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: only, namespace: shop}}"
    exported = f"---\napiVersion: v1\nkind: List\nitems: [{item}]\n"
    assert _failing(_account(name="own"), namespace) == []
    assert _failing(exported, namespace) == ["namespace-without-accounts"]
