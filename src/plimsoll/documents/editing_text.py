"""How added values are written: like what is around them."""

import re
from collections.abc import Iterator, Mapping, Sequence

from plimsoll.documents.editing_tree import Kind, Part, Tree
from plimsoll.documents.writing import scalar

_STEP = 2
_SINGLE = re.compile(r"[ -~]*")


def in_block(value: object, column: int, *, are_lists_indented: bool) -> Iterator[str]:
    """Give the lines of a mapping, a list or a scalar that begins at a column."""
    pad = " " * column
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            if isinstance(inner, Mapping | list) and inner:
                deeper = _STEP if isinstance(inner, Mapping) or are_lists_indented else 0
                yield f"{pad}{scalar(key)}:"
                yield from in_block(inner, column + deeper, are_lists_indented=are_lists_indented)
            else:
                yield f"{pad}{scalar(key)}: {in_flow(inner)}"
    elif isinstance(value, list) and value:
        for element in value:
            first, *rest = in_block(element, column + _STEP, are_lists_indented=are_lists_indented)
            yield f"{pad}- {first.lstrip(' ')}"
            yield from rest
    else:
        yield f"{pad}{in_flow(value, is_inside=False)}"


def in_flow(value: object, *, is_inside: bool = True) -> str:
    """Give a value on one line. A colon inside of brackets is quoted: readers differ about it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {in_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_flow, value)) + "]"
    text = scalar(value)
    return f'"{text}"' if is_inside and ":" in text and not text.startswith('"') else text


def like(value: object, style: str) -> str:
    """Give a scalar in the quotes of the one that it replaces; truth values and numbers need none."""
    if not isinstance(value, str) or style not in {"'", '"'}:
        return scalar(value)
    if style == "'" and _SINGLE.fullmatch(value):
        return "'" + value.replace("'", "''") + "'"
    text = scalar(value)
    return text if text.startswith('"') else f'"{text}"'


def are_lists_indented(document: Part) -> bool:
    """Say whether most lists of a document stand deeper than the keys that hold them; yes where there are none."""
    deeper = level = 0
    for part in document.inside():
        for key, value in zip(part.keys, part.values, strict=False):
            if value.kind is Kind.SEQUENCE and not value.is_flow and not value.has_properties:
                deeper += value.column > key.column
                level += value.column == key.column
    return deeper >= level


def line_end_of(text: str) -> str:
    """Give what ends the first line of a text."""
    end = text.find("\n")
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"


def line_of(text: str, index: int) -> int:
    """Give where the line of a character begins."""
    return text.rfind("\n", 0, index) + 1


def after(tree: Tree, part: Part) -> int:
    """Give where the line after a part begins; the length of the text where it ends within its last line."""
    last = part.last
    end = last.end
    if last.style in {"|", ">"}:
        header = tree.text[last.start : last.end].partition("\n")[0]
        if "+" not in header.partition("#")[0]:
            # The empty lines after it are no part of what it says.
            end = last.start + len(tree.text[last.start : last.end].rstrip(" \t\r\n"))
        elif tree.text[end - 1] == "\n":
            return end
    newline = tree.text.find("\n", end)
    return len(tree.text) if newline < 0 else newline + 1


def as_read(value: object) -> object:
    """Give a value as our reader of YAML gives it: all scalars are text as written."""
    if isinstance(value, Mapping):
        return {str(key): as_read(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_read(inner) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)
