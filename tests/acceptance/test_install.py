"""`pip install .` gives a working command with the knowledge inside."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = "import sys; from plimsoll.cli.main import run; sys.argv[0] = 'plimsoll'; run()"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package as pip does, and install it apart from the source tree."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    offline = [
        "--root-user-action=ignore",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(folder),
        str(ROOT),
    ]
    subprocess.run([*pip, *offline], check=True)
    return folder


def apart(installed: Path) -> dict[str, str]:
    """Give an environment in which the installed package comes first, and is not counted as covered source."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    return {**inherited, "PYTHONPATH": str(installed)}


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the installed package, not of the source tree."""
    program = [sys.executable, "-c", RUN, *arguments]
    environment = apart(installed)
    return subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_it_is_the_installed_package_that_runs(installed: Path, tmp_path: Path) -> None:
    program = [sys.executable, "-c", "import plimsoll; print(plimsoll.__file__)"]
    shown = subprocess.run(
        program, cwd=tmp_path, env=apart(installed), capture_output=True, text=True, check=True
    ).stdout
    assert Path(shown.strip()).is_relative_to(installed)


def test_it_scans_with_the_knowledge_inside(installed: Path, tmp_path: Path) -> None:
    root = ROOT / "tests" / "data" / "debian-bookworm" / "rootfs"
    result = run(installed, tmp_path, "scan", f"dir:{root}", "--quiet", "--format", "json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert {finding["kind"] for finding in report["findings"]} == {"vulnerability"}
    assert {feed["name"] for feed in report["knowledge"]} >= {"debian-tracker", "kev", "epss"}


def test_it_carries_its_licence_and_the_notices_of_the_feeds(installed: Path) -> None:
    (metadata,) = installed.glob("plimsoll-*.dist-info")
    held = {path.name for path in metadata.rglob("*")}
    assert held >= {"LICENSE", "NOTICE", "METADATA"}
