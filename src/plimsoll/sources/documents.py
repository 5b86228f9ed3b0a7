"""The JSON documents of image layouts, read strictly and within bounds."""

import re
from typing import TypeVar

import msgspec

from plimsoll.documents.json import depth_of
from plimsoll.errors import HostileInputError, LimitError
from plimsoll.model.limits import Limits

T = TypeVar("T")


class Platform(msgspec.Struct, frozen=True):
    """OCI image index, `platform`; also the same fields of an image configuration."""

    os: str = ""
    architecture: str = ""
    variant: str = ""

    def __str__(self) -> str:
        """Write `os/architecture[/variant]`."""
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


class Descriptor(msgspec.Struct, frozen=True, rename="camel"):
    """OCI content descriptor (image spec, descriptor.md)."""

    digest: str
    size: int = 0
    media_type: str = ""
    annotations: dict[str, str] | None = None
    platform: Platform | None = None


class Index(msgspec.Struct, frozen=True, rename="camel"):
    """OCI image index or Docker manifest list (image-index.md)."""

    manifests: list[Descriptor] = []


class Manifest(msgspec.Struct, frozen=True, rename="camel"):
    """OCI or Docker image manifest (manifest.md)."""

    config: Descriptor
    layers: list[Descriptor] = []


class SavedImage(msgspec.Struct, frozen=True, rename="pascal"):
    """One element of `manifest.json` in a docker save archive."""

    config: str
    layers: list[str] | None = None
    repo_tags: list[str] | None = None


class RootFs(msgspec.Struct, frozen=True):
    """`rootfs` of an image configuration (config.md)."""

    diff_ids: list[str] | None = None


class HistoryEntry(msgspec.Struct, frozen=True):
    """One entry of `history` of an image configuration (config.md)."""

    created_by: str = ""
    comment: str = ""
    empty_layer: bool = False


class RunConfig(msgspec.Struct, frozen=True, rename="pascal"):
    """`config` of an image configuration: what a container gets (config.md)."""

    user: str | None = None
    labels: dict[str, str | None] | None = None


class ImageConfig(msgspec.Struct, frozen=True):
    """An image configuration (config.md)."""

    rootfs: RootFs
    created: str | None = None
    os: str = ""
    architecture: str = ""
    variant: str = ""
    history: list[HistoryEntry] | None = None
    config: RunConfig | None = None


def decode(data: bytes, kind: type[T], what: str, limits: Limits) -> T:
    """Decode a document. Raises HostileInputError naming the bad key, LimitError for nesting over `json_depth`."""
    if depth_of(data, int(limits.json_depth)) > limits.json_depth:
        raise LimitError("json_depth", limits.json_depth, what)
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = "its text is not valid Unicode" if _is_no_unicode(data, error) else str(error)
        raise HostileInputError(f"{what} is not as it should be: {reason}", advice="Save the image again.") from error


_ESCAPES = re.compile(rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F])")
"""Escaped backslashes, surrogates in pairs, and, as a group, those that stand alone."""


def _is_no_unicode(data: bytes, error: Exception) -> bool:
    """Say whether a text holds bytes that are not UTF-8, or half a surrogate pair (RFC 8259 section 8.2)."""
    if isinstance(error, UnicodeDecodeError) or "surrogate" in str(error):
        return True
    # The decoder takes one near the end of a text for a text that was cut off.
    return "truncated" in str(error) and any(found[1] for found in _ESCAPES.finditer(data))
