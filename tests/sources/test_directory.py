"""Directories that are deep or closed are read as far as that goes, and the rest is said."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.images import OS_RELEASE, status
from tests.sources.looking import look, names

from plimsoll.model.limits import Limits
from plimsoll.sources import directory


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    (folder / "etc").mkdir(parents=True)
    (folder / "etc/os-release").write_bytes(OS_RELEASE)
    (folder / "var/lib/dpkg").mkdir(parents=True)
    (folder / "var/lib/dpkg/status").write_bytes(status(("bash", "5.2-1")))
    return folder


@pytest.fixture
def deep(root: Path) -> Iterator[Path]:
    """A root with a tree of 1500 folders, one in the other."""
    before = Path.cwd()
    os.chdir(root)
    for _ in range(1500):
        os.mkdir("d")  # noqa: PTH102 - longer than a path may be
        os.chdir("d")
    os.chdir(before)
    yield root
    here = os.open(root, os.O_RDONLY)
    depth = 0
    while os.path.lexists(f"/proc/self/fd/{here}/d"):
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here, depth = below, depth + 1
    for _ in range(depth):
        above = os.open("..", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = above
        os.rmdir("d", dir_fd=here)
    os.close(here)


def reasons(target: Path, limits: Limits) -> list[tuple[int, str]]:
    examined = look(target, limits=limits)
    assert names(examined) == {"bash"}
    return [(gap.count, gap.reason) for gap in examined.inventory.gaps if gap.what == "refused-entries"]


def test_a_tree_that_is_too_deep_is_a_gap_and_the_rest_is_read(root: Path) -> None:
    (root / "srv/a/b/c/d/e").mkdir(parents=True)
    (root / "srv/a/b/c/x/e").mkdir(parents=True)
    [(count, reason)] = reasons(root, Limits(path_depth=4))
    assert count == 2
    assert "'srv/a/b/c/d': not entered, for it is over the limit path_depth = 4" in reason
    assert reasons(root, Limits(path_depth=6)) == []


@pytest.mark.parametrize(
    ("limit", "says"), [(256, "over the limit path_depth = 256"), (5000, "folders are read to a depth of 512")]
)
def test_a_tree_deeper_than_python_recurses_is_a_gap(deep: Path, limit: float, says: str) -> None:
    [(count, reason)] = reasons(deep, Limits(path_depth=limit))
    assert count == 1
    assert says in reason


def test_a_database_at_the_end_of_a_deep_tree_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "_MOST_OPEN", 3)
    assert reasons(root, Limits()) == []
    monkeypatch.setattr(directory, "_MOST_OPEN", 2)
    assert names(look(root)) == set()


def test_no_descriptor_stays_open(root: Path) -> None:
    look(root)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for limits in (Limits(), Limits(path_depth=1), Limits(entries=10)):
        look(root, limits=limits)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
