"""What roles of Kubernetes RBAC allow, and bindings by giving them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from plimsoll.checks.workload.rights import (
    ANY,
    CORE,
    EVERYTHING,
    administers,
    gives,
    is_exempt,
    is_of_the_cluster,
    owns,
    to_each,
)
from plimsoll.model.estate import Estate
from plimsoll.model.resource import Binding, Permission, Resource, Role
from plimsoll.model.rule import Verdict

Judging = Callable[[Resource, Estate], Iterator[Verdict]]
Test = Callable[[Permission], bool]

_RBAC = frozenset({"rbac.authorization.k8s.io"})
_CERTIFICATES = frozenset({"certificates.k8s.io"})
_READ = frozenset({"get", "list", "watch"})
_CHANGE = frozenset({"create", "update", "patch"})
_DELETE = frozenset({"delete", "deletecollection"})
_ROLES = frozenset({"roles", "clusterroles"})
_BINDINGS = frozenset({"rolebindings", "clusterrolebindings"})
_MAKERS = frozenset(
    {"cronjobs", "daemonsets", "deployments", "jobs", "replicasets", "replicationcontrollers", "statefulsets"}
)
_WORKLOADS = _MAKERS | {"pods"}
_WORKLOAD_GROUPS = frozenset({"", "apps", "batch", "extensions"})


class Ability(NamedTuple):
    """Something that a permission may allow.

    `narrowed` says that a list of names (resourceNames) makes it harmless, unless one of `names` stands in it.
    """

    verbs: frozenset[str]
    resources: frozenset[str]
    groups: frozenset[str] = CORE
    narrowed: bool = False
    names: frozenset[str] = frozenset()

    def of(self, permission: Permission) -> "Grant | None":
        """Say by which words a permission allows this; None where it does not."""
        if self.narrowed and permission.names and self.names.isdisjoint(permission.names):
            return None
        verbs = _those(permission.verbs, self.verbs)
        groups = _those(permission.groups, self.groups)
        if not verbs or not groups:
            return None
        resources = [index for index, each in enumerate(permission.resources) if _covers(each, self.resources)]
        return Grant(permission, tuple(resources), verbs, groups) if resources else None

    def allowed(self, permission: Permission) -> bool:
        """Say whether a permission allows this."""
        return self.of(permission) is not None


class Grant(NamedTuple):
    """The words of a permission that allow something, as indices into its lists."""

    permission: Permission
    resources: tuple[int, ...]
    verbs: tuple[int, ...]
    groups: tuple[int, ...]

    @property
    def said(self) -> str:
        """What is allowed, in words."""
        verbs = ", ".join(self.permission.verbs[index] for index in self.verbs)
        return f"{verbs} on {', '.join(self.permission.resources[index] for index in self.resources)}"

    def verdicts(self) -> Iterator[Verdict]:
        """Give a verdict for each word: taking all resources, all verbs or all groups away mends it.

        They have one `detail`, because they are places of one failure.
        """
        said = self.said
        for key, indices in (("resources", self.resources), ("verbs", self.verbs), ("apiGroups", self.groups)):
            for index in indices:
                yield Verdict((*self.permission.at, key, index), said, said)


def _those(said: tuple[str, ...], asked: frozenset[str]) -> tuple[int, ...]:
    return tuple(index for index, each in enumerate(said) if each == ANY or each in asked)


def _covers(resource: str, asked: frozenset[str]) -> bool:
    """Say whether a resource is one of those asked about, or stands for some: `*`, `pods/*`, `*/exec`."""
    if resource == ANY or resource in asked:
        return True
    head, slash, tail = resource.partition("/")
    if not slash or ANY not in {head, tail}:
        return False
    return any(_is_of(each, head, tail) for each in asked if "/" in each)


def _is_of(resource: str, head: str, tail: str) -> bool:
    start, _, end = resource.partition("/")
    return head in {ANY, start} and tail in {ANY, end}


def _never(_: Permission) -> bool:
    return False


def allowing(ability: Ability, unless: Test = _never) -> Judging:
    """Make the logic of a rule: no role may allow this, and no binding give a role that does."""

    def allows(permission: Permission) -> bool:
        return not unless(permission) and ability.allowed(permission)

    def judge(thing: Resource, estate: Estate) -> Iterator[Verdict]:
        if isinstance(thing, Role) and not is_of_the_cluster(thing):
            for permission in thing.permissions:
                grant = None if unless(permission) else ability.of(permission)
                yield from grant.verdicts() if grant is not None else ()
        elif isinstance(thing, Binding) and not is_exempt(thing) and gives(thing, estate, allows):
            yield from to_each(thing)

    return judge


def amounts_to_admin(thing: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for permissions to do everything with everything of a group, and for who holds them.

    Bindings to roles that may do everything in all groups are left to the rule about those.
    """
    if isinstance(thing, Role) and not is_of_the_cluster(thing):
        for permission in thing.permissions:
            if administers(permission) or owns(permission):
                yield from everything(permission).verdicts()
    elif isinstance(thing, Binding) and not is_exempt(thing) and not gives(thing, estate, owns):
        yield from to_each(thing) if gives(thing, estate, administers) else ()


def everything(permission: Permission) -> Grant:
    """Give the words by which a permission allows everything."""
    nothing: frozenset[str] = frozenset()
    verbs = _those(permission.verbs, nothing if ANY in permission.verbs else EVERYTHING)
    return Grant(permission, _those(permission.resources, nothing), verbs, _those(permission.groups, CORE))


def _wildcard(key: str, get: Callable[[Permission], tuple[str, ...]]) -> Judging:
    """Make the logic of a rule against `*` in one list of a permission that does not amount to everything."""

    def judge(role: Resource, _: Estate) -> Iterator[Verdict]:
        if not isinstance(role, Role) or is_of_the_cluster(role):
            return
        for permission in role.permissions:
            said = get(permission)
            if ANY in said and not administers(permission) and not owns(permission):
                value = _in_short(permission)
                yield Verdict((*permission.at, key, said.index(ANY)), value, value)

    return judge


def _in_short(permission: Permission) -> str:
    groups = ", ".join(group or "core" for group in permission.groups)
    return f"{', '.join(permission.verbs)} on {', '.join(permission.resources)} of {groups}"


any_verb = _wildcard("verbs", lambda each: each.verbs)
any_resource = _wildcard("resources", lambda each: each.resources)
any_group = _wildcard("apiGroups", lambda each: each.groups)

EXEC = Ability(frozenset({"create", "get"}), frozenset({"pods/exec", "pods/attach"}))
READ_SECRETS = Ability(_READ, frozenset({"secrets"}), narrowed=True)
CREATE_PODS = Ability(frozenset({"create"}), frozenset({"pods"}))
CHANGE_PODS = Ability(_CHANGE, frozenset({"pods"}))

_APPROVE = Ability(
    frozenset({"update", "patch"}), frozenset({"certificatesigningrequests/approval"}), groups=_CERTIFICATES
)
_SIGN = Ability(frozenset({"approve"}), frozenset({"signers"}), groups=_CERTIFICATES)


def runs_commands(role: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for permissions to run commands in pods or to attach to them; another rule says who holds them."""
    if isinstance(role, Role) and not is_of_the_cluster(role):
        for permission in role.permissions:
            grant = EXEC.of(permission)
            yield from grant.verdicts() if grant is not None else ()


def approves_clients(role: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for a role that may approve requests for certificates in the name of a signer: for both, in one role."""
    if not isinstance(role, Role) or is_of_the_cluster(role) or not any(map(_SIGN.allowed, role.permissions)):
        return
    for permission in role.permissions:
        grant = _APPROVE.of(permission)
        yield from grant.verdicts() if grant is not None else ()


approves_certificates = allowing(_APPROVE)
forwards_ports = allowing(Ability(frozenset({"create", "get"}), frozenset({"pods/portforward"})))
reads_secrets = allowing(READ_SECRETS)
changes_secrets = allowing(Ability(_CHANGE | _DELETE, frozenset({"secrets"}), narrowed=True), READ_SECRETS.allowed)
creates_pods = allowing(CREATE_PODS)
changes_workloads = allowing(
    Ability(_CHANGE, _WORKLOADS, _WORKLOAD_GROUPS), lambda each: administers(each) or CREATE_PODS.allowed(each)
)
creates_volumes = allowing(Ability(frozenset({"create"}), frozenset({"persistentvolumes"})))
creates_tokens = allowing(Ability(frozenset({"create"}), frozenset({"serviceaccounts/token"}), narrowed=True))
binds = allowing(Ability(frozenset({"bind"}), _ROLES | _BINDINGS, _RBAC))
escalates = allowing(Ability(frozenset({"escalate"}), _ROLES, _RBAC))
impersonates = allowing(
    Ability(
        frozenset({"impersonate"}),
        frozenset({"users", "groups", "serviceaccounts", "uids", "userextras"}),
        frozenset({"", "authentication.k8s.io"}),
    )
)
uses_node_proxy = allowing(Ability(frozenset({"get", "connect"}) | _CHANGE | _DELETE, frozenset({"nodes/proxy"})))
changes_webhooks = allowing(
    Ability(
        _CHANGE | _DELETE,
        frozenset({"mutatingwebhookconfigurations", "validatingwebhookconfigurations"}),
        frozenset({"admissionregistration.k8s.io"}),
    )
)
deletes_events = allowing(Ability(_DELETE, frozenset({"events"}), frozenset({"", "events.k8s.io"})))
deletes_logs = allowing(Ability(_DELETE, frozenset({"pods/log"})))
changes_config_maps = allowing(
    Ability(
        frozenset({"update", "patch"}),
        frozenset({"configmaps"}),
        narrowed=True,
        names=frozenset({"coredns", "aws-auth"}),
    )
)
changes_service_status = allowing(
    Ability(frozenset({"update", "patch"}), frozenset({"services/status"}), narrowed=True), administers
)
makes_config_maps = allowing(
    Ability(_DELETE | {"create"}, frozenset({"configmaps"}), narrowed=True),
    lambda each: administers(each) or owns(each),
)
deletes_much = allowing(
    Ability(
        _DELETE,
        _WORKLOADS | {"secrets", "services", "namespaces", "persistentvolumeclaims", "nodes"},
        _WORKLOAD_GROUPS,
    )
)
changes_roles = allowing(Ability(_CHANGE | _DELETE, _ROLES | _BINDINGS, _RBAC), administers)
changes_networks = allowing(
    Ability(
        _CHANGE | _DELETE,
        frozenset({"endpoints", "endpointslices", "ingresses", "networkpolicies", "services"}),
        frozenset({"", "discovery.k8s.io", "extensions", "networking.k8s.io"}),
    ),
    administers,
)
