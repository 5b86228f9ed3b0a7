"""Rules of other tools that no rule of ours is about, each with the reason."""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from plimsoll.documents.shapes import mappings, text
from plimsoll.documents.toml import read_toml


class Reason(StrEnum):
    """Why a rule of theirs has no counterpart: what it asks is not in a configuration, or is no question of ours."""

    NODE = "needs a live node"
    CONTROL_PLANE = "needs a live control plane"
    CLOUD = "needs a cloud API"
    NO_SECURITY = "is no security question"


class Uncovered(NamedTuple):
    """One rule of theirs; `reference` is how rows would name it (`kubescape:RULE`)."""

    reference: str
    reason: Reason


@cache
def uncovered() -> tuple[Uncovered, ...]:
    """Give all of them. Raises ValueError for a reason that is none."""
    table = read_toml(Path(__file__).with_name("uncovered.toml").read_bytes())
    return tuple(
        Uncovered(f"{text(row.get('tool'))}:{text(row.get('rule'))}", Reason(text(row.get("reason"))))
        for row in mappings(table.get("uncovered"))
    )
