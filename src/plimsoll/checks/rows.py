"""Rows of TOML into rules, checked word by word: a slip in a row is an error, never a rule that cannot fail."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from plimsoll.checks.expectations import expect_sound
from plimsoll.errors import PlimsollError, UsageError
from plimsoll.model.rule import Example, Likelihood, Remedy, Rule, Threat
from plimsoll.model.severity import Severity

E = TypeVar("E", Severity, Likelihood, Threat)

_NEEDED = {"id", "title", "severity", "likelihood", "why", "on", "platforms", "threats", "fix", "good", "bad"}
_KNOWN = _NEEDED | {"references", "each", "fact", "expect", "where", "logic", "message"}
_FIX = {"text", "set", "remove", "safe"}


class RowError(UsageError):
    """A row that is no rule."""

    def __init__(self, origin: str, rule: str, reason: str) -> None:
        """Say which row of which file, and why."""
        super().__init__(
            f"{origin}: {rule or 'a rule without id'}: {reason}",
            advice="docs/how-to/add-a-rule.md says what a row holds.",
        )


def read_rows(data: bytes, origin: str) -> list[Rule]:
    """Read the `[[rule]]` rows of a text; `origin` names it in messages. Raises RowError, UsageError for no TOML."""
    from plimsoll.documents.errors import DocumentError
    from plimsoll.documents.toml import read_toml

    try:
        table = read_toml(data)
    except DocumentError as error:
        raise UsageError(f"{origin}: {error}") from error
    rows = table.get("rule")
    if not isinstance(rows, list) or set(table) != {"rule"}:
        raise UsageError(f"{origin}: it should hold [[rule]] tables and nothing else")
    return [_rule(row, origin) for row in rows]


def _rule(row: object, origin: str) -> Rule:
    if not isinstance(row, dict):
        raise RowError(origin, "", "it is no table")
    name = row.get("id")
    try:
        return _checked(row, origin)
    except (UsageError, ValueError, TypeError, KeyError) as error:
        reason = error.message if isinstance(error, PlimsollError) else str(error)
        raise RowError(origin, name if isinstance(name, str) else "", reason) from error


def _checked(row: Mapping[str, object], origin: str) -> Rule:
    _expect_keys(row, _NEEDED, _KNOWN)
    if bool(row.get("logic")) == bool(row.get("expect")):
        raise ValueError("it needs either expect or logic")
    rule = Rule(
        id=_text(row, "id"),
        title=_text(row, "title"),
        severity=_word(Severity, row, "severity"),
        likelihood=_word(Likelihood, row, "likelihood"),
        why=_text(row, "why"),
        remedy=_remedy(_table(row, "fix")),
        on=_one_or_more(row, "on"),
        platforms=_one_or_more(row, "platforms"),
        threats=tuple(Threat(each) for each in _one_or_more(row, "threats")),
        references=_texts(row.get("references", [])),
        each=_text(row, "each", ""),
        fact=_text(row, "fact", ""),
        expect=_table(row, "expect"),
        where={fact: _words(words, fact) for fact, words in _table(row, "where").items()},
        logic=_text(row, "logic", ""),
        message=_text(row, "message", ""),
        examples=(*_examples(row, "good", good=True), *_examples(row, "bad", good=False)),
        origin=origin,
    )
    for words in (rule.expect, *rule.where.values()):
        expect_sound(words)
    return rule


def _expect_keys(table: Mapping[str, object], needed: set[str], known: set[str]) -> None:
    if missing := sorted(needed - set(table)):
        raise ValueError(f"it lacks {', '.join(missing)}")
    if strange := sorted(set(table) - known):
        raise ValueError(f"it has the unknown key {', '.join(strange)}")


def _remedy(table: Mapping[str, object]) -> Remedy:
    _expect_keys(table, {"text"}, _FIX)
    return Remedy(
        text=_text(table, "text"),
        set=_table(table, "set"),
        remove=_flag(table, "remove"),
        safe=_flag(table, "safe"),
    )


def _examples(row: Mapping[str, object], key: str, *, good: bool) -> Iterator[Example]:
    for platform, texts in _table(row, key).items():
        for text in _texts(texts if isinstance(texts, list) else [texts]):
            yield Example(platform=platform, text=text, good=good)


def _table(row: Mapping[str, object], key: str) -> Mapping[str, object]:
    return _words(row.get(key, {}), key)


def _words(value: object, key: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"{key} should be a table")
    return value


def _text(row: Mapping[str, object], key: str, otherwise: str | None = None) -> str:
    value = row.get(key, otherwise)
    if not isinstance(value, str) or (otherwise is None and not value.strip()):
        raise TypeError(f"{key} should be a text")
    return value.strip()


def _flag(row: Mapping[str, object], key: str) -> bool:
    value = row.get(key, False)
    if not isinstance(value, bool):
        raise TypeError(f"{key} should be true or false")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError(f"{value!r} should be a list of texts")
    return tuple(value)


def _one_or_more(row: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = row.get(key)
    found = _texts(value if isinstance(value, list) else [value])
    if not found:
        raise ValueError(f"{key} is empty")
    return found


def _word(kind: type[E], row: Mapping[str, object], key: str) -> E:
    try:
        return kind(_text(row, key))
    except ValueError as error:
        raise ValueError(f"{key} should be one of {', '.join(each.value for each in kind)}") from error
