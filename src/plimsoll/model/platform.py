"""Platforms: the doors through which workloads and resources come in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from plimsoll.model.estate import Document
from plimsoll.model.gap import Gap
from plimsoll.model.resource import Resource
from plimsoll.model.workload import Workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a platform makes of a document.

    `faults` are parts that cannot be understood, in words; they become gaps. `documents` are further documents that
    were read on the way (`include`, `extends`), which the numbers in workloads count after the first.
    """

    workloads: tuple[Workload, ...] = ()
    resources: tuple[Resource, ...] = ()
    faults: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    documents: tuple[Document, ...] = ()


class Surroundings(Protocol):
    """What a platform may ask of the world around a document; nothing outside the target is ever read."""

    def document(self, path: str) -> Document:
        """Give another document of the same target, by its path in it. Raises DocumentError."""
        ...

    def text(self, path: str) -> bytes:
        """Give a small file of the same target (`.env`). Raises DocumentError."""
        ...

    def has(self, path: str) -> bool:
        """Say whether the target has a file at a path."""
        ...

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that may be interpolated: those that the user named, never the whole environment."""
        ...

    @property
    def profiles(self) -> frozenset[str]:
        """The profiles that are switched on; `*` means all."""
        ...

    def overrides(self, document: Document) -> Sequence[Document]:
        """Give the documents that are merged onto one, in order: later `-f`, or the override file beside it."""
        ...


Reading = Callable[[Document, int, Surroundings], Read]
"""Read a document of which the number in the estate is given; total: faults instead of exceptions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """How a platform writes a fact: a `value` to `set` at `path`, or an item to `append` to the list there.

    `at` is `container` or `workload`: what the path begins at. `write(value)` gives the YAML or JSON value for the
    value of the fact (for `run`: the option as typed).
    """

    path: tuple[str, ...]
    write: Callable[[object], object]
    at: str = "container"
    append: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One platform. One file in `platforms/` holds one such constant.

    `recognises(document)` says whether a document is one of its own, by its content and its name; the platform of
    highest `precedence` that does wins. `spelling` says, for facts that a remedy may set, how this platform writes
    them. `frame(text)` makes a whole document of an example, which may be a piece of one.
    `name` is also its scheme: `compose:FILE`. `hints` are texts of which a file of this platform holds at least one, so
    that other files need not be read; without any, files of this platform are read only when they are named.
    """

    name: str
    title: str
    recognises: Callable[[Document], bool]
    read: Reading
    frame: Callable[[str], bytes]
    precedence: int = 0
    hints: tuple[bytes, ...] = ()
    split: Callable[[str, bytes], Sequence[Document]] | None = None
    spelling: Mapping[str, Spelling] = field(default_factory=dict)
