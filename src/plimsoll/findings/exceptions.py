"""kubescape's exceptions file: which findings on which objects somebody accepts.

A list of posture exception policies, each with `resources` (whose attributes are patterns) and `posturePolicies`
(frameworks, controls and rules, as patterns): kubescape, examples/exceptions, and opa-utils, which applies them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.json import read_json
from plimsoll.documents.shapes import mapping, mappings, sequence, text, texts
from plimsoll.errors import UsageError
from plimsoll.findings.patterns import Pattern, PatternError, pattern
from plimsoll.model.resource import Resource
from plimsoll.model.waiver import ScopedWaiver, Waiver
from plimsoll.model.workload import Workload

PLATFORM = "kubernetes"
MOST_POLICIES = 10_000
_ADVICE = "It is a JSON list of policies with name, policyType, actions, resources and posturePolicies."
_ACTIONS = frozenset({"alertOnly", "disable"})
_POLICY_TYPE = "postureExceptionPolicy"
_NO_LABELS = frozenset({"kind", "name", "namespace", "cluster", "path", "resourceID"})
_LONGEST = 500
"""Characters of a name or a reason that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionPolicy:
    """One policy: the waiver, the names of the rules it is about, and the attributes that objects must have."""

    waiver: Waiver
    names: frozenset[str]
    designators: tuple["Designator", ...]


class Designator(NamedTuple):
    """What an object must be like; all of it must match."""

    attributes: tuple[tuple[str, Pattern], ...]
    labels: tuple[tuple[str, Pattern], ...]

    def matches(self, thing: Workload | Resource, path: str) -> bool:
        """Say whether an object is meant; a Namespace lies in itself."""
        namespace = thing.name if thing.kind == "Namespace" else thing.namespace
        known = {"kind": thing.kind, "name": thing.name, "namespace": namespace, "path": path}
        if not all(name in known and each.matches(known[name]) for name, each in self.attributes):
            return False
        if not self.labels:
            return True
        held = _labels(thing)
        return all(name in held and each.matches(held[name]) for name, each in self.labels)


def read_exceptions(data: bytes, origin: str) -> tuple[ExceptionPolicy, ...]:
    """Read an exceptions file. Raises UsageError naming the policy and what is wrong with it."""
    try:
        root = read_json(data)
    except DocumentError as error:
        raise UsageError(f"{origin} is no JSON: {error}", advice=_ADVICE) from error
    if not isinstance(root, list):
        raise UsageError(f"{origin} is no list of exceptions", advice=_ADVICE)
    if len(root) > MOST_POLICIES:
        raise UsageError(f"{origin} holds more than {MOST_POLICIES} exceptions")
    return tuple(_policy(entry, f"{origin}: exception {number}", origin) for number, entry in enumerate(root, start=1))


def waivers_of_exceptions(
    policies: Iterable[ExceptionPolicy],
    things: Iterable[tuple[Workload | Resource, str, str]],
) -> Iterator[ScopedWaiver]:
    """Give the waivers of policies, for objects that are given with their subject's id and their file.

    Only objects of Kubernetes are meant: kubescape knows no others.
    """
    meant = [each for each in things if each[0].platform == PLATFORM]
    for policy in policies:
        subjects = frozenset(
            subject
            for thing, subject, path in (() if policy.waiver.note else meant)
            if any(designator.matches(thing, path) for designator in policy.designators)
        )
        yield ScopedWaiver(waiver=policy.waiver, names=policy.names, subjects=subjects)


def _policy(entry: object, place: str, origin: str) -> ExceptionPolicy:
    if not isinstance(entry, dict):
        raise UsageError(f"{place} is no object", advice=_ADVICE)
    name = text(entry.get("name")).strip()[:_LONGEST]
    if not name:
        raise UsageError(f"{place} has no name", advice=_ADVICE)
    place = f"{place} ({name})"
    expires = _last_day(entry.get("expirationDate"), place)
    names = _names(entry.get("posturePolicies"), place)
    designators = tuple(_designators(entry.get("resources"), place))
    waiver = Waiver(
        id=name,
        reason=text(entry.get("reason")).strip()[:_LONGEST] or "none given (kubescape exception)",
        owner=text(entry.get("createdBy")).strip()[:_LONGEST] or origin,
        expires=expires,
        origin=origin,
        note=_note(entry, names, designators),
    )
    return ExceptionPolicy(waiver=waiver, names=names, designators=designators)


def _note(entry: Mapping[str, object], names: frozenset[str], designators: tuple[Designator, ...]) -> str:
    """Say why a policy waives nothing here."""
    kind = entry.get("policyType", _POLICY_TYPE)
    if kind != _POLICY_TYPE:
        return f"it is a {str(kind)[:80]}, which is not about configurations"
    if not _ACTIONS.intersection(texts(entry.get("actions"))):
        return "its actions name neither alertOnly nor disable"
    if not names:
        return "no rule of Plimsoll judges what it is about"
    if not designators:
        return "it names no resources that files can tell (clusters, for one, they cannot)"
    return ""


def _designators(value: object, place: str) -> Iterator[Designator]:
    """Read resources; those that only a running cluster can tell match nothing and are left out."""
    for resource in mappings(value):
        attributes = mapping(resource.get("attributes"))
        designator = text(resource.get("designatorType", "Attributes"))
        if designator not in {"Attributes", "attributes"} or not attributes:
            continue
        if any(text(attributes.get(name)) for name in ("cluster", "resourceID")):
            continue
        asked = {
            name: _compiled(value, place) for name, value in attributes.items() if isinstance(value, str) and value
        }
        if asked:
            yield Designator(
                attributes=tuple((name, each) for name, each in asked.items() if name in _NO_LABELS),
                labels=tuple((name, each) for name, each in asked.items() if name not in _NO_LABELS),
            )


def _compiled(value: str, place: str, *, any_case: bool = False) -> Pattern:
    try:
        return pattern(value, any_case=any_case)
    except PatternError as error:
        raise UsageError(f"{place}: the pattern {value[:80]!r} cannot be used: {error}") from error


def _labels(thing: Workload | Resource) -> Mapping[str, str]:
    """Give labels, and annotations, which kubescape takes for them as well."""
    if isinstance(thing, Workload):
        return {pair.name: pair.value for pair in (*thing.annotations, *thing.labels)}
    return {**thing.annotations, **thing.labels}


class _Facts(NamedTuple):
    """kubescape's own: the name of each control with its rules, and the controls of each framework."""

    controls: Mapping[str, tuple[str, tuple[str, ...]]]
    frameworks: Mapping[str, frozenset[str]]


@cache
def _facts() -> _Facts:
    root = mapping(read_json(Path(__file__).with_name("kubescape_controls.json").read_bytes()))
    controls = {id_: texts(value) for id_, value in mapping(root.get("controls")).items()}
    return _Facts(
        controls={id_: (name, tuple(rules)) for id_, (name, *rules) in controls.items()},
        frameworks={name: frozenset(texts(controls)) for name, controls in mapping(root.get("frameworks")).items()},
    )


_EVERY_RULE = frozenset({"kubescape:*"})


def _names(value: object, place: str) -> frozenset[str]:
    """Give the names of the rules that posture policies are about: all of them where there are none."""
    policies = list(mappings(value))
    if not policies:
        return _EVERY_RULE if not sequence(value) else frozenset()
    return frozenset(name for policy in policies for name in _of_posture(policy, place))


def _of_posture(policy: Mapping[str, object], place: str) -> Iterable[str]:
    keys = ("frameworkName", "controlName", "controlID", "ruleName")
    asked = {key: _compiled(text(policy.get(key)), place, any_case=True) for key in keys if text(policy.get(key))}
    if not asked:
        return _EVERY_RULE
    facts = _facts()

    def fits(key: str, value: str) -> bool:
        return key not in asked or asked[key].matches(value)

    in_framework = _of_frameworks(facts, lambda name: fits("frameworkName", name)) if "frameworkName" in asked else None
    return [
        f"kubescape:{rule}".casefold()
        for id_, (name, rules) in facts.controls.items()
        if (in_framework is None or id_ in in_framework) and fits("controlID", id_) and fits("controlName", name)
        for rule in rules
        if fits("ruleName", rule)
    ]


def _of_frameworks(facts: _Facts, fits: Callable[[str], bool]) -> frozenset[str]:
    return frozenset(control for name, controls in facts.frameworks.items() if fits(name) for control in controls)


def _last_day(value: object, place: str) -> str:
    """Give the last whole day on which an exception holds, from a day or a time (RFC 3339)."""
    if value in (None, ""):
        return ""
    written = value if isinstance(value, str) else ""
    try:
        if len(written) == len("2027-01-31"):
            return date.fromisoformat(written).isoformat()
        moment = datetime.fromisoformat(written)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        # The day itself counts where it is nearly over by then: 23:59:59 is how people say so.
        return (moment - timedelta(days=1) + timedelta(minutes=1)).date().isoformat()
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{place}: expirationDate is no time such as 2027-01-31T00:00:00Z", advice=_ADVICE) from error
