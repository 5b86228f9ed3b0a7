"""What a row may expect of a fact: one word each, with the value to compare with."""

from collections.abc import Callable, Mapping

from plimsoll.checks.patterns import searching
from plimsoll.errors import UsageError
from plimsoll.model.fact import Fact

Test = Callable[[object], bool]
"""Says whether a value is as expected."""


def _is(wanted: object) -> Test:
    return lambda value: value == wanted


def _is_not(wanted: object) -> Test:
    return lambda value: value != wanted


def _in(wanted: object) -> Test:
    allowed = _texts(wanted)
    return lambda value: value in allowed


def _not_in(wanted: object) -> Test:
    denied = _texts(wanted)
    return lambda value: value not in denied


def _matches(wanted: object) -> Test:
    # Compiled when it is first needed: most rules are asked of few things, and compiling takes most of the start.
    text = str(wanted)
    return lambda value: searching(text)(str(value))


def _not_matches(wanted: object) -> Test:
    matches = _matches(wanted)
    return lambda value: not matches(value)


def _at_least(wanted: object) -> Test:
    bound = _number(wanted)
    return lambda value: isinstance(value, int | float) and value >= bound


def _at_most(wanted: object) -> Test:
    bound = _number(wanted)
    return lambda value: isinstance(value, int | float) and value <= bound


def _is_empty(wanted: object) -> Test:
    return lambda value: (not value) is bool(wanted)


WORDS: Mapping[str, Callable[[object], Test]] = {
    "is": _is,
    "is_not": _is_not,
    "in": _in,
    "not_in": _not_in,
    "matches": _matches,
    "not_matches": _not_matches,
    "at_least": _at_least,
    "at_most": _at_most,
    "is_empty": _is_empty,
}
"""Words about one value. About the elements of a tuple: `every` and `any` hold words, `has` and `lacks` a value."""


def test_of(expectation: Mapping[str, object]) -> Test:
    """Make the test of words about one value, all of which must hold. Raises UsageError for words that are none."""
    tests = [_test(word, wanted) for word, wanted in expectation.items() if word != "declared"]
    if len(tests) == 1:
        return tests[0]
    return lambda value: all(test(value) for test in tests)


def _test(word: str, wanted: object) -> Test:
    if word == "any":
        inner = test_of(_words(wanted))
        return lambda value: any(inner(bare(element)) for element in _elements(value))
    if word == "has":
        return lambda value: any(bare(element) == wanted for element in _elements(value))
    if word not in WORDS:
        known = ", ".join(sorted({*WORDS, "any", "has", "every", "declared"}))
        raise UsageError(f"{word!r} is no word of an expectation", advice=f"There are: {known}.")
    return WORDS[word](wanted)


def bare(element: object) -> object:
    """Give the value of a fact, and anything else as it is. Raises UnknownFactError."""
    return element.value if isinstance(element, Fact) else element


def in_words(expectation: Mapping[str, object]) -> str:
    """Say an expectation for people: `is false`, `at least 1`."""
    return ", ".join(_in_words(word, wanted) for word, wanted in expectation.items())


def _in_words(word: str, wanted: object) -> str:
    if word == "declared":
        return "said explicitly" if wanted else "not said"
    if word == "is_empty":
        return "empty" if wanted else "not empty"
    if isinstance(wanted, Mapping):
        return f"{word} {in_words(wanted)}"
    if isinstance(wanted, list):
        return f"{word.replace('_', ' ')} {', '.join(map(_as_text, wanted))}"
    return f"{word.replace('_', ' ')} {_as_text(wanted)}"


def _as_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _elements(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _words(wanted: object) -> Mapping[str, object]:
    if not isinstance(wanted, Mapping):
        raise UsageError(f"{wanted!r} should be words of an expectation")
    return wanted


def _texts(wanted: object) -> frozenset[object]:
    if not isinstance(wanted, list):
        raise UsageError(f"{wanted!r} should be a list")
    return frozenset(wanted)


def _number(wanted: object) -> float:
    if isinstance(wanted, bool) or not isinstance(wanted, int | float):
        raise UsageError(f"{wanted!r} should be a number")
    return wanted


def expect_sound(expectation: Mapping[str, object]) -> None:
    """Raise UsageError for words that are none, and for patterns that searching refuses, wherever they stand."""
    test_of({word: wanted for word, wanted in expectation.items() if word != "every"})
    for word, wanted in expectation.items():
        if word in {"matches", "not_matches"}:
            searching(str(wanted))
        elif word in {"any", "every"}:
            expect_sound(_words(wanted))
