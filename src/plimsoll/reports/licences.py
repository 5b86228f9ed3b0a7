"""Licence texts of package databases, as formats want them: an SPDX id, an expression, or just a name."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

Choice = list[dict[str, object]]

LONGEST = 4000
"""Characters of a text that may be an expression."""

_TOKENS = re.compile(r"[()]|[^\s()]+")
_KINDS = {"AND": "o", "OR": "o", "WITH": "w", "(": "(", ")": ")"}
_STEPS = {"(": 1, ")": -1}
_SHAPE = re.compile(r"\(*+t(?:wt)?+\)*+(?:o\(*+t(?:wt)?+\)*+)*+")


@cache
def spdx_ids() -> dict[str, str]:
    """Give the SPDX licence ids by their lower case. Source: SPDX licence list 3.28.0, ids only."""
    return _names("spdx-licences.txt")


@cache
def exception_ids() -> dict[str, str]:
    """Give the ids of SPDX licence exceptions by their lower case. Source: SPDX licence list 3.28.0, ids only."""
    return _names("spdx-exceptions.txt")


@cache
def licence_choice(text: str) -> Choice:
    """Give the `licenses` of a component. Source: CycloneDX 1.6, licenseChoice: all licences or one expression."""
    words = text.split()
    if not words:
        return []
    if len(words) == 1 and (known := spdx_ids().get(words[0].lower())):
        return [{"license": {"id": known}}]
    if found := expression(text):
        return [{"expression": found}]
    return [{"license": {"name": text}}]


def expression(text: str, other: Callable[[str], str] | None = None) -> str | None:
    """Give a text as an SPDX licence expression, ids as SPDX spells them; None where it is none.

    `other` names what stands where an id should and is none (`LicenseRef-…`); without it such a text is none.
    Source: SPDX specification 2.3, annex D, where operators are in capitals.
    """
    tokens = _TOKENS.findall(text) if len(text) <= LONGEST else []
    if not tokens or not _is_well_formed(tokens):
        return None
    terms = list(_terms(tokens, other))
    if None in terms:
        return None
    return " ".join(str(term) for term in terms).replace("( ", "(").replace(" )", ")")


def _is_well_formed(tokens: list[str]) -> bool:
    """Say whether terms and operators take turns and brackets close, whatever the terms are."""
    shape = "".join(_KINDS.get(token, "t") for token in tokens)
    depths = list(accumulate(_STEPS.get(kind, 0) for kind in shape))
    return _SHAPE.fullmatch(shape) is not None and min(depths) >= 0 and depths[-1] == 0


def _terms(tokens: list[str], other: Callable[[str], str] | None) -> Iterator[str | None]:
    before = ""
    for token in tokens:
        if token in _KINDS:
            yield token
        elif before == "WITH":
            # An unknown exception has no LicenseRef: such a text is none at all.
            yield exception_ids().get(token.lower())
        else:
            yield _licence(token) or (other(token) if other else None)
        before = token


def _licence(token: str) -> str | None:
    """Give a known id; `GPL-2.0+` is "or any later version" of a known one."""
    known = spdx_ids().get(token.lower())
    if known or not token.endswith("+"):
        return known
    earlier = spdx_ids().get(token[:-1].lower())
    return f"{earlier}+" if earlier else None


def _names(file: str) -> dict[str, str]:
    return {name.lower(): name for name in Path(__file__).with_name(file).read_text("ascii").split()}
