"""What users of kubescape configured for its checks: lists of trusted registries, limits and names, where it was read.

The file is kubescape's own (`--controls-config`): `postureControlInputs` and `dataControlInputs`, alone or below
`settings`. Only documents of the estate are looked at; where there is none, rules keep to what they hold by themselves.
"""

from collections.abc import Mapping

from plimsoll.documents.scalars import written
from plimsoll.documents.shapes import mapping, sequence
from plimsoll.model.estate import Estate

Inputs = Mapping[str, tuple[str, ...]]

_SECTIONS = ("postureControlInputs", "dataControlInputs")
_MEMO = "inputs"


def inputs(estate: Estate) -> Inputs:
    """Give all lists that were configured, by name; of two of one name the later holds."""
    known = estate.memo.get(_MEMO)
    if isinstance(known, dict):
        return known
    found: dict[str, tuple[str, ...]] = {}
    for document in estate.documents:
        root = mapping(document.root)
        for around in (root, mapping(root.get("settings"))):
            for section in _SECTIONS:
                found.update(_lists(mapping(around.get(section))))
    estate.memo[_MEMO] = found
    return found


def _lists(section: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(text for text in map(written, sequence(value) or [value]) if text)
        for name, value in section.items()
    }
