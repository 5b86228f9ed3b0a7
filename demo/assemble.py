"""Assemble the demo image: a real OCI image layout, from real parts, without an engine and without root.

    python demo/assemble.py [--without-wheels] FOLDER

Layer 1 is the package database of a Debian 12 root file system that debootstrap made (gzip), layer 2 a small
application with old releases of its libraries, installed by pip (zstd), layer 3 deletes some of that (gzip).
The same parts give the same bytes, so the image's digest changes only when its content does.
"""

import argparse
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HERE = Path(__file__).resolve().parent
DEBIAN_ROOT = HERE.parent / "tests" / "data" / "debian-bookworm" / "rootfs"
CREATED = "2026-11-22T00:00:00Z"
MODIFIED = 1_795_305_600  # CREATED, in seconds since the epoch
APP = PurePosixPath("opt/app")
LAYER = "application/vnd.oci.image.layer.v1.tar"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer: its tar, the same compressed, the compression's name and the instruction that made it."""

    tar: bytes
    blob: bytes
    compression: str
    instruction: str


def main() -> None:
    """Write the image and say where it is."""
    parser = argparse.ArgumentParser(description="Assemble the demo image as an OCI layout.")
    parser.add_argument("folder", type=Path, help="where to write the OCI layout")
    parser.add_argument("--without-wheels", action="store_true", help="leave out what pip would have to fetch")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plimsoll-demo-") as wheels:
        if not options.without_wheels:
            install_wheels(Path(wheels))
        write_layout(options.folder, image_layers(Path(wheels)))
    sys.stderr.write(f"The demo image is an OCI layout in {options.folder}\n")


def install_wheels(target: Path) -> None:
    """Let pip install the pinned wheels into `target`; exits with what to do when it cannot."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    pinned = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", str(HERE / "wheels.txt")]
    # The wheels are for any Python, and compiled files would hold the paths of this machine.
    result = subprocess.run([*pip, *pinned, "--no-compile", "--target", str(target)], check=False)  # noqa: S603 - our own arguments
    if result.returncode != 0:
        sys.exit(
            "pip could not fetch the wheels of the demo image (its message is above).\n"
            "Check that pip reaches a package index, or leave that layer's wheels out: "
            "python demo/assemble.py --without-wheels FOLDER"
        )


def image_layers(wheels: Path) -> list[Layer]:
    """Give the three layers, bottom first."""
    app = files_below(HERE / "app", APP) | files_below(wheels, APP / "lib")
    removed = [APP / "settings.env", *sorted({path for path in libraries(app) if path.name.startswith("certifi")})]
    whiteouts = {path.with_name(f".wh.{path.name}"): b"" for path in removed}
    return [
        gzip_layer(files_below(DEBIAN_ROOT, PurePosixPath()), "ADD rootfs.tar / # Debian 12, as debootstrap made it"),
        zstd_layer(app, "COPY app /opt/app; RUN pip install --target /opt/app/lib -r wheels.txt"),
        gzip_layer(whiteouts, "RUN rm -rf " + " ".join(f"/{path}" for path in removed)),
    ]


def files_below(folder: Path, prefix: PurePosixPath) -> dict[PurePosixPath, bytes]:
    """Read every regular file below `folder`, except what Python leaves behind."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {prefix / path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def libraries(files: Iterable[PurePosixPath]) -> Iterable[PurePosixPath]:
    """Give the folders directly below the library folder that hold any of `files`."""
    depth = len((APP / "lib").parts)
    return (PurePosixPath(*path.parts[: depth + 1]) for path in files if path.is_relative_to(APP / "lib"))


def gzip_layer(files: dict[PurePosixPath, bytes], instruction: str) -> Layer:
    """Make a layer that is compressed by gzip, as most images are."""
    tar = write_tar(files)
    return Layer(tar=tar, blob=gzip.compress(tar, mtime=0), compression="gzip", instruction=instruction)


def zstd_layer(files: dict[PurePosixPath, bytes], instruction: str) -> Layer:
    """Make a layer that is compressed by Zstandard."""
    tar = write_tar(files)
    return Layer(tar=tar, blob=zstd.compress(tar), compression="zstd", instruction=instruction)


def write_tar(files: dict[PurePosixPath, bytes]) -> bytes:
    """Write files and the folders above them in name order, all owned by root and equally old."""
    folders = {folder for path in files for folder in path.parents if folder.parts}
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(folders | files.keys()):
            entry = tarfile.TarInfo(str(path))
            entry.mtime = MODIFIED
            entry.type, entry.mode = (tarfile.DIRTYPE, 0o755) if path in folders else (tarfile.REGTYPE, 0o644)
            entry.size = len(files.get(path, b""))
            tar.addfile(entry, io.BytesIO(files.get(path, b"")))
    return stream.getvalue()


def write_layout(folder: Path, layers: list[Layer]) -> None:
    """Write an OCI image layout (image-spec 1.1, image-layout.md) with one image for linux/amd64."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    described = [write_blob(blobs, f"{LAYER}+{layer.compression}", layer.blob) for layer in layers]
    config = write_blob(blobs, CONFIG, as_json(image_config(layers)))
    content = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": described}
    manifest = write_blob(blobs, MANIFEST, as_json(content))
    named = manifest | {"annotations": {"org.opencontainers.image.ref.name": "demo"}}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [named]}
    (folder / "index.json").write_bytes(as_json(index))
    (folder / "oci-layout").write_bytes(as_json({"imageLayoutVersion": "1.0.0"}))


def image_config(layers: list[Layer]) -> dict[str, object]:
    """Describe how the image runs and how it came to be (image-spec 1.1, config.md)."""
    history: list[dict[str, object]] = [{"created": CREATED, "created_by": layer.instruction} for layer in layers]
    command = {"created": CREATED, "created_by": 'CMD ["python3" "/opt/app/server.py"]', "empty_layer": True}
    return {
        "created": CREATED,
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": ["PYTHONPATH=/opt/app/lib"], "Cmd": ["python3", "/opt/app/server.py"]},
        "rootfs": {"type": "layers", "diff_ids": [sha256(layer.tar) for layer in layers]},
        "history": [*history, command],
    }


def write_blob(folder: Path, media_type: str, content: bytes) -> dict[str, object]:
    """Write a blob under its digest and give its descriptor."""
    digest = sha256(content)
    (folder / digest.removeprefix("sha256:")).write_bytes(content)
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def sha256(content: bytes) -> str:
    """Give the digest as OCI writes it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def as_json(value: object) -> bytes:
    """Write JSON in one fixed form, so that digests are stable."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


if __name__ == "__main__":
    main()
