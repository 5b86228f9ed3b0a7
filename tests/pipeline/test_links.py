"""Hard links to a store: content comes where the archive has it first, under a name that nobody looks for."""

import io
import tarfile
from pathlib import Path

import pytest
from tests.images import Image, classic, tar, write_tar

from plimsoll.model.limits import Limits
from plimsoll.pipeline.examine import Examination, Examined, Progress, examine
from plimsoll.trees.observe import SMALLEST_EXECUTABLE

PACKAGE = b'{"name": "a", "version": "%s"}'
DEMO = Path(__file__).parents[1] / "data" / "ecosystems" / "go" / "usr" / "local" / "bin" / "demo"
HERE = "srv/node_modules/a/package.json"


def linking(files: dict[str, bytes], links: dict[str, str], then: dict[str, bytes] | None = None) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as made:
        for name, content in files.items():
            _add(made, name, content)
        for name, target in links.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.LNKTYPE, target
            made.addfile(info)
        for name, content in (then or {}).items():
            _add(made, name, content)
    return stream.getvalue()


def _add(made: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.mode = 0o755
    info.size = len(content)
    made.addfile(info, io.BytesIO(content))


def look(folder: Path, *layers: bytes, limits: Limits | None = None, memory: Path | None = None) -> Examined:
    path = write_tar(classic([Image(layers=layers)]), folder / "image.tar")
    how = Examination(target=str(path), limits=limits or Limits(), memory=memory)
    return examine(how, lambda name, codename: None, io.BytesIO(), Progress())


def versions(examined: Examined) -> list[tuple[str, str]]:
    return [(package.path, package.version) for package in examined.inventory.packages]


def test_links_to_a_store_are_read_even_where_a_later_layer_deletes_the_store(tmp_path: Path) -> None:
    linked = linking({"srv/.store/1": PACKAGE % b"1.0"}, {HERE: "srv/.store/1"})
    examined = look(tmp_path, linked, tar({"srv/.wh..store": b""}))
    assert versions(examined) == [(HERE, "1.0")]
    assert examined.inventory.packages[0].layer == examined.layers[0].digest


def test_a_link_into_a_lower_layer_has_the_content_that_it_had_there(tmp_path: Path) -> None:
    examined = look(tmp_path, tar({"srv/.store/1": PACKAGE % b"1.0"}), linking({}, {HERE: "srv/.store/1"}))
    assert versions(examined) == [(HERE, "1.0")]


def test_a_link_keeps_the_content_that_its_target_had_when_it_came(tmp_path: Path) -> None:
    replaced = linking({"srv/.store/1": PACKAGE % b"1.0"}, {HERE: "srv/.store/1"}, {"srv/.store/1": PACKAGE % b"2.0"})
    assert versions(look(tmp_path, replaced)) == [(HERE, "1.0")]


def test_what_a_later_layer_hides_is_not_listed(tmp_path: Path) -> None:
    linked = linking({"srv/.store/1": PACKAGE % b"1.0"}, {HERE: "srv/.store/1"})
    assert versions(look(tmp_path, linked, tar({"srv/.wh.node_modules": b""}))) == []


def test_a_program_is_told_once_by_whatever_name_is_left(tmp_path: Path) -> None:
    linked = linking(
        {"opt/build/demo": DEMO.read_bytes().ljust(SMALLEST_EXECUTABLE, b"\0")},
        {"usr/local/bin/demo": "opt/build/demo"},
    )
    assert {path for path, _ in versions(look(tmp_path, linked))} == {"opt/build/demo"}
    assert {path for path, _ in versions(look(tmp_path, linked, tar({"opt/.wh.build": b""})))} == {"usr/local/bin/demo"}


def test_layers_that_are_remembered_tell_the_same(tmp_path: Path) -> None:
    linked = linking({"srv/.store/1": PACKAGE % b"1.0"}, {HERE: "srv/.store/1"})
    memory = tmp_path / "memory"
    first = look(tmp_path, linked, memory=memory)
    again = look(tmp_path, linked, tar({"etc/more": b""}), memory=memory)
    assert versions(first) == versions(again) == [(HERE, "1.0")]


@pytest.mark.parametrize("target", ["srv/nowhere", "srv/.store/1"], ids=["a link to nothing", "a file over file_size"])
def test_what_cannot_be_read_is_a_gap(target: str, tmp_path: Path) -> None:
    linked = linking({"srv/.store/1": PACKAGE % b"1.0"}, {HERE: target})
    examined = look(tmp_path, linked, limits=Limits(file_size=10))
    assert versions(examined) == []
    assert [gap.question for gap in examined.inventory.gaps] == [f"npm packages in {HERE}"]


def test_names_that_a_hostile_archive_replaces_do_not_add_up(tmp_path: Path) -> None:
    """Each content is within `file_size`, and each name tells a small size in the end; what is kept stays bounded."""
    size = 1000
    large = {f"srv/.store/{n}": (PACKAGE % b"1.0").ljust(size) for n in range(5)}
    links = {f"srv/{n}/node_modules/a/package.json": f"srv/.store/{n}" for n in range(5)}
    examined = look(tmp_path, linking(large, links, dict.fromkeys(large, b"")), limits=Limits(file_size=size))
    assert len(examined.inventory.packages) == 2
    assert sum(gap.count for gap in examined.inventory.gaps) == 3
