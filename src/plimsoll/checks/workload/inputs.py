"""What users of kubescape configured for its checks: lists of labels, classes and names, where such a file was read.

The file is kubescape's own (`--controls-config`): `postureControlInputs` and `dataControlInputs`, alone or below
`settings`. A document that is anything else besides is not heeded: what is judged must not say how it is judged.
Where there is none, rules keep to what they hold by themselves.
"""

from collections.abc import Mapping

from plimsoll.documents.scalars import written
from plimsoll.documents.settings import SECTIONS, holds_settings
from plimsoll.documents.shapes import mapping, sequence
from plimsoll.model.estate import Estate

Inputs = Mapping[str, tuple[str, ...]]

_MEMO = "inputs"


def inputs(estate: Estate) -> Inputs:
    """Give all lists that were configured, by name; of two of one name the later holds."""
    known = estate.memo.get(_MEMO)
    if isinstance(known, dict):
        return known
    found: dict[str, tuple[str, ...]] = {}
    for document in estate.documents:
        if holds_settings(document.root):
            root = mapping(document.root)
            for section in SECTIONS:
                found.update(_lists(mapping(root.get(section))))
                found.update(_lists(mapping(mapping(root.get("settings")).get(section))))
    estate.memo[_MEMO] = found
    return found


def _lists(section: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(text for text in map(written, sequence(value) or [value]) if text)
        for name, value in section.items()
    }
