"""Whom something hits: an answer about a fleet, page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from plimsoll.model.knowledge import StoredStatement


class Statements(Protocol):
    """The knowledge that a fleet is asked with; `knowledge.store.Store` has it."""

    def deciding(self, name: str) -> Sequence[StoredStatement]:
        """Give the deciding statements on a vulnerability, or on what an advisory is about."""
        ...


class Judging(Protocol):
    """Says what statements mean for a version; `findings.judging.Judge` does."""

    def holds(
        self, stored: StoredStatement, scheme: str, version: str, stream: str, release_speaks: Callable[[], bool]
    ) -> bool | None:
        """Say whether a statement whose interval holds the version's key holds; None where that is not certain."""
        ...

    def fixed_in(self, statements: Sequence[StoredStatement], scheme: str) -> str:
        """Give the version that ends the intervals of all these statements, "" where none does."""
        ...


class Cursor(NamedTuple):
    """Where a page ended: the last image of it. The next one begins behind."""

    name: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HitPackage:
    """What is hit in an image.

    `source` is the key of the source package (`type/namespace/name`), `name` and `version` what feeds were asked
    about, `fixed_in` the version to upgrade to, "" where there is none. `certain` is false where the vendor has not
    determined it, or where the version does not compare.
    """

    source: str
    name: str
    version: str
    vulnerability: str
    fixed_in: str
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HitImage:
    """An image that is hit; `seen_at` is when it was last looked at (ISO, UTC)."""

    subject: str
    name: str
    platform: str
    seen_at: str
    packages: tuple[HitPackage, ...]

    @property
    def certain(self) -> bool:
        """Whether any of its packages is hit for certain."""
        return any(package.certain for package in self.packages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """How many images are hit for certain, how many perhaps (undetermined), and a page of both by name.

    `after` is where the next page begins, None where this is the last.
    """

    images: int
    undetermined: int
    page: tuple[HitImage, ...]
    after: Cursor | None
