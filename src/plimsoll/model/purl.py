"""Package URLs (ECMA-427, "Package-URL specification")."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST = 8192
"""Characters of a package URL that is read."""

_ODD = re.compile(r"[^A-Za-z0-9.\-_~:]")
_PLAIN = re.compile(r"[A-Za-z0-9.\-_~:]*+")
_TYPE = re.compile(r"[a-z][a-z0-9.-]*")
_KEY = re.compile(r"[a-z][a-z0-9._-]*")
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


class PurlError(ValueError):
    """A text is no package URL; the message says why, in a few words that hold nothing of the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageUrl:
    """The parts of a package URL, decoded; `kind` is its type. What it does not have is empty."""

    kind: str
    name: str
    namespace: str = ""
    version: str = ""
    qualifiers: Mapping[str, str] = field(default_factory=dict)
    subpath: str = ""


def parse_purl(text: str) -> PackageUrl:
    """Take a package URL apart; keys of qualifiers and the type are in lower case, names as they are written.

    Raises PurlError. Source: ECMA-427, "How to parse a purl string". An `@` counts as the version's only behind a
    name, for many tools write the scopes of npm as they are.
    """
    if len(text) > LONGEST:
        raise PurlError("it is too long")
    rest, _, subpath = text.partition("#")
    rest, _, query = rest.partition("?")
    scheme, colon, rest = rest.partition(":")
    if not colon or scheme.lower() != "pkg":
        raise PurlError("it does not begin with pkg:")
    kind, _, path = rest.strip("/").partition("/")
    if not path or not _TYPE.fullmatch(kind.lower()):
        raise PurlError("it has no type")
    before, at, version = path.rpartition("@")
    if not at or before.endswith("/") or not before:
        before, version = path, ""
    *namespace, name = [part for part in before.split("/") if part] or [""]
    if "%" in before:
        *namespace, name = map(_decoded, (*namespace, name))
    if not name:
        raise PurlError("it has no name")
    return PackageUrl(
        kind=kind.lower(),
        namespace="/".join(namespace),
        name=name,
        version=_decoded(version) if version else "",
        qualifiers=_qualifiers(query) if query else {},
        subpath=_subpath(subpath) if subpath else "",
    )


def _qualifiers(query: str) -> dict[str, str]:
    found = {}
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        if not _KEY.fullmatch(key.lower()):
            raise PurlError("a qualifier's name holds what it may not")
        if value:
            found[key.lower()] = _decoded(value)
    return found


def _subpath(path: str) -> str:
    return "/".join(_decoded(part) for part in path.split("/") if part not in {"", ".", ".."})


def _decoded(text: str) -> str:
    if "%" not in text:
        return text
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace"), text)


def purl(  # noqa: PLR0913, PLR0917 - the components of a package URL, in their order
    kind: str,
    namespace: str,
    name: str,
    version: str = "",
    qualifiers: Mapping[str, str] | None = None,
    subpath: str = "",
) -> str:
    """Build the canonical package URL of a type; empty qualifiers are left out, the others sorted by key.

    Source: the specification's "How to build a purl string from its components".
    """
    text = f"pkg:{purl_key(kind, namespace, name)}"
    if version:
        text += "@" + _quoted(version)
    if qualifiers:
        pairs = sorted((key.lower(), value) for key, value in qualifiers.items() if value)
        text += "?" * bool(pairs) + "&".join([f"{key}={_quoted(value)}" for key, value in pairs])
    if subpath:
        text += "#" + "/".join(_quoted(part) for part in subpath.split("/"))
    return text


def purl_key(kind: str, namespace: str, name: str) -> str:
    """Give the version-free identity of a package: `type/namespace/name`, as it stands in its purl."""
    parts = [part for part in namespace.split("/") if part] if namespace else []
    return "/".join([kind, *map(_quoted, parts), *([_quoted(name)] if name else [])])


def _quoted(text: str) -> str:
    """Percent-encode the bytes of odd characters; importing urllib for it would take longer than a scan's matching."""
    return text if _PLAIN.fullmatch(text) else _ODD.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return "".join([f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogateescape")])
