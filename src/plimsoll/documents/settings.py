"""Files of settings for checks, as users of kubescape keep them (`--controls-config`, or exported by its service)."""

from plimsoll.documents.shapes import mapping

SECTIONS = ("postureControlInputs", "dataControlInputs")
"""Where the lists stand: at the top, or below `settings`."""

_KEYS = frozenset({*SECTIONS, "name", "attributes", "scope", "settings"})


def holds_settings(root: object) -> bool:
    """Say whether a document holds such settings and nothing else: what is judged must not say how it is judged."""
    said = mapping(root)
    if not said or not _KEYS.issuperset(said):
        return False
    inside = mapping(said.get("settings"))
    return any(isinstance(each.get(section), dict) for each in (said, inside) for section in SECTIONS)
