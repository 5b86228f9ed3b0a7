"""Package URLs (ECMA-427, "Package-URL specification")."""

import re
from collections.abc import Mapping

_ODD = re.compile(r"[^A-Za-z0-9.\-_~:]")
_ODD_IN_QUALIFIER = re.compile(r"[^A-Za-z0-9.\-_~:/]")


def purl(kind: str, namespace: str, name: str, version: str = "", qualifiers: Mapping[str, str] | None = None) -> str:
    """Build the canonical package URL of a type; empty qualifiers are left out, the others sorted by key.

    Source: the specification's "How to build a purl string from its components".
    """
    path = "/".join(_quoted(part) for part in [*namespace.split("/"), name] if part)
    text = f"pkg:{kind}/{path}"
    if version:
        text += "@" + _quoted(version)
    pairs = sorted((key.lower(), value) for key, value in (qualifiers or {}).items() if value)
    if pairs:
        text += "?" + "&".join(f"{key}={_quoted(value, _ODD_IN_QUALIFIER)}" for key, value in pairs)
    return text


def purl_key(kind: str, namespace: str, name: str) -> str:
    """Give the version-free identity of a package: `type/namespace/name`, as it stands in its purl."""
    return purl(kind, namespace, name).removeprefix("pkg:")


def _quoted(text: str, odd: re.Pattern[str] = _ODD) -> str:
    """Percent-encode the bytes of odd characters; importing urllib for it would take longer than a scan's matching."""
    return odd.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogateescape")), text)
