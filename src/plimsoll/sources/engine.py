"""Images of a running container engine, by its API: Docker, and Podman's compatible service."""

import os
from pathlib import Path
from typing import IO

from plimsoll.errors import LimitError, TargetError
from plimsoll.model.limits import Limits
from plimsoll.sources.engine_client import Endpoint, Engine, endpoint, podman_endpoint
from plimsoll.trees.source import ImageStore


def _docker() -> Endpoint:
    return endpoint(os.environ, Path.home())


def _podman() -> Endpoint:
    return podman_endpoint(os.environ)


def fetch(engine: Engine, reference: str, platform: str, file: IO[bytes], limits: Limits) -> None:
    """Write an image as the engine exports it (`docker save`) into a file.

    Raises TargetError where the image is not there or is of another platform than asked for, LimitError.
    """
    from urllib.parse import quote

    name = quote(reference, safe="/:@")
    found = engine.document(f"/images/{name}/json", limits)
    _expect_platform(found if isinstance(found, dict) else {}, reference, platform)
    size = 0
    for piece in engine.stream(f"/images/{name}/get"):
        size += len(piece)
        if size > limits.spool_size:
            raise LimitError("spool_size", limits.spool_size, reference)
        file.write(piece)
    if not size:
        raise TargetError(f"{engine.endpoint} exports nothing of {reference}")


def _expect_platform(found: dict[str, object], reference: str, platform: str) -> None:
    """Refuse another platform than was asked for: an engine keeps one of each name."""
    if not platform:
        return
    has = "/".join(str(found[key]) for key in ("Os", "Architecture", "Variant") if found.get(key))
    if has != platform and has.rpartition("/")[0] != platform:
        raise TargetError(
            f"the engine has {reference} for {has or 'an unknown platform'}, not for {platform}",
            advice=f"Fetch it there: docker pull --platform {platform} {reference}",
        )


def _is_there(place: Endpoint) -> bool:
    if place.address.startswith("unix://") and not Path(place.address.removeprefix("unix://")).exists():
        return False
    return Engine(place).is_there()


def _docker_is_there() -> bool:
    try:
        return _is_there(_docker())
    except TargetError:
        return False


DOCKER = ImageStore(
    name="docker",
    title="image of a running Docker engine",
    is_there=_docker_is_there,
    fetch=lambda reference, platform, file, limits: fetch(Engine(_docker()), reference, platform, file, limits),
    precedence=20,
)
PODMAN = ImageStore(
    name="podman",
    title="image of a running Podman service",
    is_there=lambda: _is_there(_podman()),
    fetch=lambda reference, platform, file, limits: fetch(Engine(_podman()), reference, platform, file, limits),
    precedence=10,
)
