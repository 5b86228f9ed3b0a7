"""Tests of the rules on Swarm, health checks and logs."""

import pytest
from tests.checks.judging import estate, places, rules_of, states, wrong

from plimsoll.model.check import CheckState

RULES = rules_of("swarm.toml")
HEALTH = rules_of("health.toml")


@pytest.mark.parametrize("name", ["swarm.toml", "health.toml"])
def test_examples_hold(name: str) -> None:
    """Every bad example fails and every good one passes, on each platform."""
    assert wrong(name) == []


@pytest.mark.parametrize(
    ("constraint", "fails"),
    [
        ("node.role == manager", True),
        ("node.role==manager", True),
        ("node.role != worker", True),
        ("node.role == worker", False),
        ("node.role != manager", False),
        ("node.labels.zone == a", False),
    ],
)
def test_services_on_managers(constraint: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """A constraint puts a service on managers by either word."""
    made = estate("swarm", f"deploy: {{placement: {{constraints: ['{constraint}']}}}}")
    found = places(RULES["service-on-manager"], made)
    assert found == (["services.app.deploy.placement.constraints[0]"] if fails else [])
    assert places(RULES["no-placement-constraint"], made) == []


STACK = """
services:
  app:
    image: registry.example.com/app:1.0
    networks: [{name}]
networks:
  {name}: {{{says}}}
"""


@pytest.mark.parametrize(
    ("name", "says", "state"),
    [
        ("back", "driver: overlay", CheckState.FAIL),
        ("back", "driver: overlay, driver_opts: {encrypted: 'false'}", CheckState.FAIL),
        ("back", "driver: overlay, driver_opts: {encrypted: ''}", CheckState.PASS),
        ("back", "driver: overlay, driver_opts: {encrypted: 'true'}", CheckState.PASS),
        ("back", "driver: bridge", CheckState.PASS),
        ("back", "external: true", CheckState.NOT_MEASURED),
        ("default", "driver_opts: {encrypted: 'true'}", CheckState.PASS),
    ],
)
def test_overlays(name: str, says: str, state: CheckState) -> None:
    """Only an overlay that is encrypted, or no overlay, passes; what is made elsewhere is not known."""
    found = set(states(RULES["overlay-unencrypted"], estate("swarm", STACK.format(name=name, says=says))))
    assert found - {CheckState.PASS} == {state} - {CheckState.PASS}


def test_jobs_need_no_check_of_their_health() -> None:
    """A container that ends is asked about by a rule of its own, of less weight."""
    text = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: report, namespace: apps}
spec:
  jobTemplate:
    spec:
      template:
        spec: {containers: [{name: report, image: 'registry.example.com/report:1.0'}]}
"""
    made = estate("kubernetes", text)
    assert places(HEALTH["no-healthcheck-runtime"], made) == []
    assert places(HEALTH["no-liveness-probe-in-job"], made) == [
        "spec.jobTemplate.spec.template.spec.containers[0].livenessProbe"
    ]


def test_an_image_may_have_its_own_check() -> None:
    """Where Compose says nothing the image decides, and it was not read."""
    assert states(HEALTH["no-healthcheck-runtime"], estate("compose", "restart: 'no'")) == [CheckState.NOT_MEASURED]
