"""Observe all layers of a target: recalled where they were read before, else read in parallel threads."""

import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from threading import Event, Lock

from plimsoll.errors import HostileInputError, LimitError, PlimsollError
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.limits import Limits
from plimsoll.trees.bounded import MOST_COPIES, MOST_TEXT
from plimsoll.trees.memory import LayerMemory
from plimsoll.trees.observe import Deadline, LayerObservation, Plan
from plimsoll.trees.source import Advance, Layer
from plimsoll.trees.tree import Content

_TURN = 0.0005
"""Seconds that a thread keeps the interpreter while others wait; hashing a piece takes about twice as long."""


Choose = Callable[[], Mapping[str, Ecosystem]]
"""Gives the plug-ins that are to look at a target; loading them takes longer than recalling what they saw."""


class LayerReader:
    """Reads layers with one set of plug-ins, memory, limits and deadline."""

    def __init__(self, choose: Choose, memory: LayerMemory, limits: Limits, *, verify: bool = False) -> None:
        """Make a reader; `choose` gives the plug-ins, and is asked only if a layer has to be looked at.

        `verify` reads and verifies every layer although the memory could answer.
        """
        self._choose = choose
        self.limits = limits
        self.memory = memory
        self._verify = verify
        self._deadline = Deadline.after(limits)
        self._stop = Event()
        self._lock = Lock()
        self._entries = self._packages = self._text = 0

    @cached_property
    def ecosystems(self) -> Mapping[str, Ecosystem]:
        """The plug-ins that look at layers."""
        return self._choose()

    def observe(self, layers: Sequence[Layer], advance: Advance) -> list[LayerObservation]:
        """Give what is known of each layer, in the order given. Raises the first error of any layer."""
        seen: dict[int, LayerObservation] = {}
        for number, layer in enumerate(layers):
            known, missing = self._recall(layer)
            if known is not None and not missing:
                seen[number] = known
                advance(layer.size)
        unread = sorted((n for n in range(len(layers)) if n not in seen), key=lambda n: -layers[n].size)
        if len(unread) == 1:
            seen[unread[0]] = self._read(layers[unread[0]], advance)
        elif unread:
            seen.update(self._read_all(layers, unread, advance))
        return [seen[number] for number in range(len(layers))]

    def read(self, layer: Layer, wanted: Collection[Content]) -> dict[Content, bytes]:
        """Read some files of a layer again."""
        return layer.read(wanted, self.limits, self.check)

    def verified(self, layers: Sequence[Layer]) -> tuple[str, ...] | None:
        """Give the diff ids of all layers where each was verified for this very file before; else None."""
        found = tuple(self._verified(layer) for layer in layers)
        return found if all(found) else None

    def _verified(self, layer: Layer) -> str:
        """Give the diff id that was verified for this very file, if it is what this manifest claims, too."""
        identity = layer.identity
        if identity is None or self._verify:
            return ""
        digest, diff_id = self.memory.verified(identity)
        claim = layer.claim
        holds = claim.diff_id in {"", diff_id} and claim.digest in {"", digest}
        return diff_id if holds else ""

    def _recall(self, layer: Layer) -> tuple[LayerObservation | None, set[str]]:
        """Give what is remembered of a layer whose digest was verified, and the plug-ins that lack facts."""
        diff_id = self._verified(layer)
        return self.memory.recall(diff_id, self.ecosystems) if diff_id else (None, set(self.ecosystems))

    def _read_all(
        self, layers: Sequence[Layer], numbers: Sequence[int], advance: Advance
    ) -> dict[int, LayerObservation]:
        """Read layers, largest first; hashing, inflating and reading release the interpreter."""
        from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

        workers = min(len(numbers), max(2, min(8, os.cpu_count() or 1)))
        with _quick_turns(), ThreadPoolExecutor(workers, thread_name_prefix="layer") as pool:
            tasks = {pool.submit(self._read, layers[n], advance): n for n in numbers}
            try:
                done, _ = wait(tasks, return_when=FIRST_EXCEPTION)
                if any(task.exception() for task in done):
                    self._stop.set()
            except BaseException:
                self._stop.set()
                raise
            for task in sorted(done, key=lambda task: tasks[task]):
                error = task.exception()
                if error is not None and not isinstance(error, _StoppedError):
                    raise error
            return {number: task.result() for task, number in tasks.items()}

    def _read(self, layer: Layer, advance: Advance) -> LayerObservation:
        """Read a layer with the plug-ins whose facts are missing, and join that with what is remembered."""
        known, missing = self._recall(layer)
        wanted = {name: plugin for name, plugin in self.ecosystems.items() if name in missing}
        before = layer.identity
        plan = Plan(ecosystems=wanted, limits=self.limits)
        try:
            seen = layer.observe(plan, self.check, advance)
        except OSError as error:
            raise HostileInputError(f"{layer.what} cannot be read: {error.strerror}") from error
        finally:
            plan.large.release()
        self._count(seen, plan.room.used)
        self.memory.keep(seen, wanted)
        if before is not None and layer.identity == before:
            self.memory.trust(before, layer.claim.digest, seen.diff_id)
        if known is None or known.diff_id != seen.diff_id:
            return seen
        return replace(seen, facts={**known.facts, **seen.facts})

    def _count(self, seen: LayerObservation, text: int) -> None:
        """Bound what all layers come to, as soon as each is read."""
        with self._lock:
            self._entries += len(seen.index.names)
            self._text += text
            self._packages += sum(
                len(observed.packages) for facts in seen.facts.values() for observed in facts.values()
            )
        if self._entries > self.limits.entries:
            raise LimitError("entries", self.limits.entries, "all layers together")
        if self._packages > MOST_COPIES * self.limits.packages:
            raise LimitError("packages", self.limits.packages, "the package databases of all layers together")
        if self._text > 2 * MOST_TEXT:
            raise HostileInputError(
                f"what is said of the files of all layers is over {2 * MOST_TEXT} characters",
                advice="Scan folders of it on their own: plimsoll scan dir:FOLDER",
            )

    def check(self) -> None:
        """Raise when work must stop: time is up, or another layer failed."""
        if self._stop.is_set():
            raise _StoppedError("another layer failed")
        self._deadline.check("reading the target")


@contextmanager
def _quick_turns() -> Iterator[None]:
    """Let threads that come back from hashing wait less for the interpreter: their next piece is soon done again."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class _StoppedError(PlimsollError):
    """The layer is not needed any more, because another one failed."""
