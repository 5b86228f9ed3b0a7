"""Names of tar entries and directory entries become paths relative to the root, or are refused."""

from plimsoll.errors import HostileInputError

_DOT_OR_SLASH = b"./"


def clean(name: bytes) -> bytes:
    """Give the path of a tar entry relative to the root, without leading or trailing slashes.

    The root itself is b"". Raises HostileInputError for a name that leaves the root or holds NUL: container
    engines refuse such layers.
    """
    if b"\0" in name:
        raise HostileInputError("a name holds a NUL byte")
    parts: list[bytes] = []
    for part in name.split(b"/"):
        if part in {b"", b"."}:
            continue
        if part == b"..":
            if not parts:
                raise HostileInputError("a name leaves the root")
            parts.pop()
        else:
            parts.append(part)
    return b"/".join(parts)


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
