"""TOML 1.0 by the standard library's reader, kept from what would make it slow or deep."""

import re

from plimsoll.documents.bounds import DEEPEST, as_utf8, nesting, too_deep
from plimsoll.documents.errors import DocumentError

LARGEST = 16 << 20
"""Bytes of one document: the reader manages some 2 MB/s, and the largest lockfiles known have 3 MB."""

MOST_PARTS = 500_000
"""Headers, and further parts of dotted keys: the reader makes several objects of each, some 900 bytes."""

# In one expression, the longer quotes first, so that neither a quote in a comment nor a `#` in a string misleads.
_TEXTS = (
    rb'"""(?:[^"\\]++|\\.|"(?!""))*+(?:"{3,5}|\\?\Z)'
    rb"|'''.*?(?:'{3,5}|\Z)"
    rb'|"(?:[^"\\\n]++|\\[^\n])*+"?'
    rb"|'[^'\n]*+'?"
    rb"|\#[^\n]*+"
)
_STRINGS = re.compile(_TEXTS, re.DOTALL)
_OF_KEYS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_- \t"
_HEADERS = re.compile(rb"(?:" + _TEXTS + rb")|^[ \t]*+(\[\[?[^\n\[\]\"'#]++\]\]?)", re.DOTALL | re.MULTILINE)


def read_toml(data: bytes) -> dict[str, object]:
    """Read a document. Raises DocumentError for what is no TOML, over LARGEST bytes, DEEPEST levels or MOST_PARTS."""
    import tomllib

    data = as_utf8(data)
    if len(data) > LARGEST:
        raise DocumentError(f"it is larger than {LARGEST} bytes, which is more than TOML is read")
    structure = _STRINGS.sub(b"", data)
    # The reader's time grows with the square of the parts of a dotted key.
    if nesting(structure)[0] > DEEPEST or b"." * DEEPEST in structure.translate(None, _OF_KEYS):
        raise too_deep()
    if structure.translate(None, b" \t").count(b"\n[") + structure.count(b".") > MOST_PARTS:
        raise DocumentError(f"it holds more than {MOST_PARTS} headers and parts of keys")
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"it is not TOML: {error}") from error


def header_lines(data: bytes, header: str) -> list[int]:
    """Give the lines of every header as written (`[[package]]`, blanks left out) in document order."""
    lines: list[int] = []
    line, at = 1, 0
    wanted = header.encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    for match in _HEADERS.finditer(data):
        if match[1] is not None and b"".join(match[1].split()) == wanted:
            line += data.count(b"\n", at, match.start(1))
            at = match.start(1)
            lines.append(line)
    return lines
