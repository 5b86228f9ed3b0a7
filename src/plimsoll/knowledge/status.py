"""What a store holds, feed by feed: ages, counts and what each feed speaks for."""

from dataclasses import dataclass
from datetime import date

from plimsoll.knowledge.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A product that a feed speaks for: whole, or for `packages` source packages; as of an ISO day."""

    product: str
    whole: bool
    packages: int
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
    """One feed of a store. `date_origin` says where its date comes from; `unusable` records could not be used."""

    name: str
    title: str
    kind: str
    licence: str
    date: str
    date_origin: str
    age_days: int
    records: int
    unusable: int
    covers: tuple[Covered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStatus:
    """A store: its file, the ISO day it was built, whether it is the embedded snapshot, its feeds."""

    path: str
    built: str
    snapshot: bool
    feeds: tuple[FeedStatus, ...]


def status_of(store: Store, as_of: str, *, snapshot: bool) -> StoreStatus:
    """Describe a store, or the embedded `snapshot`, on an ISO day. Raises KnowledgeError if it turns out damaged."""
    meta = store.meta()
    today = date.fromisoformat(as_of)
    rows = store.rows(
        "SELECT id, name, title, kind, licence, date, date_origin, records, unusable FROM feed ORDER BY name"
    )
    feeds = tuple(
        FeedStatus(
            name=name,
            title=title,
            kind=kind,
            licence=licence or "",
            date=day,
            date_origin=origin,
            age_days=max(0, (today - date.fromisoformat(day)).days),
            records=records,
            unusable=unusable,
            covers=_covers(store, number),
        )
        for number, name, title, kind, licence, day, origin, records, unusable in rows
    )
    return StoreStatus(path=store.name, built=meta.get("built", ""), snapshot=snapshot, feeds=feeds)


def _covers(store: Store, feed: int) -> tuple[Covered, ...]:
    rows = store.rows(
        "SELECT word.text, complete, date, (SELECT count(*) FROM spoken WHERE spoken.product = coverage.product"
        " AND spoken.feed = coverage.feed) FROM coverage JOIN word ON word.id = product WHERE feed = ?",
        (feed,),
    )
    return tuple(
        sorted(
            (Covered(product=product, whole=bool(whole), packages=n, date=day) for product, whole, day, n in rows),
            key=lambda covered: covered.product,
        )
    )
