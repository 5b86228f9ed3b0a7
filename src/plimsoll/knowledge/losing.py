"""What a feed may not lose without anyone saying so: an empty or cut file is no news."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plimsoll.knowledge.renewal import Renewal

_FEW = 20
"""Below so many former records or rows their number says nothing: a sample may shrink to a smaller one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How much a store holds of a feed: its usable records, and its current rows by product."""

    records: int
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
    """Say what of a former store would be lost, where the files are said to be whole: half of it, or a product."""
    if not renewal.whole:
        return
    if _is_loss(former.records, now.records):
        yield f"it shrank from {former.records} to {now.records} records"
    for cover in renewal.coverage:
        before, after = former.rows.get(cover.product, 0), now.rows.get(cover.product, 0)
        if before and not after:
            yield f"it says nothing of {cover.product} any more, after {before} rows"
        elif cover.packages is None and _is_loss(before, after):
            yield f"on {cover.product} it shrank from {before} to {after} rows"


def _is_loss(before: int, after: int) -> bool:
    return before >= _FEW and after * 2 < before


def _first(renewal: Renewal) -> str:
    return "; the first: " + ": ".join(renewal.examples[0]) if renewal.examples else ""
