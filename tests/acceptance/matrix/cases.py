"""The cases of the matrix: one container each, written for every platform, and the rules that fail on it."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from plimsoll.checks.catalogue import rules
from plimsoll.checks.judge import Judge
from plimsoll.model.check import CheckState
from plimsoll.model.estate import Estate
from plimsoll.pipeline.estate import estate_of, platforms
from plimsoll.pipeline.images import with_images

FOLDER = Path(__file__).parent
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
    for path in sorted(FOLDER.glob("*.toml")):
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


@cache
def judge() -> Judge:
    return Judge(rule for rule in rules().values() if len(rule.platforms) > 1)


Verdicts = Mapping[CheckState, frozenset[str]]
"""The rules by what they say."""


@cache
def judged(platform: str, text: str, *, image_is_known: bool = True) -> Verdicts:
    """Judge a text, of which nothing may be a riddle; its image says nothing."""
    estate = estate_of([("example", platforms()[platform].frame(text))], platform)
    assert len(estate.workloads) == 1
    assert not estate.gaps
    if image_is_known:
        names = [container.image.value for workload in estate.workloads for container in workload.containers]
        estate = with_images(estate, {name: {"Cmd": ["app"]} for name in names})
    return verdicts_on(estate)


def verdicts_on(estate: Estate) -> Verdicts:
    found: dict[CheckState, set[str]] = {state: set() for state in CheckState}
    for judgement in judge().judge(estate):
        found[judgement.state].add(judgement.rule.id)
    return {state: frozenset(ids) for state, ids in found.items()}
