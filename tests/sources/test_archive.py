"""An archive that says two things is read as Docker reads it, and what the other reading holds is a gap."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from tests.images import Image, classic, debian, layout, write_folder, write_tar
from tests.sources.looking import look, names

from plimsoll.errors import LimitError, TargetError
from plimsoll.model.gap import Gap
from plimsoll.model.limits import Limits
from plimsoll.pipeline.examine import Examined

SHOWN = Image(layers=[debian(("shown", "1"))])
HIDDEN = Image(layers=[debian(("hidden", "1"))])
ARM = Image(layers=[debian(("arm", "1"))], architecture="arm64")


def ambiguous(examined: Examined) -> list[Gap]:
    return [gap for gap in examined.gaps if gap.what == "ambiguous-archive"]


@pytest.mark.parametrize("write", [write_tar, write_folder])
def test_an_index_that_leads_elsewhere_is_a_gap(
    write: Callable[[dict[str, bytes], Path], Path], tmp_path: Path
) -> None:
    path = write({**layout([SHOWN]), **classic([HIDDEN])}, tmp_path / "x")
    examined = look(path)
    assert names(examined) == {"hidden"}
    [gap] = ambiguous(examined)
    assert "index.json does not lead to the image of manifest.json" in gap.reason
    assert f"oci:{path}" in gap.advice
    assert names(look(f"oci:{path}")) == {"shown"}


@pytest.mark.parametrize("images", [[SHOWN], [HIDDEN, SHOWN]])
def test_an_index_that_leads_to_the_same_image_is_none(images: list[Image], tmp_path: Path) -> None:
    files = {**layout(images), **classic([SHOWN])}
    examined = look(write_tar(files, tmp_path / "x.tar"))
    assert (names(examined), ambiguous(examined)) == ({"shown"}, [])


def nested(depth: int) -> dict[str, bytes]:
    """The files of an OCI-style archive whose index leads to its image through more indexes."""
    files = layout([SHOWN], docker=True)
    for _ in range(depth):
        below = files["index.json"]
        name = sha256(below).hexdigest()
        files[f"blobs/sha256/{name}"] = below
        entry = {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": f"sha256:{name}"}
        missing = {**entry, "digest": "sha256:" + "0" * 64}
        attestation = {**missing, "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
        files["index.json"] = json.dumps({"manifests": [attestation, missing, entry]}).encode()
    return files


@pytest.mark.parametrize(("depth", "gaps"), [(1, 0), (3, 0), (4, 1)])
def test_nested_indexes_are_followed_but_not_forever(depth: int, gaps: int, tmp_path: Path) -> None:
    examined = look(write_tar(nested(depth), tmp_path / "x.tar"))
    assert names(examined) == {"shown"}
    assert len(ambiguous(examined)) == gaps


@pytest.mark.parametrize("index", [b"", b"[]", b'{"manifests": 5}', b'{"manifests": []}'])
def test_an_index_that_leads_nowhere_is_a_gap(index: bytes, tmp_path: Path) -> None:
    examined = look(write_tar({**layout([SHOWN], docker=True), "index.json": index}, tmp_path / "x.tar"))
    assert names(examined) == {"shown"}
    assert len(ambiguous(examined)) == 1


def test_a_damaged_document_of_the_index_is_a_gap(tmp_path: Path) -> None:
    files = layout([SHOWN], docker=True)
    manifest = json.loads(files["index.json"])["manifests"][0]["digest"].replace("sha256:", "blobs/sha256/")
    files[manifest] += b" "
    [gap] = ambiguous(look(write_tar(files, tmp_path / "x.tar")))
    assert "not what the image claims" in gap.reason


def test_a_limit_is_no_gap(tmp_path: Path) -> None:
    files = {**layout([SHOWN]), **classic([SHOWN])}
    files["index.json"] += b" " * 10_000
    with pytest.raises(LimitError):
        look(write_tar(files, tmp_path / "x.tar"), limits=Limits(manifest_size=5000))


def test_other_platforms_are_reached_by_saying_so(tmp_path: Path) -> None:
    path = write_tar({**layout([SHOWN, ARM], tags=False), **classic([SHOWN])}, tmp_path / "x.tar")
    examined = look(path)
    assert (names(examined), ambiguous(examined)) == ({"shown"}, [])
    with pytest.raises(TargetError, match="linux/arm64") as caught:
        look(path, platform="linux/arm64")
    assert f"oci:{path}" in caught.value.advice
    assert names(look(f"oci:{path}", platform="linux/arm64")) == {"arm"}
