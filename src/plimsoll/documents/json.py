"""JSON (RFC 8259), and the dialect with comments and trailing commas."""

import re

from plimsoll.documents.bounds import DEEPEST, MOST_NODES, as_utf8, nesting, too_deep, too_large
from plimsoll.documents.errors import DocumentError

# Possessive, and closed by the end of the text as well: no text makes them try a place twice.
_STRING = rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_COMMENTS = re.compile(_STRING + rb"|(//[^\n]*+|/\*.*?(?:\*/|\Z))", re.DOTALL)
_LAST_COMMAS = re.compile(_STRING + rb"|(,)(?=\s*+[\]}])", re.DOTALL)

LARGEST_WITH_COMMENTS = 16 << 20
"""Bytes of a document with comments: each of its strings is looked at, and the largest lockfiles have some 5 MB."""

_STRETCH = 1 << 20
"""Bytes looked at in one go, which bounds the memory of the pieces."""


def read_json(data: bytes) -> object:
    """Read a document into dict, list, str, int, float, bool and None; of equal keys the last one holds.

    Raises DocumentError for what is no JSON, over DEEPEST levels or over MOST_NODES values.
    """
    import msgspec

    data = as_utf8(data)
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MOST_NODES:
        raise too_large()
    if depth_of(data, DEEPEST) > DEEPEST:
        raise too_deep()
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise DocumentError(f"it is not JSON: {error}") from error


def read_json_with_comments(data: bytes) -> object:
    """Read a document that may have comments (`//`, `/* */`) and commas after last elements. Raises as read_json."""
    if len(data) > LARGEST_WITH_COMMENTS:
        raise DocumentError(
            f"it is larger than {LARGEST_WITH_COMMENTS} bytes, which is more than JSON with comments is read"
        )
    plain = _COMMENTS.sub(_blank, as_utf8(data))
    return read_json(_LAST_COMMAS.sub(_blank, plain))


def depth_of(data: bytes, enough: int) -> int:
    """Give the nesting of a JSON text, at least when it is over `enough`."""
    if data.count(b"[") + data.count(b"{") <= enough:
        return 0
    if b"\\" in data:  # Outside of strings there are none in JSON, so this takes escaped quotes out of strings.
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    depth = deepest = 0
    in_string = False
    for at in range(0, len(data), _STRETCH):
        pieces = data[at : at + _STRETCH].split(b'"')
        reached, depth = nesting(b"".join(pieces[in_string::2]), depth)
        deepest = max(deepest, reached)
        if deepest > enough:
            break
        in_string ^= len(pieces) % 2 == 0
    return deepest


def key_lines(data: bytes, opening: bytes = b"{") -> dict[str, list[int]]:
    """Give, for each key whose value is an object (`opening` "{") or an array ("["), its lines in document order.

    Only keys that begin a line count, as every lockfile is written; there are no others in a text of one line.
    """
    found: dict[bytes, list[int]] = {}
    line, at = 1, 0
    for match in _OPENINGS[opening].finditer(data):
        end = match.end()
        line += data.count(b"\n", at, end)
        at = end
        key = match[1]
        if key in found:
            found[key].append(line)
        else:
            found[key] = [line]
    return {_unescaped(key): lines for key, lines in found.items()}


# A string of JSON holds no line feed, so the beginning of a line is never inside one.
_OPENINGS = {
    opening: re.compile(rb'\n[ \t]*+"((?:[^"\\\n]++|\\[^\n])*+)"[ \t]*+:[ \t]*+' + re.escape(opening))
    for opening in (b"{", b"[")
}


def _unescaped(key: bytes) -> str:
    if b"\\" in key:
        import msgspec

        try:
            return msgspec.json.decode(b'"' + key + b'"', type=str)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    return key.decode("utf-8", "replace")


def _blank(found: re.Match[bytes]) -> bytes:
    """Keep a string; of anything else only the line feeds, so that lines stay what they are."""
    return found[0] if found[1] is None else b" " + b"\n" * found[1].count(b"\n")
