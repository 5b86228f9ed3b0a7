"""Whom bindings of Kubernetes RBAC give what."""

from collections.abc import Iterator

from plimsoll.checks.workload.rbac import EXEC, everything
from plimsoll.checks.workload.rights import (
    ADMIN_ROLES,
    EVERYONE,
    ROLES_OF_EVERY_CLUSTER,
    administers,
    given,
    gives,
    is_exempt,
    is_of_the_cluster,
    owns,
    role_of,
    to_each,
    told,
)
from plimsoll.checks.workload.selectors import named, of_kind, remembered
from plimsoll.documents.scalars import truth
from plimsoll.model.estate import Estate
from plimsoll.model.resource import Binding, Holder, Permission, Resource, Role
from plimsoll.model.rule import Verdict

_CLUSTER_ROLE = "ClusterRole"
_CLUSTER_ADMIN = "cluster-admin"
_ANONYMOUS = frozenset({"system:anonymous", "system:unauthenticated"})
_MASTERS = "system:masters"
_DASHBOARD = "kubernetes-dashboard"
_BOOTSTRAPPING = "kubernetes.io/bootstrapping"

_TAKES_OVER = frozenset(
    {
        *("*", "cronjobs", "daemonsets", "deployments", "jobs", "nodes", "pods"),
        *("pods/attach", "pods/exec", "pods/portforward", "secrets", "statefulsets"),
    }
)


def gives_cluster_admin(thing: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for those to whom `cluster-admin` is given in the whole cluster, and for that role where it was read."""
    if isinstance(thing, Binding):
        yield from to_each(thing) if _gives_the_cluster(thing) else ()
    elif isinstance(thing, Role) and thing.name == _CLUSTER_ADMIN and remembered(estate, "bindings.owned", _is_owned):
        for permission in thing.permissions:
            if administers(permission):
                yield from everything(permission).verdicts()


def _is_owned(estate: Estate) -> bool:
    bindings = of_kind(estate, "ClusterRoleBinding")
    return any(isinstance(each, Binding) and _gives_the_cluster(each) for each in bindings)


def _gives_the_cluster(binding: Binding) -> bool:
    return binding.kind == "ClusterRoleBinding" and not is_exempt(binding) and _is_cluster_admin(binding)


def gives_admin(binding: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for a binding to a role that may do everything, or to `cluster-admin` within a namespace."""
    if not isinstance(binding, Binding) or is_exempt(binding):
        return
    if _is_cluster_admin(binding):
        yield from to_each(binding) if binding.kind == "RoleBinding" else ()
    elif gives(binding, estate, owns):
        yield from to_each(binding)


def _is_cluster_admin(binding: Binding) -> bool:
    return binding.role_kind == _CLUSTER_ROLE and binding.role_name == _CLUSTER_ADMIN


def gives_editing(binding: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for a binding to the roles `admin` and `edit`, which every cluster has."""
    if not isinstance(binding, Binding) or is_exempt(binding) or binding.role_kind != _CLUSTER_ROLE:
        return
    if binding.role_name in ADMIN_ROLES and not _is_cluster_admin(binding):
        yield from to_each(binding)


def gives_commands(binding: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for a binding to a role that may run commands in pods."""
    if isinstance(binding, Binding) and not is_exempt(binding) and gives(binding, estate, EXEC.allowed):
        yield from to_each(binding)


def gives_what_is_not_there(binding: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for a binding to a role that is neither among what was read nor in every cluster."""
    if not isinstance(binding, Binding) or is_exempt(binding) or role_of(binding, estate) is not None:
        return
    if binding.role_kind == _CLUSTER_ROLE and binding.role_name in ROLES_OF_EVERY_CLUSTER:
        return
    if binding.role_name and not binding.role_name.startswith("system:"):
        yield Verdict((*binding.role_at, "name"), given(binding), given(binding))


def lets_in_anyone(binding: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for users without a log-in among those whom a binding gives its role."""
    if isinstance(binding, Binding) and not is_of_the_cluster(binding):
        yield from to_each(binding, (each for each in binding.holders if each.name in _ANONYMOUS))


def lets_in_everyone(binding: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for the groups of all users or all accounts, as long as the role is no dangerous one."""
    if isinstance(binding, Binding) and not is_of_the_cluster(binding) and not gives(binding, estate, _takes_over):
        yield from to_each(binding, _everyone(binding))


def lets_everyone_take_over(binding: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for the groups of all users or all accounts where the role reaches workloads, nodes or secrets."""
    if isinstance(binding, Binding) and gives(binding, estate, _takes_over):
        yield from to_each(binding, _everyone(binding))


def _everyone(binding: Binding) -> Iterator[Holder]:
    return (each for each in binding.holders if each.kind == "Group" and each.name in EVERYONE)


def _takes_over(permission: Permission) -> bool:
    return not _TAKES_OVER.isdisjoint(permission.resources)


def lets_in_masters(binding: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for the group whose members no authorisation ever stops."""
    if isinstance(binding, Binding) and not is_exempt(binding):
        yield from to_each(binding, (each for each in binding.holders if each.name == _MASTERS))


def gives_dashboard_role(binding: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for others than the dashboard itself who hold its role."""
    if isinstance(binding, Binding) and binding.role_name == _DASHBOARD:
        yield from to_each(binding, (each for each in binding.holders if each.name != _DASHBOARD))


def gives_default_account(binding: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for the account `default`, with which every pod runs that names none."""
    if isinstance(binding, Binding) and binding.labels.get(_BOOTSTRAPPING) != "rbac-defaults":
        for holder in binding.holders:
            if holder.kind == "ServiceAccount" and holder.name == "default":
                yield Verdict(holder.at, f"{told(holder)} holds the {given(binding)}", told(holder))


def gives_account(binding: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for every service account that is given a role which was read: a list to review.

    Those whose token no pod gets unasked are left out.
    """
    if isinstance(binding, Binding) and not is_of_the_cluster(binding) and role_of(binding, estate) is not None:
        for holder in binding.holders:
            if holder.kind == "ServiceAccount" and not _keeps_its_token(holder, binding, estate):
                yield Verdict(holder.at, f"{told(holder)} holds the {given(binding)}", told(holder))


def _keeps_its_token(holder: Holder, binding: Resource, estate: Estate) -> bool:
    accounts = named(estate, "ServiceAccount", holder.namespace or binding.namespace, holder.name)
    return any(truth(account.body.get("automountServiceAccountToken")) is False for account in accounts)
