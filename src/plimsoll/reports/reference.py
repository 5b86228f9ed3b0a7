"""The reference page of the JSON report, made from the nouns, so that it cannot lag behind them."""

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from plimsoll.model.report import SCHEMA, Report

_HEAD = f"""\
# The JSON report

`plimsoll scan TARGET --format json` writes a report of the schema `{SCHEMA}`. This page is made from the code:
`PLIMSOLL_REGOLD=1 pytest tests/reports` writes it anew, together with the
[JSON Schema](plimsoll-report-1.schema.json). Keys are added, never renamed or removed; a reader ignores
keys that it does not know. A key without a value stands all the same: as `""`, `[]`, `0`, `false` or `null`.
"""
_WORDS = {str: "text", int: "integer", float: "number", bool: "true or false", NoneType: "null"}


def report_reference() -> str:
    """Give `docs/reference/report.md`: every noun of the report with its keys, types and defaults."""
    return "\n".join([_HEAD, *map(_section, _nouns(Report, {}))])


def _nouns(noun: type, seen: dict[type, None]) -> list[type]:
    """Give a noun and all that it holds, in the order of their first mention."""
    if noun in seen:
        return []
    seen[noun] = None
    if is_dataclass(noun):
        for hint in get_type_hints(noun).values():
            for inner in _inner(hint):
                _nouns(inner, seen)
    return list(seen)


def _inner(hint: Any) -> Iterator[type]:  # noqa: ANN401 - a type hint is of no one type
    if get_args(hint):
        for argument in get_args(hint):
            yield from _inner(argument)
    elif isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, Enum)):
        yield hint


def _section(noun: type) -> str:
    words = cleandoc(noun.__doc__ or "")
    return f"## {noun.__name__}\n\n{words}\n\n{_values(noun) if issubclass(noun, Enum) else _keys(noun)}"


def _values(noun: type[Enum]) -> str:
    return "Values: " + ", ".join(f"`{member.value}`" for member in noun) + ".\n"


def _keys(noun: type) -> str:
    hints = get_type_hints(noun)
    rows = [f"| `{key.name}` | {_type(hints[key.name])} | {_default(key)} |" for key in fields(noun)]
    return "\n".join(["| key | type | default |", "| --- | --- | --- |", *rows, ""])


def _type(hint: Any) -> str:  # noqa: ANN401 - a type hint is of no one type
    if get_origin(hint) is tuple:
        return f"list of {_type(get_args(hint)[0])}"
    if isinstance(hint, UnionType):
        return " or ".join(map(_type, get_args(hint)))
    return _WORDS.get(hint) or f"[{hint.__name__}](#{hint.__name__.lower()})"


def _default(key: Field[Any]) -> str:
    if key.default is MISSING and key.default_factory is MISSING:
        return "always given"
    if key.default_factory is not MISSING or is_dataclass(key.default):
        return "empty"
    return _scalar(key.default)


def _scalar(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case "" | ():
            return "empty"
        case Enum():
            return f"`{value.value}`"
        case _:
            return f"`{value}`"
