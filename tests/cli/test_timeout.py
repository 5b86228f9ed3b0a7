"""--timeout bounds a whole command, whatever it waits for."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.running import RUN, Run, environment

from plimsoll.cli.process import bounded
from plimsoll.errors import LimitError
from plimsoll.model.limits import Limits

ENOUGH = 20
"""Seconds in which a slow machine starts Python and ends after two seconds more."""


@pytest.mark.parametrize(
    "arguments", [("scan", "-"), ("sbom", "-"), ("explain", "CVE-2023-4911", "-"), ("explain", "x", "--report", "-")]
)
def test_a_silent_standard_input_is_not_waited_for(arguments: tuple[str, ...], tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    program = subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments, "--timeout", "2s"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(TMPDIR=str(temporary)),
    )
    try:
        assert program.stdin is not None
        program.stdin.write(b"the beginning")
        program.stdin.flush()
        program.wait(ENOUGH)
        assert program.stderr is not None
        told = program.stderr.read().decode()
    finally:
        program.kill()
        program.communicate()
    assert program.returncode == 4
    assert f"plimsoll {arguments[0]} is over the limit timeout = 2" in told
    assert list(temporary.iterdir()) == []


def test_the_limit_and_the_file_bound_it_too(work: Path) -> None:
    (work / "plimsoll.toml").write_text("[limits]\ntimeout = 1\n")
    ours, theirs = os.pipe()
    try:
        done = subprocess.run(
            [sys.executable, "-c", RUN, "sbom", "-"], stdin=ours, capture_output=True, timeout=ENOUGH, check=False
        )
    finally:
        os.close(theirs)
        os.close(ours)
    assert done.returncode == 4
    assert b"over the limit timeout = 1" in done.stderr


@pytest.fixture
def handler() -> Iterator[object]:
    """Someone else's handler."""
    former = signal.signal(signal.SIGALRM, lambda number, frame: None)
    yield signal.getsignal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, former)


def test_the_former_handler_comes_back_and_nothing_rings_later(handler: object, run: Run, image: str) -> None:
    assert run("scan", image, "--timeout", "60").code == 0
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert run("scan", image, "--timeout", "0.000000001").code == 4
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_it_rings_again_where_it_was_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.cli.process._AGAIN", 0.01)
    heard = 0
    with pytest.raises(LimitError), bounded(Limits(timeout=0.01), "it"):
        try:
            signal.pause()
        except LimitError:
            heard += 1
        signal.pause()
    assert heard == 1


@pytest.mark.parametrize("seconds", [1e-300, 1e300, float("inf")])
def test_any_time_that_is_a_limit_can_be_set(seconds: float) -> None:
    def wait() -> None:
        with bounded(Limits(timeout=seconds), "it"):
            if seconds < 1:
                signal.pause()

    if seconds < 1:
        with pytest.raises(LimitError):
            wait()
    else:
        wait()


def test_other_threads_are_left_alone() -> None:
    done: list[object] = []

    def work() -> None:
        with bounded(Limits(timeout=1e-6), "it"):
            done.append(signal.getitimer(signal.ITIMER_REAL))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [(0.0, 0.0)]
