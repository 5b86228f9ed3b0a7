"""What matching asks of the knowledge store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from plimsoll.model.report import FeedState
from plimsoll.model.statement import Rating, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A feed that speaks for a package, with the ISO date as of which it does."""

    feed: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStatement:
    """A statement with the feed that made it.

    `decides` is false where a feed of higher authority speaks about the same product, package and
    vulnerability. `slow` says that no key could be made of `lo` or `hi`: compare the texts.
    """

    feed: str
    statement: Statement
    decides: bool
    slow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """What is known of a vulnerability whoever ships it: ratings (best CVSS version first), EPSS, KEV."""

    ratings: tuple[tuple[str, Rating], ...] = ()
    epss: float | None = None
    exploited_since: str = ""


class KnowledgeBase(Protocol):
    """The questions; `knowledge.store.Store` answers them from SQLite, tests from memory."""

    def speakers(self, product: str, packages: Sequence[str]) -> Mapping[str, tuple[Speaker, ...]]:
        """Say which advisory feeds speak for each of these source packages; no entry where none does."""
        ...

    def speaks_for(self, product: str) -> bool:
        """Say whether any advisory feed speaks for at least part of the product."""
        ...

    def affecting(
        self, product: str, wanted: Sequence[tuple[str, bytes | None]]
    ) -> Sequence[tuple[int, StoredStatement]]:
        """Give the deciding statements that may hold for (source package, version key) pairs.

        Each answer carries the index of its pair. Statements with keys hold for certain (their interval
        contains the key); `slow` ones, and all of a pair whose key is None, must still be compared.
        """
        ...

    def weighed(self, product: str, package: str, vulnerability: str) -> tuple[StoredStatement, ...]:
        """Give every current statement on one package and vulnerability, the deciding ones first."""
        ...

    def threats(self, vulnerabilities: Sequence[str]) -> Mapping[str, Threat]:
        """Give what is known of these vulnerabilities; no entry where nothing is."""
        ...

    def references(self, vulnerability: str, product: str) -> tuple[str, ...]:
        """Give addresses where the feeds that speak of this vulnerability in a product describe it."""
        ...

    def feeds(self, as_of: str) -> tuple[FeedState, ...]:
        """Give all feeds in the store with their dates, and their ages on the ISO day `as_of`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfLife:
    """The last day (ISO) on which anyone publishes security fixes for a product, and who says so."""

    product: str
    date: str
    source: str
