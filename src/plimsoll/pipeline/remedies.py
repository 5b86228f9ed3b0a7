"""The fix of a failure in the syntax of the file that it stands in."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from plimsoll.documents.writing import as_yaml
from plimsoll.model.platform import Platform, Spelling
from plimsoll.pipeline.estate import platforms

if TYPE_CHECKING:
    from plimsoll.model.estate import Estate
    from plimsoll.model.fact import Place
    from plimsoll.model.rule import Rule, Verdict


class Snippets:
    """Writes snippets, each once for a rule, a platform and the keys that fail."""

    def __init__(self, estate: "Estate") -> None:
        """Take the estate that is judged, which says of what platform each document is."""
        self._platform_of = {thing.document: thing.platform for thing in estate.things}
        self._known: dict[tuple[str, str, tuple[str, ...]], str] = {}

    def of(self, rule: "Rule", document: int, verdict: "Verdict") -> str:
        """Give the snippet for a failure: what its rule sets, else a good example of it about the same key."""
        name = self._platform_of.get(document, "")
        keys = _keys(verdict.at)
        key = (rule.id, name, keys)
        if key not in self._known:
            self._known[key] = snippet(rule, name, keys)
        text = self._known[key]
        if rule.id.endswith(_OF_REGISTRIES):
            return text
        return of_port(of_image(text, verdict.value), verdict.value)


_NEAREST = 2
"""Keys of a place that an example of its mending names one of: that of an entry, and what the entry is in."""

_ALIKE = {"args": "command"}
"""What may stand in either of two keys; examples choose one."""


def _keys(at: "Place") -> tuple[str, ...]:
    named = [step for step in at if isinstance(step, str)][-_NEAREST:]
    return tuple(_ALIKE.get(each, each) for each in named)


def _is_about(text: str, keys: Sequence[str]) -> bool:
    """Say whether an example writes one of the keys, or is a whole object, which shows by itself where it belongs."""
    return not keys or "kind:" in text or any(key in text for key in keys)


_OF_REGISTRIES = "-registry"
"""How rules end whose examples show a registry, not an image."""

_IMAGE = "image: "
_REFERENCE = re.compile(r"(?P<name>[\w./-]+(?::\d+/[\w./-]+)?)(?P<tag>:[\w.-]+)?(?:@[\w:]+)?", re.ASCII)


def of_image(text: str, value: str) -> str:
    """Put the image at hand into an example that is only an image; what has to be chosen is left in angle brackets.

    An example of another image would be wrong wherever it is pasted.
    """
    if not text.startswith(_IMAGE) or "\n" in text:
        return text
    own = _REFERENCE.fullmatch(value)
    if own is None:
        return ""
    if "@" in text:
        return f"{_IMAGE}{own['name']}{own['tag'] or ':<version>'}@sha256:<digest>"
    return f"{_IMAGE}{own['name']}:<version>"


_LOCAL = "ports: ['127.0.0.1:"
_MAPPED = re.compile(r"(?:\S*:)?(?P<host>[\d-]+)->(?P<inside>[\d-]+)/(?P<protocol>[a-z]+)", re.ASCII)


def of_port(text: str, value: str) -> str:
    """Put the port at hand into an example that publishes one on this computer alone; "" where it has no number."""
    if not text.startswith(_LOCAL) or "\n" in text:
        return text
    own = _MAPPED.fullmatch(value)
    if own is None or ("-" in own["host"]) != ("-" in own["inside"]):
        return ""  # A port that the engine takes from a range: what is meant is not known.
    protocol = "" if own["protocol"] == "tcp" else f"/{own['protocol']}"
    return f"{_LOCAL}{own['host']}:{own['inside']}{protocol}']"


def snippet(rule: "Rule", name: str, keys: Sequence[str] = ()) -> str:
    """Give what mends a failure of a rule on a platform, as its users write it; "" where that is no text.

    Of several good examples that counts which is about the `keys` that fail: others pass for other reasons.
    """
    platform = platforms().get(name)
    if platform is None:
        return ""
    if rule.remedy.set and set(rule.remedy.set) <= set(platform.spelling):
        spelled = _spelled(rule, platform)
        if spelled:
            return spelled
    if rule.remedy.remove:
        return ""
    good = (each.text.strip("\n") for each in rule.examples if each.good and each.platform == name)
    if name not in _IN_KEYS:
        return next(good, "")
    return next((text for text in good if _is_about(text, keys)), "")


_IN_KEYS = frozenset({"compose", "swarm", "kubernetes"})
"""Platforms whose places are the keys that are written; options have other names."""


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
