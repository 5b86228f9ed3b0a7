"""Everything that was read of one target: documents, and the workloads and resources that stand in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from plimsoll.model.fact import Place
from plimsoll.model.gap import Gap
from plimsoll.model.resource import Resource
from plimsoll.model.workload import Workload


class Position(NamedTuple):
    """A line and a column, both from 1. `is_there` is false for what is absent; then this is what it belongs in.

    `path` is the file where that is not the document's own: what is included or extended stands elsewhere.
    """

    line: int
    column: int
    is_there: bool = True
    path: str = ""


class Document(Protocol):
    """A document that facts were read from."""

    @property
    def path(self) -> str:
        """The file, as reports name it; "" for what has none (a live engine)."""
        ...

    @property
    def root(self) -> object:
        """What was read."""
        ...

    def position(self, at: Place) -> Position | None:
        """Give where a place stands in the file, or the nearest thing around it; None where there is no text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """What one target declares, or what one engine runs. Workloads and resources name their document by its number.

    `images` are the configurations of those images that could be read, by the name that workloads use. `memo` is where
    rules that look at everything keep what they found out, by their own name, so that it is done once.
    """

    documents: tuple[Document, ...] = ()
    workloads: tuple[Workload, ...] = ()
    resources: tuple[Resource, ...] = ()
    gaps: tuple[Gap, ...] = ()
    images: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    memo: dict[str, object] = field(default_factory=dict, compare=False)

    @property
    def things(self) -> tuple[Workload | Resource, ...]:
        """All workloads and resources."""
        return (*self.workloads, *self.resources)

    @property
    def platforms(self) -> frozenset[str]:
        """The platforms of which anything was read."""
        return frozenset(thing.platform for thing in self.things)

    def of_kind(self, *kinds: str) -> tuple[Resource, ...]:
        """Give the resources of some kinds."""
        return tuple(each for each in self.resources if each.kind in kinds)
