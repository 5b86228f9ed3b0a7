"""YAML of plain values, for snippets that people paste: block style, two spaces, quotes only where they are needed."""

import re
from collections.abc import Iterator, Mapping

_PLAIN = re.compile(r"[A-Za-z_./][\w./@+-]*(?::[\w./@+-]+)*", re.ASCII)
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_STEP = "  "


def as_yaml(value: object) -> str:
    """Write mappings, lists and scalars as a block of YAML, without a line feed at the end."""
    return "\n".join(_lines(value, ""))


def scalar(value: object) -> str:
    """Write one scalar, so that YAML 1.1 and 1.2 read the same of it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return '"' + "".join(_escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    if sign in {'"', "\\"}:
        return f"\\{sign}"
    return sign if sign.isprintable() else f"\\u{ord(sign):04x}" if ord(sign) < 1 << 16 else f"\\U{ord(sign):08x}"


def _lines(value: object, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            if isinstance(inner, Mapping | list) and inner:
                yield f"{indent}{scalar(key)}:"
                yield from _lines(inner, indent + _STEP)
            else:
                yield f"{indent}{scalar(key)}: {_flow(inner)}"
    elif isinstance(value, list) and value:
        for element in value:
            first, *rest = _lines(element, indent + _STEP)
            yield f"{indent}- {first.removeprefix(indent + _STEP)}"
            yield from rest
    else:
        yield f"{indent}{_flow(value)}"


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{}"
    return "[]" if isinstance(value, list) else scalar(value)
