"""What a packaging system is to everybody: how its packages are named, versioned and asked about."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Asked(StrEnum):
    """By which names feeds speak of an installed package."""

    SOURCE = "source"
    """By its source package (Debian, Alpine), or by its only name."""

    SOURCE_AND_BINARY = "source and binary"
    """By either: errata of rpm distributions list binaries, their CVE pages list source packages."""

    CPE = "cpe"
    """By `vendor:product`, as the National Vulnerability Database names upstream programs."""


def as_written(name: str) -> str:
    """Leave a name as it is."""
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One packaging system. One row in `systems/` is one such constant.

    `name` is what packages are grouped by and what reports call `ecosystem`; `purl_type` its type in package URLs;
    `scheme` a version scheme by name. `product` is what feeds speak for, "" where that is the distribution; `osv` is
    its name in OSV records, "" where it has none. `separator` splits a full name into the purl's namespace and name
    at its last occurrence (`group:artifact`, `@scope/name`), "" where names have no namespace. `normalise` gives the
    one spelling of a name under which feeds and packages meet, `purl_spelling` that of package URLs (ECMA-427's type
    definitions).
    """

    name: str
    title: str
    purl_type: str
    scheme: str
    product: str = ""
    osv: str = ""
    separator: str = ""
    asked: Asked = Asked.SOURCE
    normalise: Callable[[str], str] = as_written
    purl_spelling: Callable[[str], str] = as_written

    def split(self, name: str) -> tuple[str, str]:
        """Split a full name into namespace ("" if none) and name."""
        if not self.separator:
            return "", name
        namespace, _, last = name.rpartition(self.separator)
        return namespace, last

    def joined(self, namespace: str, name: str) -> str:
        """Put a namespace ("" if none) and a name together again."""
        return f"{namespace}{self.separator}{name}" if namespace and self.separator else name
