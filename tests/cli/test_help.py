"""Help, suggestions and completion."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tests.cli.running import Run, environment, process

from plimsoll.cli.settings import key_of
from plimsoll.cli.shell import ROOT


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


COMMANDS = dict(commands(ROOT))


def test_the_commands_are_these() -> None:
    assert {" ".join(path) for path in COMMANDS} == {
        *("scan", "sbom", "explain", "completion", "help"),
        *("db", "db update", "db status", "db export", "db import", "db snapshot"),
        *("cache", "cache status", "cache clean"),
        *("check", "check list", "check show", "check test", "check run", "check files"),
        *("base", "base add", "base list", "base remove"),
    }


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_explains_itself_and_each_option(run: Run, path: tuple[str, ...], flag: str) -> None:
    result = run(*path, flag)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Usage: plimsoll {' '.join(path)} ")
    command = COMMANDS[path]
    assert command.help
    for option in (param for param in command.params if isinstance(param, click.Option)):
        assert option.help, option.name
        assert option.help.endswith("."), option.name
        assert re.search(rf"^ +(-\w, )?--{key_of(option)}\b", result.out, re.MULTILINE), option.name
    assert "--no-quiet" not in result.out


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_has_a_variable(path: tuple[str, ...]) -> None:
    if path == ("db", "snapshot"):
        return
    for option in (param for param in COMMANDS[path].params if isinstance(param, click.Option)):
        assert option.envvar == f"PLIMSOLL_{key_of(option).replace('-', '_').upper()}"


@pytest.mark.parametrize("path", [(), ("db",), ("cache",)])
def test_a_group_alone_shows_its_help(run: Run, path: tuple[str, ...]) -> None:
    alone = run(*path)
    assert (alone.code, alone.err) == (0, "")
    assert alone.out == run(*path, "--help").out == run("help", *path).out


def test_help_is_a_command_too(run: Run) -> None:
    assert run("help", "db", "update").out == run("db", "update", "--help").out
    assert run("help", "scan").out == run("scan", "-h").out
    assert run("help", "nothing").code == 2
    assert "has no commands of its own" in run("help", "scan", "deeper").err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("sacn image.tar", "Did you mean 'scan'?"),
        ("db updat", "Did you mean 'update'?"),
        ("frobnicate", "There are: base, cache, check, completion, db, explain, help, sbom, scan"),
        ("version", "Did you mean '--version'?"),
        ("shop.tar", "To scan it: plimsoll scan shop.tar"),
        ("scan x --fial-on high", "Did you mean '--fail-on'?"),
        ("scan x --ignore-unfix", "Did you mean '--ignore-unfixed'?"),
        ("scan x --queit", "Did you mean '--quiet'?"),
        ("scan", "Missing argument 'TARGET'"),
        ("scan x y", "unexpected extra argument (y)"),
        ("scan x --fail-on", "requires an argument"),
        ("completion tcsh", "'tcsh' is not one of 'bash', 'zsh', 'fish'"),
    ],
)
def test_wrong_lines_get_a_hint(run: Run, image: str, line: str, told: str) -> None:
    assert image == "shop.tar"
    result = run(*line.split())
    assert (result.code, result.out) == (2, "")
    assert told in result.err.splitlines()[0]
    assert result.err.splitlines()[-1].startswith("See plimsoll ")


def test_the_version(run: Run) -> None:
    for flag in ("--version", "-V"):
        assert re.fullmatch(r"plimsoll \d+\.\d+\.\d+\n", run(flag).out)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str) -> None:
    result = process("completion", shell)
    assert result.returncode == 0
    assert b"_PLIMSOLL_COMPLETE" in result.stdout
    assert shell.encode() + b"_complete" in result.stdout


def completed(line: str) -> list[str]:
    """Ask as the script of bash does."""
    words = line.split(" ")
    asked = environment(_PLIMSOLL_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1))
    result = process(env=asked)
    assert (result.returncode, result.stderr) == (0, b"")
    return [answer.replace("plain,", "", 1) for answer in result.stdout.decode().splitlines()]


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("plimsoll sc", ["scan"]),
        ("plimsoll db ", ["export", "import", "status", "update"]),
        ("plimsoll scan --for", ["--format"]),
        ("plimsoll scan --fail", ["--fail-on", "--fail-on-unmeasured"]),
        ("plimsoll scan --format s", ["sarif", "spdx"]),
        ("plimsoll sbom --format ", ["cyclonedx", "cyclonedx-1.7", "spdx"]),
        ("plimsoll scan --fail-on m", ["medium"]),
        ("plimsoll scan --severity critical,h", ["critical,high"]),
        ("plimsoll scan im", ["file,im"]),
        ("plimsoll scan x --output r", ["file,r"]),
        ("plimsoll scan x --cache-dir c", ["dir,c"]),
        ("plimsoll explain CVE-1 --report r", ["file,r"]),
        ("plimsoll completion z", ["zsh"]),
    ],
)
def test_completion(line: str, answers: list[str]) -> None:
    assert completed(line) == answers


def test_completion_in_a_real_shell() -> None:
    script = process("completion", "bash").stdout.decode()
    plimsoll = "plimsoll() { python -c 'from plimsoll.cli.main import run; run()' \"$@\"; }"
    ask = 'COMP_WORDS=(plimsoll scan --for); COMP_CWORD=2; _plimsoll_completion plimsoll; echo "${COMPREPLY[@]}"'
    python = environment(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    shell = f"{plimsoll}\nexport -f plimsoll\n{script}\n{ask}"
    result = subprocess.run(["bash", "-c", shell], env=python, capture_output=True, text=True, check=True)
    assert result.stdout.strip().splitlines()[-1] == "--format"
