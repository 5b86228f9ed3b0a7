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
        return _spelled(rule, platform)
    if rule.remedy.remove:
        return ""
    return next((each.text.strip("\n") for each in rule.examples if each.good and each.platform == name), "")


def _spelled(rule: "Rule", platform: Platform) -> str:
    pieces = [_piece(platform.spelling[fact], value) for fact, value in rule.remedy.set.items()]
    if all(isinstance(piece, str) for piece in pieces):
        return " ".join(str(piece) for piece in pieces if piece)
    whole: dict[str, object] = {}
    for piece in pieces:
        _merge(whole, piece)
    return _json(whole) if platform.name == "marathon" else as_yaml(whole)


def _piece(spelling: Spelling, value: object) -> object:
    """Nest what is written in its path; without a path it is an option of a command line."""
    written = spelling.write(value)
    if not spelling.path:
        return written
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
