"""Pieces that all parts of a CycloneDX document are made of."""

from collections.abc import Iterable

Node = dict[str, object]
"""One object of the document."""


def properties(facts: Iterable[tuple[str, str]]) -> Node:
    """Give `properties` for the facts that are known, each named `plimsoll:…`; nothing if none is."""
    known = [{"name": f"plimsoll:{name}", "value": value} for name, value in facts if value]
    return {"properties": known} if known else {}


def unique(names: Iterable[str]) -> list[str]:
    """Give each name as a reference that no other has: numbered (`name#2`) where it occurs again."""
    numbers: dict[str, int] = {}
    refs: dict[str, None] = {}
    for name in names:
        ref = name
        while ref in refs:
            numbers[name] = numbers.get(name, 1) + 1
            ref = f"{name}#{numbers[name]}"
        refs[ref] = None
    return list(refs)
