"""Commands of a service of Compose or Swarm, as lists of words or as one text, and its health check."""

import shlex
from collections.abc import Sequence

from plimsoll.documents.scalars import is_null, written
from plimsoll.model.fact import Fact, default, unknown
from plimsoll.model.workload import IMAGE_DECIDES
from plimsoll.platforms.compose_facts import Told, doubt, turned


def words_of(service: Told, key: str) -> Fact[tuple[Fact[str], ...]]:
    """Give the words of `command` or `entrypoint`; one text is taken apart as a shell does, without any expansion."""
    value, at = service.values.get(key), (*service.at, key)
    if key not in service.values or value is None or value in ("null", "~"):
        return unknown((), at, IMAGE_DECIDES)
    if isinstance(value, list):
        return service.texts(key)._replace(at=at)
    if isinstance(value, dict):
        service.faults.add(at, "it should be a text or a list")
        return unknown((), at, "it should be a text or a list")
    reason, text = doubt(value), written(value)
    service.faults.spend(len(text) // _TEXT_OF_AN_ENTRY)
    words = (Fact(word, at) if not reason else unknown(word, at, reason) for word in _split(text))
    return Fact(tuple(words), at)


def _split(text: str) -> Sequence[str]:
    """Take a text apart; one whose quotes do not match, or that no kernel would take, is one word."""
    if len(text) > _LONGEST:
        return [text]
    try:
        return shlex.split(text, posix=True)
    except ValueError:
        return [text]


_LONGEST = 1 << 17
"""Characters of a command that is taken apart: what Linux takes as one argument (MAX_ARG_STRLEN)."""

_TEXT_OF_AN_ENTRY = 4
"""Characters of a command that weigh as much as an entry of a list."""


def health_of(service: Told) -> Fact[bool]:
    """Say whether there is a health check. The image decides where none is declared, and none switched off."""
    at = (*service.at, "healthcheck")
    if is_null(service.values.get("healthcheck")):
        return unknown(neutral=False, at=at, reason=IMAGE_DECIDES)
    check = service.inner("healthcheck")
    disabled = check.truth("disable")
    if not disabled.is_known or disabled.stated:
        return disabled._replace(stated=False)
    if is_null(check.values.get("test")):
        return unknown(neutral=False, at=at, reason=IMAGE_DECIDES)
    test = check.texts("test")
    if not test.is_known:
        return unknown(neutral=False, at=test.at, reason=test.reason)
    first = test.stated[0] if test.stated else default("NONE", test.at)
    if not first.is_known:
        return Fact(stated=True, at=test.at) if len(test.stated) > 1 else turned(first, value=False)
    return Fact(first.stated != "NONE", test.at)
