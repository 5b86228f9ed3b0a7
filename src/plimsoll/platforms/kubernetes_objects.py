"""Kubernetes objects, one by one or in lists (API conventions, "Types (Kinds)")."""

from collections.abc import Iterator
from typing import NamedTuple

from plimsoll.documents.scalars import written
from plimsoll.documents.shapes import mapping, text
from plimsoll.model.fact import Place
from plimsoll.platforms.kubernetes_facts import Body, Facts

_LIST = "List"


class Thing(NamedTuple):
    """An object, and where in its document it begins. `namespace` is as written, "" where nothing is said."""

    body: Body
    at: Place
    kind: str
    api: str
    name: str
    namespace: str
    metadata: Body


def is_object(value: object) -> bool:
    """Say whether a value is an object: it has a kind, and a version or metadata."""
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str) or not value["kind"]:
        return False
    return isinstance(value.get("apiVersion"), str) or isinstance(value.get("metadata"), dict)


def holds_objects(root: object) -> bool:
    """Say whether a document is an object, or an array of some."""
    return any(map(is_object, root)) if isinstance(root, list) else is_object(root)


def things_of(facts: Facts, root: object) -> Iterator[Thing]:
    """Give every object of a document in order, those of lists (and of lists in them) one by one."""
    waiting: list[tuple[object, Place, str, str]] = [(root, (), "", "")]
    while waiting:
        value, at, kind, api = waiting.pop()
        if isinstance(value, list):
            waiting += reversed([(each, (*at, number), kind, api) for number, each in enumerate(value)])
        elif not isinstance(value, dict):
            facts.expected(at, "an object", value)
        elif _is_list(value):
            waiting.append(_items(facts, value, at))
        elif is_object(value) or (kind and isinstance(value.get("metadata"), dict)):
            yield _thing(value, at, kind, api)
        else:
            facts.fault(at, "has no kind, so that nothing is known of it")


def _is_list(value: Body) -> bool:
    return text(value.get("kind")).endswith(_LIST) and isinstance(value.get("items"), list)


def _items(facts: Facts, value: Body, at: Place) -> tuple[object, Place, str, str]:
    """Give the items of a list; those of a PodList are of kind Pod, though none of them says so."""
    kind = text(value.get("kind")).removesuffix(_LIST)
    return facts.sequence(value, "items", at), (*at, "items"), kind, text(value.get("apiVersion"))


def _thing(body: Body, at: Place, kind: str, api: str) -> Thing:
    metadata = mapping(body.get("metadata"))
    return Thing(
        body=body,
        at=at,
        kind=text(body.get("kind")) or kind,
        api=text(body.get("apiVersion")) or api,
        name=written(metadata.get("name")) or written(metadata.get("generateName")),
        namespace=written(metadata.get("namespace")),
        metadata=metadata,
    )
