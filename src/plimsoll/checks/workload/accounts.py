"""Service accounts of Kubernetes: whose token a pod carries, and what that token may do."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from plimsoll.checks.workload.rbac import CHANGE_PODS, READ_SECRETS
from plimsoll.checks.workload.rights import administers, bindings_of, given, gives, owns
from plimsoll.checks.workload.selectors import named, of_kind, remembered, space
from plimsoll.documents.scalars import is_null, truth, written
from plimsoll.model.estate import Estate
from plimsoll.model.resource import Binding, Permission, Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Workload

AUTOMOUNT = "automountServiceAccountToken"
TOKENS = "/var/run/secrets/kubernetes.io/serviceaccount"
_ACCOUNT = "ServiceAccount"
_DASHBOARD = "kubernetes-dashboard"


def _account_of(workload: Workload) -> str:
    return workload.service_account.value or "default"


def _mounts_by_account(workload: Workload, estate: Estate) -> bool:
    """Say whether a pod that says nothing itself gets a token: unless its account, where that was read, says no."""
    accounts = named(estate, _ACCOUNT, workload.namespace, _account_of(workload))
    return not accounts or any(truth(account.body.get(AUTOMOUNT)) is not False for account in accounts)


def _has_token(workload: Workload, estate: Estate) -> bool:
    said = workload.automount_token
    return said.value if said.is_declared else said.value and _mounts_by_account(workload, estate)


def mounts_by_default(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Fail for pods that get a token because neither they nor their account say otherwise."""
    said = workload.automount_token
    if said.value and not said.is_declared and _mounts_by_account(workload, estate):
        yield Verdict(said.at, "the default", expected="false")


def mounts_on_purpose(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail for pods that ask for the token, or mount something where it is looked for."""
    said = workload.automount_token
    if said.value and said.is_declared:
        yield Verdict(said.at, "true", expected="false")
    elif not said.is_declared:
        for container in workload.containers:
            for mount in container.mounts:
                if mount.target.is_known and mount.target.stated.rstrip("/") == TOKENS:
                    yield Verdict(mount.at, TOKENS, container.name)


def default_account_mounts(account: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for the account `default` of a namespace whose pods all get its token."""
    said = account.body.get(AUTOMOUNT)
    if account.name == "default" and truth(said) is not False:
        value = "the default" if is_null(said) else written(said)
        yield Verdict((*account.at, AUTOMOUNT), value, expected="false")


def carries_rights(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Fail for pods that carry the token of an account to which something was given."""
    account = _account_of(workload)
    if not named(estate, _ACCOUNT, workload.namespace, account) or not _has_token(workload, estate):
        return
    binding = next(bindings_of(estate, workload.namespace, account), None)
    if binding is not None:
        yield Verdict(workload.automount_token.at, f"{account} holds the {given(binding)}", account)


_Judging = Callable[[Workload, Estate], Iterator[Verdict]]
_Test = Callable[[Permission], bool]


def _never(_: Permission) -> bool:
    return False


def _carrying(test: _Test, unless: _Test = _never) -> _Judging:
    """Make the logic of a rule: no pod may carry the token of an account with a role that passes a test."""

    def judge(workload: Workload, estate: Estate) -> Iterator[Verdict]:
        if not _has_token(workload, estate):
            return
        account = _account_of(workload)
        if _holding(estate, workload.namespace, account, unless) is not None:
            return
        binding = _holding(estate, workload.namespace, account, test)
        if binding is not None:
            yield Verdict(workload.at, f"{account} holds the {given(binding)}", given(binding))

    return judge


def _holding(estate: Estate, namespace: str, account: str, test: _Test) -> Binding | None:
    """Give a binding that gives an account a role which passes a test, looking for it once for each account."""
    known: dict[tuple[_Test, str, str], Binding | None] = remembered(estate, "accounts.holding", lambda _: {})
    key = (test, space(namespace), account)
    if key not in known:
        held = bindings_of(estate, namespace, account)
        known[key] = next((each for each in held if gives(each, estate, test)), None)
    return known[key]


def _rules_all(permission: Permission) -> bool:
    return administers(permission) or owns(permission)


def _may_take_over(permission: Permission) -> bool:
    return CHANGE_PODS.allowed(permission) or READ_SECRETS.allowed(permission)


carries_admin = _carrying(_rules_all)
carries_takeover = _carrying(_may_take_over, unless=_rules_all)


def account_is_missing(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Fail for pods that name an account which is not among what was read."""
    said = workload.service_account
    if not said.is_declared or said.value in {"", "default"}:
        return
    if not named(estate, _ACCOUNT, workload.namespace, said.value):
        yield Verdict(said.at, said.value, said.value)


def is_dashboard_account(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail for pods that are not the dashboard and run with its account."""
    said = workload.service_account
    if said.value == _DASHBOARD and not workload.name.startswith(_DASHBOARD):
        yield Verdict(said.at, said.value, said.value)


def namespace_has_no_accounts(namespace: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for a namespace in which no account stands besides `default`, which is always there.

    An export of a cluster (a List) holds `default` as well, so that a single account in it is none besides that.
    """
    accounts = _accounts(estate).get(namespace.name, [])
    exported = any(account.at for account in accounts)
    own = len(accounts) - 1 if exported else sum(account.name != "default" for account in accounts)
    if own < 1:
        yield Verdict(namespace.at, "no account besides default")


def _accounts(estate: Estate) -> dict[str, list[Resource]]:
    def by_space(each: Estate) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for account in of_kind(each, _ACCOUNT):
            found[space(account.namespace)].append(account)
        return found

    return remembered(estate, "accounts.by_space", by_space)
