"""Waivers in annotations of Kubernetes objects: those of checkov, Polaris and kube-linter."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from plimsoll.documents.toml import read_toml
from plimsoll.findings.inline import with_note
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place
from plimsoll.model.resource import Resource
from plimsoll.model.waiver import ScopedWaiver, Waiver
from plimsoll.model.workload import Workload

PLATFORM = "kubernetes"
_CHECKOV = re.compile(r"(?:checkov|bridgecrew)\.io/skip\d*", re.ASCII)
_POLARIS, _POLARIS_ALL, _EXEMPT = "polaris.fairwinds.com/", "polaris.fairwinds.com/exempt", "-exempt"
_KUBE_LINTER, _KUBE_LINTER_ALL = "ignore-check.kube-linter.io/", "kube-linter.io/ignore-all"
_BEGINNINGS = ("checkov.io/skip", "bridgecrew.io/skip", _POLARIS, _KUBE_LINTER, _KUBE_LINTER_ALL)
_LONGEST = 500
"""Characters of a reason that are kept."""


class _Said(NamedTuple):
    """What an annotation waives: its id for people, the names of rules, and the reason."""

    id: str
    names: frozenset[str]
    reason: str


def waivers_of_annotations(
    estate: Estate, subject_of: Callable[[Workload | Resource], str], known: Collection[str]
) -> Iterator[ScopedWaiver]:
    """Give the waivers that objects declare for themselves; each holds for all findings about its object.

    Only of Kubernetes, and never of what an engine reported: whoever may start a container there may label it.
    """
    for thing in estate.things:
        if thing.platform != PLATFORM or getattr(thing, "effective", False):
            continue
        for name, value, at in _annotations(thing):
            if name.startswith(_BEGINNINGS) and (said := _said(name, value)) is not None:
                place = _place(estate, thing, at)
                waiver = Waiver(id=said.id, reason=said.reason[:_LONGEST], owner=place, origin=place)
                yield ScopedWaiver(
                    waiver=with_note(waiver, _doubt(said, known)),
                    names=said.names,
                    subjects=frozenset({subject_of(thing)}),
                )


def _annotations(thing: Workload | Resource) -> Iterator[tuple[str, str, Place]]:
    if isinstance(thing, Workload):
        for pair in thing.annotations:
            yield pair.name, pair.value, pair.at
    else:
        for name, value in thing.annotations.items():
            yield name, value, (*thing.at, "metadata", "annotations", name)


def _said(name: str, value: str) -> _Said | None:
    if _CHECKOV.fullmatch(name):
        rule, _, reason = value.partition("=")
        rule = rule.strip()
        reference = f"checkov:{rule}"
        return _Said(reference, frozenset({reference.casefold()}), reason.strip() or "none given (checkov.io/skip)")
    if name.startswith(_KUBE_LINTER):
        check = name.removeprefix(_KUBE_LINTER)
        reason = value.strip() or "none given (ignore-check.kube-linter.io)"
        return _Said(f"kube-linter:{check}", kube_linter().get(check, frozenset()), reason)
    if name == _KUBE_LINTER_ALL:
        every = frozenset(rule for rules in kube_linter().values() for rule in rules)
        return _Said("kube-linter:*", every, value.strip() or "none given (kube-linter.io/ignore-all)")
    return _of_polaris(name, value)


def _of_polaris(name: str, value: str) -> _Said | None:
    """Read an exemption of Polaris; only `true` is one."""
    if not name.startswith(_POLARIS) or value.casefold() != "true":
        return None
    reason = "none given (polaris.fairwinds.com)"
    if name == _POLARIS_ALL:
        return _Said("polaris:*", frozenset({"polaris:*"}), reason)
    if not name.endswith(_EXEMPT):
        return None
    reference = "polaris:" + name.removeprefix(_POLARIS).removesuffix(_EXEMPT)
    return _Said(reference, frozenset({reference.casefold()}), reason)


def _doubt(said: _Said, known: Collection[str]) -> str:
    is_known = any(name in known for name in said.names)
    return "" if is_known else f"no rule of Plimsoll judges what {said.id} does"


def _place(estate: Estate, thing: Workload | Resource, at: Place) -> str:
    document = estate.documents[thing.document]
    position = document.position(at)
    path = (position.path if position else "") or document.path
    return f"{path}:{position.line}" if position else path


@cache
def kube_linter() -> Mapping[str, frozenset[str]]:
    """Give our rules that judge what a check of kube-linter does, by the check's name."""
    table = read_toml(Path(__file__).with_name("kube_linter.toml").read_bytes())
    return {
        check: frozenset(rule for rule in rules if isinstance(rule, str))
        for check, rules in table.items()
        if isinstance(rules, list)
    }
