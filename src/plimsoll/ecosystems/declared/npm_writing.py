"""How the lockfiles of npm, Yarn, pnpm and Bun write names, digests and the order of dependencies."""

import re
from binascii import a2b_base64
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

_MOST_DIGESTS = 8
_ALGORITHMS = frozenset({"sha1", "sha256", "sha384", "sha512"})
_OF_REGISTRY = re.compile(r"[0-9][^:/#]*+")


def split(descriptor: str) -> tuple[str, str]:
    """Split `name@rest` or `@scope/name@rest` at the sign that ends the name; no rest is ""."""
    name, _, rest = descriptor[1:].partition("@")
    return descriptor[:1] + name, rest


def aliased(name: str, rest: str) -> tuple[str, str]:
    """Give the package and version that `npm:real@1.2.3`, and `npm:1.2.3`, stand for under a name."""
    if not rest.startswith("npm:"):
        return name, rest
    rest = rest.removeprefix("npm:")
    real, version = split(rest)
    return (real, version) if version else (name, rest)


def is_version(written: str) -> bool:
    """Say whether this is a version of a registry, not a path, an address or a commit."""
    return _OF_REGISTRY.fullmatch(written) is not None


def needed(name: str, version: str) -> str:
    """Write what a package requires: `name version`, or the name where no registry knows the version."""
    return f"{name} {version}" if is_version(version) else name


def integrity(written: str) -> tuple[str, ...]:
    """Give digests of Subresource Integrity (`sha512-BASE64 sha1-BASE64?options`) as `algorithm:hex`."""
    found: list[str] = []
    for each in written.split(maxsplit=_MOST_DIGESTS)[:_MOST_DIGESTS]:
        algorithm, _, base64 = each.partition("?")[0].partition("-")
        if algorithm in _ALGORITHMS:
            found += _hex(algorithm, base64)
    return tuple(found)


def _hex(algorithm: str, base64: str) -> tuple[str, ...]:
    try:
        return (f"{algorithm}:{a2b_base64(base64, strict_mode=True).hex()}",)
    except ValueError:
        return ()


def reached(starts: Iterable[T], following: Callable[[T], Iterable[T]]) -> set[T]:
    """Give everything that can be reached; each thing is followed once."""
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for each in following(waiting.pop()):
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    return seen


def scope(thing: T, running: set[T], optional: set[T], developing: set[T]) -> str:
    """Say for what a package is needed; what nothing reaches counts as needed at run time."""
    if thing in running:
        return ""
    if thing in optional:
        return "optional"
    return "dev" if thing in developing else ""
