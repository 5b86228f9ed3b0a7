"""Names of tar entries and directory entries become paths relative to the root, or are refused."""

from collections.abc import Callable

from plimsoll.errors import HostileInputError

_DOT_OR_SLASH = b"./"


def clean(name: bytes) -> bytes:
    """Give a path relative to the root, without leading or trailing slashes; the root itself is b"".

    `..` at the root stays there, as it does for an engine that works in the root alone. Raises HostileInputError
    for NUL.
    """
    if b"\0" in name:
        raise HostileInputError("a name holds a NUL byte")
    parts: list[bytes] = []
    for part in name.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in {b"", b"."}:
            parts.append(part)
    return b"/".join(parts)


def leaves_root(name: bytes) -> bool:
    """Say whether a relative name would lead out of the root if `..` did not stay there."""
    depth = 0
    for part in name.split(b"/"):
        if part == b"..":
            depth -= 1
        elif part not in {b"", b"."}:
            depth += 1
        if depth < 0:
            return not name.startswith(b"/")
    return False


def is_clean(name: bytes) -> bool:
    """Say, quickly, that `clean` would return a name without trailing slash as it is; False says nothing."""
    return bool(name) and name[0] not in _DOT_OR_SLASH and b"/." not in name and b"//" not in name and b"\0" not in name


def text(path: bytes) -> str:
    """Decode a path; bytes that are not UTF-8 become lone surrogates, so nothing is lost (PEP 383)."""
    return path.decode("utf-8", "surrogateescape")


def ancestors(path: str) -> list[str]:
    """Give the folders above a path, nearest first, without the root: `a/b/c` has `a/b` and `a`."""
    found = []
    cut = path.rfind("/")
    while cut > 0:
        found.append(path[:cut])
        cut = path.rfind("/", 0, cut)
    return found


def follow(path: str, at: Callable[[str], str | None], most: float) -> str | None:
    """Follow symbolic links in all names of a path, never out of the root, where `..` stays as in a container.

    `at(place)` gives the target of a link, "" for what is no link, None for a dead end. None also for loops: at most
    `most` links are followed.
    """
    real, ahead, hops = "", path.split("/")[::-1], 0
    while ahead:
        name = ahead.pop()
        if name in {"", "."}:
            continue
        if name == "..":
            real = real.rpartition("/")[0]
            continue
        here = f"{real}/{name}" if real else name
        target = at(here)
        if target == "":
            real = here
            continue
        hops += 1
        if target is None or hops > most:
            return None
        if target.startswith("/"):
            real = ""
        ahead.extend(target.split("/")[::-1])
    return real
