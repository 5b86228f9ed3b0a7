r"""Regular expressions of others, matched in a time that grows with text times pattern and no faster.

The syntax is the part of RE2's that names are described with: literals, `.`, classes, groups, `|`, `*`, `+`, `?`,
`{n,m}`, `^`, `$` and the classes of letters `\d`, `\w`, `\s`. Matching keeps the set of all places in the pattern
that may have been reached (Thompson, 1968), so that nothing is ever tried twice.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

LONGEST = 512
"""Characters of a pattern."""

MOST_STATES = 4_096
"""Places of a pattern whose repetitions are written out."""

_DEEPEST = 32
_MOST_REPETITIONS = 256
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_CLASSES = {"d": _DIGITS, "w": _DIGITS | _LETTERS | {"_"}, "s": frozenset("\t\n\f\r ")}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}

Test = Callable[[str], bool]


class PatternError(ValueError):
    """A pattern cannot be understood; the message says why."""


class _State(NamedTuple):
    """A place in a pattern: what it asks of the next character, and where it leads to; without a test at once."""

    test: Test | None
    to: tuple[int, ...]
    asks: str = ""
    """`^` or `$`: it is passed only there."""


class Pattern:
    """A pattern that a whole text is matched with."""

    def __init__(self, states: list[_State], start: int, *, any_case: bool) -> None:
        """Take what a builder made."""
        self._states = states
        self._start = start
        self._any_case = any_case

    def matches(self, text: str) -> bool:
        """Say whether the pattern matches the whole of a text."""
        text = text.casefold() if self._any_case else text
        reached = self._closure({self._start}, at_start=True, at_end=not text)
        for number, sign in enumerate(text, start=1):
            onward = (
                target
                for place in reached
                if (test := self._states[place].test) is not None and test(sign)
                for target in self._states[place].to
            )
            reached = self._closure(onward, at_start=False, at_end=number == len(text))
            if not reached:
                return False
        return _END in reached

    def _closure(self, places: Iterable[int], *, at_start: bool, at_end: bool) -> set[int]:
        """Add all places that are reached without another character."""
        found: set[int] = set()
        waiting = list(places)
        while waiting:
            place = waiting.pop()
            if place in found:
                continue
            found.add(place)
            state = self._states[place]
            if state.test is None and (not state.asks or (at_start if state.asks == "^" else at_end)):
                waiting += state.to
        return found


_END = 0
"""The place that a match ends at."""


@lru_cache(maxsize=4_096)
def pattern(text: str, *, any_case: bool = False) -> Pattern:
    """Compile a pattern. Raises PatternError for what is over LONGEST or MOST_STATES, and for any other syntax."""
    if len(text) > LONGEST:
        raise PatternError(f"it is longer than {LONGEST} characters")
    if text.startswith("(?i)"):
        text, any_case = text[4:], True
    if any_case and any(f"\\{sign}" in text for sign in "DSWBAZ"):
        raise PatternError("a class of all other letters is not understood")
    parser = _Parser(text.casefold() if any_case else text)
    tree = parser.alternatives(0)
    if parser.place < len(parser.text):
        raise PatternError(f"there is {parser.text[parser.place]!r} too much at {parser.place + 1}")
    builder = _Builder()
    return Pattern(builder.states, builder.build(tree, _END), any_case=any_case)


class _Node(NamedTuple):
    """A part of a pattern: `kind` is one, all, any, repeat, start or end."""

    kind: str
    parts: tuple["_Node", ...] = ()
    test: Test | None = None
    least: int = 0
    most: int | None = 0


class _Parser:
    """Reads a pattern, with recursion only for groups, which are bounded."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def alternatives(self, depth: int) -> _Node:
        if depth > _DEEPEST:
            raise PatternError(f"its groups nest deeper than {_DEEPEST}")
        found = [self._sequence(depth)]
        while self._takes("|"):
            found.append(self._sequence(depth))
        return found[0] if len(found) == 1 else _Node("any", tuple(found))

    def _sequence(self, depth: int) -> _Node:
        parts: list[_Node] = []
        while self.place < len(self.text) and self.text[self.place] not in "|)":
            part = self._atom(depth)
            while (repeated := self._repeated(part)) is not None:
                if part.kind == "repeat":
                    raise PatternError(f"a repetition is repeated at {self.place}")
                part = repeated
            parts.append(part)
        return _Node("all", tuple(parts))

    def _atom(self, depth: int) -> _Node:
        sign = self._next()
        if sign == "(":
            return self._group(depth)
        if sign in "^$":
            return _Node("start" if sign == "^" else "end")
        if sign in "*+?":
            raise PatternError(f"nothing stands before {sign!r} at {self.place}")
        return _Node("one", test=self._test(sign))

    def _test(self, sign: str) -> Test:
        if sign == "[":
            return self._class()
        if sign == ".":
            return lambda other: other != "\n"
        return (self._escaped() if sign == "\\" else frozenset(sign)).__contains__

    def _group(self, depth: int) -> _Node:
        if self._takes("?") and not self._takes(":"):
            raise PatternError(f"a group of a kind that is not understood begins at {self.place}")
        inner = self.alternatives(depth + 1)
        if not self._takes(")"):
            raise PatternError("a group has no end")
        return inner

    def _repeated(self, part: _Node) -> _Node | None:
        """Read `*`, `+`, `?` or `{n,m}`; whether it is greedy is no question of whether the whole matches."""
        bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        sign = self.text[self.place : self.place + 1]
        least: int
        most: int | None
        if sign in bounds and sign:
            self.place += 1
            least, most = bounds[sign]
        elif sign == "{" and (counted := self._counted()) is not None:
            least, most = counted
        else:
            return None
        self._takes("?")
        return _Node("repeat", (part,), least=least, most=most)

    def _counted(self) -> tuple[int, int | None] | None:
        end = self.text.find("}", self.place)
        least, comma, most = self.text[self.place + 1 : max(end, 0)].partition(",")
        if end < 0 or not (_is_number(least) and (not most or _is_number(most))):
            return None
        self.place = end + 1
        bounds = int(least), (int(most) if most else None) if comma else int(least)
        if max(bounds[0], bounds[1] or 0) > _MOST_REPETITIONS or (bounds[1] is not None and bounds[1] < bounds[0]):
            raise PatternError(f"a repetition is over {_MOST_REPETITIONS}, or its bounds are the wrong way round")
        return bounds

    def _class(self) -> Test:
        is_negated = self._takes("^")
        signs: set[str] = set()
        ranges: list[tuple[str, str]] = []
        is_first = True
        while is_first or self._peek() != "]":
            is_first = False
            low = self._member()
            if self._peek() == "-" and self.text[self.place + 1 : self.place + 2] not in {"]", ""} and len(low) == 1:
                self.place += 1
                ranges.append((next(iter(low)), "".join(self._member())))
            else:
                signs |= low
        self.place += 1
        if any(len(high) != 1 or high < low for low, high in ranges):
            raise PatternError(f"a range of the class that ends at {self.place} is no range")
        return lambda sign: (sign in signs or any(low <= sign <= high for low, high in ranges)) is not is_negated

    def _member(self) -> frozenset[str]:
        sign = self._next()
        if sign == "[" and self._peek() == ":":
            raise PatternError("named classes are not understood")
        return self._escaped() if sign == "\\" else frozenset(sign)

    def _escaped(self) -> frozenset[str]:
        sign = self._next()
        if sign in _CLASSES:
            return _CLASSES[sign]
        if sign in _CONTROLS:
            return frozenset(_CONTROLS[sign])
        if sign.isalnum():
            raise PatternError(f"\\{sign} is not understood")
        return frozenset(sign)

    def _peek(self) -> str:
        if self.place >= len(self.text):
            raise PatternError("it ends too early")
        return self.text[self.place]

    def _next(self) -> str:
        sign = self._peek()
        self.place += 1
        return sign

    def _takes(self, sign: str) -> bool:
        is_there = self.text.startswith(sign, self.place)
        self.place += is_there
        return is_there


def _is_number(text: str) -> bool:
    return 0 < len(text) <= 4 and _DIGITS.issuperset(text)


class _Builder:
    """Makes states of a tree, from its end to its beginning."""

    def __init__(self) -> None:
        self.states = [_State(None, ())]

    def build(self, node: _Node, to: int) -> int:
        """Make the states of a part that leads to a place, and give where it begins."""
        if node.kind == "one":
            return self._state(_State(node.test, (to,)))
        if node.kind == "start":
            return self._state(_State(None, (to,), "^"))
        if node.kind == "end":
            return self._state(_State(None, (to,), "$"))
        if node.kind == "any":
            return self._state(_State(None, tuple(self.build(part, to) for part in node.parts)))
        if node.kind == "repeat":
            return self._repeat(node, to)
        for part in reversed(node.parts):
            to = self.build(part, to)
        return to

    def _repeat(self, node: _Node, to: int) -> int:
        (part,) = node.parts
        if node.most is None:
            loop = self._state(_State(None, ()))
            inner = self.build(part, loop)
            self.states[loop] = _State(None, (inner, to))
            place = loop
        else:
            place = to
            for _ in range(node.most - node.least):
                place = self._state(_State(None, (self.build(part, place), to)))
        for _ in range(node.least):
            place = self.build(part, place)
        return place

    def _state(self, state: _State) -> int:
        if len(self.states) >= MOST_STATES:
            raise PatternError(f"its repetitions come to more than {MOST_STATES} places")
        self.states.append(state)
        return len(self.states) - 1
