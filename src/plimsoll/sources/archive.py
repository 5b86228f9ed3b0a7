"""docker save archives: `manifest.json`, a configuration and layers, in a tar or unpacked in a folder."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from plimsoll.errors import HostileInputError, LimitError, TargetError
from plimsoll.model.gap import Gap
from plimsoll.model.limits import Limits
from plimsoll.sources.choice import choose_image, fits
from plimsoll.sources.documents import SavedImage, decode
from plimsoll.sources.files import Files
from plimsoll.sources.image import StoredLayer, open_image, read_blob
from plimsoll.sources.oci import INDEX, configurations
from plimsoll.sources.storage import files_at, holds
from plimsoll.trees.source import Opened, Request, SourceKind

MANIFEST = "manifest.json"


def recognises(path: Path, limits: Limits) -> bool:
    """Say whether a file or folder is a docker save archive."""
    return holds(path, limits, MANIFEST)


def open_archive(request: Request) -> Opened:
    """Open a docker save archive, classic or OCI-style."""
    files = files_at(request)
    if not files.has(MANIFEST):
        raise TargetError(
            f"{request.name} is no docker save archive: it holds no {MANIFEST}",
            advice="Write one with: docker save IMAGE -o image.tar",
        )
    saved = decode(files.read(MANIFEST, request.limits), list[SavedImage], MANIFEST, request.limits)
    image, name = choose_image(_named(saved), request)
    config = _config(files, image.config, request)
    layers = [StoredLayer(name=layer, digest=_digest_in(layer)) for layer in image.layers or []]
    named = Request(path=request.path, name=request.name, image=name, platform=request.platform, limits=request.limits)
    style = "OCI-style" if image.config.startswith("blobs/") else "classic"
    opened = open_image(named, files, config, layers, f"docker save archive ({style})")
    if request.platform and not fits(opened.subject.platform, request.platform):
        advice = "Leave --platform out, or save the image for that platform."
        if files.has(INDEX):
            advice += f" {INDEX} may lead to more platforms: scan oci:{request.name}."
        raise TargetError(
            f"{request.name} holds an image for {opened.subject.platform}, not {request.platform}", advice=advice
        )
    return replace(opened, gaps=(*opened.gaps, *_ambiguity(files, opened, request)))


def _ambiguity(files: Files, opened: Opened, request: Request) -> tuple[Gap, ...]:
    """Say so where `index.json` does not lead to this image: Docker loads it up to version 24, the other one after."""
    if not files.has(INDEX):
        return ()
    try:
        if opened.subject.digest in configurations(files, request.limits):
            return ()
        reason = f"{INDEX} does not lead to the image of {MANIFEST}, which was measured; some engines load the other"
    except LimitError:
        raise
    except HostileInputError as error:
        reason = f"only {MANIFEST} was followed, for {INDEX} cannot be: {error.message}"
    return (
        Gap(
            subject=opened.subject.id,
            what="ambiguous-archive",
            question=f"what an engine runs that follows {INDEX} instead of {MANIFEST}",
            reason=reason,
            advice=f"Scan oci:{request.name} too, or save the image again.",
        ),
    )


def _named(saved: Sequence[SavedImage]) -> list[tuple[SavedImage, tuple[str, ...]]]:
    return [(image, tuple(image.repo_tags or ())) for image in saved]


def _config(files: Files, name: str, request: Request) -> bytes:
    """Read the configuration; its file is named by its digest, `<hex>.json` or `blobs/sha256/<hex>`."""
    digest = _digest_in(name) or f"sha256:{Path(name).name.removesuffix('.json')}"
    if len(digest) == len("sha256:") + 64:
        return read_blob(files, name, digest, request.limits)
    data = files.read(name, request.limits)
    if not data:
        raise HostileInputError(f"{name} is empty, digest sha256:{sha256(data).hexdigest()}")
    return data


def _digest_in(name: str) -> str:
    """Give the digest that a blob's name claims, or "" for classic names."""
    folder, _, base = name.rpartition("/")
    return f"sha256:{base}" if folder == "blobs/sha256" else ""


ARCHIVE = SourceKind(
    name="archive",
    title="docker save archive, classic or OCI-style",
    recognises=recognises,
    open=open_archive,
    precedence=30,
)
