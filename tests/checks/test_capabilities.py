"""Capabilities: each that is added has one rule, and what is kept is told."""

import json

import pytest
from tests.checks.isolation import failures, framed, rules_of, said_of, unmeasured, wrong_in

from plimsoll.checks.workload.capabilities import DEFAULTS
from plimsoll.model.rule import Rule

RULES = rules_of("capabilities.toml")
ADDED = {name: rule for name, rule in RULES.items() if rule.fact == "capabilities_added"}
KEPT = {name: rule for name, rule in RULES.items() if rule.logic}

# capabilities(7), Linux 6.
EVERY = (
    *("AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN"),
    *("DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE"),
    *("LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST"),
    *("NET_RAW", "PERFMON", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT"),
    *("SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME"),
    *("SYS_TTY_CONFIG", "WAKE_ALARM", "ALL"),
)
# Pod Security Standards, baseline: what may be added.
BASELINE = {
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP"),
    *("SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
}


def failing(rules: dict[str, Rule], platform: str, text: str) -> list[str]:
    return [name for name, rule in rules.items() if failures(platform, text, rule)]


def added(name: str) -> str:
    return f"securityContext:\n  capabilities:\n    add: [{name}]"


def dropped(*names: str) -> str:
    return f"securityContext:\n  capabilities:\n    drop: [{', '.join(names)}]"


def test_examples_hold() -> None:
    assert wrong_in("capabilities.toml") == []


@pytest.mark.parametrize("name", EVERY)
def test_each_capability_that_is_added_has_exactly_one_rule(name: str) -> None:
    assert len(failing(ADDED, "kubernetes", added(name))) == 1


@pytest.mark.parametrize("name", EVERY)
def test_the_baseline_standard_is_named_by_what_it_forbids(name: str) -> None:
    (rule,) = failing(ADDED, "kubernetes", added(name))
    assert ("pss:baseline/capabilities" in RULES[rule].references) is (name not in BASELINE)


@pytest.mark.parametrize("name", EVERY)
def test_the_restricted_standard_lets_only_low_ports_be_added(name: str) -> None:
    (rule,) = failing(ADDED, "kubernetes", added(name))
    assert ("pss:restricted/capabilities" in RULES[rule].references) is (name != "NET_BIND_SERVICE")


@pytest.mark.parametrize("spelling", ["CAP_SYS_ADMIN", "cap_sys_admin", "sys_admin"])
@pytest.mark.parametrize("platform", ["compose", "swarm", "run", "marathon", "inspect"])
def test_spellings_of_engines_are_one(platform: str, spelling: str) -> None:
    parameters = [{"key": "cap-add", "value": spelling}]
    texts = {
        "compose": f"cap_add: [{spelling}]",
        "swarm": f"cap_add: [{spelling}]",
        "run": f"--cap-add {spelling}",
        "marathon": json.dumps({"container": {"docker": {"parameters": parameters}}}),
        "inspect": json.dumps({"HostConfig": {"CapAdd": [spelling]}}),
    }
    assert failing(ADDED, platform, texts[platform]) == ["capability-sys-admin"]


def test_each_entry_fails_where_it_stands() -> None:
    text = "securityContext:\n  capabilities:\n    add: [MAC_ADMIN, KILL, BPF]"
    found = failures("kubernetes", text, RULES["capability-of-host"])
    assert found == [
        ("spec.containers[0].securityContext.capabilities.add[0]", "MAC_ADMIN"),
        ("spec.containers[0].securityContext.capabilities.add[2]", "BPF"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("image: a:1", ["no-capabilities-dropped", "raw-sockets-kept"]),
        (dropped("ALL"), []),
        (dropped("all"), []),
        (dropped("NET_RAW"), ["capabilities-partly-dropped"]),
        (dropped("KILL"), ["capabilities-partly-dropped", "raw-sockets-kept"]),
        (dropped(*sorted(DEFAULTS)), ["capabilities-dropped-by-name"]),
        (dropped(*sorted(DEFAULTS - {"NET_RAW"})), ["capabilities-partly-dropped", "raw-sockets-kept"]),
    ],
)
def test_what_is_kept_is_told_once(text: str, expected: list[str]) -> None:
    assert failing(KEPT, "kubernetes", text) == expected


def test_the_place_of_what_is_lacking_is_the_end_of_the_list() -> None:
    found = failures("kubernetes", dropped("KILL", "MKNOD"), RULES["raw-sockets-kept"])
    assert found == [("spec.containers[0].securityContext.capabilities.drop[2]", "")]


def test_what_is_kept_is_named() -> None:
    text = dropped(*sorted(DEFAULTS - {"CHOWN", "KILL"}))
    ((_, value),) = failures("kubernetes", text, RULES["capabilities-partly-dropped"])
    assert value == "CHOWN, KILL"


def test_an_entry_with_a_template_is_not_measured() -> None:
    text = dropped("KILL", "'{{ .Values.drop }}'")
    assert failures("kubernetes", text, RULES["raw-sockets-kept"]) == []
    assert unmeasured("kubernetes", text, RULES["raw-sockets-kept"])


def test_all_beside_a_template_is_enough() -> None:
    text = dropped("ALL", "'{{ .Values.drop }}'")
    assert [said_of(framed("kubernetes", text), rule) for rule in KEPT.values()] == [[], [], [], []]


def test_windows_has_no_capabilities() -> None:
    text = "spec:\n  nodeSelector:\n    kubernetes.io/os: windows"
    assert failing(KEPT, "kubernetes", text) == []
