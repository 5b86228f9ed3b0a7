"""The reference pages of rules, made from their rows, so that they cannot lag behind them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from plimsoll.model.rule import Example, Rule

PEERS = {
    "cis-docker": "CIS Docker Benchmark 1.8.0",
    "cis-kubernetes": "CIS Kubernetes Benchmark 1.12",
    "pss": "Pod Security Standards",
    "nsa": "NSA and CISA, Kubernetes Hardening Guide",
    "kubescape": "kubescape",
    "trivy": "trivy",
    "checkov": "checkov",
    "polaris": "polaris",
}
"""What references are named after, with the titles of those lists; the first word of a reference is its key."""

_LANGUAGES = {"inspect": "json", "marathon": "json", "run": "sh"}
_NUMBERS = re.compile(r"(\d+)")


def rule_pages(rules: Sequence[Rule], titles: Mapping[str, str]) -> dict[str, str]:
    """Give a page for each group of rules, and an index of all of them, by file name.

    A group is a file of rows; `titles` says what each is about, by the file's name.
    """
    groups: dict[str, list[Rule]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.origin, -rule.severity.rank, rule.id)):
        groups.setdefault(rule.origin, []).append(rule)
    pages = {page_of(origin): _page(titles[origin], group) for origin, group in groups.items()}
    return pages | {"index.md": _index(groups, titles)}


def page_of(origin: str) -> str:
    """Name the page of a file of rows."""
    return origin.removesuffix(".toml").replace("_", "-") + ".md"


def _index(groups: Mapping[str, Sequence[Rule]], titles: Mapping[str, str]) -> str:
    count = sum(map(len, groups.values()))
    lines = [
        "# Rules\n",
        f"All {count} rules, by what they are about. Each holds on every platform that it names: it is written once.",
        "`plimsoll check show RULE` shows one of them on a terminal, `plimsoll check list --format json` all of them",
        "for tools. [What other tools call them](../peers-rules.md).\n",
    ]
    for origin, group in groups.items():
        rows = [(_link(rule, page_of(origin)), rule.title, rule.severity, ", ".join(rule.platforms)) for rule in group]
        lines += [f"## {titles[origin]}\n", table(("Rule", "What it says", "Severity", "Platforms"), rows)]
    return "\n".join(lines)


def _page(title: str, group: Sequence[Rule]) -> str:
    return "\n".join([f"# {title}\n", *map(_section, group), "[All rules](index.md)\n"])


def _section(rule: Rule) -> str:
    facts = [
        ("Severity", f"{rule.severity}, {rule.likelihood}"),
        ("Platforms", ", ".join(rule.platforms)),
        ("Limits", ", ".join(rule.threats)),
        ("The same elsewhere", ", ".join(f"`{each}`" for each in rule.references) or "nothing that is known"),
    ]
    blocks = [
        f"## {rule.id}",
        f"{plain(rule.title)}.",
        "\n".join(f"- {name}: {value}" for name, value in facts),
        plain(rule.why),
        f"**Fix.** {plain(rule.remedy.text)}{_by_itself(rule)}",
        *_examples("Fails", [each for each in rule.examples if not each.good]),
        *_examples("Passes", [each for each in rule.examples if each.good]),
    ]
    return "\n\n".join(blocks) + "\n"


def _by_itself(rule: Rule) -> str:
    return " `--fix` writes it." if rule.remedy.safe else ""


def _examples(title: str, examples: Iterable[Example]) -> Iterator[str]:
    for each in sorted(examples, key=lambda example: example.platform):
        yield f"{title}, {each.platform}:"
        yield block(each.text, _LANGUAGES.get(each.platform, "yaml"))


def block(text: str, language: str) -> str:
    """Give a block of code that its own content cannot end."""
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    body = text.strip("\n")
    return f"{fence}{language}\n{body}\n{fence}"


def peers_page(rules: Sequence[Rule], uncovered: Iterable[tuple[str, str]]) -> str:
    """Give the page of what other lists ask for, with our rules, and what no rule of ours is about and why.

    `uncovered` are references, each with its reason.
    """
    ours: dict[str, dict[str, list[Rule]]] = {peer: {} for peer in PEERS}
    for rule in rules:
        for reference in rule.references:
            peer, _, name = reference.partition(":")
            ours.setdefault(peer, {}).setdefault(name, []).append(rule)
    parts = [
        "# Rules of other tools and benchmarks\n",
        "What others ask for, and the rules of ours that are about it. `plimsoll check show checkov:CKV_K8S_16` finds",
        "ours by their name.\n",
    ]
    for peer, named in ours.items():
        rows = [
            (f"`{name}`", ", ".join(_from_outside(rule) for rule in named[name])) for name in sorted(named, key=order)
        ]
        parts += [f"## {PEERS.get(peer, peer)}\n", table(("Theirs", "Ours"), rows)]
    return "\n".join([*parts, *_not_covered(uncovered)])


def _not_covered(uncovered: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield "## Not covered\n"
    yield "Rules of theirs that no rule of ours is about: what they judge stands in no configuration, or is no question"
    yield "of security.\n"
    by_peer: dict[str, list[tuple[str, str]]] = {}
    for reference, reason in uncovered:
        peer, _, name = reference.partition(":")
        by_peer.setdefault(peer, []).append((f"`{name}`", reason))
    for peer, rows in sorted(by_peer.items()):
        yield f"### Not covered: {PEERS.get(peer, peer)}\n"
        yield table(("Theirs", "Why"), sorted(rows, key=lambda row: order(row[0])))


def order(name: str) -> list[tuple[int, str]]:
    """Give a key by which `5.10` stands after `5.9`."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _NUMBERS.split(name) if part]


def _link(rule: Rule, page: str) -> str:
    return f"[{rule.id}]({page}#{rule.id})"


def _from_outside(rule: Rule) -> str:
    return _link(rule, f"rules/{page_of(rule.origin)}")


def plain(text: str) -> str:
    """Give a text in one line, without what would be a tag or a link."""
    return " ".join(text.split()).replace("<", "&lt;").replace("](", "] (")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
