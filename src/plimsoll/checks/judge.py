"""The judge: every rule on everything that it is about. The only place that turns facts into states."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import islice
from typing import cast

from plimsoll.checks.row_logic import logic_of_row
from plimsoll.checks.workload.components import PREFIX, component_of, components_of
from plimsoll.errors import PlimsollError
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.model.fact import UnknownFactError
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Judgement, Rule, Verdict
from plimsoll.model.workload import Workload

CONTAINER, WORKLOAD, ESTATE = "container", "workload", "estate"
LOGIC = "plimsoll.checks.workload"

OWN_FAULT = "the rule itself failed, which is a fault of Plimsoll"

KINDS = frozenset(
    {
        *("Pod", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet", "Job", "CronJob"),
        *("PodTemplate", "DeploymentConfig", "Rollout", "Sandbox", "SandboxTemplate"),
        *("ComposeService", "SwarmService", "App", "Container"),
    }
)
"""The kinds of workloads that rules may name beside kinds of resources."""

Logic = Callable[..., Iterable[Verdict]]
"""`f(container, workload, estate)`, `f(workload, estate)`, `f(resource, estate)` or `f(estate)`, as `on` says."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A rule made ready to judge."""

    rule: Rule
    logic: Logic


_PASSED = Verdict(())

MOST_VERDICTS = 1000
"""Answers of one rule about one container or object that are kept: a hostile list of capabilities has a million."""

_MORE = f"it answers in more than {MOST_VERDICTS} places, of which only the first are told"


class Judge:
    """Judges estates by some rules; making one compiles them."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """Make rules ready. Raises PlimsollError where one names logic or a word that is not there."""
        ready = [_Ready(rule, _logic_of(rule)) for rule in rules]
        self._on_estate = [each for each in ready if each.rule.on == (ESTATE,)]
        self._by_platform: dict[tuple[str, str], list[_Ready]] = {}
        for each in ready:
            for platform in each.rule.platforms:
                for kind in each.rule.on:
                    self._by_platform.setdefault((platform, kind), []).append(each)
        self._with_components = {platform for platform, kind in self._by_platform if kind.startswith(PREFIX)}

    def judge(self, estate: Estate) -> list[Judgement]:
        """Judge everything in an estate; each failure is one judgement, and each pass of a rule on a subject one."""
        found: list[Judgement] = []
        for workload in estate.workloads:
            self._workload(workload, estate, found)
        for resource in estate.resources:
            for each in self._by_platform.get((resource.platform, resource.kind), ()):
                _judge(each, resource, "", (resource, estate), found)
            self._configured(resource, estate, found)
        platforms = estate.platforms
        for each in self._on_estate:
            if platforms.intersection(each.rule.platforms):
                _judge_together(each, estate, found)
        return found

    def _workload(self, workload: Workload, estate: Estate, found: list[Judgement]) -> None:
        platform = workload.platform
        for each in self._by_platform.get((platform, WORKLOAD), ()):
            _judge(each, workload, "", (workload, estate), found)
        if workload.kind in KINDS:  # A pod may hide in an object of any kind, which rules on that kind do not expect.
            for each in self._by_platform.get((platform, workload.kind), ()):
                if WORKLOAD not in each.rule.on:
                    _judge(each, workload, "", (workload, estate), found)
        for container in workload.containers:
            arguments = (container, workload, estate)
            for each in self._by_platform.get((platform, CONTAINER), ()):
                _judge(each, workload, container.name, arguments, found)
        self._components(workload, estate, found)

    def _components(self, workload: Workload, estate: Estate, found: list[Judgement]) -> None:
        """Judge the containers that run a component of Kubernetes itself."""
        if workload.platform not in self._with_components:
            return
        for container in workload.containers:
            component = component_of(container)
            if component is not None:
                for each in self._by_platform.get((workload.platform, PREFIX + component.name), ()):
                    _judge(each, workload, container.name, (component, workload, estate), found)

    def _configured(self, resource: Resource, estate: Estate, found: list[Judgement]) -> None:
        """Judge the objects that configure a component."""
        if resource.platform not in self._with_components:
            return
        for component in components_of(resource):
            for each in self._by_platform.get((resource.platform, PREFIX + component.name), ()):
                _judge(each, resource, "", (component, resource, estate), found)


def _judge(
    ready: _Ready,
    subject: Workload | Resource,
    container: str,
    arguments: tuple[object, ...],
    found: list[Judgement],
) -> None:
    verdicts = _verdicts(ready, arguments, MOST_VERDICTS)
    key, document = subject.key, subject.document
    if not verdicts:
        found.append(Judgement(ready.rule, key, document, container, CheckState.PASS, _PASSED))
    found += (Judgement(ready.rule, key, document, container, verdict.state, verdict) for verdict in verdicts)


def _judge_together(ready: _Ready, estate: Estate, found: list[Judgement]) -> None:
    verdicts = _verdicts(ready, (estate,))
    if not verdicts:
        found.append(Judgement(ready.rule, "", -1, "", CheckState.PASS, _PASSED))
    found += (Judgement(ready.rule, each.subject, each.document, "", each.state, each) for each in verdicts)


def _verdicts(ready: _Ready, arguments: tuple[object, ...], most: int | None = None) -> list[Verdict]:
    """Ask a rule. What it cannot know, and a rule that fails itself, is not measured; the other rules go on."""
    found: list[Verdict] = []
    try:
        answers = iter(ready.logic(*arguments))
        found.extend(islice(answers, most))  # What was said before an error stays.
        if len(found) == most and next(answers, None) is not None:
            found.append(Verdict((), reason=_MORE, state=CheckState.NOT_MEASURED))
    except UnknownFactError as error:
        found.append(Verdict(error.at, reason=error.reason, state=CheckState.NOT_MEASURED))
    except Exception as error:  # noqa: BLE001 - objects from outside are hostile, and one rule must not end the scan
        reason = f"{OWN_FAULT}: {type(error).__name__}"
        found.append(Verdict((), reason=reason, state=CheckState.NOT_MEASURED))
    return found


def _logic_of(rule: Rule) -> Logic:
    return _named(rule.logic, rule.id) if rule.logic else logic_of_row(rule)


@cache
def _named(name: str, rule: str) -> Logic:
    module, dot, function = name.rpartition(".")
    try:
        found = getattr(import_module(f"{LOGIC}.{module}"), function)
    except (ImportError, AttributeError):
        found = None
    if not dot or not callable(found):
        raise PlimsollError(f"{rule}: there is no logic {name!r}", advice="Write module.function of checks/workload.")
    return cast("Logic", found)
