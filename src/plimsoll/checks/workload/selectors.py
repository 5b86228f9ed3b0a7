"""What selects what in Kubernetes: label selectors, and indexes of an estate by label, in linear time."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar, cast

from plimsoll.documents.scalars import written
from plimsoll.documents.shapes import mapping, mappings, sequence, text
from plimsoll.model.estate import Estate
from plimsoll.model.fact import UnknownFactError
from plimsoll.model.resource import Resource
from plimsoll.model.workload import Workload

T = TypeVar("T")

KUBERNETES = "kubernetes"

MOST_COMPARISONS = 500_000
"""Selectors tried on labels in one estate; ordinary ones need a few for each object, only a hostile one needs these."""

_SOURCES = ("k8s:", "any:")
"""Where a label of a Cilium selector comes from; what Kubernetes says is meant either way."""


class Expression(NamedTuple):
    """One of `matchExpressions`: operator `In`, `NotIn`, `Exists` or `DoesNotExist` (LabelSelectorRequirement)."""

    key: str
    operator: str
    values: frozenset[str]


class Selector(NamedTuple):
    """A label selector (meta/v1 LabelSelector): everything in it must hold; an empty one selects everything."""

    labels: tuple[tuple[str, str], ...] = ()
    expressions: tuple[Expression, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it selects everything."""
        return not self.labels and not self.expressions

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Say whether labels are as selected."""
        return all(labels.get(key) == value for key, value in self.labels) and all(
            holds(expression, labels) for expression in self.expressions
        )


def holds(expression: Expression, labels: Mapping[str, str]) -> bool:
    """Say whether one expression holds; one with an operator that there is not never does."""
    value = labels.get(expression.key)
    if expression.operator == "In":
        return value is not None and value in expression.values
    if expression.operator == "NotIn":
        return value not in expression.values
    if expression.operator == "Exists":
        return value is not None
    return expression.operator == "DoesNotExist" and value is None


def selector_of(body: object) -> Selector:
    """Read a LabelSelector: a mapping with `matchLabels` and `matchExpressions`; anything else is an empty one."""
    said = mapping(body)
    return Selector(_labels(said.get("matchLabels")), tuple(map(_expression, mappings(said.get("matchExpressions")))))


def plain_selector(body: object) -> Selector:
    """Read the selector of a Service or a ReplicationController: a mapping of labels, nothing else."""
    return Selector(_labels(body))


def endpoint_selector(body: object) -> Selector:
    """Read the endpointSelector of a Cilium policy, whose keys may name the source of a label (`k8s:app`)."""
    read = selector_of(body)
    return Selector(
        tuple((_bare(key), value) for key, value in read.labels),
        tuple(each._replace(key=_bare(each.key)) for each in read.expressions),
    )


def _labels(body: object) -> tuple[tuple[str, str], ...]:
    return tuple((key, written(value)) for key, value in mapping(body).items())


def _expression(body: Mapping[str, object]) -> Expression:
    values = frozenset(map(written, sequence(body.get("values"))))
    return Expression(text(body.get("key")), text(body.get("operator")), values)


def _bare(key: str) -> str:
    for source in _SOURCES:
        key = key.removeprefix(source)
    return key


def space(namespace: str) -> str:
    """Give a namespace as it compares: an object that names none lands in `default`."""
    return namespace or "default"


def remembered(estate: Estate, name: str, make: Callable[[Estate], T]) -> T:
    """Give what was found out about an estate, finding it out the first time.

    That it cannot be known is remembered as well, so that a bound is run into once only. Raises UnknownFactError.
    """
    found = estate.memo.get(name, _NOTHING)
    if found is _NOTHING:
        try:
            found = make(estate)
        except UnknownFactError as error:
            found = error
        estate.memo[name] = found
    if isinstance(found, UnknownFactError):
        raise UnknownFactError(found.at, found.reason)
    return cast("T", found)


_NOTHING = object()


class Pods:
    """The workloads of Kubernetes in an estate, found by namespace and by the labels of their pods."""

    def __init__(self, workloads: Iterable[Workload]) -> None:
        """Index workloads."""
        self._by_space: dict[str, list[Workload]] = defaultdict(list)
        self._by_label: dict[tuple[str, str, str], list[Workload]] = defaultdict(list)
        self._left = MOST_COMPARISONS
        for workload in workloads:
            if workload.platform == KUBERNETES:
                home = space(workload.namespace)
                self._by_space[home].append(workload)
                for key, value in workload.pod_labels.items():
                    self._by_label[home, key, value].append(workload)

    def selected(self, namespace: str, selector: Selector) -> Iterator[Workload]:
        """Give the workloads of a namespace whose pods a selector selects. Raises UnknownFactError over the bound."""
        for workload in self._candidates(space(namespace), selector):
            self._left -= 1
            if self._left < 0:
                raise UnknownFactError((), "there are too many selectors to try all of them on all labels")
            if selector.selects(workload.pod_labels):
                yield workload

    def _candidates(self, home: str, selector: Selector) -> list[Workload]:
        """Give the fewest workloads among which all that are selected must be."""
        if not selector.labels:
            return self._by_space.get(home, [])
        return min((self._by_label.get((home, key, value), []) for key, value in selector.labels), key=len)


def pods(estate: Estate) -> Pods:
    """Give the workloads of an estate by label."""
    return remembered(estate, "selectors.pods", lambda each: Pods(each.workloads))


Named = Mapping[tuple[str, str, str], list[Resource]]
"""Resources by kind, namespace and name; a name may stand several times where files are read together."""


def _named(estate: Estate) -> Named:
    found: dict[tuple[str, str, str], list[Resource]] = defaultdict(list)
    for resource in estate.resources:
        if resource.platform == KUBERNETES:
            found[resource.kind, space(resource.namespace), resource.name].append(resource)
    return found


def named(estate: Estate, kind: str, namespace: str, name: str) -> list[Resource]:
    """Give the resources of a kind and a name in a namespace."""
    return remembered(estate, "selectors.named", _named).get((kind, space(namespace), name), [])


def _kinds(estate: Estate) -> Mapping[str, list[Resource]]:
    found: dict[str, list[Resource]] = defaultdict(list)
    for resource in estate.resources:
        if resource.platform == KUBERNETES:
            found[resource.kind].append(resource)
    return found


def of_kind(estate: Estate, *kinds: str) -> Iterator[Resource]:
    """Give the Kubernetes resources of some kinds, without going through all others each time."""
    by_kind = remembered(estate, "selectors.kinds", _kinds)
    for kind in kinds:
        yield from by_kind.get(kind, [])
