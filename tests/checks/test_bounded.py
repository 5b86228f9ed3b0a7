"""What a hostile file may make of one rule is bounded, and what was left out is said."""

from plimsoll.checks.catalogue import rules
from plimsoll.checks.judge import MOST_VERDICTS, Judge
from plimsoll.model.check import CheckState
from plimsoll.pipeline.estate import estate_of

POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: app}}\nspec: {{containers: [{{name: app, image: a, env: [{}]}}]}}\n"


def states(variables: int) -> list[CheckState]:
    env = ", ".join(f"{{name: PASSWORD_{number}, value: hunter2{number}x}}" for number in range(variables))
    estate = estate_of([("pod.yaml", POD.format(env).encode())])
    return [each.state for each in Judge([rules()["secrets-in-env"]]).judge(estate)]


def test_the_answers_of_a_rule_about_one_container_are_bounded() -> None:
    assert states(MOST_VERDICTS) == [CheckState.FAIL] * MOST_VERDICTS
    assert states(MOST_VERDICTS + 5) == [CheckState.FAIL] * MOST_VERDICTS + [CheckState.NOT_MEASURED]
