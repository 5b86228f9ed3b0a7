"""How an image came to be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeStep:
    """One layer of an image, bottom first: its diff id and the instruction that created it ("" if unknown)."""

    diff_id: str
    instruction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What an image's configuration says of it. `digest` is the verified digest of the configuration.

    `created` is the ISO day on which it was made, "" where it does not say.
    """

    digest: str
    platform: str
    steps: tuple[RecipeStep, ...]
    labels: tuple[tuple[str, str], ...] = ()
    user: str = ""
    created: str = ""
