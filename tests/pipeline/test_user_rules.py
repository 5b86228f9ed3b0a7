"""Rules of one's own: the same rows, without functions."""

from pathlib import Path

import pytest

from plimsoll.errors import UsageError
from plimsoll.model.limits import Limits
from plimsoll.pipeline.estate import estate_of
from plimsoll.pipeline.examples import wrong_examples
from plimsoll.pipeline.judging import judge
from plimsoll.pipeline.user_rules import rules_of

ROW = """
[[rule]]
id = "foreign-image"
title = "An image is not from our registry"
severity = "high"
likelihood = "hardening"
on = "container"
platforms = ["compose"]
fact = "image"
expect = {{ matches = '^registry\\.example\\.com/' }}
why = "We only run what we built."
threats = ["polluted-image"]
{more}
[rule.fix]
text = "Take it from registry.example.com."
[rule.bad]
compose = "image: docker.io/library/nginx:1"
[rule.good]
compose = "image: {good}"
"""


def folder(path: Path, more: str = "", good: str = "registry.example.com/nginx:1") -> Path:
    (path / "own.toml").write_text(ROW.format(more=more, good=good), "utf-8")
    return path


def test_a_row_of_ones_own_judges(tmp_path: Path) -> None:
    own = rules_of(folder(tmp_path), Limits())
    assert list(wrong_examples(own)) == []
    estate = estate_of([("compose.yaml", b"services: {web: {image: 'quay.io/x:1'}}")])
    found = [each for each in judge(estate, "it", own).failures.findings if each.rule == "foreign-image"]
    assert [(each.id, each.location.line) for each in found] == [
        ("misconfiguration:ComposeService//web/web:foreign-image", 1)
    ]


def test_wrong_examples_are_named(tmp_path: Path) -> None:
    (line,) = wrong_examples(rules_of(folder(tmp_path, good="nginx"), Limits()))
    assert "good example for compose: it does not pass" in line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no rules"),
        ("[[rule]]\nid = 'x'", "x: it lacks bad, fix"),
        ("a = 1", "[[rule]] tables and nothing else"),
        ("[[rule]", "own.toml"),
        (ROW.format(more="logic = 'os.system'", good="x"), "either expect or logic"),
        (ROW.format(more="", good="x").replace("expect = ", "logic = 'rbac.x'\n#"), "logic is for the rules"),
        (ROW.format(more="", good="x").replace("foreign-image", "host-pid"), "two rules have the id 'host-pid'"),
        (ROW.format(more="", good="x").replace("matches", "resembles"), "'resembles' is no word"),
        (ROW.format(more="", good="x").replace('"image"', '"imag"'), "there is no imag here; there are"),
        (ROW.format(more="each = 'mounts'", good="x"), "there is no image here; there are"),
        (ROW.format(more="each = 'sails'", good="x"), "there is no image or sails here"),
        (ROW.format(more="colour = 1", good="x"), "unknown key colour"),
        (ROW.format(more="", good="x").replace('"high"', '"dire"'), "severity should be one of"),
        (ROW.format(more="", good="x").replace("'^registry", "'(registry"), "is no pattern"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    if text:
        (tmp_path / "own.toml").write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        rules_of(tmp_path, Limits())
    assert told in caught.value.message
