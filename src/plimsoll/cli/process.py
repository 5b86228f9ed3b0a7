"""The process that a command runs in: its streams, and the signals that end it."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from plimsoll.errors import LimitError
from plimsoll.model.limits import Limits

_SHORTEST, _LONGEST = 1e-6, 1e8
"""What a timer of the system can be set to, in seconds; 0 would switch it off."""

_AGAIN = 5
"""Seconds after which it is said again, where the first time was taken for something else."""


def prepare() -> None:
    """Make sure that there are streams, and that a signal to end leaves no temporary files behind."""
    _open_closed_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores SIGHUP, and that must stay so
            signal.signal(number, _end)


@contextmanager
def bounded(limits: Limits, what: str) -> Iterator[None]:
    """Raise LimitError in the main thread when `limits.timeout` is over, whatever it waits for or works at.

    A read that blocks is interrupted too. In any other thread this does nothing: only the main one gets signals.
    """
    from threading import current_thread, main_thread

    if current_thread() is not main_thread():
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise LimitError("timeout", limits.timeout, what)

    former = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, min(max(limits.timeout, _SHORTEST), _LONGEST), _AGAIN)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:  # once more: it may have rung just before it was stopped
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def _open_closed_streams() -> None:
    """Give the streams that the caller closed (`>&-`) a place to go, lowest descriptor first."""
    for name, mode in (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, mode)
            setattr(sys, name, os.fdopen(handle, "w" if mode else "r", encoding="utf-8"))


def _end(number: int, _frame: FrameType | None) -> None:
    """End as a shell reports it, 128 and the signal, through every `with` and `finally` on the way."""
    raise SystemExit(128 + number)
