"""The same container, written for every platform, gives the same findings: an executed matrix.

Each case says which rules fail, and every platform must give exactly these: as far as a rule is about the platform,
and but for the differences that are listed here with their reasons. A platform that cannot say what a case is about
says why. So nothing is left out silently, and any two platforms agree.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from plimsoll.checks.catalogue import rules
from plimsoll.checks.judge import Judge
from plimsoll.model.check import CheckState
from plimsoll.pipeline.estate import estate_of, platforms
from plimsoll.pipeline.images import with_images

CASES = Path(__file__).with_name("matrix")
PLATFORMS = ("compose", "swarm", "kubernetes", "marathon", "run", "inspect")
NOTHING = frozenset(
    {
        "image-without-digest",
        "low-user-id",
        "no-capabilities-dropped",
        "no-cpu-limit",
        "no-healthcheck-runtime",
        "no-memory-limit",
        "no-new-privileges-off",
        "no-pids-limit",
        "raw-sockets-kept",
        "root-group",
        "root-user-container",
        "unapproved-registry",
        "writable-rootfs",
    }
)
"""The rules that fail where nothing is said, of an image that says nothing either."""


class Difference(NamedTuple):
    """What one platform does by default, unlike the others: a rule that fails there (or not) although nothing is said.

    It does not hold in a case that lists `unless` in its `explicit`, nor, for a failure, where the case mends it.
    """

    platform: str
    rule: str
    fails: bool
    unless: str
    reason: str


DIFFERENCES = (
    *(
        Difference(platform, "default-bridge-used", True, "network", "Docker's default is the one shared bridge")
        for platform in ("run", "inspect", "marathon")
    ),
    Difference("swarm", "restart-policy-unbounded", True, "restart", "a swarm's default is to restart without end"),
    Difference("marathon", "no-memory-limit", False, "memory", "what an app asks for is its limit: 128 MiB or more"),
    Difference("marathon", "no-cpu-limit", False, "cpu", "what an app asks for is its limit: 1 core by default"),
)


class Case(NamedTuple):
    """One container, by platform; `fails` and `unmeasured` are the rules expected."""

    name: str
    fails: frozenset[str]
    unmeasured: frozenset[str]
    mended: frozenset[str]
    explicit: frozenset[str]
    texts: Mapping[str, str]
    cannot: Mapping[str, str]
    unsaid: Mapping[str, frozenset[str]]


def cases() -> Iterator[Case]:
    yield case_of({"name": "nothing is said", **dict.fromkeys(PLATFORMS, "")})
    for path in sorted(CASES.glob("*.toml")):
        yield from map(case_of, tomllib.loads(path.read_text())["case"])


def case_of(row: dict[str, Any]) -> Case:
    mended = frozenset(row.get("mends", ()))
    fails = row["fails"] if "fails" in row else (NOTHING - mended) | frozenset(row.get("adds", ()))
    return Case(
        name=row["name"],
        fails=frozenset(fails),
        unmeasured=frozenset(row.get("unmeasured", ())),
        mended=mended,
        explicit=frozenset(row.get("explicit", ())),
        texts={platform: row[platform] for platform in PLATFORMS if platform in row},
        cannot=row.get("cannot", {}),
        unsaid={platform: frozenset(said["rules"]) for platform, said in row.get("unsaid", {}).items()},
    )
