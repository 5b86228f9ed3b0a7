"""Security contexts of pods and containers as read, for questions about Kubernetes' own fields."""

from collections.abc import Mapping

from plimsoll.documents.scalars import is_null, is_template, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.fact import Place, UnknownFactError
from plimsoll.model.workload import Container, Workload

CONTEXT = "securityContext"
WINDOWS_OPTIONS = "windowsOptions"

_WINDOWS = "windows"
_SYSTEM_LABELS = ("kubernetes.io/os", "beta.kubernetes.io/os")
_TEMPLATE = "a template's action or a variable stands there, and its value is not known"

Said = tuple[object, Place]
"""A value, and where it stands."""

_LONGEST = 200


def shown(value: object) -> str:
    """Give a value from outside as evidence: as text, cut where it is long."""
    return written(value)[:_LONGEST]


def of_container(container: Container) -> Mapping[str, object]:
    """Give the security context of a container, empty where there is none."""
    return mapping(container.body.get(CONTEXT))


def of_pod(workload: Workload) -> Mapping[str, object]:
    """Give the security context of a pod, empty where there is none."""
    return mapping(workload.spec.get(CONTEXT))


def place_in(container: Container, *keys: str) -> Place:
    """Give where a field of a container's security context stands, or would stand."""
    return (*container.at, CONTEXT, *keys)


def place_in_pod(workload: Workload, *keys: str) -> Place:
    """Give where a field of a pod's security context stands, or would stand."""
    return (*workload.spec_at, CONTEXT, *keys)


def said(container: Container, workload: Workload, *keys: str) -> Said | None:
    """Give the value of a field in force for a container: its own, else its pod's; None where neither says any."""
    own = _inside(of_container(container), keys)
    if own is not None:
        return own, place_in(container, *keys)
    common = _inside(of_pod(workload), keys)
    return None if common is None else (common, place_in_pod(workload, *keys))


def said_by_pod(workload: Workload, *keys: str) -> object:
    """Give the value of a field of a pod's security context; None where there is none."""
    return _inside(of_pod(workload), keys)


def said_by_container(container: Container, *keys: str) -> object:
    """Give the value of a field of a container's own security context; None where there is none."""
    return _inside(of_container(container), keys)


def _inside(body: Mapping[str, object], keys: tuple[str, ...]) -> object:
    for key in keys[:-1]:
        body = mapping(body.get(key))
    value = body.get(keys[-1])
    return None if is_null(value) else value


def settled(value: object, at: Place) -> object:
    """Give a value back. Raises UnknownFactError where a template or a variable stands in it."""
    if is_template(value):
        raise UnknownFactError(at, _TEMPLATE)
    return value


def is_windows(workload: Workload) -> bool:
    """Say whether a pod is declared to run on Windows, where the fields about Linux mean nothing."""
    spec = workload.spec
    if written(mapping(spec.get("os")).get("name")).lower() == _WINDOWS:
        return True
    selector = mapping(spec.get("nodeSelector"))
    return any(written(selector.get(label)).lower() == _WINDOWS for label in _SYSTEM_LABELS)
