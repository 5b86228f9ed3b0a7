"""Layouts whose parts are not what they should be: clear errors, and nothing that blocks."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.images import Image, debian, layout, write_folder, write_tar
from tests.sources.looking import look

from plimsoll.errors import HostileInputError, TargetError
from plimsoll.model.limits import Limits
from plimsoll.sources.choice import choose_image
from plimsoll.sources.documents import SavedImage, decode
from plimsoll.sources.files import FolderFiles
from plimsoll.trees.source import Request

IMAGE = Image(layers=[debian(("bash", "5.2-1"))])


def layer_of(files: dict[str, bytes]) -> str:
    return next(name for name, content in files.items() if content[:2] == b"\x1f\x8b")


def make_folder(path: Path) -> None:
    path.mkdir()


def make_link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def make_device(path: Path) -> None:
    try:
        os.mknod(path, 0o20600, os.makedev(1, 5))  # /dev/zero, which never ends
    except PermissionError:
        pytest.skip("only root makes devices")


@pytest.mark.parametrize("make", [os.mkfifo, make_folder, make_link, make_device])
def test_a_blob_that_is_no_file_is_an_error(make: Callable[[Path], None], tmp_path: Path) -> None:
    files = layout([IMAGE])
    folder = write_folder(files, tmp_path / "image")
    blob = folder / layer_of(files)
    blob.unlink()
    make(blob)
    with pytest.raises(HostileInputError, match="no regular file"):
        look(folder)


def test_a_blob_that_becomes_a_pipe_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe")
    files = FolderFiles(tmp_path)
    state = (tmp_path / "file").stat()
    monkeypatch.setattr(files, "_state", lambda name: state)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(HostileInputError, match="no regular file"):
        files.read("pipe", Limits())
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("digest", ["", "sha256:", "sha256:..", "sha256:../../index.json", "md5:0", "x"])
@pytest.mark.parametrize("write", [write_tar, write_folder])
def test_a_layer_without_a_proper_digest_is_an_error(
    write: Callable[[dict[str, bytes], Path], Path], digest: str, tmp_path: Path
) -> None:
    files = layout([IMAGE])
    index = json.loads(files["index.json"])
    name = index["manifests"][0]["digest"].replace("sha256:", "blobs/sha256/")
    manifest = json.loads(files[name])
    manifest["layers"][0]["digest"] = digest
    files["index.json"] = json.dumps({"manifests": [with_blob(files, manifest)]}).encode()
    with pytest.raises(HostileInputError, match=r"the digest of layer 1, .* is not a sha256 digest"):
        look(write(files, tmp_path / "x"))


def with_blob(files: dict[str, bytes], document: object) -> dict[str, str]:
    from hashlib import sha256

    data = json.dumps(document).encode()
    name = sha256(data).hexdigest()
    files[f"blobs/sha256/{name}"] = data
    return {"digest": f"sha256:{name}", "mediaType": "application/vnd.oci.image.manifest.v1+json"}


@pytest.mark.parametrize(
    "text", [rb"\ud800", rb"\udc00 and more text after it", rb"\\\ud800", rb"\ud83d\ude00\ud83d", b"\xff"]
)
def test_text_that_is_no_unicode_is_said_to_be(text: bytes) -> None:
    with pytest.raises(HostileInputError, match="not valid Unicode"):
        decode(b'[{"Config":"' + text + b'"}]', list[SavedImage], "manifest.json", Limits())


@pytest.mark.parametrize("text", [b'[{"Config":"', rb'[{"Config":"\\ud800', rb'[{"Config":"\ud83d\ude00'])
def test_text_that_is_cut_off_is_said_to_be(text: bytes) -> None:
    with pytest.raises(HostileInputError, match="truncated"):
        decode(text, list[SavedImage], "manifest.json", Limits())


@pytest.mark.parametrize(("number", "more"), [(2, ""), (20, ""), (21, " and 1 more"), (5000, " and 4980 more")])
def test_an_error_lists_few_names_and_counts_the_rest(number: int, more: str) -> None:
    images = [(at, (f"image{at:04}:1",)) for at in range(number)]
    with pytest.raises(TargetError) as caught:
        choose_image(images, Request(path=Path("x"), name="x"))
    assert caught.value.advice.count("image") == min(number, 20)
    assert caught.value.advice.endswith(f":1{more}")
