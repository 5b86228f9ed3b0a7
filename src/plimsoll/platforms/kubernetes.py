"""Kubernetes manifests and API objects: every kind that runs containers, roles and bindings, and all the rest."""

from typing import TYPE_CHECKING

from plimsoll.documents.settings import SECTIONS, holds_settings
from plimsoll.model.estate import Document
from plimsoll.model.gap import Gap
from plimsoll.model.platform import Platform, Read, Surroundings
from plimsoll.platforms.kubernetes_facts import Facts
from plimsoll.platforms.kubernetes_frame import frame
from plimsoll.platforms.kubernetes_objects import holds_objects, things_of
from plimsoll.platforms.kubernetes_resources import resource_of
from plimsoll.platforms.kubernetes_spelling import SPELLING
from plimsoll.platforms.kubernetes_workloads import template_place, workload_of

if TYPE_CHECKING:
    from plimsoll.model.resource import Resource
    from plimsoll.model.workload import Workload


def recognises(document: Document) -> bool:
    """Say whether a document is an object of the Kubernetes API, a list or an array of some, or settings for checks."""
    return holds_objects(document.root) or holds_settings(document.root)


def read(document: Document, number: int, around: Surroundings) -> Read:  # noqa: ARG001 - manifests stand alone
    """Read the objects of a document; settings for checks are none, but rules find them among the documents.

    They come from what is judged and may loosen rules, so that is said.
    """
    if holds_settings(document.root):
        return Read(gaps=(_heeded(document.path),))
    facts = Facts(document)
    workloads: list[Workload] = []
    resources: list[Resource] = []
    for thing in things_of(facts, document.root):
        place = template_place(thing)
        if place is None:
            resources.append(resource_of(facts, thing, number))
        else:
            workloads.append(workload_of(facts, thing, place, number))
    return Read(workloads=tuple(workloads), resources=tuple(resources), faults=facts.faults)


def _heeded(path: str) -> Gap:
    return Gap(
        subject="",
        what="settings-in-target",
        question="whether rules would say more by Plimsoll's own settings",
        reason=f"{path or 'a document'} gives lists of kubescape, some of which allow things, and they were heeded",
        advice=f"Leave it out to judge without it: --skip-files {path or 'FILE'}",
    )


KUBERNETES = Platform(
    name="kubernetes",
    title="Kubernetes",
    recognises=recognises,
    read=read,
    frame=frame,
    precedence=50,
    hints=(b"apiVersion", *(section.encode() for section in SECTIONS)),
    spelling=SPELLING,
)
