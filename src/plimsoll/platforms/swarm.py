"""Swarm: stacks as `docker stack deploy` starts them, and services and networks as an engine inspects them."""

from collections.abc import Mapping

from plimsoll.documents.scalars import is_null, truth, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.estate import Document
from plimsoll.model.platform import Platform, Read, Surroundings
from plimsoll.platforms.compose import frame
from plimsoll.platforms.compose_names import is_compose, is_named
from plimsoll.platforms.compose_project import read_project
from plimsoll.platforms.compose_spelling import SWARM_SPELLING
from plimsoll.platforms.swarm_inspect import is_inspected, read_inspected

NAMES = ("*stack*.y*ml",)

_ONLY_OF_SWARM = frozenset({"mode", "placement", "update_config", "rollback_config", "endpoint_mode", "replicas"})


def recognises(document: Document) -> bool:
    """Say whether a document is a stack: by its name, or by keys that only Swarm heeds; or an inspection of Swarm."""
    if is_inspected(document):
        return True
    if not is_compose(document):
        return False
    root = mapping(document.root)
    if is_named(document.path, NAMES):
        return isinstance(root.get("services"), dict)
    services = mapping(root.get("services")).values()
    deployed = any(not _ONLY_OF_SWARM.isdisjoint(mapping(mapping(body).get("deploy"))) for body in services)
    return deployed and _is_of_a_cluster(root)


def _is_of_a_cluster(root: Mapping[str, object]) -> bool:
    """Say whether it has overlay networks, or secrets or configs that are kept by a cluster."""
    networks = mapping(root.get("networks")).values()
    if any(written(mapping(body).get("driver")) == "overlay" for body in networks):
        return True
    kept = (*mapping(root.get("secrets")).values(), *mapping(root.get("configs")).values())
    return any(_is_external(mapping(body).get("external")) for body in kept)


def _is_external(value: object) -> bool:
    return isinstance(value, dict) or (not is_null(value) and truth(value) is True)


def read(document: Document, number: int, around: Surroundings) -> Read:
    """Read a stack, or what an engine says of services and networks."""
    if is_inspected(document):
        return read_inspected(document, number)
    return read_project("swarm", document, number, around)


SWARM = Platform(
    name="swarm",
    title="Docker Swarm",
    recognises=recognises,
    read=read,
    frame=frame,
    precedence=45,
    hints=(b"services:", b'"services"', b"ContainerSpec", b'"overlay"'),
    spelling=SWARM_SPELLING,
)
