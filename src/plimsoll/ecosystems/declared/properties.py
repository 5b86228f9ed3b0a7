"""Properties that texts of a build file refer to (`${name}` in Maven, `$(Name)` in MSBuild)."""

from collections.abc import Mapping
from re import Match, Pattern

_LONGEST = 256
"""Characters of a text or a value that is filled in; versions and names are far shorter."""
_MOST_ROUNDS = 20
"""How often a value may refer to another one; beyond, they refer to themselves."""


class Properties:
    """The properties of one file. `reference` finds a reference, its first group is the property's name."""

    def __init__(self, values: Mapping[str, str], reference: Pattern[str]) -> None:
        self._values = {name: value for name, value in values.items() if len(value) <= _LONGEST}
        self._reference = reference

    def fill(self, text: str) -> str:
        """Fill in every reference, also those in values; what nobody states, or is endless, stays as written."""
        filled = text
        for _ in range(_MOST_ROUNDS):
            if len(filled) > _LONGEST:
                return text
            before, filled = filled, self._reference.sub(self._value, filled)
            if filled == before:
                return filled.strip()
        return text

    def _value(self, found: Match[str]) -> str:
        return self._values.get(found[1], found[0])
