"""Whole images and reports as fuzz targets: what a scan and `explain` read, from end to end."""

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.fuzz.campaign import Target

from plimsoll.model.limits import MIB, Limits
from plimsoll.pipeline.examine import Examination, Progress, examine
from plimsoll.reports.json_report import read_report

TESTS = Path(__file__).parents[1]
ROOTS = TESTS / "data" / "ecosystems"
LIMITS = Limits(layer_size=16 * MIB, ratio_floor=1 * MIB, kept_size=8 * MIB, spool_size=16 * MIB, entries=10_000)


def image_targets() -> Iterable[Target]:
    """Give a layer inside an image whose digests hold, whole archives of both styles, and a report."""
    layer = tar_of(_root("dpkg", "apk", "os-release"))
    yield Target(name="image-layer", seeds=(layer,), run=lambda data: _examined(docker_archive(data)))
    yield Target(name="image-docker-save", seeds=(docker_archive(layer),), run=_examined)
    yield Target(name="image-oci", seeds=(oci_archive(layer),), run=_examined)
    report = (TESTS / "golden" / "report.json").read_bytes()
    yield Target(name="report", seeds=(report,), run=lambda data: read_report(data, LIMITS))


def _root(*names: str) -> dict[str, bytes]:
    """Give the files of some ecosystems' samples as one root, with the merged /usr of today's distributions."""
    found = {}
    for name in names:
        for path in sorted((ROOTS / name).rglob("*")):
            if path.is_file():
                found[path.relative_to(ROOTS / name).as_posix()] = path.read_bytes()
    return found


def tar_of(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    """Write a tar in the order given."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, target in (links or {"lib64": "usr/lib64", "loop": "loop"}).items():
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            tar.addfile(link)
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return stream.getvalue()


def _config(layer: bytes) -> bytes:
    diff_id = f"sha256:{hashlib.sha256(layer).hexdigest()}"
    config = {
        "os": "linux",
        "architecture": "amd64",
        "rootfs": {"type": "layers", "diff_ids": [diff_id]},
        "history": [{"created_by": "ADD rootfs.tar /"}],
    }
    return json.dumps(config).encode()


def docker_archive(layer: bytes) -> bytes:
    """Wrap a layer as `docker save` does, with digests that hold."""
    config = _config(layer)
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = [{"Config": name, "RepoTags": ["fuzz:1"], "Layers": ["one/layer.tar"]}]
    files = {"one/layer.tar": layer, name: config, "manifest.json": json.dumps(manifest).encode()}
    return tar_of(files, {"two": "one"})


def oci_archive(layer: bytes) -> bytes:
    """Wrap a layer as an OCI layout in a tar, with digests that hold."""
    blobs: dict[str, bytes] = {}

    def described(data: bytes, kind: str) -> dict[str, object]:
        digest = hashlib.sha256(data).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = data
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    content = {
        "schemaVersion": 2,
        "config": described(_config(layer), "config.v1+json"),
        "layers": [described(layer, "layer.v1.tar")],
    }
    index = {"schemaVersion": 2, "manifests": [described(json.dumps(content).encode(), "manifest.v1+json")]}
    documents = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": json.dumps(index).encode()}
    return tar_of({**documents, **blobs}, {"two": "one"})


def _examined(data: bytes) -> object:
    """Look at an archive as a scan does, without a layer memory."""
    with tempfile.NamedTemporaryFile(suffix=".tar") as file:
        file.write(data)
        file.flush()
        how = Examination(target=file.name, limits=LIMITS)
        return examine(how, _no_codename, io.BytesIO(), Progress())


def _no_codename(_distro: str, _codename: str) -> str | None:
    return None
