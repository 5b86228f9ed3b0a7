"""A progress bar on standard error, only on a terminal and only for work that takes a while."""

import os
import sys
from threading import Lock, Timer
from typing import TYPE_CHECKING

from plimsoll.pipeline.examine import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_WORTH_DRAWING = 64 << 20
"""Bytes below which the work is over before a bar could be read."""

_PATIENCE = 0.5
"""Seconds that work of unknown size may take before a bar shows that something is going on."""


class TerminalProgress(Progress):
    """Draws a bar with the rich library."""

    def __init__(self) -> None:
        """Draw nothing yet."""
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._timer: Timer | None = None
        self._is_over = False
        self._lock = Lock()

    def start(self, total: int, what: str) -> None:
        if total >= _WORTH_DRAWING:
            self._draw(total, what)
        elif total == 0:
            self._timer = Timer(_PATIENCE, self._draw, (None, what))
            self._timer.daemon = True
            self._timer.start()

    def _draw(self, total: int | None, what: str) -> None:
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (DownloadColumn(), TimeRemainingColumn()) if total else (TimeElapsedColumn(),)
        bar = Bar(TextColumn("{task.description}"), BarColumn(), *columns, console=Console(stderr=True), transient=True)
        shown = "".join(c if c.isprintable() else "?" for c in what)
        with self._lock:
            if self._is_over:
                return
            self._bar, self._task = bar, bar.add_task(f"Reading {escape(shown[-50:])}", total=total)
            bar.start()

    def advance(self, size: int) -> None:
        with self._lock:
            if self._bar is not None and self._task is not None:
                self._bar.update(self._task, advance=size)

    def stop(self) -> None:
        with self._lock:
            self._is_over = True
            if self._timer is not None:
                self._timer.cancel()
            if self._bar is not None:
                self._bar.stop()
                self._bar = None


def progress_for(*, quiet: bool, no_progress: bool) -> Progress:
    """Give the bar, or one that keeps quiet: not on a terminal, in CI, or where the user wants none."""
    if quiet or no_progress or os.environ.get("CI") or not sys.stderr.isatty():
        return Progress()
    return TerminalProgress()
