"""Rules: what a workload or a resource should be like, written once for every platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from plimsoll.model.check import CheckState
from plimsoll.model.fact import Place
from plimsoll.model.severity import Severity


class Threat(StrEnum):
    """What a rule limits: the threats of the field, each mapped to what detects and what limits it."""

    KERNEL_EXPLOIT = "kernel-exploit"
    ESCAPE = "escape"
    PRIVILEGE_ESCALATION = "privilege-escalation"
    LATERAL_MOVEMENT = "lateral-movement"
    BLAST_RADIUS = "blast-radius"
    RESOURCE_EXHAUSTION = "resource-exhaustion"
    SECRET_THEFT = "secret-theft"  # noqa: S105 - a threat, not a password
    COMMAND_INJECTION = "command-injection"
    ZERO_DAY = "zero-day"
    POLLUTED_IMAGE = "polluted-image"


class Likelihood(StrEnum):
    """How directly what fails can be used, which decides its factor in the score (design, idea 4)."""

    EXPOSURE = "exposure"
    HARDENING = "hardening"

    @property
    def factor(self) -> float:
        """The factor: directly usable exposure counts in full, missing hardening a fifth."""
        return 1.0 if self is Likelihood.EXPOSURE else 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What mends it: in words, and as facts to `set` where that is mechanical.

    `set` gives values to facts, which each platform spells in its own syntax; `remove` takes the failing entry away.
    `safe` says that software which works goes on working, so that `--fix` may write it.
    """

    text: str
    set: Mapping[str, object] = field(default_factory=dict)
    remove: bool = False
    safe: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A piece of configuration on which the rule fails (`good` false) or passes."""

    platform: str
    text: str
    good: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: what is asked of what, why, and what mends it.

    `on` says what is judged: `container`, `workload`, `estate` (everything that was read, together), or kinds of
    resources (`Role`). `each` names a tuple of it whose elements are judged one by one (`mounts`). `fact` is the
    attribute that `expect` is about, as dotted names; `where` are expectations that must hold, by fact, for the rule
    to apply at all. `logic` names a function instead of `fact` and `expect` (`module.function` in checks/workload/).
    `message` is what a failure says, with `{value}` for the value found; the title where it is empty.
    """

    id: str
    title: str
    severity: Severity
    likelihood: Likelihood
    why: str
    remedy: Remedy
    on: tuple[str, ...]
    platforms: tuple[str, ...]
    threats: tuple[Threat, ...]
    references: tuple[str, ...] = ()
    each: str = ""
    fact: str = ""
    expect: Mapping[str, object] = field(default_factory=dict)
    where: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    logic: str = ""
    message: str = ""
    examples: tuple[Example, ...] = ()
    origin: str = ""


class Verdict(NamedTuple):
    """What logic says of one thing that fails, or (`state`) could not be measured. Nothing said is a pass.

    `detail` tells several failures of one rule on one container apart (a path, a port) and goes into the finding's
    id, so it must not change when lines move. `document` is that of the failing object where the whole estate is
    judged, with `subject` its key, `Kind/namespace/name[/container]`.
    """

    at: Place
    value: str = ""
    detail: str = ""
    expected: str = ""
    state: CheckState = CheckState.FAIL
    reason: str = ""
    document: int = -1
    subject: str = ""


class Judgement(NamedTuple):
    """What one rule says of one subject. `subject` is `Kind/namespace/name`, `container` the one of it, if of one."""

    rule: Rule
    subject: str
    document: int
    container: str
    state: CheckState
    verdict: Verdict
