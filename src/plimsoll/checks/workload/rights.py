"""Who may do what in a Kubernetes estate: roles, bindings and their holders, indexed once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from plimsoll.checks.workload.selectors import KUBERNETES, remembered, space
from plimsoll.model.estate import Estate
from plimsoll.model.resource import Binding, Holder, Permission, Resource, Role
from plimsoll.model.rule import Verdict

ANY = "*"
CORE = frozenset({""})
EVERYTHING = frozenset({"get", "list", "watch", "create", "update", "patch", "delete"})
EVERYONE = frozenset({"system:authenticated", "system:serviceaccounts"})

ADMIN_ROLES = frozenset({"cluster-admin", "admin", "edit"})
ROLES_OF_EVERY_CLUSTER = ADMIN_ROLES | {"view"}
"""Those for people; all others that every cluster has begin with `system:` (RBAC, "Default roles")."""

_BOOTSTRAPPING = ("kubernetes.io/bootstrapping", "rbac-defaults")
_PROVIDERS = frozenset({"gce:podsecuritypolicy:calico-sa"})
_ACCOUNTS_OF = "system:serviceaccounts:"

_ALL = (ANY,)
_OWNER = (Permission(at=(), verbs=_ALL, groups=_ALL, resources=_ALL),)
_EDITED = ("pods", "pods/attach", "pods/exec", "pods/portforward", "secrets", "configmaps", "services")
_EDITOR = (Permission(at=(), verbs=tuple(sorted(EVERYTHING)), groups=("",), resources=_EDITED),)
_PERMISSIONS_OF_EVERY_CLUSTER = {"cluster-admin": _OWNER, "admin": _EDITOR, "edit": _EDITOR}


class Rights(NamedTuple):
    """The roles and bindings of an estate. `by_account` are bindings by namespace and name of a service account.

    Bindings for all accounts of a namespace stand below the name "", those for all of the cluster below `("", "")`.
    `answers` are what was asked about roles before: a role may have thousands of permissions, and of bindings.
    """

    roles: Mapping[tuple[str, str, str], Role]
    by_account: Mapping[tuple[str, str], list[Binding]]
    answers: dict[tuple[object, str, str, str], bool]


def rights(estate: Estate) -> Rights:
    """Give who may do what in an estate."""
    return remembered(estate, "rights", _rights)


def _rights(estate: Estate) -> Rights:
    roles: dict[tuple[str, str, str], Role] = {}
    by_account: dict[tuple[str, str], list[Binding]] = defaultdict(list)
    for resource in estate.resources:
        if resource.platform != KUBERNETES:
            continue
        if isinstance(resource, Role):
            roles.setdefault((resource.kind, _home(resource.kind, resource.namespace), resource.name), resource)
        elif isinstance(resource, Binding):
            for account in dict.fromkeys(_account(holder, resource) for holder in resource.holders):
                if account is not None:
                    by_account[account].append(resource)
    return Rights(roles, by_account, {})


def _home(role_kind: str, namespace: str) -> str:
    return "" if role_kind == "ClusterRole" else space(namespace)


def _account(holder: Holder, binding: Binding) -> tuple[str, str] | None:
    if holder.kind == "ServiceAccount":
        return space(holder.namespace or binding.namespace), holder.name
    if holder.kind == "Group" and holder.name.startswith(_ACCOUNTS_OF):
        return holder.name.removeprefix(_ACCOUNTS_OF), ""
    return ("", "") if holder.kind == "Group" and holder.name in EVERYONE else None


def bindings_of(estate: Estate, namespace: str, account: str) -> Iterator[Binding]:
    """Give the bindings that give a service account something, also as one of a group."""
    found = rights(estate).by_account
    for key in ((space(namespace), account), (space(namespace), ""), ("", "")):
        yield from found.get(key, ())


def role_of(binding: Binding, estate: Estate) -> Role | None:
    """Give the role that a binding gives; None where it is not among what was read."""
    home = _home(binding.role_kind, binding.namespace)
    return rights(estate).roles.get((binding.role_kind, home, binding.role_name))


def gives(binding: Binding, estate: Estate, test: Callable[[Permission], bool]) -> bool:
    """Say whether any permission passes a test: of the role that was read, or of one that every cluster has."""
    answers = rights(estate).answers
    key = (test, binding.role_kind, _home(binding.role_kind, binding.namespace), binding.role_name)
    if key not in answers:
        answers[key] = any(map(test, _permissions(binding, estate)))
    return answers[key]


def _permissions(binding: Binding, estate: Estate) -> Iterable[Permission]:
    role = role_of(binding, estate)
    if role is not None:
        return role.permissions
    return _PERMISSIONS_OF_EVERY_CLUSTER.get(binding.role_name, ()) if binding.role_kind == "ClusterRole" else ()


def administers(permission: Permission) -> bool:
    """Say whether a permission allows everything on everything of the core group or of all groups."""
    of_core = "" in permission.groups or ANY in permission.groups
    return of_core and ANY in permission.resources and ANY in permission.verbs


def owns(permission: Permission) -> bool:
    """Say whether a permission allows everything on everything of all groups, as `cluster-admin` does."""
    all_verbs = ANY in permission.verbs or EVERYTHING.issubset(permission.verbs)
    return ANY in permission.groups and ANY in permission.resources and all_verbs


def is_of_the_cluster(thing: Resource) -> bool:
    """Say whether a role or binding is one that every cluster, or a provider's, has by itself."""
    name, value = _BOOTSTRAPPING
    if thing.name.startswith("system:") or thing.name in _PROVIDERS or thing.labels.get(name) == value:
        return True
    return thing.kind == "ClusterRole" and thing.name in ROLES_OF_EVERY_CLUSTER


def is_exempt(binding: Resource) -> bool:
    """Say whether a binding is one that every cluster has: the one named `cluster-admin` included."""
    return is_of_the_cluster(binding) or (binding.kind == "ClusterRoleBinding" and binding.name == "cluster-admin")


def given(binding: Binding) -> str:
    """Say what a binding gives, as `ClusterRole edit`."""
    return f"{binding.role_kind} {binding.role_name}"


def told(holder: Holder) -> str:
    """Say who a holder is, as `ServiceAccount shop/web`."""
    return f"{holder.kind} {holder.namespace}/{holder.name}" if holder.namespace else f"{holder.kind} {holder.name}"


def to_each(binding: Binding, holders: Iterable[Holder] | None = None) -> Iterator[Verdict]:
    """Give a verdict for each of those whom a binding gives its role, and with the first one for the role's name.

    That one has the `detail` of the first, because it is another place of the same failure. All holders if not said.
    """
    chosen = list(binding.holders if holders is None else holders)
    for holder in chosen:
        yield Verdict(holder.at, f"{told(holder)} holds the {given(binding)}", told(holder))
    if chosen or holders is None:
        who = told(chosen[0]) if chosen else "nobody"
        yield Verdict((*binding.role_at, "name"), f"{who} holds the {given(binding)}", who)
