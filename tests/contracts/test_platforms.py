"""Every platform: it frames examples, knows its own documents, is total and pure, and reads what it writes."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from tests.fuzz.mutate import mutated

from plimsoll.checks.catalogue import rules
from plimsoll.documents.document import read_documents
from plimsoll.documents.errors import DocumentError
from plimsoll.model.estate import Document, Estate
from plimsoll.model.fact import Fact
from plimsoll.model.platform import Platform, Read
from plimsoll.model.rule import Remedy, Rule
from plimsoll.pipeline.estate import Alone, estate_of, platforms, recognise
from plimsoll.pipeline.remedies import snippet
from plimsoll.platforms.run_document import run_document

PLATFORMS = platforms()

OWN = {
    "compose": "services: {web: {image: 'web:1.0', privileged: true, environment: {A: b}, ports: ['80:80']}}",
    "swarm": (
        "services: {web: {image: 'web:1.0', deploy: {replicas: 2, placement: {constraints: [node.role==manager]}}}}\n"
        "networks: {inside: {driver: overlay}}"
    ),
    "kubernetes": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
        "spec: {template: {spec: {hostPID: true, containers: [{name: a, image: 'web:1.0', ports: [{hostPort: 80}]}]}}}"
    ),
    "marathon": '{"id": "/web", "cmd": "true", "cpus": 1, "mem": 64, "container": {"docker": {"image": "web:1.0"}}}',
    "inspect": (
        '[{"Id": "0123", "Name": "/web", "Config": {"Image": "web:1.0", "User": "app", "Env": ["A=b"]},'
        ' "HostConfig": {"Privileged": true, "Binds": ["/e:/etc"], "PortBindings": {"80/tcp": [{"HostPort": "80"}]}}}]'
    ),
}
"""A document of each platform that documents are recognised of."""

VALUES: dict[str, tuple[object, ...]] = {
    "apparmor": ("runtime/default", "unconfined"),
    "automount_token": (False, True),
    "capabilities_added": (("NET_BIND_SERVICE",),),
    "capabilities_dropped": (("ALL",),),
    "cgroup_parent": ("/limited",),
    "cpu_limit": (0.5, 2.0),
    "cpu_request": (0.5, 2.0),
    "group": ("1000",),
    "host_ipc": (False, True),
    "host_network": (False, True),
    "host_pid": (False, True),
    "host_users": (False, True),
    "host_uts": (False, True),
    "image": ("registry.example.com/other:2.0",),
    "liveness": (False,),
    "memory_limit": (536870912.0, 1000.0),
    "memory_request": (536870912.0, 1000.0),
    "network": ("none",),
    "no_new_privileges": (True,),
    "pids_limit": (2048,),
    "privileged": (False, True),
    "proc_mount": ("default", "unmasked"),
    "pull_policy": ("Always",),
    "read_only_root": (False, True),
    "replicas": (3,),
    "restart": ("on-failure:5", "always", "no"),
    "run_as_non_root": (False, True),
    "seccomp": ("runtime/default", "unconfined"),
    "selinux": ("", "disabled"),
    "service_account": ("app",),
    "user": ("1000",),
}
"""Values of every fact that any platform can write."""

EXPECTED: dict[tuple[str, str, object], object] = {
    ("kubernetes", "restart", "on-failure:5"): "on-failure",
    # The engine's own word for the profile in force stands beside the option.
    ("inspect", "apparmor", "unconfined"): "runtime/default",
}
"""Where a platform has no word for a value, the nearest that it has."""


def frames() -> Iterator[tuple[str, str]]:
    """Give the frame of every platform around nothing, and its own document."""
    for platform in PLATFORMS.values():
        yield platform.name, platform.frame("").decode()
    yield from OWN.items()


def documents(text: bytes) -> list[Document]:
    try:
        return list(read_documents("some.yaml", text))
    except DocumentError:
        return []


def read(platform: Platform, document: Document) -> Read:
    found = platform.read(document, 0, Alone(profiles=frozenset({"*"})))
    return replace(found, documents=())  # Documents are read, not facts: they have no equality.


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_the_frame_of_nothing_is_one_whole_workload(platform: Platform) -> None:
    found = estate_of([("example", platform.frame(""))], platform.name)
    assert not found.gaps
    (workload,) = found.workloads
    assert workload.platform == platform.name
    assert workload.containers[0].image.value == "registry.example.com/app:1.0"


@pytest.mark.parametrize("name", OWN)
def test_a_platform_recognises_its_own(name: str) -> None:
    (document,) = documents(OWN[name].encode())
    assert PLATFORMS[name].recognises(document)
    found = recognise(document)
    assert found is not None
    assert found.name == name
    assert any(hint in OWN[name].encode() for hint in PLATFORMS[name].hints)


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_a_platform_recognises_nothing_of_others(platform: Platform) -> None:
    # A stack file is a Compose file with more in it: which of both it is, precedence says.
    alike = {"compose", "swarm"} if platform.name in {"compose", "swarm"} else {platform.name}
    for name, text in OWN.items():
        if name not in alike:
            assert not any(map(platform.recognises, documents(text.encode()))), name
    for text in ("a: 1", "[]", "{}", "[1, 2]", "text", '{"name": "x", "version": "1", "dependencies": {}}'):
        assert not any(map(platform.recognises, documents(text.encode())))


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_a_platform_is_total_and_pure(platform: Platform) -> None:
    """Whatever the document, also one of another platform, damaged or not: a result, and each time the same."""
    random = Random(platform.name)
    seeds = tuple(text.encode() for _, text in frames())
    texts = [*seeds, *(mutated(seeds, random) for _ in range(400))]
    checked = 0
    for document in (found for text in texts for found in documents(text)):
        first, again = read(platform, document), read(platform, document)
        assert first == again
        _ = recognise(document)
        checked += 1
    assert checked > len(seeds)


@pytest.mark.parametrize("words", [[], ["docker"], ["docker", "run", "\0"], ["docker", "run", "--user=\udcff", "-v"]])
@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_a_platform_is_total_on_command_lines(platform: Platform, words: list[str]) -> None:
    document = run_document(words)
    assert read(platform, document) == read(platform, document)


def test_every_fact_that_a_remedy_sets_is_written_where_its_rule_holds() -> None:
    unwritten = {
        (fact, platform)
        for rule in rules().values()
        for platform in rule.platforms
        for fact in rule.remedy.set
        if fact not in PLATFORMS[platform].spelling
    }
    # Then the snippet is the good example instead (pipeline/remedies.py), so there must be one.
    for fact, platform in sorted(unwritten):
        for rule in rules().values():
            if fact in rule.remedy.set and platform in rule.platforms:
                assert snippet(rule, platform), (rule.id, platform)


WRITTEN = [
    (platform.name, fact, value)
    for platform in PLATFORMS.values()
    for fact in sorted(platform.spelling)
    for value in VALUES[fact]
]


@pytest.mark.parametrize(("name", "fact", "value"), WRITTEN)
def test_what_is_written_is_read_back_as_that_fact(name: str, fact: str, value: object) -> None:
    written = snippet(setting(fact, value), name)
    found = estate_of([("example", PLATFORMS[name].frame(placed(written, name, fact)))], name)
    assert not found.gaps, (written, found.gaps)
    assert stated(found, fact) == EXPECTED.get((name, fact, value), value), written


def setting(fact: str, value: object) -> Rule:
    any_rule = next(iter(rules().values()))
    return replace(any_rule, remedy=Remedy(text="", set={fact: value}), examples=())


def placed(written: str, name: str, fact: str) -> str:
    """Put what belongs to the pod there: a piece without `spec:` is taken for one of the container."""
    if name == "kubernetes" and PLATFORMS[name].spelling[fact].at == "workload":
        return "spec:\n" + "".join(f"  {line}\n" for line in written.splitlines())
    if name == "run" and fact == "image":
        return f"docker run {written}"
    return written


def stated(estate: Estate, fact: str) -> object:
    (workload,) = estate.workloads
    (container,) = workload.containers
    found = getattr(container, fact, None) or getattr(workload, fact)
    assert isinstance(found, Fact)
    value = found.value
    return tuple(each.value for each in value) if isinstance(value, tuple) else value
