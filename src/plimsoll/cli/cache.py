"""`plimsoll cache`: what is kept on disk, and how to drop it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import click

from plimsoll.cli.console import cache_folder, tell
from plimsoll.cli.options import common, option
from plimsoll.errors import PlimsollError

PARTS = ("layers", "knowledge", "last-report.json")
"""What Plimsoll keeps below its cache folder; nothing else is ever removed."""


@click.group("cache", short_help="See or drop what is kept on disk.")
def COMMAND() -> None:  # noqa: N802 - the plug-in's constant
    """Say what is kept in the cache folder, or drop it."""


@COMMAND.command("status")
@option("--format", "-f", "form", type=click.Choice(["table", "json"]), default="table", help="Output format.")
@common
def status(form: str, cache_dir: str | None) -> int:
    """Say where the cache lies, and the files and bytes of each part."""
    folder = cache_folder(cache_dir)
    parts = {part: _measure(folder / part) for part in PARTS}
    if form == "json":
        document = {"folder": str(folder), "parts": {k: {"files": n, "bytes": b} for k, (n, b) in parts.items()}}
        click.echo(json.dumps(document, indent=2))
        return 0
    click.echo(f"Cache folder: {folder}")
    for part, (files, size) in parts.items():
        click.echo(f"  {part:<18}{files:>8} files{size / 1e6:>12.1f} MB")
    return 0


@COMMAND.command("clean")
@option("--all", "everything", is_flag=True, help="Drop the knowledge store as well.")
@common
def clean(cache_dir: str | None, *, everything: bool) -> int:
    """Drop the layer memory and the last report; the knowledge store only with --all."""
    folder = cache_folder(cache_dir)
    for part in PARTS:
        if part == "knowledge" and not everything:
            continue
        files, size = _measure(folder / part)
        _drop(folder / part)
        tell(f"dropped {part}: {files} files, {size / 1e6:.1f} MB")
    return 0


def _drop(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise PlimsollError(f"{path} cannot be removed: {error.strerror}") from error


def _measure(path: Path) -> tuple[int, int]:
    sizes = list(_sizes(path))
    return len(sizes), sum(sizes)


def _sizes(path: Path) -> Iterator[int]:
    if path.is_file():
        yield path.stat().st_size
    for folder, _, names in os.walk(path):
        for name in names:
            yield (Path(folder) / name).stat(follow_symlinks=False).st_size
