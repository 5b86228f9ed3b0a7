"""What people see on standard error, and where reports go."""

import os
import sys
from pathlib import Path
from shutil import get_terminal_size
from typing import TextIO

from plimsoll.errors import PlimsollError, UsageError
from plimsoll.model.reporting import Style

_STYLES = {"": "", "red": "\x1b[31m", "yellow": "\x1b[33m", "bold": "\x1b[1m", "green": "\x1b[32m"}
_NARROWEST, _WIDEST, _UNKNOWN_WIDTH = 60, 160, 100


def cache_folder(option: str | None) -> Path:
    """Give the folder for all that is kept on disk: --cache-dir, else the XDG cache folder.

    PLIMSOLL_CACHE_DIR is the option's environment variable (XDG Base Directory Specification for the default).
    """
    if option:
        return Path(option)
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "plimsoll"


def today() -> str:
    """Give the ISO day that reports are as of: SOURCE_DATE_EPOCH (reproducible-builds.org) or today, in UTC."""
    from datetime import UTC, datetime

    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        moment = datetime.fromtimestamp(int(epoch), tz=UTC) if epoch else datetime.now(tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"SOURCE_DATE_EPOCH={epoch!r} is no number of seconds since 1970") from error
    return moment.date().isoformat()


def may_colour(stream: TextIO) -> bool:
    """Say whether a stream is a terminal and the user wants colour (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def tell(text: str, *, style: str = "") -> None:
    """Write a line to standard error; control characters from outside are escaped."""
    shown = "".join(c if c == "\n" or c.isprintable() else ascii(c)[1:-1] for c in text)
    if style and may_colour(sys.stderr):
        shown = f"{_STYLES[style]}{shown}\x1b[0m"
    sys.stderr.write(shown.encode("utf-8", "backslashreplace").decode() + "\n")


def style_for(output: str) -> Style:
    """Give the style of a report that goes to a file ("" is standard output)."""
    if output or not sys.stdout.isatty():
        return Style(colour=False, width=_UNKNOWN_WIDTH)
    width = max(_NARROWEST, min(_WIDEST, get_terminal_size((_UNKNOWN_WIDTH, 24)).columns))
    return Style(colour=may_colour(sys.stdout), width=width)


def write(document: str, output: str) -> None:
    """Write a report to a file, whole or not at all, or to standard output ("" or "-")."""
    data = document.encode("utf-8", "backslashreplace")
    if output in {"", "-"}:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    path = Path(output)
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise PlimsollError(f"{output} cannot be written: {error.strerror}", advice="Check the folder.") from error
