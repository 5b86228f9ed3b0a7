"""The judge: every rule on everything that it is about. The only place that turns facts into states."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from operator import attrgetter
from typing import Any, NamedTuple, cast

from plimsoll.checks.expectations import Test, bare, in_words, test_of
from plimsoll.checks.workload.components import PREFIX, component_of, components_of, flag_of
from plimsoll.errors import PlimsollError
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Fact, Place, UnknownFactError
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Judgement, Rule, Verdict
from plimsoll.model.workload import Container, Workload

CONTAINER, WORKLOAD, ESTATE = "container", "workload", "estate"
LOGIC = "plimsoll.checks.workload"

Logic = Callable[..., Iterable[Verdict]]
"""`f(container, workload, estate)`, `f(workload, estate)`, `f(resource, estate)` or `f(estate)`, as `on` says."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A rule made ready to judge."""

    rule: Rule
    logic: Logic


_PASSED = Verdict(())


class Judge:
    """Judges estates by some rules; making one compiles them."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Make rules ready. Raises PlimsollError where one names logic or a word that is not there."""
        ready = [_Ready(rule, _logic_of(rule)) for rule in rules]
        self._on_estate = [each for each in ready if each.rule.on == (ESTATE,)]
        self._by_platform: dict[tuple[str, str], list[_Ready]] = {}
        for each in ready:
            for platform in each.rule.platforms:
                for kind in each.rule.on:
                    self._by_platform.setdefault((platform, kind), []).append(each)
        self._with_components = {platform for platform, kind in self._by_platform if kind.startswith(PREFIX)}

    def judge(self, estate: Estate) -> Iterator[Judgement]:
        """Judge everything in an estate; each failure is one judgement, and each pass of a rule on a subject one."""
        for workload in estate.workloads:
            yield from self._workload(workload, estate)
        for resource in estate.resources:
            for each in self._by_platform.get((resource.platform, resource.kind), ()):
                yield from _judged(each, resource, "", (resource, estate))
            yield from self._configured(resource, estate)
        for each in self._on_estate:
            yield from _of_estate(each, estate)

    def _workload(self, workload: Workload, estate: Estate) -> Iterator[Judgement]:
        platform = workload.platform
        for each in self._by_platform.get((platform, WORKLOAD), ()):
            yield from _judged(each, workload, "", (workload, estate))
        # A rule may be about a kind of workload, too.
        for each in self._by_platform.get((platform, workload.kind), ()):
            yield from _judged(each, workload, "", (workload, estate))
        for each in self._by_platform.get((platform, CONTAINER), ()):
            for container in workload.containers:
                yield from _judged(each, workload, container.name, (container, workload, estate))
        yield from self._components(workload, estate)

    def _components(self, workload: Workload, estate: Estate) -> Iterator[Judgement]:
        """Judge the containers that run a component of Kubernetes itself."""
        if workload.platform not in self._with_components:
            return
        for container in workload.containers:
            component = component_of(container)
            if component is not None:
                for each in self._by_platform.get((workload.platform, PREFIX + component.name), ()):
                    yield from _judged(each, workload, container.name, (component, workload, estate))

    def _configured(self, resource: Resource, estate: Estate) -> Iterator[Judgement]:
        """Judge the objects that configure a component."""
        if resource.platform not in self._with_components:
            return
        for component in components_of(resource):
            for each in self._by_platform.get((resource.platform, PREFIX + component.name), ()):
                yield from _judged(each, resource, "", (component, resource, estate))


def _judged(
    ready: _Ready, subject: Workload | Resource, container: str, arguments: tuple[object, ...]
) -> Iterator[Judgement]:
    rule, key, document = ready.rule, subject.key, subject.document
    state = CheckState.PASS
    try:
        for verdict in ready.logic(*arguments):
            state = verdict.state
            yield Judgement(rule, key, document, container, state, verdict)
    except UnknownFactError as error:
        state = CheckState.NOT_MEASURED
        yield Judgement(rule, key, document, container, state, Verdict(error.at, reason=error.reason, state=state))
    if state is CheckState.PASS:
        yield Judgement(rule, key, document, container, state, _PASSED)


def _of_estate(ready: _Ready, estate: Estate) -> Iterator[Judgement]:
    if not estate.platforms.intersection(ready.rule.platforms):
        return
    state = CheckState.PASS
    try:
        for verdict in ready.logic(estate):
            state = verdict.state
            yield Judgement(ready.rule, verdict.subject, verdict.document, "", state, verdict)
    except UnknownFactError as error:
        state = CheckState.NOT_MEASURED
        yield Judgement(ready.rule, "", -1, "", state, Verdict(error.at, reason=error.reason, state=state))
    if state is CheckState.PASS:
        yield Judgement(ready.rule, "", -1, "", state, _PASSED)


def _logic_of(rule: Rule) -> Logic:
    return _named(rule.logic, rule.id) if rule.logic else _row(rule)


@cache
def _named(name: str, rule: str) -> Logic:
    module, dot, function = name.rpartition(".")
    try:
        found = getattr(import_module(f"{LOGIC}.{module}"), function)
    except (ImportError, AttributeError):
        found = None
    if not dot or not callable(found):
        raise PlimsollError(f"{rule}: there is no logic {name!r}", advice="Write module.function of checks/workload.")
    return cast("Logic", found)


def _row(rule: Rule) -> Logic:
    """Make the logic of a row that compares one fact."""
    words = {key: value for key, value in rule.expect.items() if key not in {"every", "declared"}}
    every = rule.expect.get("every")
    getter = _getter(rule)
    ask = _Asking(
        get=getter(rule.fact) if rule.fact else _itself,
        test=test_of(words) if words else None,
        every=test_of(every) if isinstance(every, Mapping) else None,
        declared="declared" in rule.expect,
        where=[(getter(fact), test_of(expected)) for fact, expected in rule.where.items()],
        expected=in_words(rule.expect),
    )
    if not rule.each:
        return lambda thing, *_: _answers(ask, thing)
    elements = attrgetter(rule.each)
    return lambda thing, *_: _of_each(ask, elements(thing))


def _getter(rule: Rule) -> Callable[[str], Callable[[Any], Any]]:
    """Give what reads a fact by its name: a flag of a component, else an attribute."""
    of_component = next((on for on in rule.on if on.startswith(PREFIX)), None)
    return partial(flag_of, rule.id, of_component) if of_component else attrgetter


def _itself(thing: object) -> object:
    return thing


class _Asking(NamedTuple):
    get: Callable[[Any], Any]
    test: Test | None
    every: Test | None
    declared: bool
    where: Sequence[tuple[Callable[[Any], Any], Test]]
    expected: str


def _of_each(ask: _Asking, elements: Iterable[Any]) -> Iterator[Verdict]:
    for element in elements:
        for verdict in _answers(ask, element):
            yield verdict._replace(detail=verdict.detail or verdict.value)


def _answers(ask: _Asking, thing: Any) -> Sequence[Verdict]:  # noqa: ANN401 - a container, a mount, a resource …
    for get, holds in ask.where:
        if not holds(bare(get(thing))):
            return ()
    fact = ask.get(thing)
    value = bare(fact)
    if ask.every is not None:
        return [
            Verdict(_at(element, thing), in_short(bare(element)), in_short(bare(element)), ask.expected)
            for element in (value if isinstance(value, tuple) else ())
            if not ask.every(bare(element))
        ]
    if ask.test is not None and ask.test(value) and not (ask.declared and not _is_declared(fact)):
        return ()
    if ask.test is None and ask.declared and _is_declared(fact):
        return ()
    return [Verdict(_at(fact, thing), in_short(value), "", ask.expected)]


def _is_declared(fact: object) -> bool:
    return not isinstance(fact, Fact) or fact.is_declared


def _at(fact: object, thing: Any) -> Place:  # noqa: ANN401 - whatever has a place
    if isinstance(fact, Fact):
        return fact.at
    return thing.at if isinstance(thing, Container | Workload | Resource) or hasattr(thing, "at") else ()


_LONGEST_VALUE = 200


def in_short(value: object) -> str:
    """Give a value as evidence: truth values as configuration files write them, long ones cut."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(in_short(bare(element)) for element in value)[:_LONGEST_VALUE]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[:_LONGEST_VALUE]
