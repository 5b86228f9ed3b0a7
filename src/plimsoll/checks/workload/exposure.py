"""Which workloads of Kubernetes the outside reaches, by which way, and what that makes of other facts about them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from plimsoll.checks.workload.inputs import inputs
from plimsoll.checks.workload.routes import INGRESS, ROUTES, backends_of_ingress, backends_of_route, destinations
from plimsoll.checks.workload.selectors import named, of_kind, remembered, space
from plimsoll.checks.workload.services import SERVICE, is_outside, key_of, pods_of, spec_of
from plimsoll.documents.scalars import is_null, truth, whole, written
from plimsoll.documents.shapes import mapping, mappings, text
from plimsoll.model.estate import Estate
from plimsoll.model.fact import Place
from plimsoll.model.resource import Resource
from plimsoll.model.rule import Verdict
from plimsoll.model.workload import Container, ContainerRole, Workload

BY_SERVICE, BY_INGRESS, BY_ROUTE, BY_ISTIO, INSIDE = "service", "ingress", "route", "istio", "inside"

_ISTIO = "networking.istio.io"
_MOST_SAID = 5
_MOST_CRITICAL, _MOST_HIGH = 5, 10
"""Vulnerabilities of an image above which theirs is an excessive number."""


class Way(NamedTuple):
    """How a workload is reached: by what kind of thing, by which one, and by the Service at its end."""

    kind: str
    by: str
    service: Resource


Ways = Mapping[tuple[int, Place], list[Way]]
"""The ways to workloads, by document and place; those by Services that only the inside reaches are `INSIDE`."""


def ways_to(workload: Workload, estate: Estate) -> list[Way]:
    """Give how a workload is reached. Raises UnknownFactError where there is too much to compare."""
    return remembered(estate, "exposure.ways", _ways).get((workload.document, workload.at), [])


def _ways(estate: Estate) -> Ways:
    fronts = _fronts(estate)
    found: dict[tuple[int, Place], list[Way]] = defaultdict(list)
    for service in of_kind(estate, SERVICE):
        ways = [Way(kind, by, service) for kind, by in fronts.get((space(service.namespace), service.name), {})]
        own = Way(BY_SERVICE if is_outside(service) else INSIDE, key_of(service), service)
        for workload in pods_of(service, estate):
            if _resolves(service, workload):
                found[workload.document, workload.at] += (own, *ways[:_MOST_SAID])
    return found


def _resolves(service: Resource, workload: Workload) -> bool:
    """Say whether a port of a Service leads to a container: a named one must be the name of a port there."""
    ports = list(mappings(spec_of(service).get("ports")))
    targets = [port.get("targetPort") for port in ports]
    if not ports or any(is_null(target) or whole(target) is not None for target in targets):
        return True
    names = {port.name for container in workload.containers for port in container.ports}
    return not names.isdisjoint(map(written, targets))


Fronts = Mapping[tuple[str, str], dict[tuple[str, str], None]]
"""What leads to Services (namespace and name): kind of way and the thing, in order."""


def _fronts(estate: Estate) -> Fronts:
    found: dict[tuple[str, str], dict[tuple[str, str], None]] = defaultdict(dict)
    for ingress in of_kind(estate, INGRESS):
        for backend in backends_of_ingress(ingress):
            found[space(backend.namespace), backend.name][BY_INGRESS, key_of(ingress)] = None
    for route in of_kind(estate, *ROUTES):
        for backend in backends_of_route(route):
            found[space(backend.namespace), backend.name][BY_ROUTE, key_of(route)] = None
    labels = _labels_outside(estate)
    for virtual in of_kind(estate, "VirtualService"):
        for destination in destinations(virtual):
            if any(_is_public(home, name, estate, labels) for home, name in destination.gateways):
                home, name = destination.service
                found[space(home), name][BY_ISTIO, key_of(virtual)] = None
    return found


Labels = Mapping[tuple[str, str], set[int]]


def _labels_outside(estate: Estate) -> Labels:
    """Give the labels and selectors of Services that the outside reaches, with the numbers of those Services."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for number, service in enumerate(of_kind(estate, SERVICE)):
        if is_outside(service):
            selector = mapping(spec_of(service).get("selector"))
            for key, value in (*service.labels.items(), *((key, written(each)) for key, each in selector.items())):
                found[key, value].add(number)
    return found


def _is_public(namespace: str, name: str, estate: Estate, labels: Labels) -> bool:
    """Say whether a gateway of Istio was read, and is open: by its name, or by a Service of its pods."""
    for gateway in named(estate, "Gateway", namespace, name):
        if not gateway.api.startswith(_ISTIO):
            continue
        selector = mapping(spec_of(gateway).get("selector"))
        services = [labels.get((key, written(value)), set()) for key, value in selector.items()]
        if name.endswith("public") or (services and set.intersection(*services)):
            return True
    return False


def _reached(*kinds: str) -> Callable[[Workload, Estate], Iterator[Verdict]]:
    """Make the logic of a rule: no workload may be reached in some ways."""

    def judge(workload: Workload, estate: Estate) -> Iterator[Verdict]:
        by = dict.fromkeys(way.by for way in ways_to(workload, estate) if way.kind in kinds)
        if by:
            yield Verdict(workload.at, ", ".join(list(by)[:_MOST_SAID]))

    return judge


def by_route(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Fail for workloads that a route leads to, where their Service is not open by itself: another rule says that."""
    ways = (way for way in ways_to(workload, estate) if way.kind == BY_ROUTE and not is_outside(way.service))
    by = dict.fromkeys(way.by for way in ways)
    if by:
        yield Verdict(workload.at, ", ".join(list(by)[:_MOST_SAID]))


by_service = _reached(BY_SERVICE, BY_INGRESS)
by_istio = _reached(BY_ISTIO)


def without_log_in(workload: Workload, estate: Estate) -> Iterator[Verdict]:
    """Fail for workloads behind a Service of which a scan of the network says that it asks nobody who he is."""
    for service in dict.fromkeys(way.by for way in ways_to(workload, estate) if _asks_nobody(way.service, estate)):
        yield Verdict(workload.at, service, service)


def _asks_nobody(service: Resource, estate: Estate) -> bool:
    scans = named(estate, "ServiceScanResult", service.namespace, service.name)
    ports = (port for scan in scans for port in mappings(spec_of(scan).get("ports")))
    return any(truth(port.get("authenticated")) is False for port in ports)


class Known(NamedTuple):
    """What a scan of an image found: numbers by severity, and whether something runs code from afar."""

    critical: int
    high: int
    runs_code: bool


def _known(estate: Estate) -> Mapping[str, Known]:
    found: dict[str, Known] = {}
    for report in of_kind(estate, "ImageVulnerabilities"):
        listed = list(mappings(report.body.get("data")))
        severities = [text(each.get("severity")) for each in listed]
        runs = any(truth(mapping(each.get("categories")).get("isRce")) for each in listed)
        found[report.name] = Known(severities.count("Critical"), severities.count("High"), runs)
    return found


def _images(workload: Workload, estate: Estate) -> Iterator[tuple[Container, Known]]:
    """Give the containers of a workload whose images were scanned, with what was found."""
    known = remembered(estate, "exposure.known", _known)
    if known:
        for container in workload.containers:
            if container.image.is_known and container.image.stated in known:
                yield container, known[container.image.stated]


def _image_that_ran(container: Container, workload: Workload) -> Place:
    """Give the place of the digest that a pod ran, which the report is about; that of the image elsewhere."""
    if workload.kind != "Pod" or container.role is not ContainerRole.MAIN:
        return container.image.at
    return (*workload.at, "status", "containerStatuses", container.at[-1], "imageID")


def _is_reached(workload: Workload, estate: Estate) -> bool:
    return any(way.kind != INSIDE for way in ways_to(workload, estate))


def _scanned(test: Callable[[Known, Estate], str], *, reached: bool) -> Callable[[Workload, Estate], Iterator[Verdict]]:
    def judge(workload: Workload, estate: Estate) -> Iterator[Verdict]:
        for container, known in _images(workload, estate):
            said = test(known, estate)
            if said and (not reached or _is_reached(workload, estate)):
                yield Verdict(_image_that_ran(container, workload), said, container.name)

    return judge


def _excess(known: Known, estate: Estate) -> str:
    most_critical = _configured(estate, "max_critical_vulnerabilities", _MOST_CRITICAL)
    most_high = _configured(estate, "max_high_vulnerabilities", _MOST_HIGH)
    too_many = known.critical > most_critical or known.high > most_high
    return f"{known.critical} critical, {known.high} high" if too_many else ""


def _configured(estate: Estate, key: str, otherwise: int) -> int:
    numbers = (whole(each) for each in inputs(estate).get(key, ()))
    return min((number for number in numbers if number is not None), default=otherwise)


exposed_code = _scanned(lambda known, _: "runs code from afar" if known.runs_code else "", reached=True)
exposed_critical = _scanned(lambda known, _: f"{known.critical} critical" if known.critical else "", reached=True)
too_vulnerable = _scanned(_excess, reached=False)

_SENSITIVE_KINDS = {"secret": "Secret", "config": "ConfigMap", "claim": "PersistentVolumeClaim"}


def _mounting(kind: str) -> Callable[[Container, Workload, Estate], Iterator[Verdict]]:
    """Make the logic of a rule: no container may mount an object of a kind that was read, too."""

    def judge(container: Container, workload: Workload, estate: Estate) -> Iterator[Verdict]:
        for mount in container.mounts:
            if mount.kind == kind and mount.source.is_known:
                name = mount.source.stated
                if named(estate, _SENSITIVE_KINDS[kind], workload.namespace, name):
                    yield Verdict(mount.at, name, name)

    return judge


mounts_secret = _mounting("secret")
mounts_config = _mounting("config")
mounts_claim = _mounting("claim")


def keeps_secrets_inside(workload: Workload, _: Estate) -> Iterator[Verdict]:
    """Fail for workloads that use secrets, none of which comes from a store outside of the cluster."""
    volumes = list(mappings(workload.spec.get("volumes")))
    if any(_is_external(volume) for volume in volumes) or not _uses_secrets(workload, volumes):
        return
    index = next((index for index, volume in enumerate(volumes) if _is_secret(volume)), 0)
    yield Verdict((*workload.spec_at, "volumes", index, "csi", "volumeAttributes", "secretProviderClass"), "absent")


def _is_external(volume: Mapping[str, object]) -> bool:
    attributes = mapping(mapping(volume.get("csi")).get("volumeAttributes"))
    return bool(written(attributes.get("secretProviderClass")))


def _is_secret(volume: Mapping[str, object]) -> bool:
    return "secret" in volume or _speaks_of_store(volume.get("name"))


def _speaks_of_store(value: object) -> bool:
    return "secrets-store" in written(value)


def _uses_secrets(workload: Workload, volumes: Iterable[Mapping[str, object]]) -> bool:
    if any(map(_is_secret, volumes)):
        return True
    for container in workload.containers:
        if any(variable.origin == "secret" for variable in container.variables):
            return True
        if any(mount.target.is_known and _speaks_of_store(mount.target.stated) for mount in container.mounts):
            return True
        if any("secretRef" in each for each in mappings(container.body.get("envFrom"))):
            return True
    return False
