"""`plimsoll cache`: what is kept on disk, and how to drop it."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import click

from plimsoll.cli.console import cache_folder, tell, write
from plimsoll.cli.formats import FormatName
from plimsoll.cli.options import common, option
from plimsoll.cli.parsing import Family
from plimsoll.errors import PlimsollError

PARTS = {
    "layers": re.compile(r"[0-9a-f]{2}|[0-9a-f]{16}"),
    "knowledge": re.compile(r"store\.db|snapshot-[0-9a-f]+\.db|\.(building|import|snapshot)-.*"),
    "bases": re.compile(r"[0-9a-f]{64}|\.adding-.*"),
    "last-report.json": re.compile(""),
}
"""What Plimsoll keeps below its cache folder, and what lies in each part; nothing else is ever removed."""
LASTING = {"knowledge", "bases"}
"""The parts that no scan makes again."""
_STILL_AT_WORK = 600
"""Seconds after its last write in which an update may yet go on."""


@click.group("cache", cls=Family, short_help="See or drop what is kept on disk.")
def COMMAND() -> None:  # noqa: N802 - the plug-in's constant
    """Say what is kept in the cache folder, or drop it."""


@COMMAND.command("status", short_help="Say what is kept, and where.")
@option("--format", "-f", "form", type=FormatName("table"), default="table", help="Format; default table.")
@common
def status(form: str, cache_dir: str | None) -> int:
    """Say where the cache lies, and the files and bytes of each part."""
    folder = cache_folder(cache_dir)
    parts = {part: _measure(folder / part) for part in PARTS}
    if form == "json":
        document = {"folder": str(folder), "parts": {k: {"files": n, "bytes": b} for k, (n, b) in parts.items()}}
        write(json.dumps(document, indent=2) + "\n")
        return 0
    rows = [f"  {part:<18}{_amount(files, size)}" for part, (files, size) in parts.items()]
    write("\n".join([f"Cache folder: {folder}", *rows]) + "\n")
    return 0


@COMMAND.command("clean", short_help="Drop the layer memory and the last report.")
@option("--all", "everything", is_flag=True, help="Drop the knowledge store and the base images as well.")
@common
def clean(cache_dir: str | None, *, everything: bool) -> int:
    """Drop the layer memory and the last report; the knowledge store and the base images only with --all.

    Of the knowledge, what an update that was killed left unfinished goes in any case.
    """
    folder = cache_folder(cache_dir)
    chosen = [part for part in PARTS if everything or part not in LASTING]
    for part in chosen:
        _expect_ours(folder / part, PARTS[part])
    for part in chosen:
        amount = _amount(*_measure(folder / part))
        _drop(folder / part)
        tell(f"dropped {part:<18}{amount}")
    if not everything:
        _drop_leftovers(folder / "knowledge")
    return 0


def _drop_leftovers(knowledge: Path) -> None:
    """Drop what killed updates left; one that is still at work has written lately."""
    from plimsoll.knowledge.placing import sweep

    if swept := sweep(knowledge, unused_for=_STILL_AT_WORK):
        tell(f"dropped {swept} unfinished {'update' if swept == 1 else 'updates'} of the knowledge")


def _expect_ours(path: Path, names: re.Pattern[str]) -> None:
    """Refuse a folder that holds what Plimsoll did not put there: --cache-dir may have been a slip of the pen."""
    if path.is_symlink() or not path.is_dir():
        return
    strange = sorted(name for name in _names(path) if not names.fullmatch(name))
    if strange:
        message = f"{path} holds {strange[0]!r}, which is not Plimsoll's, so nothing was dropped"
        raise PlimsollError(message, advice="Check --cache-dir, or remove the folder yourself.")


def _names(path: Path) -> list[str]:
    try:
        return os.listdir(path)  # noqa: PTH208 - the names are all that is wanted
    except OSError as error:
        raise PlimsollError(f"{path} cannot be read: {error.strerror}") from error


def _drop(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise PlimsollError(f"{path} cannot be removed: {error.strerror}") from error


def _amount(files: int, size: int) -> str:
    return f"{files:>8} {'file ' if files == 1 else 'files'}{size / 1e6:>10.1f} MB"


def _measure(path: Path) -> tuple[int, int]:
    try:
        sizes = list(_sizes(path))
    except OSError as error:
        raise PlimsollError(f"{path} cannot be read: {error.strerror}") from error
    return len(sizes), sum(sizes)


def _sizes(path: Path) -> Iterator[int]:
    """Give the size of each file; one that another run removes meanwhile counts no more."""
    if path.is_file() or path.is_symlink():
        yield path.stat(follow_symlinks=False).st_size
        return
    for folder, _, names in os.walk(path):
        for name in names:
            place = Path(folder) / name
            if place.is_symlink() or place.exists():
                yield place.stat(follow_symlinks=False).st_size
