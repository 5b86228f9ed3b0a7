"""Language packages that a package of the distribution brought: marked, judged through it, counted once."""

import io
from pathlib import Path

import pytest
from tests.images import OS_RELEASE, Image, classic, status, tar, write_tar

from plimsoll.model.package import Package
from plimsoll.pipeline.examine import Examination, Progress, examine

METADATA = b"Metadata-Version: 2.1\nName: %s\nVersion: %s\n"


def listed(layers: list[bytes], folder: Path) -> dict[tuple[str, str], Package]:
    path = write_tar(classic([Image(layers=layers)]), folder / "image.tar")
    examined = examine(Examination(target=str(path)), lambda name, codename: None, io.BytesIO(), Progress())
    assert examined.inventory.gaps == ()
    return {(package.ecosystem, package.name): package for package in examined.inventory.packages}


@pytest.mark.parametrize(("top", "links"), [("usr/lib", {"lib": "usr/lib"}), ("lib", {}), ("usr/lib", {})])
def test_what_a_package_owns_is_marked_whether_its_folder_is_merged_or_not(
    top: str, links: dict[str, str], tmp_path: Path
) -> None:
    owned = "python3/dist-packages/yaml-6.0.dist-info/METADATA"
    files: dict[str, bytes | None] = {
        "etc/os-release": OS_RELEASE,
        "var/lib/dpkg/status": status(("python3-yaml", "6.0-3")),
        "var/lib/dpkg/info/python3-yaml.list": b"/.\n/lib\n/%s/%s\n"
        % (b"lib" if links else top.encode(), owned.encode()),
        f"{top}/{owned}": METADATA % (b"PyYAML", b"6.0"),
        "usr/local/lib/python3.11/site-packages/flask-3.0.dist-info/METADATA": METADATA % (b"flask", b"3.0"),
    }
    found = listed([tar(files, links)], tmp_path)
    assert found["pypi", "PyYAML"].owner == "pkg:deb/debian/python3-yaml@6.0-3?arch=amd64&distro=debian-12"
    assert found["pypi", "flask"].owner == ""
    assert found["dpkg", "python3-yaml"].owner == ""


def test_a_list_of_a_package_that_is_gone_owns_nothing(tmp_path: Path) -> None:
    place = "usr/lib/python3/dist-packages/yaml-6.0.dist-info/METADATA"
    files: dict[str, bytes | None] = {
        "etc/os-release": OS_RELEASE,
        "var/lib/dpkg/status": status(("bash", "5.2")),
        "var/lib/dpkg/info/python3-yaml.list": f"/{place}\n".encode(),
        place: METADATA % (b"PyYAML", b"6.0"),
    }
    assert listed([tar(files)], tmp_path)["pypi", "PyYAML"].owner == ""


def test_a_list_that_is_read_in_pieces_names_the_same_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("plimsoll.pipeline.ownership._PIECE", 7)
    names = [f"usr/lib/python3/dist-packages/p{number}-1.dist-info/METADATA" for number in range(5)]
    listing = "".join(f"/{name}\n/usr/share/doc/{name}\n" for name in names)
    files: dict[str, bytes | None] = {
        "etc/os-release": OS_RELEASE,
        "var/lib/dpkg/status": status(("all", "1")),
        "var/lib/dpkg/info/all.list": listing.encode(),
        **{name: METADATA % (b"p%d" % number, b"1") for number, name in enumerate(names)},
    }
    found = listed([tar(files)], tmp_path)
    assert [bool(found["pypi", f"p{number}"].owner) for number in range(5)] == [True] * 5
