"""Resources: what stands around workloads."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from plimsoll.model.fact import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """An object that is no workload: its `body` as read, for rules that look at kinds which need no class of their own.

    `api` is the group and version (`rbac.authorization.k8s.io/v1`), "" where the platform has none. `document` is the
    number of the document in the estate, `at` where the object begins there. Compose and Swarm have the kinds
    `ComposeNetwork`, `ComposeVolume`, `ComposeSecret`, `ComposeConfig`, with `SwarmNetwork` … for Swarm.
    """

    platform: str
    kind: str
    name: str
    document: int
    at: Place
    api: str = ""
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """`Kind/namespace/name`, as finding ids have it."""
        return f"{self.kind}/{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One rule of a role: who holds the role may do `verbs` to `resources` of `groups` (RBAC, PolicyRule)."""

    at: Place
    verbs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Resource):
    """A Role or ClusterRole."""

    permissions: tuple[Permission, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who a binding gives a role: a User, Group or ServiceAccount."""

    kind: str
    name: str
    namespace: str
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding(Resource):
    """A RoleBinding or ClusterRoleBinding; `role_kind` and `role_name` are what it refers to, at `role_at`."""

    role_kind: str
    role_name: str
    role_at: Place
    holders: tuple[Holder, ...] = ()
