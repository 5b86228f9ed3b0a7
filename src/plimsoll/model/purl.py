"""Package URLs (ECMA-427, "Package-URL specification")."""

from collections.abc import Mapping

_SAFE = "-._~:"


def purl(kind: str, namespace: str, name: str, version: str = "", qualifiers: Mapping[str, str] | None = None) -> str:
    """Build the canonical package URL of a type; empty qualifiers are left out, the others sorted by key.

    Source: the specification's "How to build a purl string from its components".
    """
    from urllib.parse import quote

    path = "/".join(quote(part, safe=_SAFE) for part in [*namespace.split("/"), name] if part)
    text = f"pkg:{kind}/{path}"
    if version:
        text += "@" + quote(version, safe=_SAFE)
    pairs = sorted((key.lower(), value) for key, value in (qualifiers or {}).items() if value)
    if pairs:
        text += "?" + "&".join(f"{key}={quote(value, safe=_SAFE + '/')}" for key, value in pairs)
    return text


def purl_key(kind: str, namespace: str, name: str) -> str:
    """Give the version-free identity of a package: `type/namespace/name`, as it stands in its purl."""
    return purl(kind, namespace, name).removeprefix("pkg:")
