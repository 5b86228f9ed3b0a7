"""Configuration files of the API server: how secrets are encrypted, and what the audit log records.

Sources: kubernetes.io/docs/reference/config-api: apiserver-config.v1 (EncryptionConfiguration), apiserver-audit.v1
(Policy).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plimsoll.documents.scalars import written
from plimsoll.documents.shapes import mapping, sequence
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict

_AUDIT = "audit.k8s.io/"
"""The group whose kind Policy is about the audit log; others have kinds of that name, too."""

_ENCRYPTING = frozenset({"kms", "secretbox", "aesgcm", "aescbc"})
_BODIES = frozenset({"Request", "RequestResponse"})
_SECRET_RESOURCES = frozenset({"secrets", "configmaps", "tokenreviews", "serviceaccounts/token", "*"})


class _Entry(NamedTuple):
    """One mapping of a list, and where it stands."""

    body: Mapping[str, object]
    at: Place


def _entries(body: Mapping[str, object], key: str, at: Place) -> Iterator[_Entry]:
    for number, element in enumerate(sequence(body.get(key))):
        if isinstance(element, dict):
            yield _Entry(element, (*at, key, number))


def _words(body: Mapping[str, object], key: str) -> frozenset[str]:
    return frozenset(written(element) for element in sequence(body.get(key)))


def secrets_written_plain(resource: Resource, _: Estate) -> Iterator[Verdict]:
    """Say where secrets are written as they are: `identity` comes first, or nothing encrypts them."""
    covered = False
    for entry in _entries(resource.body, "resources", resource.at):
        if not _words(entry.body, "resources") & {"secrets", "*.", "*.*"}:
            continue
        covered = True
        # The first provider writes; all of them are tried for reading.
        first = next(_entries(entry.body, "providers", entry.at), None)
        provider = next(iter(first.body), "") if first else ""
        if provider not in _ENCRYPTING:
            yield Verdict(
                first.at if first else (*entry.at, "providers"), provider, "", "a provider that encrypts, first"
            )
    if not covered:
        yield Verdict((*resource.at, "resources"), "", "", "secrets among the resources")


def nothing_recorded(resource: Resource, _: Estate) -> Iterator[Verdict]:
    """Say where an audit policy records nothing, or ends before it comes to what it would record."""
    if not resource.api.startswith(_AUDIT):
        return
    rules = list(_entries(resource.body, "rules", resource.at))
    for entry in rules:
        if not _is_for_everything(entry.body):
            if entry.body.get("level") != "None":
                return
        elif entry.body.get("level") == "None":
            break
        else:
            return
    at = next((entry.at for entry in rules if _is_for_everything(entry.body)), (*resource.at, "rules"))
    yield Verdict(at, "None", "", "a rule at the level Metadata or above")


def secrets_recorded(resource: Resource, _: Estate) -> Iterator[Verdict]:
    """Say where bodies of requests about secrets are recorded: the first rule that fits a request decides."""
    rules = _entries(resource.body, "rules", resource.at) if resource.api.startswith(_AUDIT) else ()
    for entry in rules:
        if not _is_about_secrets(entry.body):
            continue
        if written(entry.body.get("level")) in _BODIES:
            yield Verdict((*entry.at, "level"), written(entry.body.get("level")), "", "Metadata, for secrets")
        return


_NARROWING = ("users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs")


def _is_for_everything(rule: Mapping[str, object]) -> bool:
    return not any(rule.get(key) for key in _NARROWING)


def _is_about_secrets(rule: Mapping[str, object]) -> bool:
    """Say whether a rule takes all requests about secrets, whoever makes them."""
    if any(rule.get(key) for key in ("users", "userGroups", "verbs", "namespaces", "nonResourceURLs")):
        return False
    groups = [mapping(each) for each in sequence(rule.get("resources"))]
    if not groups:
        return True
    return any(
        written(group.get("group")) == ""
        and (not group.get("resources") or _words(group, "resources") & _SECRET_RESOURCES)
        for group in groups
    )
