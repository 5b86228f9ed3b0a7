"""What a source gives: a subject with layers that can be observed."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from plimsoll.model.gap import Gap
from plimsoll.model.limits import Limits
from plimsoll.model.package import Distro, Package
from plimsoll.model.recipe import Recipe
from plimsoll.model.report import LayerFacts
from plimsoll.model.subject import Subject
from plimsoll.trees.memory import Identity
from plimsoll.trees.observe import Claim, LayerObservation, Plan
from plimsoll.trees.tree import Content

Check = Callable[[], None]
"""Called often while work goes on; raises when it must stop."""

Advance = Callable[[int], None]
"""Told how many more bytes were read, for the progress bar."""


class Layer(Protocol):
    """One layer of a source: an image's blob, or a directory tree as a whole."""

    @property
    def what(self) -> str:
        """What to call it in messages."""
        ...

    @property
    def claim(self) -> Claim:
        """What a manifest says of it; an empty diff id where nothing does."""
        ...

    @property
    def size(self) -> int:
        """How many bytes reading it takes, as far as known; for progress and for the order of work."""
        ...

    @property
    def identity(self) -> Identity | None:
        """Where it lies in a local file, or None where that says nothing lasting."""
        ...

    def observe(self, plan: Plan, check: Check, advance: Advance) -> LayerObservation:
        """Read the layer once, verifying its digests where it has any."""
        ...

    def read(self, wanted: Collection[Content], limits: Limits, check: Check) -> dict[Content, bytes]:
        """Read some files of the layer again, each up to `file_size`; those that cannot be read are left out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A target that was opened. `took` says in words what it was taken for; layers are lowest first.

    `listed` are the packages of a target that is a list itself (a bill of materials) and has no layers, `distro` the
    distribution that it names, and `told` the layers that it tells of; None where there are layers to look at.
    """

    subject: Subject
    took: str
    layers: tuple[Layer, ...]
    recipe: Recipe | None = None
    gaps: tuple[Gap, ...] = ()
    listed: tuple[Package, ...] | None = None
    distro: Distro | None = None
    told: tuple[LayerFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user wants opened. `image` picks one of several images by name, `platform` one of several."""

    path: Path
    name: str
    image: str = ""
    platform: str = ""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKind:
    """One kind of target. One file in `sources/` holds one such constant.

    `name` is its scheme (`archive` for `archive:PATH`). `recognises(path, limits)` says whether a path without scheme
    is of this kind, by its content; the kind of highest `precedence` that does wins. `open(request)` raises
    TargetError where the target is not of this kind after all; both raise HostileInputError or LimitError for bad
    content.
    """

    name: str
    title: str
    recognises: Callable[[Path, Limits], bool]
    open: Callable[[Request], Opened]
    precedence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageStore:
    """Something that holds images by name and hands them out as archives. One file in `sources/` holds one constant.

    `name` is its scheme (`docker` for `docker:NAME`); `schemes` are others under which it is asked, in the order of
    `precedence`, the highest first (`image:NAME`, and a name without scheme that is no path). `is_there()` says
    whether it can be asked at all. `fetch(reference, platform, file, limits)` writes an archive that the kinds of
    `SourceKind` recognise into an open file. It raises TargetError where the image is not there or the store does not
    answer, LimitError over `spool_size`.
    """

    name: str
    title: str
    is_there: Callable[[], bool]
    fetch: Callable[[str, str, IO[bytes], Limits], None]
    schemes: tuple[str, ...] = ("image",)
    precedence: int = 0
