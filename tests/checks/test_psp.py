"""PodSecurityPolicies: one that forbids is what a cluster needs at least."""

import pytest
from tests.checks.isolation import failures, framed, rules_of, said_of, wrong_in

RULES = rules_of("psp.toml")


def policies(*specs: str) -> str:
    return "---\n".join(
        f"apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {{name: p{number}}}\nspec: {spec}\n"
        for number, spec in enumerate(specs)
    )


def test_examples_hold() -> None:
    assert wrong_in("psp.toml") == []


def test_every_policy_that_lets_through_is_named() -> None:
    rule = RULES["psp-host-pid"]
    assert (
        failures("kubernetes", policies("{hostPID: true}", "{hostPID: true}"), rule) == [("spec.hostPID", "true")] * 2
    )
    assert said_of(framed("kubernetes", policies("{hostPID: true}", "{hostIPC: true}")), rule) == []


@pytest.mark.parametrize(
    ("strategy", "fails"),
    [
        ("{rule: RunAsAny}", True),
        ("{rule: MustRunAs}", True),
        ("{rule: MustRunAs, ranges: [{min: 0, max: 9}]}", True),
        ("{rule: MustRunAs, ranges: [{min: 1, max: 9}, {min: 0, max: 0}]}", True),
        ("{rule: MustRunAs, ranges: [{min: 1, max: 9}]}", False),
        ("{rule: MustRunAsNonRoot}", False),
        ("[]", True),
    ],
)
def test_root(strategy: str, fails: bool) -> None:  # noqa: FBT001 - a case's outcome
    assert bool(failures("kubernetes", policies(f"{{runAsUser: {strategy}}}"), RULES["psp-root"])) is fails


@pytest.mark.parametrize(
    ("dropped", "rule"),
    [
        ("[]", "psp-nothing-dropped"),
        ("[KILL]", "psp-raw-sockets-kept"),
        ("[NET_RAW]", "psp-capabilities-kept"),
        ("[net_raw, KILL]", "psp-capabilities-kept"),
        ("[ALL]", ""),
        ("[KILL, all]", ""),
    ],
)
def test_what_is_dropped_fails_at_most_one_rule(dropped: str, rule: str) -> None:
    names = ("psp-nothing-dropped", "psp-raw-sockets-kept", "psp-capabilities-kept")
    text = policies(f"{{requiredDropCapabilities: {dropped}}}")
    assert [name for name in names if failures("kubernetes", text, RULES[name])] == ([rule] if rule else [])


def test_a_cluster_without_policies_is_not_asked() -> None:
    estate = framed("kubernetes", "image: a:1")
    assert [said_of(estate, rule) for rule in RULES.values()] == [[]] * len(RULES)
