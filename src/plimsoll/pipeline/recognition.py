"""What an image is built on: by the digests of its layers, else by what its labels say."""

from collections.abc import Sequence

from plimsoll.model.bases import BaseFacts, BaseImage
from plimsoll.model.recipe import Recipe
from plimsoll.pipeline.examine import Examined

NAME_LABEL = "org.opencontainers.image.base.name"
DIGEST_LABEL = "org.opencontainers.image.base.digest"
"""OCI image specification, annotations.md; builders write them as labels, too."""

LONGEST_NAME = 255
"""Characters kept of what a label says."""


def base_of(examined: Examined, catalogue: Sequence[BaseImage]) -> BaseFacts | None:
    """Give the base of an image, None where nothing tells of one."""
    layers = tuple(layer.digest for layer in examined.layers)
    found = _by_layers(layers, examined.subject.digest, catalogue)
    if found is not None:
        return BaseFacts(
            name=found.name, digest=found.digest, layers=len(found.layers), by="layers", distro=found.distro
        )
    return _by_labels(examined.recipe, catalogue) if examined.recipe else None


def layers_of(base: BaseFacts | None, examined: Examined) -> frozenset[str]:
    """Give the diff ids of the layers that an image has from its base; none where nobody knows where it ends."""
    count = base.layers if base else 0
    return frozenset(layer.digest for layer in examined.layers[:count])


def _by_layers(layers: tuple[str, ...], digest: str, catalogue: Sequence[BaseImage]) -> BaseImage | None:
    """Give the entry that most of the lowest layers are of; of several with the same layers the image's own first."""
    if not all(layers):
        return None
    below = [entry for entry in catalogue if entry.layers and entry.layers == layers[: len(entry.layers)]]
    return max(
        below,
        key=lambda entry: (len(entry.layers), entry.digest == digest, entry.created, entry.name),
        default=None,
    )


def _by_labels(recipe: Recipe, catalogue: Sequence[BaseImage]) -> BaseFacts | None:
    labels = dict(recipe.labels)
    name, digest = labels.get(NAME_LABEL, "")[:LONGEST_NAME], labels.get(DIGEST_LABEL, "")[:LONGEST_NAME]
    if not name and not digest:
        return None
    if name in {entry.name for entry in catalogue}:
        reason = "a label names it, but the image's layers do not begin with those in the catalogue under that name"
    else:
        reason = "a label names it without saying which layers are its, and the catalogue has no image with such layers"
    return BaseFacts(name=name, digest=digest, layers=0, by="labels", reason=reason)
