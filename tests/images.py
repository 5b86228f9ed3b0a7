"""Builds image archives and layouts for tests, as docker save and skopeo write them."""

import gzip
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from backports import zstd


def tar(files: Mapping[str, bytes | None], links: Mapping[str, str] | None = None) -> bytes:
    """A layer: path → content, None for a directory; `links` are symbolic."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            if content is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return out.getvalue()


def digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image by its layer tars, lowest first."""

    layers: Sequence[bytes]
    tag: str = "test:1"
    history: Sequence[Mapping[str, object]] | None = None
    os: str = "linux"
    architecture: str = "amd64"
    config: Mapping[str, object] = field(default_factory=dict)

    def configuration(self) -> bytes:
        history = self.history
        if history is None:
            history = [{"created_by": f"/bin/sh -c echo {i}"} for i in range(len(self.layers))]
        document = {
            "architecture": self.architecture,
            "os": self.os,
            "config": self.config,
            "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in self.layers]},
            "history": history,
        }
        return json.dumps(document).encode()


def classic(images: Sequence[Image]) -> dict[str, bytes]:
    """The files of a classic docker save archive."""
    files: dict[str, bytes] = {}
    manifest = []
    for image in images:
        config = image.configuration()
        name = digest(config).removeprefix("sha256:") + ".json"
        files[name] = config
        layers = []
        for layer in image.layers:
            place = digest(layer + name.encode()).removeprefix("sha256:") + "/layer.tar"
            files[place] = layer
            layers.append(place)
        manifest.append({"Config": name, "RepoTags": [image.tag], "Layers": layers})
    files["manifest.json"] = json.dumps(manifest).encode()
    return files


def layout(images: Sequence[Image], *, pack: str = "gzip", tags: bool = True, docker: bool = False) -> dict[str, bytes]:
    """The files of an OCI layout; several images without tags differ by platform. `docker` adds manifest.json."""
    files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
    descriptors, saved = [], []
    for image in images:
        layers = []
        for plain in image.layers:
            stored = gzip.compress(plain) if pack == "gzip" else zstd.compress(plain) if pack == "zstd" else plain
            files[_blob(stored)] = stored
            kind = "application/vnd.oci.image.layer.v1.tar" + (f"+{pack}" if pack else "")
            layers.append({"mediaType": kind, "digest": digest(stored), "size": len(stored)})
        config = image.configuration()
        files[_blob(config)] = config
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "config": {
                    "mediaType": "application/vnd.oci.image.config.v1+json",
                    "digest": digest(config),
                    "size": len(config),
                },
                "layers": layers,
            }
        ).encode()
        files[_blob(manifest)] = manifest
        descriptor: dict[str, object] = {
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": digest(manifest),
            "size": len(manifest),
        }
        if tags:
            descriptor["annotations"] = {"org.opencontainers.image.ref.name": image.tag}
        else:
            descriptor["platform"] = {"os": image.os, "architecture": image.architecture}
        descriptors.append(descriptor)
        saved.append(
            {
                "Config": _blob(config),
                "RepoTags": [image.tag],
                "Layers": [f"blobs/sha256/{str(layer['digest']).removeprefix('sha256:')}" for layer in layers],
            }
        )
    files["index.json"] = json.dumps({"schemaVersion": 2, "manifests": descriptors}).encode()
    if docker:
        files["manifest.json"] = json.dumps(saved).encode()
    return files


def _blob(data: bytes) -> str:
    return f"blobs/sha256/{sha256(data).hexdigest()}"


def write_folder(files: Mapping[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def write_tar(files: Mapping[str, bytes], path: Path) -> Path:
    path.write_bytes(tar(files))
    return path


OS_RELEASE = b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'


def status(*packages: tuple[str, str]) -> bytes:
    """A dpkg status database of (name, version)."""
    return b"\n".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n".encode()
        for name, version in packages
    )


def debian(*packages: tuple[str, str]) -> bytes:
    """A layer with Debian's os-release and these packages."""
    return tar({"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": status(*packages)})
