"""A working directory and a cache with a small store for every test of the command line."""

import shutil
from pathlib import Path

import pytest
from tests.cli.running import EPOCH, TODAY, Result, Run, shop_archive, write_feeds

from plimsoll.cli.main import main
from plimsoll.knowledge.update import update


@pytest.fixture(scope="session")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_feeds(tmp_path_factory.mktemp("feeds"))


@pytest.fixture(scope="session")
def built(feeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of these feeds."""
    store = tmp_path_factory.mktemp("built") / "knowledge" / "store.db"
    done = update(feeds, store, as_of=TODAY, dates={"debian-tracker": "2026-11-20"})
    assert not done.failed
    return store


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """The cache folder of a test, where the store lies."""
    return tmp_path / "home" / ".cache" / "plimsoll"


@pytest.fixture(autouse=True)
def work(tmp_path: Path, cache: Path, built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of a test."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    (cache / "knowledge").mkdir(parents=True, mode=0o700)
    shutil.copy(built, cache / "knowledge" / "store.db")
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def command(*arguments: str) -> Result:
        capsys.readouterr()
        code = main(list(arguments))
        told = capsys.readouterr()
        return Result(code=code, out=told.out, err=told.err)

    return command


@pytest.fixture
def image(work: Path) -> str:
    """An archive in the working directory of which everything is measured."""
    return Path(shop_archive(work / "shop.tar")).name
