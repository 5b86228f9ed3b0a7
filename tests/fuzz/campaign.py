"""Run one target on damaged input, for a number of cases or for a time, and keep what breaks it."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.fuzz.mutate import mutated

from plimsoll.errors import PlimsollError

KEPT = Path(__file__).parents[2] / "build" / "fuzz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A parser of outside data: `run` may raise nothing but PlimsollError, whatever the bytes."""

    name: str
    seeds: tuple[bytes, ...]
    run: Callable[[bytes], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How many cases ran, how many of them were refused with a clear error, and how long the slowest took (s)."""

    target: str
    cases: int
    refused: int
    slowest: float


class CrashError(AssertionError):
    """A case that ended in something else than a result or a clear error; its input was kept in a file."""


def attempt(target: Target, data: bytes) -> bool:
    """Run one case; say whether it was refused. Raises CrashError for anything unclear."""
    try:
        target.run(data)
    except PlimsollError as error:
        if not error.message:
            raise CrashError(f"{target.name}: an error without a message") from error
        return True
    except Exception as error:
        KEPT.mkdir(parents=True, exist_ok=True)
        file = KEPT / f"{target.name}-{hashlib.sha256(data).hexdigest()[:12]}"
        file.write_bytes(data)
        raise CrashError(f"{target.name}: {type(error).__name__}: {error}; the input is in {file}") from error
    return False


def campaign(target: Target, seed: int, cases: int, seconds: float) -> Outcome:
    """Run at least `cases` cases, and more until `seconds` are over. The same seed gives the same cases."""
    random = Random(f"{target.name}:{seed}")
    started = time.monotonic()
    done = refused = 0
    slowest = 0.0
    while done < cases or time.monotonic() - started < seconds:
        data = mutated(target.seeds, random)
        before = time.perf_counter()
        refused += attempt(target, data)
        slowest = max(slowest, time.perf_counter() - before)
        done += 1
    return Outcome(target=target.name, cases=done, refused=refused, slowest=slowest)
