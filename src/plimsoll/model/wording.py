"""Numbers and lists as messages tell them, in one way everywhere."""

from collections.abc import Sequence


def counted(number: int, noun: str) -> str:
    """Give `1 package`, `2 packages`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def some_of(names: Sequence[str], most: int) -> str:
    """Give the first names, and how many more there are: `a, b and 3 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
