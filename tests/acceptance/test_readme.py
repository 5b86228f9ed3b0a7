"""The README and the pages below docs say what is true: their commands run, their links lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED_CODE = re.compile(r"\s+# exit code (\d)$")
LINK = re.compile(r"\]\((?!https?://)([^)#\s]+)")


def fenced(page: Path) -> list[tuple[str, str]]:
    """Give (info string, body) of every fenced block."""
    return [(match["info"], match["body"]) for match in FENCE.finditer(page.read_text())]


def commands(body: str) -> list[str]:
    """Give the commands of a block; what they print may stand below them."""
    return [line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ ")]


def test_the_first_two_blocks_are_one_line_each() -> None:
    assert [body for _, body in fenced(ROOT / "README.md")[:2]] == ["make demo\n", "make test\n"]


@pytest.mark.parametrize("target", ["demo", "test", "check", "lock", "rules", "docs", "snapshot", "bench", "fuzz"])
def test_make_knows_what_the_pages_name(target: str) -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^  make {target}\t\S", listed, re.MULTILINE)


def test_every_console_block_is_executed() -> None:
    kinds = {info for page in PAGES for info, _ in fenced(page) if info.startswith("console")}
    assert kinds == {"console run"}
    assert len([body for info, body in fenced(ROOT / "README.md") if info == "console run" and commands(body)]) >= 5


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """Give a folder that looks like a clone after `make demo`, without what only pip could fetch."""
    assemble = [sys.executable, str(ROOT / "demo" / "assemble.py"), "--without-wheels", "build/demo/image"]
    subprocess.run(assemble, cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "tutorial.md"], ids=lambda page: page.name)
def test_the_commands_run_as_written(page: Path, workplace: Path) -> None:
    for info, body in fenced(page):
        if info == "toml":
            (workplace / "plimsoll.toml").write_text(body)
        for line in commands(body) if info == "console run" else []:
            follow(line, workplace)


def follow(line: str, workplace: Path) -> None:
    """Run one command line as its page shows it; it must end with the code that the page says, else with 0."""
    expected = EXPECTED_CODE.search(line)
    command = EXPECTED_CODE.sub("", line)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PLIMSOLL_CACHE_DIR": str(workplace / "cache")}
    shell = ["bash", "-c", command]
    result = subprocess.run(shell, cwd=workplace, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == int(expected[1] if expected else 0), f"{command}\n{result.stderr}"
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_of_the_project(page: Path) -> None:
    text = FENCE.sub("", page.read_text())
    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []


def test_every_page_can_be_reached() -> None:
    linked = {(page.parent / link).resolve() for page in PAGES for link in LINK.findall(page.read_text())}
    assert [page for page in PAGES[1:] if page.resolve() not in linked] == []


def test_the_generated_pages_are_up_to_date() -> None:
    check = [sys.executable, "docs/generate.py", "--check"]
    result = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
