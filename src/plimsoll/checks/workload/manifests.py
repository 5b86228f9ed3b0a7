"""What rules about whole manifests share: metadata, labels, templates of pods, and versions in texts."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import wraps

from plimsoll.documents.scalars import is_null, is_template, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place, UnknownFactError
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Workload

Thing = Workload | Resource
"""An object of a cluster, whether it runs something or not."""

OfThing = Callable[[Thing, Estate], Iterator[Verdict]]

Version = tuple[int, int, int]
"""Major, minor and patch."""

_VERSION = re.compile(r"v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?", re.ASCII)


def of_resources(logic: Callable[[Resource, Estate], Iterator[Verdict]]) -> OfThing:
    """Ask only resources: a custom kind that runs something may be called like one (Knative's Service)."""

    @wraps(logic)
    def asked(thing: Thing, estate: Estate) -> Iterator[Verdict]:
        return logic(thing, estate) if isinstance(thing, Resource) else iter(())

    return asked


def of_workloads(logic: Callable[[Workload, Estate], Iterator[Verdict]]) -> OfThing:
    """Ask only workloads: what is called like one may hold no pod."""

    @wraps(logic)
    def asked(thing: Thing, estate: Estate) -> Iterator[Verdict]:
        return logic(thing, estate) if isinstance(thing, Workload) else iter(())

    return asked


def metadata_of(thing: Thing) -> Mapping[str, object]:
    """Give the metadata of an object, as read."""
    return mapping(thing.body.get("metadata"))


def spec_of(thing: Thing) -> Mapping[str, object]:
    """Give the spec of an object, as read."""
    return mapping(thing.body.get("spec"))


def labels_in(metadata: Mapping[str, object]) -> dict[str, str]:
    """Give the labels that metadata hold."""
    return {name: written(value) for name, value in mapping(metadata.get("labels")).items()}


def template_of(workload: Workload) -> tuple[Mapping[str, object], Place]:
    """Give what a workload makes its pods of, with its place; a bare Pod is that itself."""
    place = workload.spec_at[:-1]
    value: object = workload.body
    for step in place[len(workload.at) :]:
        value = mapping(value).get(str(step))
    return mapping(value), place


def known_text(value: object, at: Place) -> str:
    """Give a scalar as text. Raises UnknownFactError where a template decides it."""
    if is_template(value):
        raise UnknownFactError(at, "a template decides it")
    return written(value)


def version_in(text: str) -> Version | None:
    """Give the first version number in a text, a patch that is not said as 0; None where there is none."""
    found = _VERSION.search(text)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def within(version: Version, ranges: tuple[tuple[Version, Version], ...]) -> bool:
    """Say whether a version lies in one of some ranges, each from its first (inclusive) to its second (exclusive)."""
    return any(first <= version < end for first, end in ranges)


def is_said(value: object) -> bool:
    """Say whether a value is there and not empty."""
    return bool(value) if isinstance(value, dict | list) else not is_null(value)
