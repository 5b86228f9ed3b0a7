"""Kubernetes objects that run nothing: roles and bindings in words of their own, everything else as it is."""

from collections.abc import Mapping
from typing import TypedDict

from plimsoll.documents.scalars import is_null, is_template, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.fact import Place
from plimsoll.model.resource import Binding, Holder, Permission, Resource, Role
from plimsoll.platforms.kubernetes_facts import Body, Facts
from plimsoll.platforms.kubernetes_objects import Thing

_ROLES = ("Role", "ClusterRole")
_BINDINGS = ("RoleBinding", "ClusterRoleBinding")


def resource_of(facts: Facts, thing: Thing, document: int) -> Resource:
    """Read an object that runs nothing."""
    if thing.kind in _ROLES:
        return _role(facts, thing, document)
    if thing.kind in _BINDINGS:
        return _binding(facts, thing, document)
    return Resource(**_common(thing, document))


class _Common(TypedDict):
    platform: str
    kind: str
    name: str
    document: int
    at: Place
    api: str
    namespace: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    body: Body


def _common(thing: Thing, document: int) -> _Common:
    """Give what every resource has, of whichever class it is."""
    return {
        "platform": "kubernetes",
        "kind": thing.kind,
        "name": thing.name,
        "document": document,
        "at": thing.at,
        "api": thing.api,
        "namespace": thing.namespace,
        "labels": _texts(thing.metadata, "labels"),
        "annotations": _texts(thing.metadata, "annotations"),
        "body": thing.body,
    }


def _role(facts: Facts, thing: Thing, document: int) -> Role:
    return Role(
        **_common(thing, document),
        permissions=tuple(_permission(facts, rule, at) for rule, at in facts.mappings(thing.body, "rules", thing.at)),
    )


def _permission(facts: Facts, rule: Body, at: Place) -> Permission:
    return Permission(
        at=at,
        verbs=_words(facts, rule, "verbs", at),
        groups=_words(facts, rule, "apiGroups", at),
        resources=_words(facts, rule, "resources", at),
        names=_words(facts, rule, "resourceNames", at),
        urls=_words(facts, rule, "nonResourceURLs", at),
    )


def _words(facts: Facts, rule: Body, key: str, at: Place) -> tuple[str, ...]:
    """Read the words of one list of a rule. A word that a template makes is a fault: nobody knows what it allows."""
    if is_null(rule.get(key)):
        return ()
    words = tuple(written(word) for word in facts.sequence(rule, key, at))
    for number, word in enumerate(words):
        if is_template(word):
            facts.fault((*at, key, number), "is made by a template, and what it allows is not known")
    return words


def _binding(facts: Facts, thing: Thing, document: int) -> Binding:
    role_at = (*thing.at, "roleRef")
    role = facts.mapping(thing.body, "roleRef", thing.at)
    return Binding(
        **_common(thing, document),
        role_kind=written(role.get("kind")),
        role_name=written(role.get("name")),
        role_at=role_at,
        holders=tuple(
            Holder(
                kind=written(subject.get("kind")),
                name=written(subject.get("name")),
                namespace=written(subject.get("namespace")),
                at=at,
            )
            for subject, at in facts.mappings(thing.body, "subjects", thing.at)
        ),
    )


def _texts(metadata: Body, key: str) -> Mapping[str, str]:
    return {name: written(value) for name, value in mapping(metadata.get(key)).items()}
