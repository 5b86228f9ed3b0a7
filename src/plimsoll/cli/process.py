"""The process that a command runs in: its streams, and the signals that end it."""

import os
import signal
import sys
from types import FrameType


def prepare() -> None:
    """Make sure that there are streams, and that a signal to end leaves no temporary files behind."""
    _open_closed_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores SIGHUP, and that must stay so
            signal.signal(number, _end)


def _open_closed_streams() -> None:
    """Give the streams that the caller closed (`>&-`) a place to go, lowest descriptor first."""
    for name, mode in (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, mode)
            setattr(sys, name, os.fdopen(handle, "w" if mode else "r", encoding="utf-8"))


def _end(number: int, _frame: FrameType | None) -> None:
    """End as a shell reports it, 128 and the signal, through every `with` and `finally` on the way."""
    raise SystemExit(128 + number)
