"""OCI image layouts: `index.json` and blobs by digest, in a folder or a tar (OCI image spec, image-layout.md)."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from plimsoll.errors import HostileInputError, TargetError
from plimsoll.model.limits import Limits
from plimsoll.sources.choice import choose_image, fits
from plimsoll.sources.documents import Descriptor, Index, Manifest, decode
from plimsoll.sources.files import Files
from plimsoll.sources.image import StoredLayer, open_image, read_blob
from plimsoll.sources.storage import files_at, holds
from plimsoll.trees.source import Opened, Request, SourceKind

INDEX = "index.json"
_DEEPEST_INDEX = 4
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NAMES = ("org.opencontainers.image.ref.name", "io.containerd.image.name")
_ATTESTATION = "vnd.docker.reference.type"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}


def recognises(path: Path, limits: Limits) -> bool:
    """Say whether a file or folder is an OCI image layout."""
    return holds(path, limits, INDEX, "oci-layout")


def open_layout(request: Request) -> Opened:
    """Open the image of a layout that `request` names, for the platform it names."""
    files = files_at(request)
    if not files.has(INDEX):
        raise TargetError(
            f"{request.name} is no OCI layout: it holds no {INDEX}",
            advice="Write one with: skopeo copy docker://IMAGE oci:FOLDER:TAG",
        )
    index = decode(files.read(INDEX, request.limits), Index, INDEX, request.limits)
    descriptor, name = _descriptor(files, index, request)
    document = read_blob(files, _blob(descriptor.digest), descriptor.digest, request.limits)
    manifest = decode(document, Manifest, "the image manifest", request.limits)
    config = read_blob(files, _blob(manifest.config.digest), manifest.config.digest, request.limits)
    _refuse_unreadable(manifest.layers)
    stored = [StoredLayer(name=_blob(layer.digest), digest=layer.digest) for layer in manifest.layers]
    named = Request(path=request.path, name=request.name, image=name, platform=request.platform, limits=request.limits)
    opened = open_image(named, files, config, stored, "OCI image layout")
    if request.platform and not fits(opened.subject.platform, request.platform):
        raise TargetError(
            f"{request.name} holds an image for {opened.subject.platform}, not {request.platform}",
            advice="Leave --platform out, or name the platform it has.",
        )
    return opened


def _descriptor(files: Files, index: Index, request: Request) -> tuple[Descriptor, str]:
    """Choose by name at the top, then by platform, through nested indexes."""
    runnable = _runnable(index)
    platforms = [item for item in runnable if item.platform is not None]
    if len(runnable) > 1 and len(platforms) == len(runnable) and len({_name(item) for item in runnable}) == 1:
        chosen, name = _by_platform(runnable, request), _name(runnable[0])
    else:
        chosen, name = choose_image([(item, (_name(item),) if _name(item) else ()) for item in runnable], request)
    for _ in range(_DEEPEST_INDEX):
        if not _is_index(files, chosen, request.limits):
            _expect_platform(chosen, request)
            return chosen, name
        document = read_blob(files, _blob(chosen.digest), chosen.digest, request.limits)
        nested = decode(document, Index, "the image index", request.limits)
        chosen = _by_platform(_runnable(nested), request)
    raise HostileInputError(f"{request.name} nests image indexes over {_DEEPEST_INDEX} deep")


def configurations(files: Files, limits: Limits) -> Iterator[str]:
    """Give the digests of the image configurations that `index.json` leads to, all platforms, each document once.

    Images whose documents are not in the layout are left out: an engine saves an index of all platforms with the
    blobs of one. Raises HostileInputError for documents that are malformed or not what their digest says.
    """
    waiting = [(item, 1) for item in reversed(_runnable(decode(files.read(INDEX, limits), Index, INDEX, limits)))]
    seen: set[str] = set()
    while waiting:
        item, depth = waiting.pop()
        if item.digest in seen or not files.has(_blob(item.digest)):
            continue
        seen.add(item.digest)
        document = read_blob(files, _blob(item.digest), item.digest, limits)
        if not _is_index(files, item, limits):
            yield decode(document, Manifest, "the image manifest", limits).config.digest
        elif depth >= _DEEPEST_INDEX:
            raise HostileInputError(f"{INDEX} nests image indexes over {_DEEPEST_INDEX} deep")
        else:
            nested = _runnable(decode(document, Index, "the image index", limits))
            waiting += [(below, depth + 1) for below in reversed(nested) if below.digest not in seen]


def _runnable(index: Index) -> list[Descriptor]:
    """Leave out attestations, which BuildKit stores as if they were images."""
    return [item for item in index.manifests if _ATTESTATION not in (item.annotations or {})]


def _is_index(files: Files, item: Descriptor, limits: Limits) -> bool:
    if item.media_type:
        return item.media_type.endswith(("image.index.v1+json", "manifest.list.v2+json"))
    return b'"manifests"' in read_blob(files, _blob(item.digest), item.digest, limits)


def _by_platform(items: Sequence[Descriptor], request: Request) -> Descriptor:
    if len(items) == 1:
        return items[0]
    machine = os.uname().machine
    wanted = request.platform or f"linux/{_ARCHITECTURES.get(machine, machine)}"
    for item in items:
        if fits(str(item.platform or ""), wanted):
            return item
    known = ", ".join(sorted(str(item.platform) for item in items if item.platform)) or "none"
    raise TargetError(
        f"{request.name} holds no image for {wanted}", advice=f"Choose one with --platform; there are: {known}"
    )


def _expect_platform(item: Descriptor, request: Request) -> None:
    if request.platform and item.platform and not fits(str(item.platform), request.platform):
        raise TargetError(
            f"{request.name} holds an image for {item.platform}, not {request.platform}",
            advice="Leave --platform out, or name the platform it has.",
        )


def _name(item: Descriptor) -> str:
    annotations = item.annotations or {}
    return next((annotations[key] for key in reversed(_NAMES) if annotations.get(key)), "")


def _refuse_unreadable(layers: Sequence[Descriptor]) -> None:
    for number, layer in enumerate(layers, start=1):
        if not _DIGEST.fullmatch(layer.digest):
            raise HostileInputError(
                f"the image manifest: the digest of layer {number}, {layer.digest[:100]!r}, is not a sha256 digest",
                advice="Save the image again.",
            )
        if layer.media_type.endswith("+encrypted"):
            raise HostileInputError(
                f"the layer {layer.digest} is encrypted", advice="Decrypt it first, for example with skopeo copy."
            )


def _blob(digest: str) -> str:
    algorithm, _, value = digest.partition(":")
    return f"blobs/{algorithm}/{value}"


OCI = SourceKind(
    name="oci", title="OCI image layout, folder or tar", recognises=recognises, open=open_layout, precedence=20
)
