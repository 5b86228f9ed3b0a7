"""What says of a file that it is an image: the user's limits hold, and a broken tar is not an unknown kind."""

import io
import tarfile
from pathlib import Path

import pytest
from tests.images import Image, classic, debian, layout, tar, write_folder, write_tar
from tests.sources.looking import look

from plimsoll.errors import HostileInputError, LimitError, TargetError
from plimsoll.model.limits import Limits
from plimsoll.sources.storage import holds

IMAGE = Image(layers=[debian(("bash", "5.2-1"))])
MANY = 3000


def archive_of_many(path: Path) -> Path:
    """An image archive whose manifest comes after many small files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number in range(MANY):
            archive.addfile(tarfile.TarInfo(f"part{number}"))
        for name, content in classic([IMAGE]).items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    path.write_bytes(out.getvalue())
    return path


def test_an_archive_of_many_files_trips_the_limit_or_is_read(tmp_path: Path) -> None:
    path = archive_of_many(tmp_path / "many.tar")
    with pytest.raises(LimitError) as caught:
        look(path, limits=Limits(archive_entries=MANY))
    assert caught.value.limit == "archive_entries"
    examined = look(path, limits=Limits(archive_entries=MANY + 10))
    assert [package.name for package in examined.inventory.packages] == ["bash"]


def test_more_files_than_the_default_allows_can_be_allowed(tmp_path: Path) -> None:
    out = io.BytesIO()
    out.writelines(tarfile.TarInfo(f"{number}").tobuf() for number in range(100_001))
    out.write(tar({"manifest.json": b"[]"}))
    path = tmp_path / "many.tar"
    path.write_bytes(out.getvalue())
    assert holds(path, Limits(archive_entries=200_000), "manifest.json")
    with pytest.raises(LimitError, match="archive_entries = 100000"):
        holds(path, Limits(), "manifest.json")


@pytest.mark.parametrize("files", [classic([IMAGE]), layout([IMAGE])], ids=["docker save", "OCI"])
def test_a_cut_archive_is_said_to_be_cut(files: dict[str, bytes], tmp_path: Path) -> None:
    whole = write_tar(files, tmp_path / "x.tar").read_bytes()
    path = tmp_path / "cut.tar"
    path.write_bytes(whole[: whole.index(b"ID=debian" if b"ID=debian" in whole else b"\x1f\x8b") + 100])
    with pytest.raises(HostileInputError, match="ends in the middle"):
        look(path)


def test_a_tar_with_a_broken_entry_is_said_to_be_broken(tmp_path: Path) -> None:
    whole = bytearray(write_tar({"a": b"x" * 600, **classic([IMAGE])}, tmp_path / "x.tar").read_bytes())
    whole[1536:1636] = b"\xff" * 100
    path = tmp_path / "broken.tar"
    path.write_bytes(whole)
    with pytest.raises(HostileInputError, match="not a valid tar archive"):
        look(path)


def test_a_tar_that_is_no_image_is_of_no_known_kind(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="no known kind"):
        look(write_tar({"readme": b"hello"}, tmp_path / "x.tar"))


def test_all_names_must_be_there(tmp_path: Path) -> None:
    for place in (write_tar({"a": b"", "b": b""}, tmp_path / "x.tar"), write_folder({"a": b"", "b": b""}, tmp_path)):
        assert holds(place, Limits(), "a", "b")
        assert not holds(place, Limits(), "a", "c")
