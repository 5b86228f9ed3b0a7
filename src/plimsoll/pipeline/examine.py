"""From a target to its inventory: open, observe, join, list. What `scan` and `sbom` share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.gap import Gap
from plimsoll.model.limits import Limits
from plimsoll.model.package import Distro
from plimsoll.model.report import LayerFacts
from plimsoll.model.subject import Subject
from plimsoll.pipeline.distribution import VersionOf, recognise, stated_by_user
from plimsoll.pipeline.inventory import Inventory, Seen, take_inventory
from plimsoll.pipeline.layers import LayerReader
from plimsoll.pipeline.target import opened
from plimsoll.plugins import discover
from plimsoll.trees.memory import LayerMemory
from plimsoll.trees.paths import ancestors
from plimsoll.trees.source import Opened
from plimsoll.trees.tree import Tree


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
    """How to look at a target. `skip_dirs` and `skip_files` are paths or patterns below its root."""

    target: str
    platform: str = ""
    distro: str = ""
    skip_dirs: tuple[str, ...] = ()
    skip_files: tuple[str, ...] = ()
    verify: bool = False
    memory: Path | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was found in a target."""

    subject: Subject
    took: str
    inventory: Inventory
    gaps: tuple[Gap, ...]
    layers: tuple[LayerFacts, ...]
    notes: tuple[str, ...] = ()


def examine(how: Examination, version_of: VersionOf, standard_input: IO[bytes], progress: Progress) -> Examined:
    """Look at a target. Raises TargetError, HostileInputError, LimitError, UsageError."""
    stated = stated_by_user(how.distro) if how.distro else None
    memory = LayerMemory(how.memory)
    reader = LayerReader(discover("plimsoll.ecosystems", Ecosystem), memory, how.limits, verify=how.verify)
    with opened(how.target, how.platform, how.limits, standard_input) as target:
        progress.start(sum(layer.size for layer in target.layers), target.subject.name)
        try:
            seen = _see(how, target, reader, progress.advance)
            distro = stated or recognise(seen, version_of)
            inventory = take_inventory(seen, distro)
        finally:
            progress.stop()
    return Examined(
        subject=_with_distro(target.subject, distro),
        took=target.took,
        inventory=inventory,
        gaps=(*target.gaps, *_skipped(how, target.subject.id)),
        layers=_layer_facts(seen),
        notes=(f"layer memory is not used: {memory.why_not}",) if how.memory and memory.why_not else (),
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
        read_again=lambda number, path: reader.read(target.layers[number], path),
        limits=how.limits,
    )


def skips(folders: tuple[str, ...], files: tuple[str, ...]) -> Callable[[str], bool]:
    """Make the question whether a path is left out: it matches a pattern, or lies in a folder that does."""
    if not folders and not files:
        return lambda path: False  # noqa: ARG005 - nothing is left out
    folder_patterns = [pattern.strip("/") for pattern in folders]
    file_patterns = [pattern.strip("/") for pattern in files]

    def is_skipped(path: str) -> bool:
        if any(fnmatchcase(path, pattern) for pattern in file_patterns):
            return True
        places = (path, *ancestors(path))
        return any(fnmatchcase(place, pattern) for place in places for pattern in folder_patterns)

    return is_skipped


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


def _with_distro(subject: Subject, distro: Distro | None) -> Subject:
    return Subject(
        id=subject.id,
        kind=subject.kind,
        name=subject.name,
        digest=subject.digest,
        parent=subject.parent,
        platform=subject.platform,
        distro=distro.product if distro else "",
    )


def _layer_facts(seen: Seen) -> tuple[LayerFacts, ...]:
    steps = seen.recipe.steps if seen.recipe else ()
    return tuple(
        LayerFacts(digest=layer.diff_id, size=layer.size, instruction=step.instruction)
        for layer, step in zip(seen.layers, steps, strict=False)
    )
