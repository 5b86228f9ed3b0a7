"""Values of documents from outside, taken for what they should be: a value of another kind counts as absent."""

from binascii import Error
from collections.abc import Iterable, Iterator, Mapping


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


def resolved(names: Iterable[str], versions: Mapping[str, str]) -> tuple[str, ...]:
    """Give each name once, with its version where the file states one."""
    return tuple(f"{name} {versions[name]}" if name in versions else name for name in dict.fromkeys(names))


def digest(algorithm: str, base64: str) -> tuple[str, ...]:
    """Give a digest that is written in base64 as `algorithm:hex`; nothing where it is not base64."""
    from base64 import b64decode

    try:
        return (f"{algorithm}:{b64decode(base64, validate=True).hex()}",) if base64 else ()
    except (Error, ValueError):
        return ()
