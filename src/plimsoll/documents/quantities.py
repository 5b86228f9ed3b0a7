"""Quantities of Kubernetes: numbers with a unit."""

import math
import re

from plimsoll.documents.scalars import written

_QUANTITY = re.compile(
    r"(?P<number>[-+]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40}))"
    r"(?:(?P<exponent>[eE][-+]?\d{1,3})|(?P<unit>[KMGTPE]i|[numkMGTPE]))?",
    re.ASCII,
)
_UNITS = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    **{unit: 1000.0**power for power, unit in enumerate("MGTPE", 2)},
    **{f"{unit}i": 1024.0**power for power, unit in enumerate("KMGTPE", 1)},
}


def quantity(value: object) -> float | None:
    """Give a quantity (`500m`, `64Mi`, `1e3`) as a number; None for what is none (apimachinery, resource.Quantity)."""
    found = _QUANTITY.fullmatch(written(value))
    if found is None or isinstance(value, bool):
        return None
    size = float(found["number"] + (found["exponent"] or "")) * _UNITS.get(found["unit"] or "", 1.0)
    return size if math.isfinite(size) and size >= 0 else None
