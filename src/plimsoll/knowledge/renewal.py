"""What a feed that was read adds to a store beside its rows."""

from dataclasses import dataclass

from plimsoll.model.statement import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A feed speaks for a product as of a day; `packages` None means for all of it."""

    product: str
    packages: frozenset[str] | None
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What a feed that was read adds to the store beside its rows.

    `products` are those it makes statements on; `whole` says that none of its files holds only part.
    """

    feed: Feed
    date: str
    date_origin: str
    coverage: tuple[Coverage, ...]
    products: frozenset[str]
    whole: bool
    records: int
    unusable: int
    examples: tuple[tuple[str, str], ...]
