"""The live engine as a target, and as the place where images of workloads are looked up."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from plimsoll.errors import PlimsollError, TargetError
from plimsoll.model.estate import Estate
from plimsoll.model.limits import Limits
from plimsoll.model.subject import Subject
from plimsoll.pipeline.estate import Alone, Gathering, platforms
from plimsoll.pipeline.images import Configurations, with_images
from plimsoll.pipeline.workload_target import Declared, in_words
from plimsoll.sources.engine_client import Endpoint, Engine, endpoint, is_there

SCHEME = "engine:"
KIND = "engine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found out of images: their configurations by name, and who told, "" where nobody was asked."""

    configurations: Configurations
    told_by: str = ""


def engine_workloads(target: str, limits: Limits) -> Declared:
    """Read every container and service of the engine that Docker's own client would ask.

    Raises TargetError where it does not answer, LimitError.
    """
    if target != SCHEME:
        raise TargetError(
            f"{target} names no engine", advice="Write engine: alone; DOCKER_HOST or a context says which it is."
        )
    from plimsoll.sources.live import live_texts

    asked = _endpoint()
    live = live_texts(Engine(asked), limits)
    subject = Subject(id=f"{SCHEME}{asked.address}", kind=KIND, name=asked.address)
    gathering = Gathering(subject.id)
    for document in live.documents:
        gathering.read(platforms()[document.platform], document, Alone())
    for gap in live.gaps:
        gathering.add(gap)
    estate = with_images(gathering.estate(), live.images)
    return Declared(subject=subject, took=_took(estate), estate=estate)


def _took(estate: Estate) -> str:
    return in_words(estate) if estate.things or estate.gaps else "it runs nothing"


def looked_up(names: Iterable[str], limits: Limits) -> Looked:
    """Ask the engine of this machine, if there is one, for the configurations of images; it is only asked."""
    try:
        asked = _endpoint()
    except TargetError:
        return Looked(configurations={})
    if asked.address.startswith("unix://") and not is_there(asked.address.removeprefix("unix://")):
        return Looked(configurations={})
    from plimsoll.sources.live import image_config

    engine, found = Engine(asked), {}
    try:
        if not engine.is_there():
            return Looked(configurations={})
        for name in names:
            configuration = image_config(engine, name, limits)
            if configuration is not None:
                found[name] = configuration
    except PlimsollError:
        return Looked(configurations=found)
    return Looked(configurations=found, told_by=str(asked) if found else "")


def _endpoint() -> Endpoint:
    return endpoint(os.environ, Path(os.path.expanduser("~")))  # noqa: PTH111 - a user without a home is no error here
