"""Every rule: its examples hold, its references are well formed, and no input, however bad, makes it fail itself."""

import re
from collections.abc import Iterator
from random import Random

import pytest
from tests.acceptance.labels import manifests
from tests.checks.test_references import FORMS

from plimsoll.checks.catalogue import COMPILED, compiled, row_files, rules
from plimsoll.checks.judge import OWN_FAULT, Judge
from plimsoll.documents.document import read_documents
from plimsoll.documents.errors import DocumentError
from plimsoll.model.estate import Estate
from plimsoll.model.rule import Rule
from plimsoll.pipeline.estate import estate_of, platforms
from plimsoll.pipeline.examples import wrong_examples
from plimsoll.pipeline.remedies import snippet

RULES = rules()
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
WRONG: tuple[object, ...] = (
    *(None, "", "x", "a:b", "/", "{{ x }}", "${X}", "\0", "99999999999999999999", "1e999999"),
    *(0, 1, -1, 1.5, 10**30, True, [], {}, [None], [[]], [{}], [1], ["a"], {"a": None}, {"a": {}}, {"": ""}),
)
"""What is put in place of values: whatever the rules of a schema forbid."""

MUTATIONS = 1500
"""Mutated documents that are judged by all rules: some seconds."""


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_examples_of_a_rule_hold(rule: Rule) -> None:
    assert not list(wrong_examples([rule]))


def test_ids_are_slugs_and_words_are_there() -> None:
    for rule in RULES.values():
        assert SLUG.fullmatch(rule.id), rule.id
        assert rule.title.strip(), rule.id
        assert rule.why.strip(), rule.id
        assert rule.remedy.text.strip(), rule.id
        assert rule.threats, rule.id
        assert set(rule.platforms) <= set(platforms()), rule.id


def test_the_compiled_rules_are_those_of_the_rows() -> None:
    from importlib.resources import files

    assert files("plimsoll.checks").joinpath(COMPILED).read_bytes() == compiled(row_files()), "run: make rules"


def test_references_are_well_formed_and_said_once() -> None:
    for rule in RULES.values():
        assert len(set(rule.references)) == len(rule.references), rule.id
        for reference in rule.references:
            scheme, _, name = reference.partition(":")
            assert re.fullmatch(FORMS[scheme], name), (rule.id, reference)


def test_every_failure_has_a_fix_in_the_syntax_of_its_platform() -> None:
    for rule in RULES.values():
        for platform in rule.platforms:
            if not rule.remedy.remove:
                assert snippet(rule, platform), (rule.id, platform)


def test_no_rule_fails_on_any_labelled_manifest() -> None:
    judge = Judge(RULES.values())
    for path, data in manifests().items():
        assert not faults(judge, estate_of([(path, data)])), path


def test_no_rule_fails_on_its_own_examples_with_values_of_wrong_kinds() -> None:
    assert_no_fault(
        [
            (example.platform, platforms()[example.platform].frame(example.text))
            for rule in RULES.values()
            for example in rule.examples
        ]
    )


def test_no_rule_fails_on_labelled_manifests_with_values_of_wrong_kinds() -> None:
    assert_no_fault([("", data) for data in manifests().values()])


def assert_no_fault(texts: list[tuple[str, bytes]]) -> None:
    """Judge documents of which up to three values were replaced; the same ones each time."""
    judge, random = Judge(RULES.values()), Random(1)
    seeds = [(platform, root, places) for platform, data in texts for root, places in roots(data) if places]
    for _ in range(MUTATIONS):
        platform, root, places = random.choice(seeds)
        for _ in range(random.randint(1, 3)):
            root = replaced(root, random.choice(places), random.choice(WRONG))
        assert not faults(judge, estate_of([("mutated", as_text(root, random))], platform)), (platform, root)


def roots(data: bytes) -> Iterator[tuple[object, list[tuple[str | int, ...]]]]:
    try:
        documents = list(read_documents("seed", data))
    except DocumentError:
        return
    for document in documents:
        yield document.root, list(places_in(document.root))


def places_in(root: object) -> Iterator[tuple[str | int, ...]]:
    waiting: list[tuple[object, tuple[str | int, ...]]] = [(root, ())]
    while waiting:
        value, at = waiting.pop()
        steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        inner = [(each, (*at, step)) for step, each in steps]
        waiting += inner
        yield from (place for _, place in inner)


def replaced(value: object, at: tuple[str | int, ...], new: object) -> object:
    """Give a copy in which one value is another; where an earlier change took the place away, the same."""
    if not at:
        return new
    step, *rest = at
    if isinstance(value, dict) and step in value:
        return {**value, step: replaced(value[step], tuple(rest), new)}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [*value[:step], replaced(value[step], tuple(rest), new), *value[step + 1 :]]
    return value


def as_text(root: object, random: Random) -> bytes:
    """Write a document as JSON, or in a way that only YAML has, where all scalars are text."""
    import json

    text = json.dumps(root).encode()
    return text if random.random() < 1 / 2 else b"# YAML\n" + text


def faults(judge: Judge, estate: Estate) -> list[str]:
    return [
        f"{judgement.rule.id}: {judgement.verdict.reason}"
        for judgement in judge.judge(estate)
        if judgement.verdict.reason.startswith(OWN_FAULT)
    ]
