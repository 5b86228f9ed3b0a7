"""References of images, taken apart as engines do (distribution's reference grammar)."""

import re
from dataclasses import dataclass

DEFAULT_REGISTRY = "docker.io"

_FORM = re.compile(
    r"(?P<name>[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::\d+)?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*|[\w.-]+:\d+(?:/[a-z0-9._-]+)+)"
    r"(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>[a-z0-9+._-]+:[0-9a-fA-F]{32,}))?",
    re.ASCII | re.IGNORECASE,
)
_LONGEST = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReference:
    """`registry/repository:tag@digest`; `tag` and `digest` are "" where they are not said.

    `registry` is docker.io where the name says none, as engines take it; `library/` is left out of `repository`.
    """

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""


def image_reference(text: str) -> ImageReference | None:
    """Take a reference apart; None for what is none."""
    found = _FORM.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    name, tag, digest = found["name"], found["tag"] or "", found["digest"] or ""
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        registry, repository = first, rest
    else:
        registry, repository = DEFAULT_REGISTRY, name
        if ":" in name and not slash and not tag:  # `nginx:1` reads as a host with a port at first sight.
            repository, _, tag = name.partition(":")
    return ImageReference(registry=registry, repository=repository.removeprefix("library/"), tag=tag, digest=digest)
