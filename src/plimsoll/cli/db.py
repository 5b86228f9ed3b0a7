"""`plimsoll db`: build, see, move the knowledge that scans use."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from plimsoll.cli.console import cache_folder, tell, today, write
from plimsoll.cli.formats import FormatName
from plimsoll.cli.options import common, limited, limits_of, option, words
from plimsoll.cli.parsing import Family
from plimsoll.cli.settings import Settings
from plimsoll.cli.values import PathName
from plimsoll.errors import KnowledgeError, UsageError
from plimsoll.knowledge.snapshot import SNAPSHOT, open_knowledge, store_path, unpacked_snapshot

if TYPE_CHECKING:
    from plimsoll.knowledge.run import FeedOutcome
    from plimsoll.knowledge.status import Covered, FeedStatus
    from plimsoll.knowledge.update import UpdateSummary

FEED_FAILED = 3

shrinking = words(
    "--accept-shrunk",
    "accept_shrunk",
    metavar="FEED",
    help="Take a feed though it holds less than half of what it held, or lost a release; 'all' for every feed.",
)
dated = words(
    "--date",
    "dates",
    metavar="FEED=DAY",
    help="Say as of which day a feed is whose files state none, e.g. debian-tracker=2026-11-20.",
)


@click.group("db", cls=Family, short_help="Build, see, import and export the knowledge.")
def COMMAND() -> None:  # noqa: N802 - the plug-in's constant
    """Build, see, import and export the knowledge that scans use."""


@COMMAND.command("update", short_help="Build the store anew from feeds.")
@option(
    "--from",
    "source",
    metavar="DIR|URL",
    type=PathName("dir"),
    help="A folder of feeds, or a mirror of one; default: the publishers.",
)
@dated
@shrinking
@limited
@option("--quiet", "-q", is_flag=True, help="Tell only errors on standard error.")
@common
@click.pass_obj
def update_command(settings: Settings, /, **options: Any) -> int:  # noqa: ANN401 - click passes options by name
    """Build the store anew from feeds; it replaces the former one only when it is whole.

    A feed that fails keeps its former rows and date; the exit code is 3 then.
    """
    source = options["source"]
    if source is None or "://" in source:
        from plimsoll.knowledge.fetch import fetch

        with TemporaryDirectory(prefix="plimsoll-feeds-") as folder:
            limits = limits_of(settings, options["limit"], None)
            fetched = fetch(source, Path(folder), limits=limits, progress=_sayer(quiet=options["quiet"]))
            if not fetched.files:
                _tell_not_fetched(fetched.failed)
                raise KnowledgeError("nothing could be fetched", advice="Without a network: db update --from DIR.")
            # What the mirror's partial.toml names beside what was asked for is no concern of this store.
            return _build(Path(folder), settings, options, fetched.failed, is_whole=False)
    if not Path(source).is_dir():
        raise UsageError(f"{source} is no folder of feeds", advice="Give a folder, or http(s)://MIRROR.")
    return _build(Path(source), settings, options, {})


def _build(
    folder: Path, settings: Settings, options: Mapping[str, Any], missing: Mapping[str, str], *, is_whole: bool = True
) -> int:
    """Build from a folder, and tell what came of it; `is_whole` says that all of the folder is at hand."""
    from plimsoll.knowledge.update import update

    cache = cache_folder(options["cache_dir"])
    done = update(
        folder,
        store_path(cache),
        as_of=today(),
        now=_latest_day(),
        limits=limits_of(settings, options["limit"], None),
        dates=_days(options["dates"]),
        progress=_sayer(quiet=options["quiet"]),
        former=unpacked_snapshot(cache),
        accept_shrunk=options["accept_shrunk"],
    )
    if not options["quiet"]:
        _tell_done(done)
        for key in done.unmatched if is_whole else ():
            tell(f"note: partial.toml: {key!r} names no file here", style="yellow")
    for outcome in done.failed:
        tell(_outcome(outcome), style="red")
    _tell_not_fetched(missing)
    return FEED_FAILED if done.failed or missing else 0


@COMMAND.command("status", short_help="Show age, counts and coverage of each feed.")
@option("--format", "-f", "form", type=FormatName("table"), default="table", help="Format; default table.")
@common
def status(form: str, cache_dir: str | None) -> int:
    """Show age, counts and coverage of each feed in the store that scans use."""
    import msgspec

    from plimsoll.knowledge.status import status_of

    cache = cache_folder(cache_dir)
    with open_knowledge(cache) as store:
        found = status_of(store, today(), snapshot=not store_path(cache).exists())
    if form == "json":
        write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")
        return 0
    kind = "embedded snapshot" if found.snapshot else "store"
    write("\n".join([f"Knowledge: {kind} of {found.built}, {found.path}\n", *map(_feed_lines, found.feeds)]) + "\n")
    return 0


@COMMAND.command("export", short_help="Write the store to one file.")
@click.argument("file", type=PathName())
@common
def export_command(file: str, cache_dir: str | None) -> int:
    """Write the store that scans use to one FILE, to be taken over elsewhere by `db import`."""
    from plimsoll.knowledge.bundle import export

    cache = cache_folder(cache_dir)
    store = store_path(cache)
    source = store if store.exists() else unpacked_snapshot(cache)
    if source is None:
        raise KnowledgeError(f"{cache} cannot be used, so there is no store to export", advice="Choose a --cache-dir.")
    export(source, Path(file))
    tell(f"exported to {file}: {Path(file).stat().st_size / 1e6:.1f} MB")
    return 0


@COMMAND.command("import", short_help="Take over a store that was exported.")
@click.argument("file", type=PathName())
@limited
@common
@click.pass_obj
def import_command(settings: Settings, file: str, limit: Sequence[str], cache_dir: str | None) -> int:
    """Take over a store that `db export` wrote, after checking all of it."""
    from plimsoll.knowledge.bundle import import_

    store = store_path(cache_folder(cache_dir))
    import_(Path(file), store, limits=limits_of(settings, limit, None))
    tell(f"imported {file} to {store}")
    return 0


@COMMAND.command("snapshot", hidden=True)
@click.argument("feeds", type=PathName("dir"))
@click.option("--output", "-o", metavar="FILE", help="Where to write it; default: into the package itself.")
@click.option("--as-of", metavar="DAY", help="The day of the build; default: today.")
@dated
@common
def snapshot(feeds: str, output: str | None, as_of: str | None, dates: Sequence[str], cache_dir: str | None) -> int:  # noqa: ARG001 - a common option
    """Rebuild the embedded snapshot from a folder of FEEDS (for Plimsoll's developers)."""
    from plimsoll.knowledge.snapshot import build_snapshot

    target = Path(output) if output else SNAPSHOT
    about = build_snapshot(Path(feeds), target, as_of=as_of or today(), dates=_days(dates), say=tell)
    held = ", ".join(f"{name} of {day}" for name, day in about.feeds.items())
    tell(f"{target}: {target.stat().st_size / 1e6:.2f} MB of {about.built}; feeds: {held}")
    return 0


def _latest_day() -> str:
    """Give the day after which a date lies in the future, wherever SOURCE_DATE_EPOCH puts the build."""
    return max(today(), datetime.now(tz=UTC).date().isoformat())


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


def _sayer(*, quiet: bool) -> Any:  # noqa: ANN401 - a function of three arguments, or none at all
    """Give the function that says which feed is at work: only to a person who is watching."""
    return None if quiet or os.environ.get("CI") or not sys.stderr.isatty() else _say


def _say(title: str, done: int, total: int) -> None:
    tell(f"[{done + 1}/{total}] {title}")


def _tell_done(done: "UpdateSummary") -> None:
    for outcome in done.feeds:
        if outcome.status != "failed":
            tell(_outcome(outcome))
    for note in done.notes:
        tell(f"note: {note}", style="yellow")
    if done.skipped:
        tell("skipped, no feed knows them: " + ", ".join(done.skipped), style="yellow")
    tell(f"built {done.store}")


def _outcome(feed: "FeedOutcome") -> str:
    told = f"{feed.name}: {feed.status}"
    if feed.status == "updated":
        told += f", {feed.records} records as of {feed.date} ({feed.date_origin})"
        told += f", {feed.unusable} unusable" if feed.unusable else ""
    elif feed.date:
        told += f", keeps what it had as of {feed.date}"
    return told + (f": {feed.reason}" if feed.reason else "")


def _tell_not_fetched(failed: Mapping[str, str]) -> None:
    for name, reason in failed.items():
        tell(f"{name}: not fetched: {reason}", style="red")


def _feed_lines(feed: "FeedStatus") -> str:
    lines = [
        f"{feed.name} ({feed.title})",
        f"  as of {feed.date}, {feed.age_days} days old ({feed.date_origin}); licence: {feed.licence or 'none stated'}",
        f"  {feed.records} records, {feed.unusable} unusable",
    ]
    lines += [
        f"  {covered.product}: {'whole' if covered.whole else f'{covered.packages} source packages'}, {covered.date}"
        for covered in sorted(feed.covers, key=_by_number)
    ]
    return "\n".join(lines) + "\n"


def _by_number(covered: "Covered") -> tuple[list[tuple[int, str]], str]:
    """Sort debian:9 before debian:10."""
    parts = re.findall(r"\d+|\D+", covered.product)
    return [(int(part), "") if part.isascii() and part.isdigit() else (0, part) for part in parts], covered.product
