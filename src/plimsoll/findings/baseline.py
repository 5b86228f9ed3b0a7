"""Baselines: what an earlier report had already does not stop the ship again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from plimsoll.errors import LimitError, TargetError
from plimsoll.model.finding import Finding
from plimsoll.model.limits import Limits
from plimsoll.model.report import SCHEMA

_ADVICE = "Write one with: plimsoll scan TARGET --format json --output base.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identified:
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    """The part of a JSON report that a baseline is made of."""

    schema: str
    findings: list[_Identified]


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The findings of an earlier report: how many there were of each id. `name` is the file."""

    name: str
    counts: Mapping[str, int]


def read_baseline(data: bytes, name: str, limits: Limits) -> Baseline:
    """Read an earlier JSON report. Raises LimitError over `report_size`, TargetError for anything else than a report.

    What is waived in it, or known since a baseline of its own, is in it all the same.
    """
    if len(data) > limits.report_size:
        raise LimitError("report_size", limits.report_size, f"the baseline {name}")
    try:
        earlier = msgspec.json.decode(data, type=_Earlier)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise TargetError(f"the baseline {name} is no JSON report of Plimsoll: {error}", advice=_ADVICE) from error
    if earlier.schema != SCHEMA:
        raise TargetError(
            f"the baseline {name} is a report of schema {earlier.schema[:80]!r}; this version reads {SCHEMA}",
            advice=_ADVICE,
        )
    return Baseline(name=name, counts=Counter(finding.id for finding in earlier.findings))


def known_since(findings: Sequence[Finding], baseline: Baseline) -> tuple[Finding, ...]:
    """Mark the findings that the baseline has. Of several with one id as many are known as it has, the first ones."""
    left = Counter(baseline.counts)
    marked: list[Finding] = []
    for finding in findings:
        is_known = left[finding.id] > 0
        left[finding.id] -= is_known
        marked.append(replace(finding, known=is_known))
    return tuple(marked)
