"""Looks at a target without the command line."""

import io
from collections.abc import Collection

from plimsoll.pipeline.examine import Examination, Examined, Progress, examine


def look(target: object, **how: object) -> Examined:
    """Examine a target; `how` are fields of Examination."""
    return examine(Examination(target=str(target), **how), lambda name, codename: None, io.BytesIO(), Progress())  # type: ignore[arg-type]


def names(examined: Examined) -> Collection[str]:
    """The packages that were found."""
    return {package.name for package in examined.inventory.packages}
