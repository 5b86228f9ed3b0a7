"""One way to write JSON, for every format that is JSON."""

import re

import msgspec

from plimsoll.reports.text import each_text, encodable

# JSON lets these stand as they are, but a terminal or an editor obeys them: DEL, the C1 controls (CSI is one),
# line separators, and the characters that turn the direction of text.
_OBEYED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def json_document(value: object) -> str:
    r"""Give JSON of nouns, dicts and lists: keys in the given order, two spaces, a newline at the end.

    Lone surrogates are written as text (`\udcff`), as JSON has no bytes.
    """
    text = msgspec.json.format(compact(value), indent=2).decode("utf-8")
    is_harmless = text.isascii() and "\x7f" not in text  # nearly always, and megabytes are not searched for nothing
    return f"{text if is_harmless else _OBEYED.sub(_escaped, text)}\n"


def compact(value: object) -> bytes:
    """Give the same JSON in as few bytes as it takes, as content to hash."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # rare: a path or a name that is no UTF-8
        return msgspec.json.encode(each_text(msgspec.to_builtins(value), encodable))


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
