"""Sandboxes for agents."""

import pytest
from tests.checks.judging import estate, places, rules_of, states, wrong

from plimsoll.model.check import CheckState

RULES = rules_of("sandboxes.toml")
TEMPLATE = """
apiVersion: extensions.agents.x-k8s.io/v1beta1
kind: SandboxTemplate
metadata: {{name: python}}
spec:
  podTemplate:
    spec:
      runtimeClassName: {runtime}
      containers: [{{name: python, image: registry.example.com/python:3.11}}]
"""


def test_examples_hold() -> None:
    """Every bad example fails and every good one passes."""
    assert wrong("sandboxes.toml") == []


@pytest.mark.parametrize(
    ("runtime", "fails"),
    [
        ("gvisor", False),
        ("kata-qemu", False),
        ("kata-fc", False),
        ("runsc", False),
        ("runc", True),
        ("nvidia", True),
        ("''", True),
        ("", True),
    ],
)
def test_runtime_classes(runtime: str, fails: bool) -> None:  # noqa: FBT001 - a table
    """A class counts whose name says that it puts a kernel of its own around the pod."""
    found = places(RULES["sandbox-shares-kernel"], estate("kubernetes", TEMPLATE.format(runtime=runtime)))
    assert found == (["spec.podTemplate.spec.runtimeClassName"] if fails else [])


def test_a_template_decides() -> None:
    """A class that a template fills in is not measured."""
    made = estate("kubernetes", TEMPLATE.format(runtime="'{{ .Values.runtime }}'"))
    assert states(RULES["sandbox-shares-kernel"], made) == [CheckState.NOT_MEASURED]
