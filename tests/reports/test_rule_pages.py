"""The generated pages of rules: every rule once, with all that its row says; every rule of others with ours."""

import re
from dataclasses import replace

from plimsoll.checks.catalogue import row_files, rules
from plimsoll.checks.uncovered import uncovered
from plimsoll.model.rule import Example
from plimsoll.reports.rule_pages import block, order, page_of, peers_page, plain, rule_pages

RULES = list(rules().values())
TITLES = dict.fromkeys(row_files(), "A title")
PAGES = rule_pages(RULES, TITLES)


def section(rule: str) -> str:
    text = PAGES[page_of(rules()[rule].origin)]
    return text.partition(f"## {rule}\n")[2].partition("\n## ")[0]


def test_every_rule_stands_on_one_page_and_in_the_index() -> None:
    told = [name for text in PAGES.values() for name in re.findall(r"^## ([a-z0-9-]+)$", text, re.MULTILINE)]
    assert sorted(told) == sorted(rules())
    linked = re.findall(r"\]\(([a-z0-9-]+\.md)#([a-z0-9-]+)\)", PAGES["index.md"])
    assert sorted(linked) == sorted((page_of(rule.origin), rule.id) for rule in RULES)


def test_a_rule_says_all_that_its_row_says() -> None:
    for rule in RULES:
        text = section(rule.id)
        assert f"- Severity: {rule.severity}, {rule.likelihood}" in text
        assert plain(rule.why) in text
        assert plain(rule.remedy.text) in text
        assert all(f"`{reference}`" in text for reference in rule.references)
        assert all(each in text for each in (*rule.platforms, *rule.threats))
        assert all(example.text.strip("\n") in text for example in rule.examples)
        assert text.count("\nFails, ") + text.count("\nPasses, ") == len(rule.examples)


def test_what_is_worst_stands_first() -> None:
    (page,) = [page_of(rule.origin) for rule in RULES if rule.id == "privileged-container"]
    ids = re.findall(r"^## ([a-z0-9-]+)$", PAGES[page], re.MULTILINE)
    ranks = [rules()[name].severity.rank for name in ids]
    assert ranks == sorted(ranks, reverse=True)


def test_every_reference_leads_to_every_rule_that_names_it() -> None:
    text = peers_page(RULES, [(each.reference, str(each.reason)) for each in uncovered()])
    rows = dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", text, re.MULTILINE))
    for rule in RULES:
        for reference in rule.references:
            link = f"[{rule.id}](rules/{page_of(rule.origin)}#{rule.id})"
            name = reference.partition(":")[2]
            assert any(link in row for row in re.findall(rf"^\| `{re.escape(name)}` \| .*$", text, re.MULTILINE))
    for each in uncovered():
        assert rows[each.reference.partition(":")[2]] == each.reason


def test_numbers_are_in_the_order_of_numbers() -> None:
    assert sorted(["5.10", "5.9", "KSV-0017", "5.2.1", "5.2"], key=order) == ["KSV-0017", "5.2", "5.2.1", "5.9", "5.10"]


def test_an_example_does_not_end_its_own_block() -> None:
    rule = replace(RULES[0], examples=(Example(platform="compose", text="a: |\n  ```\n# b", good=True),))
    (page,) = [text for name, text in rule_pages([rule], TITLES).items() if name != "index.md"]
    assert "````yaml\na: |\n  ```\n# b\n````" in page
    assert block("x", "sh") == "```sh\nx\n```"
    assert plain("a <b>\n[c](d)") == "a &lt;b>  [c] (d)".replace("  ", " ")
