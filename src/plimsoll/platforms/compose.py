"""Compose: projects of services as `docker compose` starts them (compose-spec.io, and files of versions 1 to 3)."""

from plimsoll.model.estate import Document
from plimsoll.model.platform import Platform, Read, Surroundings
from plimsoll.platforms.compose_names import is_compose
from plimsoll.platforms.compose_project import read_project
from plimsoll.platforms.compose_spelling import SPELLING

IMAGE = "registry.example.com/app:1.0"


def read(document: Document, number: int, around: Surroundings) -> Read:
    """Read a project, with everything that its file extends, includes and is overridden by."""
    return read_project("compose", document, number, around)


def frame(text: str) -> bytes:
    """Make a file of what may be the body of the one service `app`."""
    lines = text.strip("\n").splitlines()
    if any(line.startswith("services:") for line in lines):
        return text.encode()
    has_image = any(line.startswith(("image:", "build:", "extends:")) for line in lines)
    body = lines if has_image else [f"image: {IMAGE}", *lines]
    return "\n".join(["services:", "  app:", *(f"    {line}" for line in body), ""]).encode()


COMPOSE = Platform(
    name="compose",
    title="Compose",
    recognises=is_compose,
    read=read,
    frame=frame,
    precedence=10,
    hints=(b"services:", b"image:", b"build:", b"include:", b'"services"'),
    spelling=SPELLING,
)
