"""Compose files after everything was merged and filled in: from their mappings to workloads and resources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from plimsoll.documents.scalars import is_null, written
from plimsoll.documents.shapes import mapping
from plimsoll.model.gap import Gap
from plimsoll.model.platform import Read
from plimsoll.model.resource import Resource
from plimsoll.model.workload import Variable
from plimsoll.platforms.compose_borrowing import with_borrowed
from plimsoll.platforms.compose_facts import Faults, Told
from plimsoll.platforms.compose_service import Project, read_service
from plimsoll.platforms.swarm_keys import heeded, ignored_by_swarm

SERVICES = "services"
RESOURCES = {"networks": "Network", "volumes": "Volume", "secrets": "Secret", "configs": "Config"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A project that is ready to be read: what its files say together, and the number of the document of it all.

    `profiles` are switched on, `*` all. `variables` and `passed` are as in Project.
    """

    platform: str
    root: Mapping[str, object]
    number: int
    namespace: str = ""
    profiles: frozenset[str] = frozenset()
    variables: Mapping[str, Sequence[Variable]] = field(default_factory=dict)
    passed: Mapping[str, str] = field(default_factory=dict)


def read_whole(whole: Whole, faults: Faults) -> Read:
    """Read every service that its profiles do not switch off, and every resource."""
    services = dict(_services(whole, faults))
    gaps: list[Gap] = []
    if whole.platform == "swarm":
        gaps += ignored_by_swarm(services, (SERVICES,), faults)
        services = {name: heeded(body) for name, body in services.items()}
    off = [name for name, body in services.items() if not _is_on(Told(body, (SERVICES, name), faults), whole.profiles)]
    gaps += [_switched_off(off)] if off else []
    project = _project(whole)
    workloads = [
        read_service(name, Told(body, (SERVICES, name), faults), project)
        for name, body in services.items()
        if name not in off
    ]
    return Read(
        workloads=tuple(with_borrowed(workloads, faults)),
        resources=tuple(_resources(whole, project, faults)),
        faults=tuple(faults.words),
        gaps=tuple(gaps),
    )


def _project(whole: Whole) -> Project:
    return Project(
        platform=whole.platform,
        kind="SwarmService" if whole.platform == "swarm" else "ComposeService",
        document=whole.number,
        namespace=whole.namespace,
        networks=mapping(whole.root.get("networks")),
        volumes=mapping(whole.root.get("volumes")),
        variables=whole.variables,
        passed=whole.passed,
    )


def _services(whole: Whole, faults: Faults) -> Iterator[tuple[str, Mapping[str, object]]]:
    for name, body in Told(whole.root, (), faults).inner(SERVICES).values.items():
        if isinstance(body, dict):
            yield name, body
        elif not name.startswith("x-"):
            faults.add((SERVICES, name), "a service should be a mapping")


def _is_on(service: Told, profiles: frozenset[str]) -> bool:
    own = service.texts("profiles")
    return not own.stated or "*" in profiles or any(each.stated in profiles for each in own.stated)


def _switched_off(names: Sequence[str]) -> Gap:
    return Gap(
        subject="",
        what="profile-off",
        question="services of profiles that are not switched on: " + ", ".join(names)[:200],
        reason="they start only with a profile that was not named",
        count=len(names),
        advice="Name the profiles, or * for all of them.",
    )


def _resources(whole: Whole, project: Project, faults: Faults) -> Iterator[Resource]:
    family = "Swarm" if project.is_swarm else "Compose"
    for key, kind in RESOURCES.items():
        named = Told(whole.root, (), faults).inner(key)
        for name, body in named.values.items():
            at = (*named.at, name)
            if not isinstance(body, dict) and not is_null(body):
                faults.add(at, "it should be a mapping")
            yield Resource(
                platform=whole.platform,
                kind=family + kind,
                name=name,
                document=whole.number,
                at=at,
                namespace=whole.namespace,
                labels=_labels(Told(mapping(body), at, faults)),
                body=mapping(body),
            )


def _labels(resource: Told) -> Mapping[str, str]:
    return {each.name: written(each.value.stated) if each.value else "" for each in resource.named("labels")}
