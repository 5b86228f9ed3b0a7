"""What people see on standard error, and where reports go."""

import os
import sys
from errno import EAGAIN
from pathlib import Path
from typing import BinaryIO, TextIO

from plimsoll.errors import PlimsollError, UsageError
from plimsoll.model.reporting import Style

_STYLES = {"": "", "red": "\x1b[31m", "yellow": "\x1b[33m", "bold": "\x1b[1m", "green": "\x1b[32m"}
_NARROWEST, _WIDEST, _UNKNOWN_WIDTH = 60, 160, 100


def cache_folder(option: str | None) -> Path:
    """Give the folder for all that is kept on disk: --cache-dir, else the XDG cache folder.

    PLIMSOLL_CACHE_DIR is the option's environment variable (XDG Base Directory Specification for the default).
    """
    if option:
        return Path(os.path.expanduser(option))  # noqa: PTH111 - a user that does not exist is no error here
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else _home() / ".cache") / "plimsoll"


def _home() -> Path:
    """Give the home folder; `/`, where nothing can be kept, for a user without one (containers run as any number)."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


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
    try:
        sys.stderr.write(shown.encode("utf-8", "backslashreplace").decode() + "\n")
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)


def style_for(output: str) -> Style:
    """Give the style of a report that goes to a file ("" is standard output)."""
    if output not in {"", "-"} or not sys.stdout.isatty():
        return Style(colour=False, width=_UNKNOWN_WIDTH)
    from shutil import get_terminal_size

    width = max(_NARROWEST, min(_WIDEST, get_terminal_size((_UNKNOWN_WIDTH, 24)).columns))
    return Style(colour=may_colour(sys.stdout), width=width)


def _shows_unicode(stream: TextIO) -> bool:
    """Say whether UTF-8 can go there: to files and pipes always, to a terminal if it is set to it."""
    return not stream.isatty() or stream.encoding.lower().replace("-", "") == "utf8"


def _in_ascii(document: str) -> bytes:
    from plimsoll.reports.text import plain

    return plain(document).encode("ascii")


def write(document: str, output: str = "") -> None:
    """Write a document to a file, whole or not at all, or to standard output ("" or "-").

    Raises PlimsollError where that fails. A reader of standard output that went away (`| head`) is no failure: the
    verdict of a gate is still wanted.
    """
    data = document.encode("utf-8", "backslashreplace")
    try:
        if output in {"", "-"}:
            _write_out(data if _shows_unicode(sys.stdout) else _in_ascii(document))
        else:
            _write_file(data, Path(output))
    except OSError as error:
        name = output if output not in {"", "-"} else "standard output"
        raise PlimsollError(f"{name} cannot be written: {error.strerror}", advice="Check the place.") from error


def _write_out(data: bytes) -> None:
    try:
        sys.stdout.flush()
        _write_whole(data, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
    except OSError:
        _silence(sys.stdout)
        raise


def _write_whole(data: bytes, out: BinaryIO) -> None:
    """Write all of it: an unbuffered stream (PYTHONUNBUFFERED) takes at most 2 GiB at a time, or less."""
    rest = memoryview(data)
    while rest:
        taken: int | None = out.write(rest)
        if taken is None:  # an unbuffered stream that does not block says so
            raise BlockingIOError(EAGAIN, os.strerror(EAGAIN))
        rest = rest[taken:]


def _silence(stream: TextIO) -> None:
    """Send what is still to come to nowhere, so that Python does not fail again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _write_file(data: bytes, path: Path) -> None:
    """Replace a file as a whole where the folder allows it; devices, pipes and links are written through."""
    if path.is_symlink() or (path.exists() and not path.is_file()) or not os.access(path.parent, os.W_OK):
        path.write_bytes(data)
        return
    mode = path.stat().st_mode & 0o777 if path.exists() else None
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        temporary.write_bytes(data)
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
