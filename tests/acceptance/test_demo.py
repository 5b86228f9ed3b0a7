"""The demo image is a real OCI image, and the same each time."""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def assemble(folder: Path) -> Path:
    """Assemble the image without what pip would have to fetch."""
    program = [sys.executable, str(ROOT / "demo" / "assemble.py"), "--without-wheels", str(folder)]
    subprocess.run(program, check=True)
    return folder


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assemble(tmp_path_factory.mktemp("demo") / "image")


def blob(image: Path, digest: str) -> bytes:
    return (image / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()


def manifest(image: Path) -> dict[str, Any]:
    index = json.loads((image / "index.json").read_text())
    content: dict[str, Any] = json.loads(blob(image, index["manifests"][0]["digest"]))
    return content


def test_the_same_parts_give_the_same_bytes(image: Path, tmp_path: Path) -> None:
    again = assemble(tmp_path / "again")
    names = sorted(path.relative_to(image) for path in image.rglob("*"))
    assert names == sorted(path.relative_to(again) for path in again.rglob("*"))
    assert all((image / name).read_bytes() == (again / name).read_bytes() for name in names if (image / name).is_file())


def test_every_digest_and_size_holds(image: Path) -> None:
    content = manifest(image)
    for described in [content["config"], *content["layers"]]:
        data = blob(image, described["digest"])
        assert described["digest"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        assert described["size"] == len(data)
    assert len(list((image / "blobs" / "sha256").iterdir())) == len(content["layers"]) + 2


def test_its_layers_are_gzip_and_zstd(image: Path) -> None:
    types = [described["mediaType"].rpartition("+")[2] for described in manifest(image)["layers"]]
    assert types == ["gzip", "zstd", "gzip"]


def test_the_first_layer_holds_a_real_debian_database(image: Path) -> None:
    first = image / "blobs" / "sha256" / manifest(image)["layers"][0]["digest"].removeprefix("sha256:")
    with tarfile.open(first) as layer:
        status = layer.extractfile("var/lib/dpkg/status")
        assert status is not None
        assert status.read().count(b"\nPackage: ") + 1 == 142


def test_the_last_layer_only_deletes(image: Path) -> None:
    last = image / "blobs" / "sha256" / manifest(image)["layers"][-1]["digest"].removeprefix("sha256:")
    with tarfile.open(last) as layer:
        assert [entry.name for entry in layer if entry.isfile()] == ["opt/app/.wh.settings.env"]


def test_another_tool_reads_it(image: Path) -> None:
    if shutil.which("skopeo") is None:
        pytest.skip("needs the command skopeo")
    command = ["skopeo", "inspect", "--config", f"oci:{image}:demo"]
    config = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    history = [entry for entry in config["history"] if not entry.get("empty_layer")]
    assert len(config["rootfs"]["diff_ids"]) == len(history) == 3
