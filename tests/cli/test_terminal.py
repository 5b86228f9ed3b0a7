"""What is shown on a terminal, and never elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.running import damaged_layer, environment, on_terminal, shop
from tests.images import classic, layout, tar, write_folder, write_tar

from plimsoll.cli import progress

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def terminal() -> dict[str, str]:
    return environment(NO_COLOR=None, TERM="xterm-256color", COLUMNS=None)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An archive over 64 MB."""
    path = tmp_path_factory.mktemp("large") / "large.tar"
    yield str(write_tar(classic([shop(tar({"data": bytes(66 << 20)}))]), path))
    path.unlink()


def test_a_terminal_gets_colour(image: str, terminal: dict[str, str]) -> None:
    code, shown = on_terminal("scan", image, "--fail-on", "high", env=terminal)
    assert code == 1
    assert COLOUR.search(shown)
    assert "\x1b[31m--fail-on high: 1 finding" in shown


@pytest.mark.parametrize("change", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_is_not_wanted(image: str, terminal: dict[str, str], change: dict[str, str]) -> None:
    code, shown = on_terminal("scan", image, "--fail-on", "high", env={**terminal, **change})
    assert (code, "\x1b" in shown) == (1, False)


def test_a_file_gets_no_colour_even_from_a_terminal(image: str, work: Path, terminal: dict[str, str]) -> None:
    assert on_terminal("scan", image, "-o", "report", env=terminal)[0] == 0
    assert "\x1b" not in (work / "report").read_text()


def test_large_work_gets_a_bar(large: str, terminal: dict[str, str]) -> None:
    code, shown = on_terminal("scan", large, env=terminal, output=False)
    assert code == 0
    assert "Reading shop:1" in shown
    assert re.search(r"/69\.\d MB", COLOUR.sub("", shown))


def test_small_work_gets_none(image: str, terminal: dict[str, str]) -> None:
    assert "Reading" not in on_terminal("scan", image, env=terminal)[1]


@pytest.mark.parametrize(
    ("options", "change"),
    [(["--no-progress"], {}), (["--quiet"], {}), ([], {"CI": "true"}), ([], {"PLIMSOLL_NO_PROGRESS": "1"})],
)
def test_who_wants_no_bar_gets_none(
    large: str, terminal: dict[str, str], options: list[str], change: dict[str, str]
) -> None:
    code, shown = on_terminal("sbom", large, "--verify", *options, env={**terminal, **change}, output=False)
    assert (code, "Reading" in shown) == (0, False)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_report_fits_the_terminal(work: Path, terminal: dict[str, str], columns: int) -> None:
    archive = str(write_tar(classic([shop(damaged_layer())]), work / "gap.tar"))
    code, shown = on_terminal("scan", archive, "--quiet", columns=columns, env=terminal)
    lines = [COLOUR.sub("", line) for line in shown.splitlines()]
    assert code == 0
    assert max(map(len, lines)) <= columns
    assert any("CVE-2023-4911" in line for line in lines)


def test_an_image_cannot_speak_to_the_terminal(work: Path, terminal: dict[str, str]) -> None:
    evil = "\x1b]0;owned\x07\x1b[2Jgood:1"
    folder = str(write_folder(layout([shop(tag=evil), shop(tag="second:1")]), work / "oci"))
    code, shown = on_terminal("scan", folder, env=terminal)
    assert code == 4
    assert "\\x1b]0;owned" in shown
    assert "\x1b]0;" not in shown
    assert "\x1b[2J" not in shown


def test_a_terminal_is_no_archive(terminal: dict[str, str]) -> None:
    code, shown = on_terminal("scan", "-", env=terminal)
    assert (code, "standard input is a terminal" in shown) == (2, True)


def test_work_of_unknown_size_gets_a_bar_only_if_it_takes_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = progress.TerminalProgress()
    quick.start(0, "root")
    assert quick._timer is not None
    quick.stop()
    quick._timer.join()
    assert quick._bar is None
    monkeypatch.setattr(progress, "_PATIENCE", 0)
    slow = progress.TerminalProgress()
    slow.start(0, "root")
    assert slow._timer is not None
    slow._timer.join()
    assert slow._bar is not None
    slow.stop()
    assert slow._bar is None


def test_a_terminal_that_shows_no_unicode_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    from io import BytesIO, TextIOWrapper

    from plimsoll.cli.console import write

    class Terminal(TextIOWrapper):
        def isatty(self) -> bool:
            return True

    for encoding, shown in (("latin-1", b"61 -> 78\n"), ("utf-8", "61 → 78\n".encode())):
        raw = BytesIO()
        monkeypatch.setattr("sys.stdout", Terminal(raw, encoding=encoding))
        write("61 → 78\n")
        assert raw.getvalue() == shown
