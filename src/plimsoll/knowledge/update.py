"""`db update`: a new store out of a folder of feeds, moved into place only when it is complete."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from plimsoll.errors import KnowledgeError, UsageError
from plimsoll.knowledge.building import Builder
from plimsoll.knowledge.folder import contents
from plimsoll.knowledge.placing import is_trusted, move, private_folder, sweep
from plimsoll.knowledge.reading import is_day
from plimsoll.knowledge.run import ALL, FEEDS, FeedOutcome, Progress, Run
from plimsoll.knowledge.store import Store
from plimsoll.model.limits import Limits
from plimsoll.model.statement import Feed
from plimsoll.plugins import discover


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSummary:
    """What an update did. `skipped` are files and folders that no feed knows; `notes` are for people.

    `unmatched` are keys of `partial.toml` that name no file: in a whole folder probably slips of the pen.
    """

    store: Path
    feeds: tuple[FeedOutcome, ...]
    skipped: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[FeedOutcome, ...]:
        """The feeds that could not be read; the exit code is 3 where there are any."""
        return tuple(feed for feed in self.feeds if feed.status == "failed")


def update(  # noqa: PLR0913 - every part of an update is the caller's to choose
    feeds_folder: Path,
    store: Path,
    *,
    as_of: str,
    limits: Limits | None = None,
    dates: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    former: Path | None = None,
    feeds: Mapping[str, Feed] | None = None,
    accept_shrunk: Collection[str] = (),
    now: str = "",
) -> UpdateSummary:
    """Build `store` anew from a folder laid out as the publishers serve, and from its own former self.

    `as_of` is the day of the build (ISO) and `now`, if later, the day after which dates lie in the future (a build may
    be dated back, a feed not forward). `dates` gives days of feeds whose files state none. `former` is a store
    (the unpacked snapshot) to carry on where `store` does not exist yet, or cannot be trusted or read. A feed that
    holds less than half of what it held fails, unless `accept_shrunk` names it, or "all". On any exception the former
    store stays as it is. Raises KnowledgeError when the folder holds nothing that a feed could use, UsageError for a
    day that is none or lies in the future, and for a feed that does not exist.
    """
    limits = limits or Limits()
    known = dict(feeds) if feeds is not None else dict(discover(FEEDS, Feed))
    _refuse_unknown({*(dates or {}), *accept_shrunk} - {ALL}, known)
    _refuse_wrong_days((as_of, *(dates or {}).values()), now or as_of)
    folder = contents(feeds_folder, known, limits)
    if not any(folder.files.values()):
        raise KnowledgeError(
            f"no file in {feeds_folder} belongs to a feed", advice="It must be laid out as the publishers serve."
        )
    private_folder(store.parent)
    sweep(store.parent)
    carried, notes = _carried(store, former)
    with TemporaryDirectory(dir=store.parent, prefix=".building-") as place:
        target = Path(place) / "store"
        builder = Builder(target, carried, known)
        run = Run(
            builder=builder,
            folder=folder,
            place=Path(place),
            limits=limits,
            now=now or as_of,
            dates=dates or {},
            accepted=frozenset(accept_shrunk),
            is_first=carried != store,
            progress=progress,
        )
        outcomes = _built(run, builder, known, as_of)
        if carried is None and not any(outcome.status == "updated" for outcome in outcomes):
            raise KnowledgeError("no feed could be read: " + "; ".join(_reasons(outcomes)))
        move(target, store)
    dated, said = _dated(outcomes, store), (*notes, *run.notes)
    return UpdateSummary(store=store, feeds=dated, skipped=folder.skipped, unmatched=folder.unmatched, notes=said)


def _built(run: Run, builder: Builder, known: Mapping[str, Feed], as_of: str) -> tuple[FeedOutcome, ...]:
    """Let every feed have its turn, and close the store whatever happens."""
    try:
        outcomes = run.all(known)
        builder.finish(built=as_of)
    finally:
        builder.close()
    return outcomes


def _refuse_unknown(names: Collection[str], known: Mapping[str, Feed]) -> None:
    for name in sorted(names):
        if name not in known:
            raise UsageError(f"there is no feed {name!r}", advice="Feeds: " + ", ".join(known))


def _refuse_wrong_days(days: Collection[str], now: str) -> None:
    for day in days:
        if len(day) != 10 or not is_day(day):
            raise UsageError(f"{day!r} is no day", advice="Write it as YYYY-MM-DD.")
        if day > now:
            raise UsageError(f"{day} lies in the future", advice=f"Today is {now}.")


def _carried(store: Path, former: Path | None) -> tuple[Path | None, tuple[str, ...]]:
    """Choose the store to carry on: the one in place, else `former`; with a note for each that is refused."""
    notes: list[str] = []
    for place in (store, former):
        if place is None or not place.exists():
            continue
        try:
            _refuse_unsound(place)
        except KnowledgeError as error:
            notes.append(f"the former store {place} is not carried on, its history is lost: {error.message}")
        else:
            return place, tuple(notes)
    return None, tuple(notes)


def _refuse_unsound(store: Path) -> None:
    if not (is_trusted(store) and is_trusted(store.parent)):
        raise KnowledgeError("others may write to it, or it is someone else's")
    with Store.open(store) as old:
        old.check()


def _reasons(outcomes: tuple[FeedOutcome, ...]) -> list[str]:
    return [f"{outcome.name}: {outcome.reason}" for outcome in outcomes if outcome.status == "failed"]


def _dated(outcomes: tuple[FeedOutcome, ...], store: Path) -> tuple[FeedOutcome, ...]:
    """Add the dates that feeds keep which were not renewed."""
    with Store.open(store) as built:
        kept = {name: (day, origin) for name, day, origin in built.rows("SELECT name, date, date_origin FROM feed")}
    return tuple(
        outcome if outcome.date or outcome.name not in kept else _with_date(outcome, *kept[outcome.name])
        for outcome in outcomes
    )


def _with_date(outcome: FeedOutcome, day: str, origin: str) -> FeedOutcome:
    return FeedOutcome(name=outcome.name, status=outcome.status, reason=outcome.reason, date=day, date_origin=origin)
