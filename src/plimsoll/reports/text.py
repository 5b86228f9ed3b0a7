"""Text from outside, made safe to show: what an image says must not speak to the reader's terminal."""

import re
from collections.abc import Callable

LONGEST = 400
"""Characters of one text that a person reads; the whole stands in the JSON report."""

_ASCII = str.maketrans({"→": "->", "≤": "<=", "–": "-", "…": "...", "·": "|", "×": "x"})  # noqa: RUF001 - these very signs

_PART = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*"
_ADDRESS = re.compile(rf"https?://[A-Za-z0-9.-]+(?::[0-9]{{1,5}})?(?:[/?]{_PART})?(?:#{_PART})?")


def visible(text: str, most: int = LONGEST) -> str:
    r"""Escape all that does not print (control, direction and surrogate characters), and cut to `most`.

    ESC becomes `\x1b`, so that no terminal sequence survives; what was cut ends in `…`.
    """
    short = text if len(text) <= most else text[: most - 1] + "…"
    return short if short.isprintable() else "".join(map(_printing, short))


def _printing(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def is_address(text: str) -> bool:
    """Say whether a text is a web address that any tool accepts. Source: RFC 3986, for http and https."""
    return _ADDRESS.fullmatch(text) is not None


def encodable(text: str) -> str:
    r"""Escape lone surrogates (`\udcff`), which stand for bytes that were no UTF-8 and cannot be encoded."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def plain(text: str) -> str:
    """Give a report in ASCII, for terminals and files of another encoding: `→` as `->`, the rest escaped."""
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")


def each_text(value: object, change: Callable[[str], str]) -> object:
    """Give a copy of a tree of dicts, lists and scalars with every text (also keys) changed."""
    match value:
        case str():
            return change(value)
        case dict():
            return {each_text(key, change): each_text(item, change) for key, item in value.items()}
        case list() | tuple():
            return [each_text(item, change) for item in value]
        case _:
            return value
