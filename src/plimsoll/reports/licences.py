"""Licence texts of package databases, as CycloneDX wants them: an SPDX id, an expression, or just a name."""

from functools import cache
from pathlib import Path

Choice = list[dict[str, object]]


@cache
def spdx_ids() -> dict[str, str]:
    """Give the SPDX licence ids by their lower case. Source: SPDX licence list 3.28.0, ids only."""
    names = Path(__file__).with_name("spdx-licences.txt").read_text("ascii").split()
    return {name.lower(): name for name in names}


@cache
def licence_choice(text: str) -> Choice:
    """Give the `licenses` of a component. Source: CycloneDX 1.6, licenseChoice: all licences or one expression."""
    words = text.split()
    if not words:
        return []
    if len(words) == 1 and (known := spdx_ids().get(words[0].lower())):
        return [{"license": {"id": known}}]
    if _is_expression(words):
        return [{"expression": " ".join(words)}]
    return [{"license": {"name": text}}]


def _is_expression(words: list[str]) -> bool:
    """Say whether known ids stand between AND and OR, as `MIT AND ISC`."""
    joined = all(word in {"AND", "OR"} for word in words[1::2])
    named = all(word.lower() in spdx_ids() for word in words[::2])
    return len(words) % 2 == 1 and len(words) > 1 and joined and named
