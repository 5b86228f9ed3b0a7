"""What a feed may not lose without anyone saying so: an empty or cut file is no news."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plimsoll.knowledge.renewal import Renewal

_FEW = 20
"""Below so many former records or rows their number says nothing: a sample may shrink to a smaller one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How much a store holds of a feed: its current rows by product, and what each update replaces all at once.

    `replaced` counts exploited vulnerabilities, scores and ratings.
    """

    replaced: int
    rows: Mapping[str, int]


def uselessness(renewal: Renewal) -> str:
    """Say why nothing can be made of what was read: no usable record, or more unusable than usable ones; else ""."""
    if not renewal.records:
        return f"holds no record that could be used ({renewal.unusable} could not){_first(renewal)}"
    if renewal.unusable > renewal.records:
        every = renewal.records + renewal.unusable
        return f"{renewal.unusable} of its {every} records could not be used{_first(renewal)}"
    return ""


def losses(renewal: Renewal, former: Amounts, now: Amounts) -> Iterator[str]:
    """Say what of a former store would be lost, where the files are said to be whole: half of it, or a product.

    Products that the files do not name keep what they had, so a folder with fewer releases loses nothing.
    """
    if not renewal.whole:
        return
    if _is_loss(former.replaced, now.replaced):
        kind = "ratings" if renewal.feed.kind == "advisories" else "records"
        yield f"it shrank from {former.replaced} to {now.replaced} {kind}"
    in_part = {cover.product for cover in renewal.coverage if cover.packages is not None}
    for product in sorted(renewal.products.union(cover.product for cover in renewal.coverage)):
        before, after = former.rows.get(product, 0), now.rows.get(product, 0)
        if before and not after:
            yield f"it says nothing of {product} any more, after {before} rows"
        elif product not in in_part and _is_loss(before, after):
            yield f"on {product} it shrank from {before} to {after} rows"


def _is_loss(before: int, after: int) -> bool:
    return before >= _FEW and after * 2 < before


def _first(renewal: Renewal) -> str:
    return "; the first: " + ": ".join(renewal.examples[0]) if renewal.examples else ""
