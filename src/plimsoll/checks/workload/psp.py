"""PodSecurityPolicies of clusters before Kubernetes 1.25: what the most lenient of them lets through.

A pod may use any policy that its account may use, but one policy that forbids something is what a cluster needs at
least: a rule fails where none of the policies forbids it, and then names each of them.
"""

from collections.abc import Callable, Iterator, Mapping

from plimsoll.checks.workload.contexts import shown
from plimsoll.documents.scalars import truth, whole, written
from plimsoll.documents.shapes import mapping, mappings, sequence
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict

_KIND = "PodSecurityPolicy"
_SECCOMP_DEFAULT = "seccomp.security.alpha.kubernetes.io/defaultProfileName"
_RUNTIME_DEFAULTS = ("runtime/default", "docker/default")

Lets = Callable[[Mapping[str, object]], bool]
"""Says whether the spec of a policy lets something through."""


def _let_through(estate: Estate, lets: Lets, *path: str | int) -> Iterator[Verdict]:
    policies = estate.of_kind(_KIND)
    if policies and all(lets(_spec(policy)) for policy in policies):
        for policy in policies:
            yield _verdict(policy, ("spec", *path))


def _spec(policy: Resource) -> Mapping[str, object]:
    return mapping(policy.body.get("spec"))


def _verdict(policy: Resource, path: Place) -> Verdict:
    value: object = policy.body
    for step in path:
        value = mapping(value).get(str(step))
    said = ", ".join(map(written, value)) if isinstance(value, list) else written(value)
    return Verdict((*policy.at, *path), shown(said), document=policy.document, subject=policy.key)


def privileged(estate: Estate) -> Iterator[Verdict]:
    """Fail where every policy lets privileged containers through."""
    yield from _let_through(estate, _says("privileged"), "privileged")


def host_pid(estate: Estate) -> Iterator[Verdict]:
    """Fail where every policy lets the host's processes be seen."""
    yield from _let_through(estate, _says("hostPID"), "hostPID")


def host_ipc(estate: Estate) -> Iterator[Verdict]:
    """Fail where every policy lets the host's IPC be shared."""
    yield from _let_through(estate, _says("hostIPC"), "hostIPC")


def host_network(estate: Estate) -> Iterator[Verdict]:
    """Fail where every policy lets the host's network be used."""
    yield from _let_through(estate, _says("hostNetwork"), "hostNetwork")


def escalation(estate: Estate) -> Iterator[Verdict]:
    """Fail where every policy lets processes gain privileges, and says so."""
    yield from _let_through(estate, _says("allowPrivilegeEscalation"), "allowPrivilegeEscalation")


def escalation_not_denied(estate: Estate) -> Iterator[Verdict]:
    """Fail where no policy says whether processes may gain privileges: then they may."""
    yield from _let_through(estate, lambda spec: "allowPrivilegeEscalation" not in spec, "allowPrivilegeEscalation")


def _says(key: str) -> Lets:
    return lambda spec: truth(spec.get(key)) is True


def root(estate: Estate) -> Iterator[Verdict]:
    """Fail where every policy lets containers run as root."""
    yield from _let_through(estate, _lets_root, "runAsUser", "rule")


def _lets_root(spec: Mapping[str, object]) -> bool:
    strategy = mapping(spec.get("runAsUser"))
    rule = strategy.get("rule")
    if rule == "MustRunAs":
        lowest = [whole(each.get("min")) for each in mappings(strategy.get("ranges"))]
        return not lowest or any(number is None or number <= 0 for number in lowest)
    return rule != "MustRunAsNonRoot"


def capabilities_allowed(estate: Estate) -> Iterator[Verdict]:
    """Fail where every policy lets capabilities be added."""
    yield from _let_through(estate, lambda spec: bool(sequence(spec.get("allowedCapabilities"))), "allowedCapabilities")


def nothing_dropped(estate: Estate) -> Iterator[Verdict]:
    """Fail where no policy takes any capability away."""
    yield from _let_through(estate, lambda spec: not _dropped(spec), "requiredDropCapabilities", 0)


def raw_sockets_kept(estate: Estate) -> Iterator[Verdict]:
    """Fail where policies take capabilities away, but none of them NET_RAW."""
    yield from _let_through(estate, _keeps_raw_sockets, "requiredDropCapabilities")


def not_all_dropped(estate: Estate) -> Iterator[Verdict]:
    """Fail where policies take NET_RAW away, but none of them every capability."""
    yield from _let_through(estate, _keeps_others, "requiredDropCapabilities")


def _dropped(spec: Mapping[str, object]) -> frozenset[str]:
    return frozenset(written(each).upper() for each in sequence(spec.get("requiredDropCapabilities")))


def _keeps_raw_sockets(spec: Mapping[str, object]) -> bool:
    dropped = _dropped(spec)
    return bool(dropped) and not dropped & {"ALL", "NET_RAW"}


def _keeps_others(spec: Mapping[str, object]) -> bool:
    dropped = _dropped(spec)
    return "NET_RAW" in dropped and "ALL" not in dropped


def no_seccomp_default(policy: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail a policy that gives pods no seccomp profile of its own accord."""
    said = policy.annotations.get(_SECCOMP_DEFAULT, "")
    if not any(name in said for name in _RUNTIME_DEFAULTS):
        yield Verdict((*policy.at, "metadata", "annotations", _SECCOMP_DEFAULT), expected="runtime/default")
