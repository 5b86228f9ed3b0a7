"""Values of documents from outside, taken for what they should be: a value of another kind counts as absent."""

from collections.abc import Iterator, Mapping


def mapping(value: object) -> Mapping[str, object]:
    """Give a mapping, empty where the value is none."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> Iterator[Mapping[str, object]]:
    """Give those elements of a list that are mappings."""
    return (element for element in sequence(value) if isinstance(element, dict))


def sequence(value: object) -> list[object]:
    """Give a list, empty where the value is none."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """Give a text, "" where the value is none."""
    return value if isinstance(value, str) else ""


def texts(value: object) -> list[str]:
    """Give those elements of a list that are texts."""
    return [element for element in sequence(value) if isinstance(element, str)]
