"""The logic of rows that compare facts: every element that is known is judged, whatever is unknown beside it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from plimsoll.checks.expectations import Test, bare, in_words, test_of
from plimsoll.checks.workload.components import PREFIX, flag_of
from plimsoll.model.check import CheckState
from plimsoll.model.fact import Fact, Place, UnknownFactError
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Rule, Verdict
from plimsoll.model.workload import Container, Workload


def logic_of_row(rule: Rule) -> Callable[..., Iterable[Verdict]]:
    """Make the logic of a row that compares one fact. Raises UsageError for words that are none."""
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
        try:
            for verdict in _answers(ask, element):
                yield verdict._replace(detail=verdict.detail or verdict.value)
        except UnknownFactError as error:  # The other elements may be known.
            yield Verdict(error.at, reason=error.reason, state=CheckState.NOT_MEASURED)


def _answers(ask: _Asking, thing: Any) -> Sequence[Verdict]:  # noqa: ANN401 - a container, a mount, a resource …
    for get, holds in ask.where:
        if not holds(bare(get(thing))):
            return ()
    fact = ask.get(thing)
    value = bare(fact)
    if ask.every is not None:
        return list(_of_elements(ask, thing, value))
    if ask.test is not None and ask.test(value) and not (ask.declared and not _is_declared(fact)):
        return ()
    if ask.test is None and ask.declared and _is_declared(fact):
        return ()
    return [Verdict(_at(fact, thing), in_short(value), "", ask.expected)]


def _of_elements(ask: _Asking, thing: object, value: object) -> Iterator[Verdict]:
    for element in value if isinstance(value, tuple) else ():
        try:
            if ask.every is not None and not ask.every(bare(element)):
                short = in_short(bare(element))
                yield Verdict(_at(element, thing), short, short, ask.expected)
        except UnknownFactError as error:  # The other elements may be known.
            yield Verdict(error.at, reason=error.reason, state=CheckState.NOT_MEASURED)


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
