"""Configuration files of the API server: the order of what stands in them decides."""

import pytest

from plimsoll.checks.workload.control_files import nothing_recorded, secrets_recorded, secrets_written_plain
from plimsoll.model.estate import Estate
from plimsoll.model.fact import dotted
from plimsoll.model.resource import Resource
from plimsoll.pipeline.estate import estate_of

NOTHING = "level: None"
METADATA = "level: Metadata"
BODIES = "level: RequestResponse"
OF_SECRETS = "resources: [{group: '', resources: [secrets]}]"
OF_PODS = "resources: [{group: '', resources: [pods]}]"


def read(text: str) -> Resource:
    return estate_of([("file.yaml", text.encode())]).resources[0]


def policy(*rules: str, api: str = "audit.k8s.io/v1") -> Resource:
    return read(f"apiVersion: {api}\nkind: Policy\nrules: [{', '.join(f'{{{rule}}}' for rule in rules)}]\n")


def encryption(*entries: str) -> Resource:
    listed = ", ".join(f"{{{entry}}}" for entry in entries)
    return read(f"apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: [{listed}]\n")


@pytest.mark.parametrize(
    ("entries", "places"),
    [
        (("resources: [secrets], providers: [{kms: {}}, {identity: {}}]",), []),
        (("resources: [secrets], providers: [{identity: {}}, {kms: {}}]",), ["resources[0].providers[0]"]),
        (("resources: ['*.*'], providers: [{secretbox: {}}]",), []),
        (("resources: [secrets]",), ["resources[0].providers"]),
        (("resources: [configmaps], providers: [{kms: {}}]",), ["resources"]),
        ((), ["resources"]),
    ],
)
def test_the_first_provider_for_secrets_writes(entries: tuple[str, ...], places: list[str]) -> None:
    found = secrets_written_plain(encryption(*entries), Estate())
    assert [dotted(verdict.at) for verdict in found] == places


@pytest.mark.parametrize(
    ("rules", "places"),
    [
        ((NOTHING, METADATA), ["rules[0]"]),
        ((METADATA, NOTHING), []),
        ((f"{NOTHING}, users: [kube-proxy]", METADATA), []),
        ((f"{NOTHING}, users: [kube-proxy]",), ["rules"]),
        ((f"{METADATA}, {OF_PODS}",), []),
        ((), ["rules"]),
    ],
)
def test_the_first_rule_that_fits_decides_what_is_recorded(rules: tuple[str, ...], places: list[str]) -> None:
    assert [dotted(verdict.at) for verdict in nothing_recorded(policy(*rules), Estate())] == places


@pytest.mark.parametrize(
    ("rules", "places"),
    [
        ((BODIES,), ["rules[0].level"]),
        ((f"{METADATA}, {OF_SECRETS}", BODIES), []),
        ((f"{BODIES}, {OF_PODS}", f"{BODIES}, {OF_SECRETS}"), ["rules[1].level"]),
        ((f"{METADATA}, {OF_SECRETS}, users: [one]", BODIES), ["rules[1].level"]),
        ((f"{METADATA}, resources: [{{group: ''}}]", BODIES), []),
        ((METADATA, BODIES), []),
    ],
)
def test_bodies_of_secrets_are_found_behind_narrower_rules(rules: tuple[str, ...], places: list[str]) -> None:
    assert [dotted(verdict.at) for verdict in secrets_recorded(policy(*rules), Estate())] == places


def test_policies_of_other_groups_are_left_alone() -> None:
    other = policy(BODIES, api="kyverno.io/v1")
    assert [*nothing_recorded(policy(api="kyverno.io/v1"), Estate()), *secrets_recorded(other, Estate())] == []
