"""From a target to its inventory: open, observe, join, list. What `scan` and `sbom` share."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO

from plimsoll import __version__
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.gap import Gap
from plimsoll.model.limits import Limits
from plimsoll.model.recipe import Recipe
from plimsoll.model.report import LayerFacts
from plimsoll.model.subject import Subject
from plimsoll.pipeline.databases import Seen
from plimsoll.pipeline.distribution import VersionOf, recognise, stated_by_user
from plimsoll.pipeline.inventory import Inventory, take_inventory
from plimsoll.pipeline.layers import LayerReader
from plimsoll.pipeline.listed import as_stated, with_releases
from plimsoll.pipeline.readers import declared, fingerprint, installed
from plimsoll.pipeline.target import opened
from plimsoll.pipeline.targeting import skips
from plimsoll.sources.bill import UNUSABLE
from plimsoll.trees.memory import LayerMemory
from plimsoll.trees.source import Opened
from plimsoll.trees.tree import Tree

JOIN = 4
"""Changes whenever the same layers would be joined to something else."""


SOURCE_TREE = "source tree"
"""The kind of subject whose packages are declared, not installed."""


class Progress:
    """Told how the work goes; this one keeps quiet. The command line has one that draws a bar."""

    def start(self, total: int, what: str) -> None:
        """Hear that work on `total` bytes begins (0: unknown)."""

    def advance(self, size: int) -> None:
        """Hear that some more bytes are done; called from several threads."""

    def stop(self) -> None:
        """Hear that all is done, or failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """How to look at a target. `skip_dirs` and `skip_files` are paths or patterns below its root.

    `declared` adds what lockfiles want to what is installed.
    """

    target: str
    platform: str = ""
    distro: str = ""
    skip_dirs: tuple[str, ...] = ()
    skip_files: tuple[str, ...] = ()
    declared: bool = False
    verify: bool = False
    memory: Path | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was found in a target; `recipe` is that of an image."""

    subject: Subject
    took: str
    inventory: Inventory
    gaps: tuple[Gap, ...]
    layers: tuple[LayerFacts, ...]
    recipe: Recipe | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What all layers of a target come to together; a pure function of them, so it can be remembered."""

    inventory: Inventory
    layers: tuple[LayerFacts, ...]


def examine(how: Examination, version_of: VersionOf, standard_input: IO[bytes], progress: Progress) -> Examined:
    """Look at a target. Raises TargetError, HostileInputError, LimitError, UsageError."""
    memory = LayerMemory(how.memory, rules=shaping(how.limits))
    with opened(how.target, how.platform, how.limits, standard_input) as target:
        if target.listed is not None:
            return _listed(how, target, version_of)
        reader = LayerReader(lambda: _looking(how, target), memory, how.limits, verify=how.verify)
        progress.start(sum(layer.size for layer in target.layers), target.subject.name)
        try:
            joined = _joined(how, target, reader, version_of, progress.advance)
        finally:
            progress.stop()
    return Examined(
        subject=replace(target.subject, distro=joined.inventory.distro.product if joined.inventory.distro else ""),
        took=target.took,
        inventory=joined.inventory,
        gaps=(*target.gaps, *_skipped(how, target.subject.id)),
        layers=joined.layers,
        recipe=target.recipe,
        notes=(f"layer memory is not used: {memory.why_not}",) if how.memory and memory.why_not else (),
    )


def _listed(how: Examination, target: Opened, version_of: VersionOf) -> Examined:
    """Take what a list says; nothing was looked at, so nothing else is known."""
    stated = stated_by_user(how.distro) if how.distro else None
    is_skipped = skips(how.skip_dirs, how.skip_files)
    packages = tuple(package for package in target.listed or () if not is_skipped(package.path))
    unusable = sum(gap.count for gap in target.gaps if gap.what == UNUSABLE)
    distro = stated or target.distro
    return Examined(
        subject=replace(target.subject, distro=distro.product if distro else target.subject.distro),
        took=target.took,
        inventory=Inventory(
            packages=as_stated(packages, stated) if stated else with_releases(packages, version_of),
            distro=distro,
            gaps=(),
            unread={"components of a bill of materials": unusable} if unusable else {},
        ),
        gaps=(*target.gaps, *_skipped(how, target.subject.id)),
        layers=target.told,
    )


def _looking(how: Examination, target: Opened) -> dict[str, Ecosystem]:
    """Choose the plug-ins: source trees tell what is declared, everything else what is installed."""
    if target.subject.kind == SOURCE_TREE:
        return declared()
    return installed() | declared() if how.declared else installed()


def _joined(
    how: Examination, target: Opened, reader: LayerReader, version_of: VersionOf, advance: Callable[[int], None]
) -> Joined:
    """Join the layers, or recall what came of it for the same verified layers, plug-ins and options."""
    known = reader.verified(target.layers)
    if known is not None:
        recalled = reader.memory.recall_joined(_inputs(how, target, known), Joined)
        if recalled is not None:
            return recalled
    stated = stated_by_user(how.distro) if how.distro else None
    seen = _see(how, target, reader, advance)
    joined = Joined(inventory=take_inventory(seen, stated or recognise(seen, version_of)), layers=_layer_facts(seen))
    verified = tuple(layer.diff_id for layer in seen.layers)
    if all(verified):
        reader.memory.keep_joined(_inputs(how, target, verified), joined)
    return joined


def shaping(limits: Limits) -> list[tuple[str, float]]:
    """Give the limits that can change what is seen of a target; time only decides whether it is."""
    return sorted((name, value) for name, value in asdict(limits).items() if name != "timeout")


def _inputs(how: Examination, target: Opened, diff_ids: tuple[str, ...]) -> object:
    """List all that a join depends on; the configuration's digest stands for the recipe and the subject."""
    return (
        JOIN,
        target.subject.id,
        diff_ids,
        (__version__, *fingerprint()),
        (how.distro, how.declared, how.skip_dirs, how.skip_files),
    )


def _see(how: Examination, target: Opened, reader: LayerReader, advance: Callable[[int], None]) -> Seen:
    layers = reader.observe(target.layers, advance)
    tree = Tree(
        [layer.index for layer in layers],
        symlinks=how.limits.symlinks,
        skipped=skips(how.skip_dirs, how.skip_files),
    )
    return Seen(
        subject=target.subject.id,
        layers=layers,
        tree=tree,
        ecosystems=reader.ecosystems,
        recipe=target.recipe,
        read_again=lambda number, wanted: reader.read(target.layers[number], wanted),
        limits=how.limits,
        check=reader.check,
    )


def _skipped(how: Examination, subject: str) -> tuple[Gap, ...]:
    patterns = (*how.skip_dirs, *how.skip_files)
    if not patterns:
        return ()
    return (
        Gap(
            subject=subject,
            what="skipped",
            question="what lies in " + ", ".join(patterns),
            reason="left out by --skip-dirs or --skip-files",
            count=len(patterns),
            advice="Leave the option out to measure it.",
        ),
    )


def _layer_facts(seen: Seen) -> tuple[LayerFacts, ...]:
    steps = seen.recipe.steps if seen.recipe else ()
    return tuple(
        LayerFacts(digest=layer.diff_id, size=layer.size, instruction=step.instruction)
        for layer, step in zip(seen.layers, steps, strict=False)
    )
