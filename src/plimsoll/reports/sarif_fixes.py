"""What mends a finding, as SARIF shows it: in Markdown, with the piece of configuration to write, and as replacements.

Replacements come with a finding whose fix is mechanical. Of the others the piece to write is all that is known.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from plimsoll.model.finding import Finding, Replacement
from plimsoll.reports.text import is_address

_SIGNS = re.compile(r"([\\`*_{}\[\]()#+!|~])")
_TICKS = re.compile("`+")
_MOST_SNIPPETS = 5
"""Pieces of configuration that one rule's help shows; more of them are told with their results."""


def escaped(text: str) -> str:
    """Give text from outside so that Markdown shows it as it is, on one line."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split())).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fenced(snippet: str) -> str:
    """Give a block of code that its own content cannot end (CommonMark 0.31, section 4.5)."""
    longest = max(map(len, _TICKS.findall(snippet)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{_language(snippet)}\n{snippet}\n{fence}"


def _language(snippet: str) -> str:
    start = snippet.lstrip()
    if start.startswith(("--", "docker ", "podman ")):
        return "sh"
    return "json" if start.startswith("{") else "yaml"


def fix(finding: Finding, uri: Callable[[str], str]) -> dict[str, object]:
    """Give a fix (SARIF 3.55): the changes of each file; `uri` says how a path is written."""
    changes: dict[str, list[dict[str, object]]] = {}
    for each in finding.replacements:
        changes.setdefault(uri(each.path), []).append(_change(each))
    return {
        "description": {"text": (finding.fix or finding.title).replace("](", "] (")},
        "artifactChanges": [
            {"artifactLocation": {"uri": path}, "replacements": each} for path, each in changes.items()
        ],
    }


def _change(replacement: Replacement) -> dict[str, object]:
    region = {
        "startLine": replacement.line,
        "startColumn": replacement.column,
        "endLine": replacement.end_line,
        "endColumn": replacement.end_column,
    }
    return {"deletedRegion": region, "insertedContent": {"text": replacement.text}}


def in_markdown(finding: Finding, text: str) -> str:
    """Give the message of a result with its piece of configuration below."""
    return f"{escaped(text)}\n\n{fenced(finding.snippet)}"


def help_in_markdown(rule: str, title: str, why: str, findings: Sequence[Finding]) -> str:
    """Give what a rule asks for: why, what mends it, the pieces to write, and who else asks for it."""
    fixes = dict.fromkeys(finding.fix for finding in findings if finding.fix)
    snippets = dict.fromkeys(finding.snippet for finding in findings if finding.snippet)
    blocks = [
        f"**{escaped(title)}**",
        escaped(why),
        *(f"Fix: {escaped(fix)}" for fix in fixes),
        *map(fenced, list(snippets)[:_MOST_SNIPPETS]),
        _named(others(findings)),
        f"`plimsoll check show {rule}` has examples." if _is_plain(rule) else "",
    ]
    return "\n\n".join(filter(None, blocks))


def others(findings: Iterable[Finding]) -> list[str]:
    """Give the rules of other catalogues that say the same (`cis-docker:5.4`), in order, each once."""
    named = dict.fromkeys(each for finding in findings for each in finding.references)
    return [each for each in named if not is_address(each)]


def _named(references: Sequence[str]) -> str:
    return f"The same elsewhere: {', '.join(map(escaped, references))}" if references else ""


def _is_plain(rule: str) -> bool:
    return re.fullmatch(r"[a-z0-9-]+", rule) is not None
