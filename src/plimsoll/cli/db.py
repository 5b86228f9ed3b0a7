"""`plimsoll db`: build, see, move the knowledge that scans use."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from plimsoll.cli.console import cache_folder, tell, today
from plimsoll.cli.options import Settings, common, limits_of, option
from plimsoll.errors import UsageError
from plimsoll.knowledge.snapshot import SNAPSHOT, open_knowledge, store_path, unpacked_snapshot

if TYPE_CHECKING:
    from plimsoll.knowledge.status import FeedStatus
    from plimsoll.knowledge.update import UpdateSummary
    from plimsoll.model.limits import Limits

FEED_FAILED = 3

limit_option = option(
    "--limit", "limit", multiple=True, metavar="NAME=VALUE", help="Change a limit on untrusted input; may be repeated."
)
date_option = option(
    "--date",
    "dates",
    multiple=True,
    metavar="FEED=DAY",
    help="Say as of which day a feed is whose files state none, e.g. debian-tracker=2026-11-20.",
)


@click.group("db", short_help="Build, see, import and export the knowledge.")
def COMMAND() -> None:  # noqa: N802 - the plug-in's constant
    """Build, see, import and export the knowledge that scans use."""


@COMMAND.command("update")
@option("--from", "source", metavar="DIR|URL", help="A folder of feeds, or a mirror of one; default: the publishers.")
@date_option
@limit_option
@option("--quiet", "-q", is_flag=True, help="Tell only errors on standard error.")
@common
@click.pass_obj
def update_command(  # noqa: PLR0913 - one argument per option
    settings: Settings,
    source: str | None,
    dates: Sequence[str],
    limit: Sequence[str],
    cache_dir: str | None,
    *,
    quiet: bool,
) -> int:
    """Build the store anew from feeds; it replaces the former one only when it is whole.

    A feed that fails keeps its former rows and date; the exit code is 3 then.
    """
    from plimsoll.knowledge.fetch import fetch
    from plimsoll.knowledge.update import update

    limits = limits_of(settings, limit, None)
    store = store_path(cache_folder(cache_dir))
    say = _silent if quiet else _say
    days = _days(dates)
    former = unpacked_snapshot(cache_folder(cache_dir))
    if source is not None and "://" not in source:
        if not Path(source).is_dir():
            raise UsageError(f"{source} is no folder of feeds", advice="Give a folder, or http(s)://MIRROR.")
        return _tell_update(
            update(Path(source), store, as_of=today(), limits=limits, dates=days, progress=say, former=former), {}
        )
    with TemporaryDirectory(prefix="plimsoll-feeds-") as folder:
        fetched = fetch(source, Path(folder), limits=limits, progress=say)
        if not fetched.files:
            return _tell_failed(fetched.failed)
        done = update(Path(folder), store, as_of=today(), limits=limits, dates=days, progress=say, former=former)
        return _tell_update(done, fetched.failed)


@COMMAND.command("status")
@option("--format", "-f", "form", type=click.Choice(["table", "json"]), default="table", help="Output format.")
@common
def status(form: str, cache_dir: str | None) -> int:
    """Show age, counts and coverage of each feed in the store that scans use."""
    import msgspec

    from plimsoll.knowledge.status import status_of

    with open_knowledge(cache_folder(cache_dir)) as store:
        found = status_of(store, today())
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return 0
    kind = "embedded snapshot" if found.snapshot else "store"
    click.echo(f"Knowledge: {kind} of {found.built}, {found.path}\n")
    for feed in found.feeds:
        click.echo(_feed_lines(feed))
    return 0


@COMMAND.command("export")
@click.argument("file")
@common
def export_command(file: str, cache_dir: str | None) -> int:
    """Write the store that scans use to one FILE, to be taken over elsewhere by `db import`."""
    from plimsoll.knowledge.bundle import export

    cache = cache_folder(cache_dir)
    store = store_path(cache)
    source = store if store.exists() else unpacked_snapshot(cache)
    if source is None:
        raise UsageError(f"{cache} cannot be used, so there is no store to export", advice="Choose a --cache-dir.")
    export(source, Path(file))
    tell(f"exported to {file}: {Path(file).stat().st_size / 1e6:.1f} MB")
    return 0


@COMMAND.command("import")
@click.argument("file")
@limit_option
@common
@click.pass_obj
def import_command(settings: Settings, file: str, limit: Sequence[str], cache_dir: str | None) -> int:
    """Take over a store that `db export` wrote, after checking all of it."""
    from plimsoll.knowledge.bundle import import_

    limits: Limits = limits_of(settings, limit, None)
    store = store_path(cache_folder(cache_dir))
    import_(Path(file), store, limits=limits)
    tell(f"imported {file} to {store}")
    return 0


@COMMAND.command("snapshot", hidden=True)
@click.argument("feeds")
@option("--output", "-o", metavar="FILE", help="Where to write it; default: into the package itself.")
@option("--as-of", metavar="DAY", help="The day of the build; default: today.")
@date_option
@common
def snapshot(feeds: str, output: str | None, as_of: str | None, dates: Sequence[str], cache_dir: str | None) -> int:  # noqa: ARG001 - a common option
    """Rebuild the embedded snapshot from a folder of FEEDS (for Plimsoll's developers)."""
    from plimsoll.knowledge.snapshot import build_snapshot

    target = Path(output) if output else SNAPSHOT
    about = build_snapshot(Path(feeds), target, as_of=as_of or today(), dates=_days(dates), say=tell)
    tell(f"{target}: {target.stat().st_size / 1e6:.2f} MB of {about.built}; feeds: {dict(about.feeds)}")
    return 0


def _days(dates: Sequence[str]) -> dict[str, str]:
    days = {}
    for text in dates:
        feed, equals, day = text.partition("=")
        try:
            days[feed] = date.fromisoformat(day).isoformat()
        except ValueError:
            problem = "has no =" if not equals else "is no day (YYYY-MM-DD)"
            raise UsageError(f"--date {text!r} {problem}", advice="For example: --date epss=2026-11-20") from None
    return days


def _say(title: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        tell(f"[{done + 1}/{total}] {title}")


def _silent(_title: str, _done: int, _total: int) -> None:
    return


def _tell_update(done: "UpdateSummary", failed: "dict[str, str] | object") -> int:
    for feed in done.feeds:
        told = f"{feed.name}: {feed.status}"
        if feed.status == "updated":
            told += f", {feed.records} records as of {feed.date} ({feed.date_origin})"
            told += f", {feed.unusable} unusable" if feed.unusable else ""
        elif feed.date:
            told += f", keeps what it had as of {feed.date}"
        tell(told + (f": {feed.reason}" if feed.reason else ""), style="red" if feed.status == "failed" else "")
    for note in done.notes:
        tell(f"note: {note}", style="yellow")
    if done.skipped:
        tell("skipped, no feed knows them: " + ", ".join(done.skipped), style="yellow")
    missing = _tell_failed(failed if isinstance(failed, dict) else {})
    tell(f"built {done.store}")
    return FEED_FAILED if done.failed or missing else 0


def _tell_failed(failed: "dict[str, str] | object") -> int:
    if not isinstance(failed, dict):
        return 0
    for name, reason in failed.items():
        tell(f"{name}: not fetched: {reason}", style="red")
    return FEED_FAILED if failed else 0


def _feed_lines(feed: "FeedStatus") -> str:
    lines = [
        f"{feed.name} ({feed.title})",
        f"  as of {feed.date}, {feed.age_days} days old ({feed.date_origin}); licence: {feed.licence or 'none stated'}",
        f"  {feed.records} records, {feed.unusable} unusable",
    ]
    lines += [
        f"  {covered.product}: {'whole' if covered.whole else f'{covered.packages} source packages'}, {covered.date}"
        for covered in feed.covers
    ]
    return "\n".join(lines) + "\n"
