"""Scalars as configuration files write them: YAML gives all of them as text, JSON as what they are."""

import re

_TRUE = frozenset({"true", "yes", "on", "y", "True", "TRUE", "Yes", "YES", "On", "ON", "Y"})
_FALSE = frozenset({"false", "no", "off", "n", "False", "FALSE", "No", "NO", "Off", "OFF", "N"})
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_WHOLE = re.compile(r"[-+]?\d{1,18}", re.ASCII)
_DECIMAL = re.compile(r"[-+]?\d{1,18}(?:\.\d{0,18})?(?:[eE][-+]?\d{1,2})?|[-+]?\.\d{1,18}", re.ASCII)
OPENS, CLOSES = "\ue07b", "\ue07d"
"""Stand for the braces of a template's action where YAML can have none (templates.masked)."""

_ACTION = re.compile(rf"\{{\{{|\}}\}}|\{{%|{OPENS}")
_TEMPLATE = re.compile(rf"{_ACTION.pattern}|\$\{{")


def is_null(value: object) -> bool:
    """Say whether nothing is said: null, or an empty text."""
    return value is None or (isinstance(value, str) and value in _NULL)


def truth(value: object) -> bool | None:
    """Give a truth value (YAML 1.1 words included); None for what is none."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return True if value in _TRUE else False if value in _FALSE else None
    return None


def whole(value: object) -> int | None:
    """Give a whole number; None for what is none, and over 18 digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else None


def number(value: object) -> float | None:
    """Give a number; None for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    return float(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else None


def written(value: object) -> str:
    """Give a scalar as text, truth values and null as YAML writes them; "" for collections."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value)


def is_template(value: object) -> bool:
    """Say whether a template's action or a variable stands in a text, so that its value is not known."""
    return isinstance(value, str) and _TEMPLATE.search(value) is not None


def is_action(value: object) -> bool:
    """Say whether a template's action stands in a text; `${NAME}`, which a shell may replace, is none."""
    return isinstance(value, str) and _ACTION.search(value) is not None
