"""How deep and how large a document may be, whatever its format; its bytes are bounded by who reads the file."""

from itertools import accumulate

from plimsoll.documents.errors import DocumentError

DEEPEST = 128
"""Levels of nesting. npm's nested dependencies come to a few dozen, two levels for each."""

MOST_NODES = 4_000_000
"""Values of one document: some 300 MB in memory."""

_STEPS = {**dict.fromkeys(b"[{", 1), **dict.fromkeys(b"]}", -1)}
_NO_BRACKETS = bytes(set(range(256)) - _STEPS.keys())


def nesting(structure: bytes, depth: int = 0) -> tuple[int, int]:
    """Give how deep brackets and braces nest in a text without strings that begins at a depth, and where it ends."""
    steps = map(_STEPS.__getitem__, structure.translate(None, _NO_BRACKETS))
    depths = list(accumulate(steps, initial=depth))
    return max(depths), depths[-1]


def as_utf8(data: bytes) -> bytes:
    """Give a text without its byte order mark, and UTF-16 with one as UTF-8. Raises DocumentError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16").encode()
        except UnicodeError as error:
            raise DocumentError("it begins as UTF-16 but is not") from error
    return data.removeprefix(b"\xef\xbb\xbf")


def too_deep(levels: int = DEEPEST) -> DocumentError:
    """Make the error for a document that nests too deep."""
    return DocumentError(f"it nests deeper than {levels} levels")


def too_large(nodes: int = MOST_NODES) -> DocumentError:
    """Make the error for a document of too many values."""
    return DocumentError(f"it holds more than {nodes} values")
