"""Variables in Compose files: which there are, and texts with their values filled in. Nothing is ever executed."""

import re
from collections import ChainMap
from collections.abc import Mapping, Sequence

from plimsoll.documents.errors import DocumentError
from plimsoll.documents.yaml import YamlMapping, YamlSequence
from plimsoll.platforms.compose_facts import Open, opened

MOST_TEXT = 8 << 20
"""Characters that all texts with variables may come to, before and after these are filled in."""

DEEPEST = 16
"""Levels of variables inside the defaults of others."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")


class Filling:
    """Fills variables in. `known` are those that may be used; each other is unset."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """Begin with the whole allowance of text."""
        self.known = known
        self._left = MOST_TEXT
        self._done: dict[int, object] = {}

    def fill(self, value: object) -> object:
        """Give a value with the texts in it filled in: the same one where none has a variable.

        Nests as deep as its document, which is bounded. Raises DocumentError where the texts become too large.
        """
        if isinstance(value, str):
            return self.text(value) if "$" in value else value
        if not isinstance(value, dict | list):
            return value
        # What an alias repeats is one object; the document holds it, so that its id stays its own.
        if id(value) not in self._done:
            self._done[id(value)] = self._mapping(value) if isinstance(value, dict) else self._sequence(value)
        return self._done[id(value)]

    def _mapping(self, value: dict[str, object]) -> object:
        inner = {key: self.fill(each) for key, each in value.items()}
        if all(new is old for new, old in zip(inner.values(), value.values(), strict=True)):
            return value
        if not isinstance(value, YamlMapping):
            return inner
        made = YamlMapping()
        made.update(inner)
        made.lines, made.columns = value.lines, value.columns
        return made

    def _sequence(self, value: list[object]) -> object:
        inner = [self.fill(each) for each in value]
        if all(new is old for new, old in zip(inner, value, strict=True)):
            return value
        if not isinstance(value, YamlSequence):
            return inner
        made = YamlSequence()
        made.extend(inner)
        made.lines, made.columns = value.lines, value.columns
        return made

    def text(self, text: str) -> str:
        """Give a text filled in; an Open one where it needs a variable that is not known, or is malformed."""
        made = _Made(self.known, self._left - len(text))
        if not made.take(text, 0):
            return opened(text, "it has a $ that begins no variable; a plain one is written $$")
        self._left = made.left
        whole = "".join(made.pieces)
        return opened(whole, made.reason) if made.reason else whole


class _Made:
    """A text that is being made: its pieces, how much more it may hold, and why it is not known, if so."""

    def __init__(self, known: Mapping[str, str], left: int) -> None:
        self._known = known
        self.left = left
        self.pieces: list[str] = []
        self.reason = ""
        self._put("")

    def take(self, text: str, depth: int) -> bool:
        """Put a text with its variables filled in; False where it is malformed."""
        at = 0
        while (dollar := text.find("$", at)) >= 0:
            self._put(text[at:dollar])
            after = text[dollar + 1 : dollar + 2]
            if after == "$":
                self._put("$")
                at = dollar + 2
            elif after == "{":
                end = _closing(text, dollar + 1)
                if end < 0 or not self._braced(text[dollar + 2 : end], depth):
                    return False
                at = end + 1
            elif name := _NAME.match(text, dollar + 1):
                self._variable(name[0])
                at = name.end()
            else:
                return False
        self._put(text[at:])
        return True

    def _put(self, text: str) -> None:
        self.left -= len(text)
        if self.left < 0:
            raise DocumentError(f"its variables make more than {MOST_TEXT} characters of it")
        self.pieces.append(text)

    def _variable(self, name: str, why: str = "") -> None:
        value = self._known.get(name)
        if value is None or why:
            self._put("${" + name + "}")
            why = why or f"the variable {name} is not set (Compose takes an unset one for an empty text)"
        else:
            self._put(value)
            why = value.reason if isinstance(value, Open) else ""
        self.reason = self.reason or why

    def _braced(self, inside: str, depth: int) -> bool:
        """Put what stands for `NAME`, `NAME:-otherwise`, `NAME:?message`, `NAME:+instead`; without colon, "" is set."""
        found = _NAME.match(inside)
        if found is None or depth >= DEEPEST:
            return False
        name, rest = found[0], inside[found.end() :]
        operator = next((each for each in _OPERATORS if rest.startswith(each)), "")
        if not operator:
            self._variable(name)
            return not rest
        word = rest[len(operator) :]
        value = self._known.get(name)
        is_there = bool(value) if operator.startswith(":") else value is not None
        if operator.endswith("?"):
            self._variable(name, "" if is_there else f"Compose refuses to start until {name} is set")
        elif operator.endswith("-") is not is_there:
            return self.take(word, depth + 1)
        elif is_there or value is None:
            self._variable(name)
        return True


def _closing(text: str, opening: int) -> int:
    """Give where the brace closes that opens at a place, or -1."""
    depth = 0
    for found in _BRACES.finditer(text, opening):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    return -1


_BRACES = re.compile(r"[{}]")

LARGEST_FILE = 1 << 20
"""Bytes of a file of variables."""

# A name, then a value: in single quotes as it is, in double quotes with escapes, else up to a comment.
_LINE = re.compile(
    r"[ \t]*+(?:export[ \t]++)?(?P<name>[A-Za-z_][\w.-]*+)[ \t]*+"
    r"(?:[=:][ \t]*+(?:'(?P<plain>[^']*+)'|\"(?P<quoted>(?:[^\"\\]++|\\.)*+)\"|(?P<bare>[^\n]*+)))?[^\n]*+",
    re.ASCII | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_COMMENT = re.compile(r"(?:^|\s)#.*+")


def read_variables(data: bytes, known: Mapping[str, str], *, fill: bool = True) -> Mapping[str, str]:
    """Read a file of variables (`.env`, `env_file`), each filled in with those before it and with `known`.

    Lines that are no variable are passed over, and a name alone takes what is known of it. Raises DocumentError for
    what is no text or too large.
    """
    if len(data) > LARGEST_FILE:
        raise DocumentError(f"it is larger than {LARGEST_FILE} bytes, which is more than a file of variables")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise DocumentError("it is no text") from error
    found: dict[str, str] = {}
    filling = Filling(ChainMap(dict(known), found))
    for name, value, is_literal in _lines(text):
        if value is None:
            if name in known:
                found[name] = known[name]
        else:
            found[name] = value if is_literal or not fill or "$" not in value else filling.text(value)
    return found


def _lines(text: str) -> Sequence[tuple[str, str | None, bool]]:
    """Give name, value and whether the value is to be taken as it is."""
    lines: list[tuple[str, str | None, bool]] = []
    at = 0
    while at < len(text):
        found = _LINE.match(text, at)
        if found is None:
            end = text.find("\n", at)
            at = len(text) if end < 0 else end + 1
            continue
        at = found.end() + 1
        lines.append((found["name"], *_value(found)))
    return lines


def _value(found: re.Match[str]) -> tuple[str | None, bool]:
    if found["plain"] is not None:
        return found["plain"], True
    if found["quoted"] is not None:
        return _ESCAPE.sub(lambda each: _ESCAPES.get(each[1], each[1]), found["quoted"]), False
    bare = found["bare"]
    return (None if bare is None else _COMMENT.sub("", bare, count=1).strip()), False
