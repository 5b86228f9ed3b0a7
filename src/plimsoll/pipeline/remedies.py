"""The fix of a failure in the syntax of the file that it stands in."""

from typing import TYPE_CHECKING

from plimsoll.documents.writing import as_yaml
from plimsoll.model.platform import Platform, Spelling
from plimsoll.pipeline.estate import platforms

if TYPE_CHECKING:
    from plimsoll.model.estate import Estate
    from plimsoll.model.rule import Rule


class Snippets:
    """Writes snippets, each once for a rule and a platform."""

    def __init__(self, estate: "Estate") -> None:
        """Take the estate that is judged, which says of what platform each document is."""
        self._platform_of = {thing.document: thing.platform for thing in estate.things}
        self._known: dict[tuple[str, str], str] = {}

    def of(self, rule: "Rule", document: int) -> str:
        """Give the snippet for a rule on a document: what it sets, else its first good example there."""
        name = self._platform_of.get(document, "")
        key = (rule.id, name)
        if key not in self._known:
            self._known[key] = snippet(rule, name)
        return self._known[key]


def snippet(rule: "Rule", name: str) -> str:
    """Give what mends a failure of a rule on a platform, as its users write it; "" where that is no text."""
    platform = platforms().get(name)
    if platform is None:
        return ""
    if rule.remedy.set and set(rule.remedy.set) <= set(platform.spelling):
        spelled = _spelled(rule, platform)
        if spelled:
            return spelled
    if rule.remedy.remove:
        return ""
    return next((each.text.strip("\n") for each in rule.examples if each.good and each.platform == name), "")


def _spelled(rule: "Rule", platform: Platform) -> str:
    """Write what a rule sets; "" where it is set by taking something away."""
    spellings = [(platform.spelling[fact], value) for fact, value in rule.remedy.set.items()]
    written = [(spelling, spelling.write(value)) for spelling, value in spellings]
    if platform.name == "run":  # Options as typed.
        return " ".join(str(value) for _, value in written if value)
    whole: dict[str, object] = {}
    for spelling, value in written:
        if value is not None:
            _merge(whole, _piece(spelling, value))
    if not whole:
        return ""
    return _json(whole) if platform.name in _IN_JSON else as_yaml(whole)


_IN_JSON = frozenset({"inspect", "marathon"})


def _piece(spelling: Spelling, written: object) -> object:
    """Nest what is written in its path."""
    inner: object = [written] if spelling.append else written
    for key in reversed(spelling.path):
        inner = {key: inner}
    return inner


def _merge(whole: dict[str, object], piece: object) -> None:
    for key, value in piece.items() if isinstance(piece, dict) else ():
        known = whole.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            _merge(known, value)
        elif isinstance(known, list) and isinstance(value, list):
            known += value
        else:
            whole[key] = value


def _json(value: object) -> str:
    import json

    return json.dumps(value, indent=2)
