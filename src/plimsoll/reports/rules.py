"""Rules for people and for tools: the list, one rule as a page, and its JSON."""

from collections.abc import Iterable, Sequence

from plimsoll.model.reporting import Style
from plimsoll.model.rule import Example, Rule

_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def node(rule: Rule) -> dict[str, object]:
    """Give a rule as JSON: what tools rely on first."""
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "platforms": rule.platforms,
        "threats": rule.threats,
        "references": rule.references,
        "likelihood": rule.likelihood,
        "on": rule.on,
        "why": rule.why,
        "fix": {
            "text": rule.remedy.text,
            "set": rule.remedy.set,
            "remove": rule.remedy.remove,
            "safe": rule.remedy.safe,
        },
        "examples": [{"platform": each.platform, "good": each.good, "text": each.text} for each in rule.examples],
    }


_WIDE = 140
"""Columns from which on a list has room for the platforms, too."""


def listed(every: Sequence[Rule], style: Style) -> str:
    """Give the list for people: a line each, and how many there are. Narrow ones leave the platforms out."""
    room = style.width
    rows = [("RULE", "SEVERITY", "PLATFORMS", "SUBJECT")]
    rows += [(rule.id, rule.severity.value, " ".join(rule.platforms), rule.title) for rule in every]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    shown_columns = (0, 1, 2) if room >= _WIDE else (0, 1)
    lines = ["  ".join([*(f"{row[each]:{widths[each]}}" for each in shown_columns), row[3]]) for row in rows]
    head, *cut = [line if len(line) <= room else f"{line[: room - 1]}…" for line in lines]
    return (
        "\n".join([_marked(head, _DIM, style), *cut, "", f"{len(every)} rules; plimsoll check show RULE says more."])
        + "\n"
    )


def shown(rule: Rule, style: Style) -> str:
    """Give one rule as a page of text."""
    blocks = [
        _marked(f"{rule.id}: {rule.title}", _BOLD, style),
        f"{rule.severity}, {rule.likelihood}; on {', '.join(rule.platforms)}; limits {', '.join(rule.threats)}",
        f"Why: {_in_one_line(rule.why)}",
        f"Fix: {_in_one_line(rule.remedy.text)}",
        *_examples("Bad", (each for each in rule.examples if not each.good)),
        *_examples("Good", (each for each in rule.examples if each.good)),
        "References: " + (", ".join(rule.references) or "none"),
    ]
    return "\n\n".join(blocks) + "\n"


def _examples(title: str, examples: Iterable[Example]) -> Iterable[str]:
    for each in examples:
        text = "\n".join(f"    {line}" for line in each.text.strip("\n").splitlines())
        yield f"{title}, {each.platform}:\n{text}"


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _marked(text: str, mark: str, style: Style) -> str:
    return f"{mark}{text}{_PLAIN}" if style.colour else text
