"""NetworkPolicies: whether what a pod may reach, and who may reach it, is limited at all."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plimsoll.checks.workload.selectors import (
    MOST_COMPARISONS,
    Selector,
    endpoint_selector,
    of_kind,
    pods,
    remembered,
    selector_of,
    space,
)
from plimsoll.documents.scalars import is_null, written
from plimsoll.documents.shapes import mapping, mappings, sequence, text
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place, UnknownFactError
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Workload

_POLICY = "NetworkPolicy"
_CILIUM = ("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")
_CALICO = "GlobalNetworkPolicy"
_EVERYWHERE = ""
_NAMESPACE_LABEL = "io.kubernetes.pod.namespace"
_ALL_ADDRESSES = frozenset({"0.0.0.0/0", "::/0"})
_MANAGED = "Managed"


class Coverage(NamedTuple):
    """What policies limit: nothing where none selects a pod."""

    ingress: bool = False
    egress: bool = False

    def with_(self, other: "Coverage") -> "Coverage":
        """Add what another policy limits."""
        return Coverage(self.ingress or other.ingress, self.egress or other.egress)

    @property
    def is_whole(self) -> bool:
        """Whether both directions are limited."""
        return self.ingress and self.egress


_WHOLE = Coverage(ingress=True, egress=True)


class Policies:
    """The policies of an estate, found by the labels of the pods that they select."""

    def __init__(self, estate: Estate) -> None:
        """Index the policies of an estate."""
        self._by_label: dict[tuple[str, str, str], dict[Selector, Coverage]] = defaultdict(dict)
        self._others: dict[str, dict[Selector, Coverage]] = defaultdict(dict)
        self._everything: dict[str, Coverage] = {}
        self._homes: set[str] = set()
        self._left = MOST_COMPARISONS
        for home, selector, coverage in _policies(estate):
            self._keep(home, selector, coverage)

    def _keep(self, home: str, selector: Selector, coverage: Coverage) -> None:
        self._homes.add(home)
        if selector.is_empty:
            self._everything[home] = self._everything.get(home, Coverage()).with_(coverage)
            return
        label = selector.labels[0] if selector.labels else None
        among = self._by_label[home, *label] if label is not None else self._others[home]
        among[selector] = among.get(selector, Coverage()).with_(coverage)

    def coverage(self, workload: Workload) -> Coverage | None:
        """Say what limits the pods of a workload; None where no policy selects them. Raises UnknownFactError."""
        found: Coverage | None = None
        for each in self._selecting(workload):
            found = each if found is None else found.with_(each)
            if found.is_whole:
                break
        return found

    def _selecting(self, workload: Workload) -> Iterator[Coverage]:
        home = space(workload.namespace)
        labels = {**workload.pod_labels, _NAMESPACE_LABEL: home}
        yield from (self._everything[each] for each in (home, _EVERYWHERE) if each in self._everything)
        for policies in self._candidates(home, labels):
            for selector, coverage in policies.items():
                self._left -= 1
                if self._left < 0:
                    raise UnknownFactError((), "there are too many policies to try all of them on all labels")
                if selector.selects(labels):
                    yield coverage

    def _candidates(self, home: str, labels: Mapping[str, str]) -> Iterator[dict[Selector, Coverage]]:
        for each in (home, _EVERYWHERE):
            for key, value in labels.items():
                if (each, key, value) in self._by_label:
                    yield self._by_label[each, key, value]
            if each in self._others:
                yield self._others[each]

    def cover_namespace(self, name: str) -> bool:
        """Say whether a policy stands in a namespace, or one of the whole cluster selects everything in it."""
        if name in self._homes or _EVERYWHERE in self._everything:
            return True
        whole = Selector(labels=((_NAMESPACE_LABEL, name),))
        return whole in self._by_label.get((_EVERYWHERE, _NAMESPACE_LABEL, name), {})


def _policies(estate: Estate) -> Iterator[tuple[str, Selector, Coverage]]:
    """Give every policy: its namespace ("" for the whole cluster), what it selects, what it limits."""
    for policy in of_kind(estate, _POLICY):
        yield _policy(policy)
    for policy in of_kind(estate, *_CILIUM):
        home = _EVERYWHERE if policy.kind == _CILIUM[1] else space(policy.namespace)
        for spec in _specs(policy):
            # One-sided ones may still deny the rest: enableDefaultDeny, and the agent's own enforcement mode, decide.
            if "endpointSelector" in spec:
                yield home, endpoint_selector(spec["endpointSelector"]), _WHOLE
    for _ in of_kind(estate, _CALICO):
        yield _EVERYWHERE, Selector(), _WHOLE


def _policy(policy: Resource) -> tuple[str, Selector, Coverage]:
    home = space(policy.namespace)
    if "projectcalico" in policy.api:
        # Its selectors are a language of their own, so that it gets the benefit of the doubt.
        return home, Selector(), _WHOLE
    spec = mapping(policy.body.get("spec"))
    types = {written(each).lower() for each in sequence(spec.get("policyTypes"))}
    # What is not said has a default (NetworkPolicySpec): ingress always, egress where there are rules for it.
    ingress = "ingress" in types if types else True
    egress = "egress" in types if types else bool(sequence(spec.get("egress")))
    return home, selector_of(spec.get("podSelector")), Coverage(ingress, egress)


def _specs(policy: Resource) -> Iterator[Mapping[str, object]]:
    if not is_null(policy.body.get("spec")):
        yield mapping(policy.body.get("spec"))
    yield from mappings(policy.body.get("specs"))


def _known(estate: Estate) -> Policies:
    return remembered(estate, "network.policies", Policies)


def has_no_policy(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Fail for pods that no policy selects."""
    if _known(estate).coverage(workload) is None:
        yield Verdict(workload.at, "no policy selects it")


def is_limited_one_way(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Fail for pods that policies select, none of which limits one of the directions."""
    coverage = _known(estate).coverage(workload)
    if coverage is not None and not coverage.is_whole:
        open_one = "egress" if coverage.ingress else "ingress"
        yield Verdict(workload.at, f"{open_one} is not limited", open_one)


def namespace_has_no_policy(namespace: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for a namespace without any policy."""
    if not _known(estate).cover_namespace(space(namespace.name)):
        yield Verdict(namespace.at, "no policy in it")


def selects_nothing(policy: Resource, estate: Estate) -> Iterator[Verdict]:
    """Fail for a policy whose selector fits no pod of its namespace among what was read."""
    selector = selector_of(mapping(policy.body.get("spec")).get("podSelector"))
    if not selector.is_empty and not any(True for _ in pods(estate).selected(policy.namespace, selector)):
        yield Verdict((*policy.at, "spec", "podSelector"), _in_words(selector))


def _in_words(selector: Selector) -> str:
    labels = [f"{key}={value}" for key, value in selector.labels]
    return ", ".join([*labels, *(f"{each.key} {each.operator}" for each in selector.expressions)])


def names_nobody(policy: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for a policy that selects neither pods nor namespaces, nor is limited to any."""
    spec = mapping(policy.body.get("spec"))
    if "podSelector" not in spec and "namespaceSelector" not in spec and not any(map(_is_selective, _peers(spec))):
        yield Verdict((*policy.at, "spec", "podSelector"), "absent")


def _peers(spec: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for direction, key in (("ingress", "from"), ("egress", "to")):
        for rule in mappings(spec.get(direction)):
            yield from mappings(rule.get(key))


def _is_selective(peer: Mapping[str, object]) -> bool:
    return "podSelector" in peer or "namespaceSelector" in peer


def lets_all_in(policy: Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for rules of a policy that allow traffic from everywhere, or to everywhere."""
    if "projectcalico" in policy.api:
        return
    spec = mapping(policy.body.get("spec"))
    for direction, key in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(sequence(spec.get(direction))):
            if isinstance(rule, dict) and _is_open(rule, key):
                yield Verdict((*policy.at, "spec", direction, index), "everything", f"{direction}[{index}]")


def _is_open(rule: Mapping[str, object], key: str) -> bool:
    """Say whether a rule names no peer, or all addresses without exception."""
    peers = list(mappings(rule.get(key)))
    blocks = (mapping(peer.get("ipBlock")) for peer in peers)
    return not peers or any(
        text(each.get("cidr")) in _ALL_ADDRESSES and not sequence(each.get("except")) for each in blocks
    )


def sandbox_reaches_anything(template: Workload | Resource, _: Estate) -> Iterator[Verdict]:
    """Fail for a SandboxTemplate whose agents may reach any address: without a managed policy, or with an open one."""
    at: Place = (*template.at, "spec")
    spec = mapping(template.body.get("spec"))
    management = spec.get("networkPolicyManagement")
    if not is_null(management) and management != _MANAGED:
        yield Verdict((*at, "networkPolicyManagement"), written(management), expected=_MANAGED)
        return
    policy = spec.get("networkPolicy")
    if not isinstance(policy, dict):
        yield Verdict((*at, "networkPolicy"), written(policy) or "absent")
    elif not _is_scoped(policy.get("egress")):
        yield Verdict((*at, "networkPolicy", "egress"), "any destination")


def _is_scoped(egress: object) -> bool:
    """Say whether every rule for egress names its destinations; no rule at all allows nothing."""
    if is_null(egress):
        return True
    return isinstance(egress, list) and all(isinstance(rule, dict) and _names_peers(rule) for rule in egress)


def _names_peers(rule: Mapping[str, object]) -> bool:
    peers = sequence(rule.get("to"))
    return bool(peers) and all(isinstance(peer, dict) and _is_narrow(peer) for peer in peers)


def _is_narrow(peer: Mapping[str, object]) -> bool:
    cidr = text(mapping(peer.get("ipBlock")).get("cidr"))
    if cidr and cidr not in _ALL_ADDRESSES:
        return True
    selectors = (mapping(peer.get(key)) for key in ("podSelector", "namespaceSelector"))
    return any(mapping(each.get("matchLabels")) or sequence(each.get("matchExpressions")) for each in selectors)
