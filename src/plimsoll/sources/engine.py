"""Images of a running container engine, by its API: Docker, and Podman's compatible service."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO

from plimsoll.errors import LimitError, TargetError
from plimsoll.model.limits import Limits
from plimsoll.sources.choice import fits
from plimsoll.sources.engine_client import Endpoint, Engine, endpoint, is_there, podman_endpoint
from plimsoll.trees.source import ImageStore

_TAGGED = re.compile(r"[^/]*[:@]")
"""The last part of a name that says which image of that name is meant."""


def _docker() -> Endpoint:
    return endpoint(os.environ, Path(os.path.expanduser("~")))  # noqa: PTH111 - a user without a home is no error here


def _podman() -> Endpoint:
    return podman_endpoint(os.environ)


def fetch(engine: Engine, reference: str, platform: str, file: IO[bytes], limits: Limits) -> None:
    """Write an image as the engine exports it (`docker save`) into a file.

    Raises TargetError where the image is not there or is of another platform than asked for, LimitError.
    """
    _expect_name(reference)
    document = engine.document(f"/images/{_quoted(reference)}/json", limits)
    found = document if isinstance(document, dict) else {}
    _expect_platform(found, reference, platform)
    size = 0
    for piece in engine.stream(f"/images/{_quoted(_one(reference, found))}/get"):
        size += len(piece)
        if size > limits.spool_size:
            raise LimitError("spool_size", limits.spool_size, reference)
        file.write(piece)
    if not size:
        raise TargetError(f"{engine.endpoint} exports nothing of {reference}")


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(os.fsencode(name), safe="/:@")


def _expect_name(reference: str) -> None:
    """Refuse what would lead to another part of the API than an image."""
    if {"", ".", ".."}.intersection(reference.split("/")):
        raise TargetError(f"{reference!r} is no name of an image", advice="For example: image:debian:12")


def _one(reference: str, found: dict[object, object]) -> str:
    """Name one image: of a bare name an engine exports all tags, though it describes the one called latest."""
    is_id = str(found.get("Id")).removeprefix("sha256:").startswith(reference.removeprefix("sha256:"))
    return reference if is_id or _TAGGED.match(reference.rpartition("/")[2]) else f"{reference}:latest"


def _expect_platform(found: dict[object, object], reference: str, platform: str) -> None:
    """Refuse another platform than was asked for, where the engine keeps one image of each name.

    One that keeps several (with containerd's store, which tells a descriptor) exports them all, to choose from.
    """
    has = "/".join(str(found[key]) for key in ("Os", "Architecture", "Variant") if found.get(key))
    if platform and not fits(has, platform) and "Descriptor" not in found:
        raise TargetError(
            f"the engine has {reference} for {has or 'an unknown platform'}, not for {platform}",
            advice=f"Fetch it there: docker pull --platform {platform} {reference}",
        )


def _answers(place: Callable[[], Endpoint]) -> bool:
    """Say whether an engine can be asked; a socket that is not there needs no asking."""
    try:
        chosen = place()
        if chosen.address.startswith("unix://") and not is_there(chosen.address.removeprefix("unix://")):
            return False
        return Engine(chosen).is_there()
    except TargetError:
        return False


DOCKER = ImageStore(
    name="docker",
    title="image of a running Docker engine",
    is_there=lambda: _answers(_docker),
    fetch=lambda reference, platform, file, limits: fetch(Engine(_docker()), reference, platform, file, limits),
    precedence=20,
)
PODMAN = ImageStore(
    name="podman",
    title="image of a running Podman service",
    is_there=lambda: _answers(_podman),
    fetch=lambda reference, platform, file, limits: fetch(Engine(_podman()), reference, platform, file, limits),
    precedence=10,
)
