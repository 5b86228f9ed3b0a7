"""What a running engine runs: its containers, networks, volumes and images, and the services of its swarm.

Source: Docker Engine API 1.41 (ContainerList, ContainerInspect, NetworkInspect, VolumeList, ImageInspect, SystemInfo,
ServiceList), which Podman's compatible service follows except for Swarm. Everything is a GET.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

from plimsoll.documents.shapes import mapping, mappings, sequence, text
from plimsoll.errors import HostileInputError, LimitError, PlimsollError, TargetError
from plimsoll.model.estate import Position
from plimsoll.model.fact import Place
from plimsoll.model.gap import Gap
from plimsoll.model.limits import Limits
from plimsoll.model.wording import counted
from plimsoll.sources.engine_client import Engine

CONNECTIONS = 4
"""Questions that are asked at once: engines answer one after another soon enough, and have other work."""

_NAME = re.compile(r"[\w][\w.:@/+-]{0,511}", re.ASCII)
"""Ids and names as engines give them; anything else is not put into a question."""

_ADVICE = "Ask as a user who may read it, or once the engine is less busy."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A document that an engine reported: parsed, without text, so that nothing in it has a line.

    `platform` says who reads it: `inspect` or `swarm`. `root` is an array of inspected objects.
    """

    platform: str
    root: Sequence[object]
    path: str = ""

    def position(self, at: Place) -> Position | None:  # noqa: ARG002 - there is no text, whatever the place
        """Give nothing."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What an engine runs. `images` are the configurations of images (`User`, `Healthcheck` …) by the name in use."""

    documents: tuple[Reported, ...]
    images: Mapping[str, Mapping[str, object]]
    gaps: tuple[Gap, ...] = ()


def live_texts(engine: Engine, limits: Limits) -> Live:
    """Read everything that an engine runs, created or running. What it refuses becomes a gap, without a subject.

    Raises TargetError where it does not even list its containers, LimitError where that list is too long.
    """
    asking = _Asking(engine, limits)
    containers = _containers(asking)
    swarm = _swarm(asking)
    networks = _networks(asking, swarm)
    volumes = list(mappings(mapping(asking.ask("/volumes", "which volumes there are")).get("Volumes")))
    used = dict(_used(containers, swarm))
    images = _images(asking, used)
    local = [each for each in networks if each.get("Scope") != "swarm"]
    spanning = [each for each in networks if each.get("Scope") == "swarm"]
    documents = (
        Reported(platform="inspect", root=[*containers, *local, *volumes, *_once(images.values())]),
        Reported(platform="swarm", root=[*swarm, *spanning]),
    )
    return Live(
        documents=tuple(document for document in documents if document.root),
        images={name: mapping(image.get("Config")) for name, image in images.items()},
        gaps=tuple(asking.gaps),
    )


def image_config(engine: Engine, name: str, limits: Limits | None = None) -> Mapping[str, object] | None:
    """Give the configuration of an image (`User`, `Healthcheck`, `Env` …); None where the engine does not have it.

    Raises TargetError where no engine answers at all.
    """
    if not _may_be_asked(name):
        return None
    try:
        found = engine.document(_path("/images", name), limits or Limits())
    except (TargetError, HostileInputError):
        if not engine.is_there():
            raise
        return None
    return mapping(mapping(found).get("Config"))


class _Question(NamedTuple):
    """A path of the API, and what it answers, for people."""

    path: str
    question: str


@dataclass(slots=True)
class _Asking:
    """Asks an engine, a few questions at once, until the time is over."""

    engine: Engine
    limits: Limits
    gaps: list[Gap] = field(default_factory=list)
    until: float = 0.0

    def __post_init__(self) -> None:
        """Begin to count the time."""
        self.until = time.monotonic() + self.limits.timeout

    def ask(self, path: str, question: str) -> object:
        """Give an answer; None where it is refused, with a gap."""
        return self.ask_all([_Question(path, question)])[0]

    def ask_all(
        self, questions: Sequence[_Question], is_gone: Callable[[_Question], bool] = lambda _: False
    ) -> list[object]:
        """Give the answers in order, None for those that are refused; these become gaps, unless they are gone."""
        answers = self._answers(questions)
        for question, answer in zip(questions, answers, strict=True):
            if isinstance(answer, PlimsollError) and not is_gone(question):
                self.gaps.append(_gap(question, answer))
        return [None if isinstance(answer, PlimsollError) else answer for answer in answers]

    def objects(
        self, questions: Sequence[_Question], is_gone: Callable[[_Question], bool] = lambda _: False
    ) -> list[Mapping[str, object]]:
        """Give those answers that are objects, as each should be; the others become gaps, too."""
        answers = self.ask_all(questions, is_gone)
        for question, answer in zip(questions, answers, strict=True):
            if answer is not None and not isinstance(answer, dict):
                self.gaps.append(_gap(question, TargetError("the engine answers with something that is no object")))
        return list(mappings(answers))

    def _answers(self, questions: Sequence[_Question]) -> list[object]:
        if len(questions) == 1:
            return [self._answer(questions[0])]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            return list(pool.map(self._answer, questions))

    def _answer(self, question: _Question) -> object:
        if time.monotonic() > self.until:
            return LimitError("timeout", self.limits.timeout, "reading the engine")
        try:
            return self.engine.document(question.path, self.limits)
        except (TargetError, HostileInputError) as error:
            return error


def _gap(question: _Question, error: PlimsollError) -> Gap:
    return Gap(
        subject="",
        what="engine-refused",
        question=question.question,
        reason=error.message,
        advice=error.advice if isinstance(error, LimitError) else _ADVICE,
    )


def _path(under: str, name: str) -> str:
    ending = "" if under == "/networks" else "/json"
    return f"{under}/{quote(name, safe='/:@')}{ending}"


def _may_be_asked(name: str) -> bool:
    """Say whether a name may stand in a question: not where it would lead to another part of the API."""
    return _NAME.fullmatch(name) is not None and not {"", ".", ".."}.intersection(name.split("/"))


def _named(value: Mapping[str, object], key: str) -> str:
    """Give a name or id that may stand in a question; "" for any other."""
    name = text(value.get(key))
    return name if _may_be_asked(name) else ""


def _containers(asking: _Asking) -> list[Mapping[str, object]]:
    """Inspect every container. One that vanished since it was listed is not there to be judged."""
    listed = asking.engine.document("/containers/json?all=1", asking.limits)
    ids = _ids(listed)
    nameless = len(sequence(listed)) - len(ids)
    if nameless:
        reason = TargetError("the engine lists them without an id that can be asked for")
        asking.gaps.append(_gap(_Question("", f"what {counted(nameless, 'more container')} would show"), reason))
    if len(ids) > asking.limits.entries:
        raise LimitError("entries", asking.limits.entries, "the list of containers")
    questions = [_Question(_path("/containers", each), f"how container {each[:12]} is run") for each in ids]
    left: list[frozenset[str]] = []

    def is_gone(question: _Question) -> bool:
        if not left:
            left.append(_left(asking))
        return bool(left[0]) and question.path not in left[0]

    return asking.objects(questions, is_gone)


def _ids(listed: object) -> list[str]:
    if not isinstance(listed, list):
        raise TargetError("the engine lists its containers as something that is no list")
    return [name for each in mappings(listed) if (name := _named(each, "Id"))]


def _left(asking: _Asking) -> frozenset[str]:
    """Give the questions about those containers that are still there; the empty text stands for knowing that."""
    try:
        listed = _ids(asking.engine.document("/containers/json?all=1", asking.limits))
    except (TargetError, HostileInputError):
        return frozenset()
    return frozenset({"", *(_path("/containers", each) for each in listed)})


def _networks(asking: _Asking, services: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """Inspect the networks: only so an engine tells which containers are in them.

    A swarm does not list its network `host`, which services name by its id.
    """
    listed = list(mappings(asking.ask("/networks", "which networks there are")))
    names = {name: text(each.get("Name"))[:80] for each in listed if (name := _named(each, "Id"))}
    for joined in _joined(services):
        names.setdefault(joined, joined[:80])
    questions = [_Question(_path("/networks", name), f"what the network {told} is") for name, told in names.items()]
    return asking.objects(questions)


def _joined(services: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """Give the ids of the networks that services join (before API 1.25 they stood in the service itself)."""
    for service in services:
        spec = mapping(service.get("Spec"))
        for holder in (mapping(spec.get("TaskTemplate")), spec):
            networks = holder.get("Networks")
            yield from (name for each in mappings(networks) if (name := _named(each, "Target")))


def _swarm(asking: _Asking) -> list[Mapping[str, object]]:
    """Give the services, which only a manager of a swarm knows."""
    swarm = mapping(mapping(asking.ask("/info", "whether the engine manages a swarm")).get("Swarm"))
    if swarm.get("ControlAvailable") is not True:
        return []
    return list(mappings(asking.ask("/services", "which services the swarm has")))


def _used(containers: Iterable[Mapping[str, object]], services: Iterable[Mapping[str, object]]) -> Iterator["_Use"]:
    """Give the images in use: the name that a workload has for it, and the name to ask for."""
    for service in services:
        task = mapping(mapping(service.get("Spec")).get("TaskTemplate"))
        name = text(mapping(task.get("ContainerSpec")).get("Image"))
        yield name, name
    for container in containers:
        yield text(mapping(container.get("Config")).get("Image")), text(container.get("Image"))


_Use = tuple[str, str]


def _images(asking: _Asking, used: Mapping[str, str]) -> dict[str, Mapping[str, object]]:
    """Inspect the images, each once, whatever it is called."""
    names = sorted({asked for asked in used.values() if _may_be_asked(asked)})
    found = asking.ask_all([_Question(_path("/images", name), f"what the image {name[:80]} says") for name in names])
    answers = {name: mapping(answer) for name, answer in zip(names, found, strict=True) if answer is not None}
    return {name: answers[asked] for name, asked in used.items() if asked in answers}


def _once(images: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    return list({text(image.get("Id")): image for image in images}.values())
