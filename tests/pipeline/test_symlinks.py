"""Links, pipes and devices by names that readers look for: followed within the tree, else told; never left out."""

import io
import os
from pathlib import Path

import pytest
from tests.images import Image, layout, tar, write_tar

from plimsoll.pipeline.examine import Examination, Examined, Progress, examine

LOCK = '{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0"}}}'
LEADS_NOWHERE = "it is a symbolic link that leads to no file of this tree, and links out of it are not followed"


def look(target: object) -> Examined:
    return examine(Examination(target=str(target)), lambda name, codename: None, io.BytesIO(), Progress())


def gaps(tree: Path) -> dict[str, str]:
    examined = look(f"source:{tree}")
    assert examined.inventory.packages == ()
    return {gap.question.rpartition(" in ")[2]: gap.reason for gap in examined.inventory.gaps}


@pytest.mark.parametrize("target", ["../outside/lock", "/etc/passwd", "/dev/zero", "nothing", "yarn.lock", "../tree/x"])
def test_links_out_of_the_tree_and_to_nothing_are_gaps(tmp_path: Path, target: str) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/lock").write_text("a@^1:\n  version 1.0.0\n", "utf-8")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/yarn.lock").symlink_to(target)
    assert gaps(tmp_path / "tree") == {"yarn.lock": LEADS_NOWHERE}


def test_a_pipe_is_a_gap_and_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "package-lock.json")
    assert gaps(tmp_path) == {"package-lock.json": "it is a pipe or a device, not a file"}


def test_a_single_file_that_is_a_link_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "real").write_text(LOCK, "utf-8")
    (tmp_path / "package-lock.json").symlink_to("real")
    examined = look(tmp_path / "package-lock.json")
    assert [gap.reason for gap in examined.inventory.gaps] == [LEADS_NOWHERE]


def test_a_file_that_only_links_name_is_read_once_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks/one.json").write_text(LOCK, "utf-8")
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "package-lock.json").symlink_to("../locks/one.json")
    examined = look(f"source:{tmp_path}")
    assert [(each.name, each.path) for each in examined.inventory.packages] == [("a", "locks/one.json")]
    assert examined.inventory.gaps == ()


def test_a_link_to_a_file_of_a_known_name_says_nothing_new(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/package-lock.json").write_text(LOCK, "utf-8")
    (tmp_path / "package-lock.json").symlink_to("a/package-lock.json")
    examined = look(f"source:{tmp_path}")
    assert [(each.name, each.path) for each in examined.inventory.packages] == [("a", "a/package-lock.json")]
    assert examined.inventory.gaps == ()


def test_what_links_lead_to_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.pipeline.symlinks._MOST_READ", 10)
    (tmp_path / "real").write_text(LOCK, "utf-8")
    (tmp_path / "package-lock.json").symlink_to("real")
    examined = look(f"source:{tmp_path}")
    assert "could not be read, or is over a limit" in examined.inventory.gaps[0].reason


def test_links_of_images_are_followed_across_layers_and_dead_ones_are_no_gaps(tmp_path: Path) -> None:
    manifest = b'{"name": "a", "version": "1.0.0"}'
    lower = tar({"store/file": manifest})
    upper = tar(
        {},
        links={
            "app/node_modules/a/package.json": "/store/file",
            "app/node_modules/b/package.json": "/nothing",
        },
    )
    examined = look(write_tar(layout([Image(layers=[lower, upper])]), tmp_path / "image.tar"))
    assert [(each.name, each.version) for each in examined.inventory.packages] == [("a", "1.0.0")]
    assert not [gap for gap in examined.inventory.gaps if gap.what == "unreadable-entries"]
