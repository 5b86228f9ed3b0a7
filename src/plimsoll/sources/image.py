"""From the documents and files of an image to its subject, recipe and layers."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from plimsoll.errors import HostileInputError, LimitError
from plimsoll.model.limits import Limits
from plimsoll.model.recipe import Recipe, RecipeStep
from plimsoll.model.subject import Subject
from plimsoll.sources.documents import HistoryEntry, ImageConfig, Platform, decode
from plimsoll.sources.files import Files
from plimsoll.trees.inflate import inflate
from plimsoll.trees.memory import Identity
from plimsoll.trees.observe import Claim, LayerObservation, Plan, observe
from plimsoll.trees.source import Advance, Check, Layer, Opened, Request
from plimsoll.trees.tar import TarReader
from plimsoll.trees.tree import Content

LONGEST_INSTRUCTION = 4096
"""Characters kept of an instruction; every package of its layer carries it."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A layer that is one file of an image layout."""

    files: Files
    name: str
    claim: Claim

    @property
    def what(self) -> str:
        """What to call it in messages."""
        return self.claim.what

    @property
    def size(self) -> int:
        """The stored size in bytes."""
        return self.files.size(self.name)

    @property
    def identity(self) -> Identity | None:
        """Where the blob lies on this machine."""
        return self.files.identity(self.name)

    def observe(self, plan: Plan, check: Check, advance: Advance) -> LayerObservation:
        """Read, verify and index the layer."""
        return observe(self._pieces(advance), replace(self.claim, size=self.size), plan, check)

    def read(self, wanted: Collection[Content], limits: Limits, check: Check) -> dict[Content, bytes]:
        """Read some files of the layer again; of several entries of one path the last counts.

        At most twice `file_size` bytes are given in all: an index can tell the wrong size of what was replaced.
        """
        by_path = {content.path: content for content in wanted if content.origin < 0}
        by_number = {content.origin: content for content in wanted if content.origin >= 0}
        found: dict[Content, bytes] = {}
        asked: list[Content] = []
        left = 2 * limits.file_size

        def select(path: str, mode: int, size: int) -> int:  # noqa: ARG001 - the reader's contract
            nonlocal left
            asked[:] = [c for c in (by_path.get(path), by_number.get(reader.ordinal)) if c is not None]
            for content in asked:
                left += len(found.pop(content, b""))
            return size if asked and 0 <= size <= min(limits.file_size, left) else -1

        def keep(path: str, data: bytes) -> None:  # noqa: ARG001 - the reader's contract
            nonlocal left
            found.update(dict.fromkeys(asked, data))
            left -= len(data) * len(asked)

        reader = TarReader(select, keep, limits, self.what)
        for piece in inflate(self._pieces(lambda size: check()), limits, self.what):  # noqa: ARG005
            reader.feed(piece)
        reader.finish()
        return found

    def _pieces(self, advance: Advance) -> Iterator[bytes]:
        for piece in self.files.stream(self.name):
            yield piece
            advance(len(piece))


def read_blob(files: Files, name: str, digest: str, limits: Limits) -> bytes:
    """Read a document whose digest is claimed. Raises HostileInputError when it differs or is no sha256."""
    if not _DIGEST.fullmatch(digest):
        raise HostileInputError(f"{name}: {digest[:100]!r} is not a sha256 digest")
    data = files.read(name, limits)
    found = f"sha256:{sha256(data).hexdigest()}"
    if found != digest:
        raise HostileInputError(
            f"{name} is not what the image claims: its digest is {found}, not {digest}",
            advice="The file is corrupt or was tampered with. Save or pull the image again.",
        )
    return data


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLayer:
    """Where a layer's blob lies, and the digest of its stored bytes that the layout claims ("" for none)."""

    name: str
    digest: str = ""


def open_image(request: Request, files: Files, config_bytes: bytes, stored: Sequence[StoredLayer], took: str) -> Opened:
    """Join an image's configuration with its layers. Raises HostileInputError where they do not fit together."""
    limits = request.limits
    config = decode(config_bytes, ImageConfig, "the image configuration", limits)
    diff_ids = config.rootfs.diff_ids or []
    if len(diff_ids) != len(stored):
        raise HostileInputError(
            f"the image configuration names {len(diff_ids)} layers, the manifest {len(stored)}",
            advice="Save the image again.",
        )
    if len(stored) > limits.layers:
        raise LimitError("layers", limits.layers, request.name)
    for diff_id in diff_ids:
        if not _DIGEST.fullmatch(diff_id):
            raise HostileInputError(f"the image configuration: {diff_id[:100]!r} is not a sha256 digest")
    digest = f"sha256:{sha256(config_bytes).hexdigest()}"
    platform = str(Platform(os=config.os, architecture=config.architecture, variant=config.variant))
    layers: list[Layer] = [
        Blob(files=files, name=layer.name, claim=Claim(what=f"layer {i}", digest=layer.digest, diff_id=diff_id))
        for i, (layer, diff_id) in enumerate(zip(stored, diff_ids, strict=True), start=1)
    ]
    return Opened(
        subject=Subject(
            id=f"image:{digest}", kind="image", name=request.image or request.name, digest=digest, platform=platform
        ),
        took=took,
        layers=tuple(layers),
        recipe=Recipe(
            digest=digest,
            platform=platform,
            steps=_steps(diff_ids, config.history or []),
            labels=tuple(sorted((key, value or "") for key, value in _labels(config).items())),
            user=(config.config.user if config.config else None) or "",
            created=_day(config.created or ""),
        ),
    )


def _labels(config: ImageConfig) -> dict[str, str | None]:
    return (config.config.labels if config.config else None) or {}


def _day(moment: str) -> str:
    """Give the day of a moment as RFC 3339 writes it."""
    from datetime import date

    try:
        return date.fromisoformat(moment[:10]).isoformat()
    except ValueError:
        return ""


def _steps(diff_ids: Sequence[str], history: Sequence[HistoryEntry]) -> tuple[RecipeStep, ...]:
    """Pair layers with the history entries that made one; where the counts differ nothing can be said."""
    made = [entry for entry in history if not entry.empty_layer]
    if len(made) != len(diff_ids):
        return tuple(RecipeStep(diff_id=diff_id) for diff_id in diff_ids)
    return tuple(
        RecipeStep(diff_id=diff_id, instruction=instruction_of(entry))
        for diff_id, entry in zip(diff_ids, made, strict=True)
    )


def instruction_of(entry: HistoryEntry) -> str:
    """Write a history entry as the Dockerfile instruction it came from.

    The classic builder records `/bin/sh -c #(nop) ADD …` and `/bin/sh -c command`, BuildKit `RUN /bin/sh -c
    command # buildkit`, possibly after `|n ARG=value …`.
    """
    text = " ".join(entry.created_by[:LONGEST_INSTRUCTION].split()).removesuffix("# buildkit").rstrip()
    if not text:
        return " ".join(entry.comment[:LONGEST_INSTRUCTION].split())
    shell = "/bin/sh -c "
    if text.startswith("|") and shell in text:
        return "RUN " + text.partition(shell)[2]
    if text.startswith(shell + "#(nop)"):
        return text.removeprefix(shell + "#(nop)").strip()
    if text.startswith(shell):
        return "RUN " + text.removeprefix(shell)
    if text.startswith("RUN ") and shell in text:
        return "RUN " + text.partition(shell)[2]
    return text
