"""The rules of the house that no other tool checks."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "plimsoll"
MODULES = sorted(SOURCE.rglob("*.py"))
VAGUE = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc", "base"}
LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 40
LINES_OF_MOST_FUNCTIONS = 10

# Written apart, so that this file does not hold them.
MACHINE = re.compile(r"(^|[^A-Za-z0-9_./])/(" + "work|farm" + ")/")
REGISTRIES = (
    *("registry.npmjs" + ".org", "files.pythonhosted" + ".org", "//pypi" + ".org"),
    *("deb.debian" + ".org", "crates.io" + "/api", "proxy.golang" + ".org"),
)
UNFINISHED = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|XX" + "X)" + r"\b|raise NotImplemented" + "Error")
HEAVY = ("asyncio", "cvss", "rich", "sqlite3", "urllib3")


def kept_files() -> list[Path]:
    """Give what git tracks, and what it would: everything that is not ignored."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs git and a clone, to know which files belong to the project")
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def body_lines(function: ast.FunctionDef) -> int:
    """Count the lines of a function's body, its docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0


def functions(module: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.FunctionDef)]


def test_no_module_has_a_vague_name() -> None:
    # A command's module is called as the command is, and people say "base image".
    named = [module for module in MODULES if module != SOURCE / "cli" / "base.py"]
    assert [module for module in named if VAGUE & set(module.stem.split("_"))] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_can_be_read_in_one_go(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= LINES_OF_A_FILE
    long = {f.name: body_lines(f) for f in functions(module) if body_lines(f) > LINES_OF_A_FUNCTION}
    assert long == {}


def test_most_functions_are_short() -> None:
    lengths = [body_lines(function) for module in MODULES for function in functions(module)]
    assert median(lengths) <= LINES_OF_MOST_FUNCTIONS


def test_no_file_names_this_machine_or_a_package_registry() -> None:
    found = []
    for path in kept_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        if MACHINE.search(text) or any(host in text for host in REGISTRIES):
            found.append(str(path.relative_to(ROOT)))
    assert found == []


def test_no_code_is_left_unfinished() -> None:
    ours = [path for path in kept_files() if ROOT / "tests" / "data" not in path.parents]
    programs = [path for path in ours if path.suffix in {".py", ".sh", ".toml", ".md"}]
    assert [str(path) for path in programs if UNFINISHED.search(path.read_text(errors="replace"))] == []


def test_every_pinned_dependency_has_a_hash_and_no_address() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        requirements = lock.read_text().replace("\\\n", " ").splitlines()
        assert requirements
        assert all(re.match(r"[a-z0-9.-]+(\[[a-z,]+\])?==\S+ .*--hash=sha256:", line) for line in requirements), lock


def test_asking_for_the_version_loads_nothing_heavy() -> None:
    program = (
        "import json, sys\n"
        "from plimsoll.cli.main import run\n"
        "sys.argv = ['plimsoll', '--version']\n"
        "try:\n    run()\nexcept SystemExit as exit:\n    assert not exit.code, exit.code\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))\n"
    )
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, env=unmeasured, capture_output=True, text=True, check=True)
    version, loaded = result.stdout.splitlines()
    assert re.search(r"\d+\.\d+\.\d+", version)
    assert json.loads(loaded) == []


@pytest.mark.parametrize(
    ("reason", "strict", "outcome"),
    [("needs an engine", "1", "1 failed"), ("needs an engine", "", "1 skipped"), ("runs as root", "1", "1 skipped")],
)
def test_a_tier_that_cannot_run_is_a_failure_in_ci(tmp_path: Path, reason: str, strict: str, outcome: str) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_tier.py").write_text(f"import pytest\n\ndef test_tier():\n    pytest.skip({reason!r})\n")
    pytest_here = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    environment = {**os.environ, "PLIMSOLL_STRICT_TIERS": strict}
    result = subprocess.run(pytest_here, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert outcome in result.stdout


def test_the_strict_tier_setting_is_for_tests_only() -> None:
    assert not [module for module in MODULES if "PLIMSOLL_STRICT_TIERS" in module.read_text()]
