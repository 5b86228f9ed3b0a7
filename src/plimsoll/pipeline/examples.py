"""Every rule on its own examples: the bad ones must fail, the good ones pass, on each platform that it names."""

from collections.abc import Iterable, Iterator

from plimsoll.checks.judge import Judge
from plimsoll.errors import PlimsollError
from plimsoll.model.check import CheckState
from plimsoll.model.rule import Example, Judgement, Rule
from plimsoll.pipeline.estate import estate_of, platforms

HEEDED = "settings-in-target"
"""The one gap that an example may have: that settings stand beside what they are about."""


def wrong_examples(rules: Iterable[Rule]) -> Iterator[str]:
    """Say, in a line each, what is wrong with the examples of rules; nothing where all of them hold."""
    for rule in rules:
        yield from _missing(rule)
        for example in rule.examples:
            reason = _wrong(rule, example)
            if reason:
                kind = "good" if example.good else "bad"
                yield f"{rule.id} ({rule.origin}): {kind} example for {example.platform}: {reason}"


def judged_example(rule: Rule, example: Example) -> list[Judgement]:
    """Judge one example by its rule. Raises PlimsollError where it cannot be read."""
    platform = platforms().get(example.platform)
    if platform is None:
        raise PlimsollError(f"there is no platform {example.platform!r}")
    estate = estate_of([("example", platform.frame(example.text))], platform.name)
    faults = [gap.reason for gap in estate.gaps if gap.what != HEEDED]
    if faults:
        raise PlimsollError("; ".join(faults))
    if not estate.workloads and not estate.resources:
        raise PlimsollError("nothing was read of it")
    return list(Judge([rule]).judge(estate))


def _missing(rule: Rule) -> Iterator[str]:
    for good, kind in ((True, "good"), (False, "bad")):
        shown = {example.platform for example in rule.examples if example.good is good}
        for platform in sorted(set(rule.platforms) - shown):
            yield f"{rule.id} ({rule.origin}): no {kind} example for {platform}"
        for platform in sorted(shown - set(rule.platforms)):
            yield f"{rule.id} ({rule.origin}): a {kind} example for {platform}, which is not among its platforms"


def _wrong(rule: Rule, example: Example) -> str:
    try:
        judgements = judged_example(rule, example)
    except PlimsollError as error:
        return f"it cannot be judged: {error.message}"
    states = {each.state for each in judgements}
    if example.good:
        failed = [each for each in judgements if each.state is not CheckState.PASS]
        return f"it does not pass: {_told(failed)}" if failed else "" if states else "the rule was not asked"
    return "" if CheckState.FAIL in states else f"it does not fail: {_told(judgements) or 'the rule was not asked'}"


def _told(judgements: Iterable[Judgement]) -> str:
    return "; ".join(
        f"{each.subject} {each.container} {each.state} {each.verdict.value or each.verdict.reason}".strip()
        for each in judgements
    )
