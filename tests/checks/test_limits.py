"""Tests of the rules on limits."""

import pytest
from tests.checks.judging import estate, judged, places, rules_of, states, wrong

from plimsoll.model.check import CheckState

RULES = rules_of("limits.toml")


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes, on each platform."""
    assert wrong("limits.toml") == []


def test_the_absent_key_is_named() -> None:
    """A limit that is absent is found where it belongs."""
    made = estate("kubernetes", "image: nginx")
    assert places(RULES["no-memory-limit"], made) == ["spec.containers[0].resources.limits.memory"]
    assert places(RULES["no-cpu-limit"], made) == ["spec.containers[0].resources.limits.cpu"]
    assert places(RULES["no-cpu-request"], made) == ["spec.containers[0].resources.requests.cpu"]


INIT = """
spec:
  initContainers:
    - {name: init, image: 'registry.example.com/app:1.0'}
  containers:
    - name: app
      image: registry.example.com/app:1.0
      resources: {limits: {memory: 64Mi, cpu: 100m}}
"""


def test_init_containers_are_not_asked() -> None:
    """What only prepares a pod need not be limited."""
    for name in ("no-memory-limit", "no-cpu-limit"):
        assert places(RULES[name], estate("kubernetes", INIT)) == []


@pytest.mark.parametrize(
    ("said", "fails"),
    [
        ("nproc: -1", True),
        ("memlock: -1", True),
        ("core: -1", True),
        ("nofile: 1048577", True),
        ("nofile: {soft: 1024, hard: 2000000}", True),
        ("nofile: 1048576", False),
        ("core: 0", False),
        ("rtprio: 50", False),
        ("nproc: 512", False),
    ],
)
def test_loose_ulimits(said: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """What is lifted fails, what is tightened passes."""
    assert bool(places(RULES["ulimit-override"], estate("compose", f"ulimits: {{{said}}}"))) is fails


@pytest.mark.parametrize(
    ("policy", "fails"),
    [
        ("always", True),
        ("unless-stopped", True),
        ("on-failure", True),
        ("on-failure:6", True),
        ("on-failure:5", False),
        ("on-failure:1", False),
        ("'no'", False),
    ],
)
def test_restarts(policy: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """Only five restarts on failure, or none, pass."""
    assert bool(places(RULES["restart-policy-unbounded"], estate("compose", f"restart: {policy}"))) is fails


def test_amounts_that_were_meant_otherwise() -> None:
    """`500` CPUs and `500m` of memory are slips, and both ends of a range are asked about."""
    made = estate("kubernetes", "resources: {limits: {cpu: 500, memory: 500m}, requests: {cpu: 500m, memory: 64Mi}}")
    assert places(RULES["meaningless-cpu"], made) == ["spec.containers[0].resources.limits.cpu"]
    assert places(RULES["meaningless-memory"], made) == ["spec.containers[0].resources.limits.memory"]


def test_templates_are_not_measured() -> None:
    """A limit that a template decides is neither there nor absent."""
    made = estate("compose", "mem_limit: ${LIMIT}")
    assert states(RULES["no-memory-limit"], made) == [CheckState.NOT_MEASURED]
    assert judged(RULES["no-memory-limit"], made)[0].verdict.reason
