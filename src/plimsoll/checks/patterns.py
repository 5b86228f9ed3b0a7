"""Patterns of rules, with a bound on how long they may take: values come from outside, and `re` cannot be stopped."""

import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

from plimsoll.errors import UsageError
from plimsoll.model.fact import UnknownFactError

_LONGEST = (4096, 4096, 512, 128)
"""Characters of a value that a pattern of 0, 1, 2 or 3 open-ended repetitions looks at, which multiply: some 10^8 steps
at most, about a second."""

_LONGEST_OF_MORE = 48
_WIDE = 16
"""Repetitions that may differ by more than this count as open-ended."""

_ADVICE = "Make the inner or the outer one possessive, `++` or `*+`, or name the characters instead."


@cache
def searching(text: str) -> Callable[[str], bool]:
    """Make the question whether a pattern (of Python's `re`) is found in a value.

    Raises UsageError for what is no pattern, and for a repetition in a repetition, which may take for ever. The
    question raises UnknownFactError for a value that is longer than the pattern can look at in time.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # Of sets that a later `re` may read in another way.
            pattern = re.compile(text)
            repetitions = _repetitions(import_module("re._parser").parse(text), text)
    except (re.error, OverflowError, RecursionError) as error:
        raise UsageError(f"{text!r} is no pattern: {error}") from error
    longest = _LONGEST[repetitions] if repetitions < len(_LONGEST) else _LONGEST_OF_MORE

    def search(value: str) -> bool:
        if len(value) > longest:
            raise UnknownFactError((), f"it is longer than the {longest} characters that the pattern can look at")
        return pattern.search(value) is not None

    return search


def _repetitions(parsed: Any, text: str) -> int:  # noqa: ANN401 - re's parser has no types
    """Count the open-ended repetitions that may be tried in several ways. Raises UsageError where they nest."""
    return sum(_of_step(str(operation), argument, text) for operation, argument in parsed)


def _of_step(operation: str, argument: Any, text: str) -> int:  # noqa: ANN401 - as above
    inner = sum(_repetitions(each, text) for each in _inside(operation, argument))
    if operation in {"ATOMIC_GROUP", "POSSESSIVE_REPEAT"}:
        return 0  # What they matched is never tried in another way.
    if operation not in {"MAX_REPEAT", "MIN_REPEAT"} or argument[1] - argument[0] <= _WIDE:
        return inner
    if inner or _has_branches(argument[2]):
        raise UsageError(f"the pattern {text!r} repeats what may match in several ways", advice=_ADVICE)
    return 1


def _has_branches(parsed: Any) -> bool:  # noqa: ANN401 - as above
    """Say whether there are alternatives in a repetition, which may begin alike."""
    return any(
        str(operation) == "BRANCH" or any(map(_has_branches, _inside(str(operation), argument)))
        for operation, argument in parsed
        if str(operation) not in {"ATOMIC_GROUP", "POSSESSIVE_REPEAT"}
    )


def _inside(operation: str, argument: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    """Give the patterns inside a step of one."""
    match operation:
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            yield argument[2]
        case "SUBPATTERN":
            yield argument[3]
        case "BRANCH" | "GROUPREF_EXISTS":
            yield from (each for each in (argument[1] if operation == "BRANCH" else argument[1:]) if each is not None)
        case "ASSERT" | "ASSERT_NOT":
            yield argument[1]
        case "ATOMIC_GROUP":
            yield argument
        case _:
            pass
