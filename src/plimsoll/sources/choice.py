"""Choosing one image where an archive or layout holds several."""

from collections.abc import Sequence
from typing import TypeVar

from plimsoll.errors import HostileInputError, TargetError
from plimsoll.model.wording import some_of
from plimsoll.trees.source import Request

T = TypeVar("T")

_MOST_NAMES = 20
"""Names that a message lists."""


def choose_image(images: Sequence[tuple[T, tuple[str, ...]]], request: Request) -> tuple[T, str]:
    """Give the image that `request.image` names, or the only one, with its name ("" if it has none).

    Raises TargetError naming the choices, HostileInputError when there is no image at all.
    """
    if not images:
        raise HostileInputError(f"{request.name} holds no image", advice="Save the image again.")
    if request.image:
        for image, names in images:
            if request.image in names or any(name.rpartition("/")[2] == request.image for name in names):
                return image, request.image
    elif len(images) == 1:
        image, names = images[0]
        return image, names[0] if names else ""
    known = sorted(name for _, names in images for name in names)
    lacks = f"holds no image named {request.image}" if request.image else f"holds {len(images)} images"
    raise TargetError(
        f"{request.name} {lacks}",
        advice=f"Choose one with {request.name}#NAME; there are: {some_of(known, _MOST_NAMES) or 'none with a name'}",
    )


def fits(platform: str, wanted: str) -> bool:
    """Compare `os/architecture[/variant]`; a variant that is not asked for does not matter."""
    return platform == wanted or platform.startswith(wanted + "/")
